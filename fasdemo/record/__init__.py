"""Record labelled sessions and export them as training crops."""
