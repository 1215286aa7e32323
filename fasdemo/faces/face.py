"""A detected face, and the test whether two boxes show the same face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]
"""x, y, width, height in pixels."""

SAME_FACE_IOU = 0.3
"""Minimum intersection over union of two boxes in an image that show the same face."""

KEYPOINTS = ("right_eye", "left_eye", "nose", "mouth", "right_ear", "left_ear")
"""Order of `Face.keypoints`, as in MediaPipe's detector; right and left are from the person's view."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face in one RGB image.

    Attributes:
        box: x, y, width, height in pixels of the RGB image; it may extend beyond the border.
        score: the detector's confidence in [0, 1].
        keypoints: float32 (6, 2), pixels, order `KEYPOINTS`.
        landmarks: float32 (478, 3), x and y in pixels, z in the same unit, increasing away from the camera; None if
            they were not computed.
        blendshapes: weights in [0, 1] by name, e.g. `eyeBlinkLeft`; None if landmarks were not computed.
    """

    box: Box
    score: float
    keypoints: Points
    landmarks: Points | None = None
    blendshapes: dict[str, float] | None = None


def overlap(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes, in [0, 1]."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def distinct(faces: Sequence[Face]) -> list[Face]:
    """Return the faces without duplicates, largest first; of overlapping faces the most confident one is kept."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(overlap(face.box, other.box) < SAME_FACE_IOU for other in kept):
            kept.append(face)
    return sorted(kept, key=lambda face: -face.box[2] * face.box[3])
