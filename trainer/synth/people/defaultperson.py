"""The built-in person: NASA's portrait of the astronaut Eileen Collins, in the public domain, from scikit-image.

Its landmarks, found by MediaPipe, are part of the source code, so that no model file is needed.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fasdemo.atomic_file import replacing
from trainer.synth.people.landmarks import Points

DEFAULT_NAME = "astronaut"

# Regions of the flag and the model beside her, in pixels; they are painted over to make the background plain.
_BESIDE = (
    ((0, 0), (140, 0), (140, 140), (110, 185), (112, 208), (60, 247), (38, 300), (28, 350), (12, 420), (0, 512)),
    (
        (511, 0),
        (318, 0),
        (318, 180),
        (306, 200),
        (308, 234),
        (343, 257),
        (356, 300),
        (368, 350),
        (374, 511),
        (511, 511),
    ),
)
_BACKDROP = (206, 199, 192)


def default_portrait(work: Path) -> tuple[Path, str]:
    """Write the built-in person's picture into the work folder if missing; return its path and the person's name."""
    import skimage.data

    path = work / f"{DEFAULT_NAME}-plain.png"
    if not path.is_file():
        work.mkdir(parents=True, exist_ok=True)
        picture = np.asarray(skimage.data.astronaut())
        painted = picture.copy()
        for outline in _BESIDE:
            cv2.fillPoly(painted, [np.array(outline, np.int32)], _BACKDROP)
        with replacing(path) as temporary:
            cv2.imwrite(str(temporary), painted[..., ::-1])
    return path, DEFAULT_NAME


def default_points() -> Points:
    """Return MediaPipe's 478 landmarks of the built-in portrait, pixels (478, 2)."""
    points: Points = np.load(Path(__file__).with_name("astronaut_landmarks.npy")).astype(np.float64)
    return points
