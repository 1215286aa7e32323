"""The window; only this package imports Qt."""
