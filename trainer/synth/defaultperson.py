"""The built-in person: NASA's portrait of the astronaut Eileen Collins, in the public domain, from scikit-image.

Its landmarks, found once by MediaPipe, travel with the code, so that no model file is needed.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from trainer.synth.landmarks import Points

DEFAULT_NAME = "astronaut"


def default_portrait(work: Path) -> tuple[Path, str]:
    """A picture file of the built-in person in the work folder, and the person's name."""
    import skimage.data

    path = work / f"{DEFAULT_NAME}.png"
    if not path.is_file():
        work.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp.png")
        picture = np.asarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]
        cv2.imwrite(str(temporary), picture[..., ::-1])
        temporary.replace(path)
    return path, DEFAULT_NAME


def default_points() -> Points:
    """MediaPipe's 478 landmarks of the built-in portrait, pixels."""
    points: Points = np.load(Path(__file__).with_name("astronaut_landmarks.npy")).astype(np.float64)
    return points
