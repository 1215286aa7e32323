"""Panels of the window: verdict, reasons, recording, timing and start page."""
