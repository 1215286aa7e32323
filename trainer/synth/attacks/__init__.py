"""Attack instruments: prints, screens and masks."""
