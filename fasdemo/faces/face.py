"""One detected face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]
"""x, y, width, height in pixels."""

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
