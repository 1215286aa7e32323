"""Training configurations: their schema, the shipped presets and the published files."""
