"""Face detection, landmarks, tracking and image quality."""
