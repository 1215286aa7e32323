"""Affine maps from a stored picture to a network's crop; pixel (0, 0) is the centre of the first pixel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Affine = npt.NDArray[np.float64]
"""float64 (2, 3): from picture pixels to crop pixels."""


def random_resized(
    shape: tuple[int, int],
    size: int,
    area: tuple[float, float],
    aspect: tuple[float, float],
    draws: npt.NDArray[np.float64],
) -> Affine:
    """Return the published augmentation: a rectangle of random area and aspect ratio, stretched to the crop.

    Works as torchvision's RandomResizedCrop: ten attempts, then the centre. `draws` are 40 numbers in [0, 1).
    """
    height, width = shape
    for attempt in range(10):
        d = draws[attempt * 4 : attempt * 4 + 4]
        target = height * width * (area[0] + d[0] * (area[1] - area[0]))
        ratio = float(np.exp(np.log(aspect[0]) + d[1] * (np.log(aspect[1]) - np.log(aspect[0]))))
        w, h = round(float(np.sqrt(target * ratio))), round(float(np.sqrt(target / ratio)))
        if 0 < w <= width and 0 < h <= height:
            left, top = int(d[2] * (width - w + 1)), int(d[3] * (height - h + 1))
            return rectangle(left, top, w, h, size)
    side = min(height, width)
    return rectangle((width - side) // 2, (height - side) // 2, side, side, size)


def rectangle(left: float, top: float, width: float, height: float, size: int) -> Affine:
    """Return the map that stretches a rectangle of pixels to the crop."""
    zx, zy = size / width, size / height
    return np.array([[zx, 0.0, -zx * left + 0.5 * zx - 0.5], [0.0, zy, -zy * top + 0.5 * zy - 0.5]])


def mirrored(affine: Affine, size: int) -> Affine:
    """Return the map with left and right exchanged in the crop."""
    result = affine.copy()
    result[0] = -result[0]
    result[0, 2] += size - 1
    return result


def moved(affine: Affine, dx: float, dy: float) -> Affine:
    """Return the map with its result shifted by (dx, dy) crop pixels."""
    result = affine.copy()
    result[:, 2] += (dx, dy)
    return result


def for_shape(affine: Affine, reference: tuple[int, int], shape: tuple[int, int]) -> Affine:
    """Return the map for a picture of another size (h, w) with the same field of view."""
    if reference == shape:
        return affine
    ratio = np.array([reference[1] / shape[1], reference[0] / shape[0]])
    result = affine.copy()
    result[:, :2] = affine[:, :2] * ratio
    result[:, 2] += affine[:, :2] @ (0.5 * ratio - 0.5)
    return result
