"""The published configurations, one YAML each."""
