"""Challenges: random prompts that the person in front of a camera has to follow before a face is LIVE."""
