"""Challenges: random prompts that the person in front of a camera must follow before the face can be LIVE."""
