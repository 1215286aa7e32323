"""Files as sources: videos, recorded sessions, picture folders, still pictures and SDK recordings."""
