"""Physical measurements of one face, each with its unit and limits."""
