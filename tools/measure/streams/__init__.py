"""Figures of streams that are late, old or disturbed."""
