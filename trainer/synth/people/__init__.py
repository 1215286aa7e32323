"""People: portraits fitted to head models, with poses, clothing and motion."""
