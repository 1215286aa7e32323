"""The built-in person: NASA's portrait of the astronaut Eileen Collins, in the public domain, from scikit-image.

Without scikit-image a drawn face takes its place. Its landmarks travel with the code, so that no model file is needed.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

DEFAULT_NAME = "astronaut"


def default_portrait(work: Path) -> tuple[Path, str]:
    """A picture file of the built-in person in the work folder, and the person's name."""
    import skimage.data

    path = work / f"{DEFAULT_NAME}.png"
    if not path.is_file():
        work.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp.png")
        cv2.imwrite(str(temporary), np.asarray(skimage.data.astronaut())[..., ::-1])
        temporary.replace(path)
    return path, DEFAULT_NAME
