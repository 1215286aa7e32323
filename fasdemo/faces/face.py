"""One detected face, and when two are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]
"""x, y, width, height in pixels."""

SAME_FACE_IOU = 0.3
"""Two boxes of one image that overlap this much show one face."""

KEYPOINTS = ("right_eye", "left_eye", "nose", "mouth", "right_ear", "left_ear")
"""Order of `Face.keypoints`, as MediaPipe's detector gives them; right and left are the person's own."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face in one RGB image.

    Attributes:
        box: x, y, width, height in pixels of the RGB image, may reach beyond its border.
        score: the detector's confidence in [0, 1].
        keypoints: float32 (6, 2), pixels, order `KEYPOINTS`.
        landmarks: float32 (478, 3), x and y in pixels, z in the same unit towards the scene; None when not run.
        blendshapes: name to weight in [0, 1], e.g. `eyeBlinkLeft`; None when landmarks were not run.
    """

    box: Box
    score: float
    keypoints: Points
    landmarks: Points | None = None
    blendshapes: dict[str, float] | None = None


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, in [0, 1]."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def distinct(faces: Sequence[Face]) -> list[Face]:
    """Each face once, the most confident of overlapping ones; largest first."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(overlap(face.box, other.box) < SAME_FACE_IOU for other in kept):
            kept.append(face)
    return sorted(kept, key=lambda face: -face.box[2] * face.box[3])
