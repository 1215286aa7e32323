"""Rules that turn measurements into reasons against LIVE, and into a bounded change of the score."""
