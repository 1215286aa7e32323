"""Recording of labelled sessions, and their export as training crops."""
