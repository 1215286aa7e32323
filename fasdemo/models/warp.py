"""Resample images by a transform: one definition, which does not depend on the version of OpenCV.

A pixel's coordinates are those of its centre: pixel (0, 0) covers -0.5 to 0.5. A crop pixel (u, v) lies at
`inverse @ (u, v, 1)` in the image, a sum of two float32 terms. `nearest` rounds it to whole pixels, bilinear weights
are multiples of 1/32 per axis, and what lies halfway is rounded down. Outside the image is 0. OpenCV only looks the
pixels up: its own `warpAffine` rounds coordinates differently from version to version.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Transform = npt.NDArray[np.float64]
"""(2, 3): image pixels to crop pixels."""
Image = npt.NDArray[Any]
Terms = npt.NDArray[np.float32]

_HALFWAY_PX = -(2.0**-12)
"""Added to coordinates, so that one halfway between two steps, which float32 may blur, is rounded down."""
_MAX_TERM_PX = 2.0**16
"""Far outside any image, and a sum of two stays within what `cv2.convertMaps` can hold."""
_MAX_SHRINK = 4
_STRIP_PX = 24576
"""Pixels that are looked up at once. Their maps are small enough to be allocated from memory that is in use already,
which makes large crops three times as fast."""


def sample(image: Image, transform: Transform, size: int, nearest: bool = False) -> Image:
    """Return the image at the pixels of a (size, size[, channels]) crop, one look-up per pixel.

    Args:
        image: (H, W[, channels]), uint8, uint16 or float32; no side above 32,767 pixels.
        transform: any affine map of image pixels to crop pixels.
        size: the crop's side.
        nearest: take the nearest pixel rather than a weighted mean of four.
    """
    image = np.ascontiguousarray(image)
    crop = np.empty((size, size, *image.shape[2:]), image.dtype)
    terms, rows = _terms(transform, size), _strip_rows(size)
    for first in range(0, size, rows):
        _fill(crop[first : first + rows], image, terms, first, nearest)
    return crop


def warp(image: Image, transform: Transform, size: int, nearest: bool = False) -> Image:
    """Warp an image to (size, size[, channels]); strong reductions are area-averaged, so that they do not alias.

    Depth has to be warped with `nearest`: a mean of two distances is a place where nothing is. Outside is 0.
    """
    shrink = 1.0 / max(float(np.hypot(transform[0, 0], transform[1, 0])), 1e-6)
    factor = min(ceil(shrink - 0.25), _MAX_SHRINK)
    if nearest or factor <= 1:
        return sample(image, transform, size, nearest)
    # Pixel centres: crop pixel u covers the large pixels factor * u ... factor * u + factor - 1.
    larger = transform * factor
    larger[:, 2] += (factor - 1) / 2
    image = np.ascontiguousarray(image)
    width = size * factor
    terms, rows = _terms(larger, width), _strip_rows(width) // factor
    crop = np.empty((size, size, *image.shape[2:]), image.dtype)
    strip = np.empty((rows * factor, width, *image.shape[2:]), image.dtype)
    for first in range(0, size, rows):
        part = crop[first : first + rows]
        fine = strip[: len(part) * factor]
        _fill(fine, image, terms, first * factor, nearest=False)
        cv2.resize(fine, (size, len(part)), dst=part, interpolation=cv2.INTER_AREA)
    return crop


def _strip_rows(width: int) -> int:
    return max(_STRIP_PX // width, _MAX_SHRINK)


def _terms(transform: Transform, size: int) -> Terms:
    """What the crop pixel's column and its row add to x and y, float32 (4, size): x, y of columns, x, y of rows."""
    inverse, steps = cv2.invertAffineTransform(transform), np.arange(size)
    columns = inverse[:, :1] * steps
    rows = inverse[:, 1:2] * steps + (inverse[:, 2:] + _HALFWAY_PX)
    return np.asarray(np.clip(np.vstack([columns, rows]), -_MAX_TERM_PX, _MAX_TERM_PX), np.float32)


def _fill(strip: Image, image: Image, terms: Terms, first: int, nearest: bool) -> None:
    """Look up `strip`, (rows, size[, channels]), the crop's rows from `first` on."""
    rows = slice(first, first + len(strip))
    x, y = terms[0] + terms[2, rows, None], terms[1] + terms[3, rows, None]
    # Maps in fixed point leave OpenCV no choice of how to round; those in float32 do.
    pixels, weights = cv2.convertMaps(x, y, cv2.CV_16SC2, nninterpolation=nearest)
    cv2.remap(image, pixels, weights, cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR, dst=strip)
