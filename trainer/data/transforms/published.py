"""Augmentation of the published three-stream extension."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Stream

MAX_ADDED = 40.0
"""Largest change of brightness of the three-stream extension, in grey levels of 255."""
GAMMA = (0.5, 1.5)
ERASED_AREA = (0.01, 0.05)
ERASE_PROBABILITY = 0.5
ERASED_ASPECT = (0.3, 3.3)
MAX_CUTOUT_PX = 50


def augment_fusion(
    streams: dict[Stream, npt.NDArray[Any]], flip: float, cutout: float, rng: np.random.Generator
) -> dict[Stream, npt.NDArray[Any]]:
    """Return the streams of a sample, augmented as by the published three-stream extension.

    Each 8-bit picture gets its own brightness and gamma; a rectangle of 1 to 5 % of the area and a square of up to
    50 px are blanked, and left and right exchanged, in all streams alike. Pictures of other types keep their values.
    """
    size = next(iter(streams.values())).shape[0]
    mirror = rng.random() < flip
    blanks = [_rectangle(size, rng)] if rng.random() < ERASE_PROBABILITY else []
    if rng.random() < cutout:
        side = int(rng.integers(1, min(MAX_CUTOUT_PX, size) + 1))
        top, left = (int(value) for value in rng.integers(0, size - side + 1, 2))
        blanks.append((top, left, side, side))
    result: dict[Stream, npt.NDArray[Any]] = {}
    for stream, picture in streams.items():
        added, gamma = rng.uniform(-MAX_ADDED, MAX_ADDED), rng.uniform(*GAMMA)
        if picture.dtype == np.uint8:
            levels = np.clip(np.arange(256) + added, 0, 255) / 255.0
            picture = np.rint(255.0 * levels**gamma).astype(np.uint8)[picture]
        picture = np.ascontiguousarray(picture[:, ::-1] if mirror else picture)
        picture = picture if picture is not streams[stream] else picture.copy()
        for top, left, height, width in blanks:
            picture[top : top + height, left : left + width] = 0
        result[stream] = picture
    return result


def _rectangle(size: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Return top, left, height and width of a rectangle as of torchvision's RandomErasing."""
    area = size * size * rng.uniform(*ERASED_AREA)
    aspect = float(np.exp(rng.uniform(*np.log(ERASED_ASPECT))))
    height = max(min(round(float(np.sqrt(area * aspect))), size), 1)
    width = max(min(round(float(np.sqrt(area / aspect))), size), 1)
    return int(rng.integers(0, size - height + 1)), int(rng.integers(0, size - width + 1)), height, width
