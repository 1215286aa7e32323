"""Checks that a frame set is a new and complete capture."""
