"""Cameras: exposure, noise and depth of each simulated sensor."""
