"""What a run writes: results as JSON lines, event log, recording, and messages to the service manager."""
