"""The light challenge: the screen shows a random sequence of colours, and the light of the face must follow it."""
