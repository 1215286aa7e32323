"""Checkpoints: files with weights, configuration, card and training state."""
