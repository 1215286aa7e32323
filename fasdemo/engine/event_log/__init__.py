"""The event log: its lines, and the durations read from them."""
