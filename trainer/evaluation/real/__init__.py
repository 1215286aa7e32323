"""Measures model files on captures of real cameras."""
