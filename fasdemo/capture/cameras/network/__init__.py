"""Network cameras: RTSP and MJPEG over HTTP."""
