"""From frames to verdicts: tracks, evidence, fail-closed rules and timing."""
