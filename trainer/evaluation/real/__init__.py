"""Measurement of model files on captures of real cameras."""
