"""The loop without Qt that reads a source, judges its frames and passes the results on."""
