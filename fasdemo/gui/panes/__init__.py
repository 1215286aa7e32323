"""Panes: colour, depth and infrared pictures, and the time line."""
