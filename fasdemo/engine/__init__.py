"""The engine: it turns frames into verdicts with evidence, fail-closed rules and timing."""
