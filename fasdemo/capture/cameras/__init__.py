"""Cameras as sources: webcams, RealSense devices, and the supervisor that restarts them."""
