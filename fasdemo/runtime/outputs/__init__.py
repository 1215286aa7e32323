"""Outputs of a run: results as JSON lines, event log, recording, and messages to the service manager."""
