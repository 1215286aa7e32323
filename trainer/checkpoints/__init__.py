"""Checkpoints: weights with the configuration, card and training state that belong to them."""
