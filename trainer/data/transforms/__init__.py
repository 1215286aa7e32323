"""Geometry, augmentation and encoding of stored pictures for a network."""
