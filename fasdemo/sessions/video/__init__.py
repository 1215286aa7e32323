"""Video files: read image by image, and written so that a killed process leaves a readable file."""
