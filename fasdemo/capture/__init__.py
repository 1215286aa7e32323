"""Where frames come from: cameras, video files, recorded sessions and SDK recordings."""
