"""Rendering of registered RGB, depth and infrared images of live faces and of attacks."""
