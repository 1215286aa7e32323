"""The stages of one face in one frame, from its crops to its verdict."""
