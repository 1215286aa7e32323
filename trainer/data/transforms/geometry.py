"""Affine maps from a stored picture to a network's crop; pixel (0, 0) is the centre of the first pixel."""

from __future__ import annotations

from math import cos, hypot, radians, sin

import numpy as np
import numpy.typing as npt

from fasdemo.models.warp import sample, warp

Affine = npt.NDArray[np.float64]
"""float64 (2, 3): from picture pixels to crop pixels."""


def evaluation_map(
    shape: tuple[int, int], size: int, set_scale: float | None, crop_scale: float, resize: int
) -> Affine:
    """Return the map that is used for evaluation.

    Args:
        shape: height and width of the picture in pixels.
        size: side of the network's crop in pixels.
        set_scale: width of the picture in units of the crop template; None if unknown.
        crop_scale: width of the network's crop in units of the template.
        resize: if `set_scale` is unknown: length of the shorter side before the centre is cut out; 0 means `size`.
    """
    height, width = shape
    if set_scale is not None:
        zoom = size / (min(height, width) * crop_scale / set_scale)
    else:
        zoom = (resize or size) / min(height, width)
    return centred((width - 1) / 2, (height - 1) / 2, zoom, 0.0, size)


def centred(x: float, y: float, zoom: float, degrees: float, size: int) -> Affine:
    """Return the map that moves picture point (x, y) to the crop's centre, magnifies by `zoom` and rotates."""
    a, b = zoom * cos(radians(degrees)), zoom * sin(radians(degrees))
    middle = (size - 1) / 2
    return np.array([[a, -b, middle - a * x + b * y], [b, a, middle - b * x - a * y]])


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


def cut(picture: npt.NDArray[np.generic], affine: Affine, size: int, nearest: bool) -> npt.NDArray[np.generic]:
    """Apply `fasdemo.models.warp.warp`, or a plain slice if the map is a shift by whole pixels inside the picture."""
    (a, b, tx), (c, d, ty) = affine.tolist()
    left, top = round(-tx), round(-ty)
    off = abs(a - 1) + abs(b) + abs(c) + abs(d - 1) + abs(tx + left) + abs(ty + top)
    if off < 1e-9 and left >= 0 and top >= 0 and left + size <= picture.shape[1] and top + size <= picture.shape[0]:
        return picture[top : top + size, left : left + size]
    if nearest or min(hypot(a, c), hypot(b, d)) >= 0.8:
        return sample(np.asarray(picture), affine, size, nearest)
    return warp(picture, affine, size)
