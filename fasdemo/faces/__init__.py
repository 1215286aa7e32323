"""Where the faces are: detection, landmarks, tracking and image quality."""
