"""MediaPipe's detector for tests, and pictures with a real face."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import platformdirs
import pytest

from fasdemo.faces.model_file import ENVIRONMENT, FILE_NAME, face_model_path
from tests.support.scenes import photograph

FACE_CENTRE = np.array([224.0, 122.0])
"""Of the astronaut's face in the photograph."""
FACE_SIDE = 95.0
"""Of its box."""


def model_or_skip() -> Path:
    """The face model where set-up has fetched it; tests never use the network."""
    import os

    if not os.environ.get(ENVIRONMENT):
        stored = platformdirs.user_data_path("fasdemo", appauthor=False) / FILE_NAME
        if not stored.is_file():
            pytest.skip("the face model is not here; `python -m fasdemo.faces.model_file` fetches it")
    return face_model_path()


def picture(side: float, x: float = 320.0, y: float = 240.0, width: int = 640, height: int = 480) -> np.ndarray:
    """The astronaut with a face box of `side` pixels around x, y, on grey."""
    scale = side / FACE_SIDE
    move = np.array([[scale, 0, x - scale * FACE_CENTRE[0]], [0, scale, y - scale * FACE_CENTRE[1]]])
    head = np.full_like(photograph(), 120)
    head[0:250, 120:340] = photograph()[0:250, 120:340]
    return cv2.warpAffine(
        head,
        move,
        (width, height),
        flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
        borderValue=(120, 120, 120),
    )
