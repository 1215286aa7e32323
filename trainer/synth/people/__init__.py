"""People: portraits fitted to head models, posed, dressed and moved."""
