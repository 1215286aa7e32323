"""Several sources in one process: their feeds, the models that they share, and a fair order of processing."""
