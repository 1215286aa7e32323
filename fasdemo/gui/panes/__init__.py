"""Widgets that show the current frame: pictures, time line, verdict, reasons and figures."""
