"""Panels: the verdict, its reasons, recording, timing and the start page."""
