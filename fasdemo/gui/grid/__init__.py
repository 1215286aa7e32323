"""The window of several cameras."""
