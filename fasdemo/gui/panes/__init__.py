"""What shows the current frame: pictures, time line, verdict, reasons and figures."""
