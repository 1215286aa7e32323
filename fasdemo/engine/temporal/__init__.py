"""The state of faces over time: their views, their evidence, and refused attempts."""
