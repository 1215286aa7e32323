"""Face landmarks of portraits by MediaPipe, and their reduction to the 68 Multi-PIE points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

MEDIAPIPE_68 = (
    162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389,
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 168, 197, 5, 4, 75, 97, 2, 326, 305,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip
"""MediaPipe face mesh indices of the 68 points; those of the jaw (0-16) are approximate."""


class Landmarker:
    """A detector of 478 face landmarks in one picture, used as a context manager."""

    def __init__(self, path: Path) -> None:
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=path.read_bytes()),
            num_faces=1,
            min_face_detection_confidence=0.3,
        )
        self._task: Any = vision.FaceLandmarker.create_from_options(options)

    def __enter__(self) -> Landmarker:
        return self

    def __exit__(self, *_: object) -> None:
        self._task.close()

    def points(self, rgb: npt.NDArray[np.uint8]) -> Points | None:
        """Return the landmarks (478, 2) in pixels, or None if no face was found."""
        import mediapipe as mp

        found = self._task.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(rgb)))
        if not found.face_landmarks:
            return None
        height, width = rgb.shape[:2]
        return np.array([[p.x * width - 0.5, p.y * height - 0.5] for p in found.face_landmarks[0]])
