"""Controllers of sources, playback, recordings and the event log."""
