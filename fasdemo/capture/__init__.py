"""Sources of frames: cameras, video files, recorded sessions and SDK recordings."""
