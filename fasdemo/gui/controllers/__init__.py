"""Controllers: what the window does with sources, playback, recordings and the event log."""
