"""Resample images by a transform, with results that do not depend on the version of OpenCV.

The coordinates of a pixel are those of its centre: pixel (0, 0) covers -0.5 to 0.5. A crop pixel (u, v) is at
`inverse @ (u, v, 1)` in the image, a sum of two float32 terms. `nearest` rounds to whole pixels, bilinear weights are
multiples of 1/32 per axis, and halves are rounded down. Pixels outside the image are 0. OpenCV is used only to look up
pixels, because its `warpAffine` rounds coordinates differently from version to version.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

Transform = npt.NDArray[np.float64]
"""(2, 3): image pixels to crop pixels."""
Image = npt.NDArray[Any]
Picture = TypeVar("Picture", bound=Image)
Terms = npt.NDArray[np.float32]

_HALFWAY_PX = -(2.0**-12)
"""Added to coordinates, so that halves are rounded down despite the errors of float32."""
_MAX_TERM_PX = 2.0**16
"""Limit of a term: far outside any image, while the sum of two stays within the range of `cv2.convertMaps`."""
_MAX_SHRINK = 4
_MIN_HALVED_SHRINK = 2.5
_PART_MARGIN_PX = 2
_JOINED: list[tuple[str, tuple[int, ...]]] = [("uint8", (3,)), ("uint8", ())]
"""Types and channels of images that are looked up as one with four channels."""
_STRIP_PX = 24576
"""Number of pixels that are looked up at once. Their maps are small enough to reuse allocated memory, which makes large
crops three times as fast."""


def sample(image: Picture, transform: Transform, size: int, nearest: bool = False) -> Picture:
    """Return the image at the pixels of a (size, size[, channels]) crop, one look-up per pixel.

    Args:
        image: (H, W[, channels]), uint8, uint16 or float32; no side above 32,767 pixels.
        transform: any affine map of image pixels to crop pixels.
        size: the crop's side.
        nearest: take the nearest pixel rather than a weighted mean of four.
    """
    return cast(Picture, _resampled((image,), _terms(transform, size, 1), size, 1, nearest)[0])


def warp(image: Picture, transform: Transform, size: int, nearest: bool = False) -> Picture:
    """Warp an image to (size, size[, channels]), with area averaging for strong reductions to avoid aliasing.

    Use `nearest` for depth, because the mean of two distances is not the distance of any surface. Outside is 0.
    """
    factor = 1 if nearest else _factor(transform)
    return cast(Picture, _resampled((image,), _terms(transform, size, factor), size, factor, nearest)[0])


def warp_all(images: Sequence[Image], transform: Transform, size: int) -> list[Image]:
    """Return `warp` of images with the same height and width; the positions in them are computed only once."""
    factor = _factor(transform)
    terms = _terms(transform, size, factor)
    part = _seen_part(terms, images[0].shape)
    if part is None or [(str(image.dtype), image.shape[2:]) for image in images] != _JOINED:
        return _resampled(images, terms, size, factor)
    # OpenCV looks up pixels of four channels faster than those of three, and of one.
    rows, columns = part
    colour, grey = (np.ascontiguousarray(image)[rows, columns] for image in images)
    joined = cv2.insertChannel(grey, cv2.cvtColor(colour, cv2.COLOR_RGB2RGBA), 3)
    crop = _resampled([joined], terms, size, factor, corner=(columns.start, rows.start))[0]
    return [cv2.cvtColor(crop, cv2.COLOR_RGBA2RGB), cv2.extractChannel(crop, 3)]


def warp_halved(image: Picture, transform: Transform, size: int) -> Picture:
    """Return about the same as `warp`, faster for strong reductions: the image is halved before it is sampled.

    Grey levels differ by a few units at edges, so use it for measurements that allow this, not for a network's input.
    """
    return cast(Picture, warp_all_halved((image,), transform, size)[0])


def warp_all_halved(images: Sequence[Image], transform: Transform, size: int) -> list[Image]:
    """Return `warp_halved` of images with the same height and width; the positions are computed only once."""
    if 1.0 / max(float(np.hypot(transform[0, 0], transform[1, 0])), 1e-6) < _MIN_HALVED_SHRINK:
        return warp_all(images, transform, size)
    inverse = cv2.invertAffineTransform(transform)
    square = np.array([[-1, -1], [size, -1], [size, size], [-1, size]], np.float64)
    around = square @ inverse[:, :2].T + inverse[:, 2]
    limits = np.array([images[0].shape[1], images[0].shape[0]])
    first = (np.floor(around.min(0)).astype(int).clip(0, limits) // 2) * 2
    last = (-(-np.ceil(around.max(0)).astype(int).clip(0, limits) // 2) * 2).clip(0, limits // 2 * 2)
    if (last - first < 2).any():
        return warp_all(images, transform, size)
    parts = [image[first[1] : last[1], first[0] : last[0]] for image in images]
    half = (parts[0].shape[1] // 2, parts[0].shape[0] // 2)
    halves = [cv2.resize(part, half, interpolation=cv2.INTER_AREA) for part in parts]
    # Pixel x of the half covers the pixels first + 2 x and first + 2 x + 1.
    of_half = transform.copy()
    of_half[:, :2] *= 2
    of_half[:, 2] += transform[:, :2] @ (first + 0.5)
    return warp_all(halves, of_half, size)


def _factor(transform: Transform) -> int:
    """Return the number of samples per crop pixel along each axis."""
    shrink = 1.0 / max(float(np.hypot(transform[0, 0], transform[1, 0])), 1e-6)
    return max(min(ceil(shrink - 0.25), _MAX_SHRINK), 1)


def _resampled(
    images: Sequence[Image],
    terms: Terms,
    size: int,
    factor: int,
    nearest: bool = False,
    corner: tuple[int, int] | None = None,
) -> list[Image]:
    """Return the images at `factor` x `factor` positions for each pixel of a crop, averaged.

    Args:
        images: they have the same height and width.
        terms: positions in them, from `_terms`.
        size: the crop's side.
        factor: samples per crop pixel along each axis.
        nearest: take the nearest pixel rather than a weighted mean of four.
        corner: x and y of the images' first pixel, if they are parts of larger ones.
    """
    width = size * factor
    rows = _strip_rows(width) // factor
    sources = [np.ascontiguousarray(image) for image in images]
    crops = [np.empty((size, size, *image.shape[2:]), image.dtype) for image in images]
    strips = [np.empty((rows * factor, width, *image.shape[2:]), image.dtype) for image in images if factor > 1]
    # Whole pixels are subtracted, so that the rounding of positions does not depend on the part.
    corners = None if corner is None else np.tile(np.array(corner, np.int16), width)
    for first in range(0, size, rows):
        count = min(rows, size - first)
        pixels, weights = _positions(terms, first * factor, count * factor, nearest)
        if corners is not None:
            pixels = (pixels.reshape(len(pixels), -1) - corners).reshape(pixels.shape)
        for number, source in enumerate(sources):
            part = crops[number][first : first + rows]
            fine = strips[number][: count * factor] if factor > 1 else part
            cv2.remap(source, pixels, weights, cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR, dst=fine)
            if factor > 1:
                cv2.resize(fine, (size, count), dst=part, interpolation=cv2.INTER_AREA)
    return crops


def _strip_rows(width: int) -> int:
    return max(_STRIP_PX // width, _MAX_SHRINK)


def _terms(transform: Transform, size: int, factor: int) -> Terms:
    """Return the terms that columns and rows add to x and y, for `factor` samples per pixel of a crop along each axis.

    Returns:
        float32 (4, size * factor): x, y of columns, then x, y of rows.
    """
    # Pixel centres: crop pixel u covers the large pixels factor * u ... factor * u + factor - 1.
    larger = transform * factor
    larger[:, 2] += (factor - 1) / 2
    inverse, steps = cv2.invertAffineTransform(larger), np.arange(size * factor)
    terms = np.empty((4, len(steps)))
    terms[:2] = inverse[:, :1] * steps
    terms[2:] = inverse[:, 1:2] * steps + (inverse[:, 2:] + _HALFWAY_PX)
    np.minimum(np.maximum(terms, -_MAX_TERM_PX, out=terms), _MAX_TERM_PX, out=terms)
    return terms.astype(np.float32)


def _seen_part(terms: Terms, shape: tuple[int, ...]) -> tuple[slice, slice] | None:
    """Return rows and columns of the part of an image in which all positions are; None if there is none."""
    # Both terms change evenly, so their extremes are at the ends. A position also needs its right and lower neighbours.
    ends = terms[:, [0, -1]].astype(np.float64)
    if not np.isfinite(ends).all():
        return None
    low, high = ends.min(axis=1), ends.max(axis=1)
    first = [max(int(low[axis] + low[axis + 2]) - _PART_MARGIN_PX, 0) for axis in (1, 0)]
    last = [min(int(high[axis] + high[axis + 2]) + 1 + _PART_MARGIN_PX, shape[1 - axis]) for axis in (1, 0)]
    if last[0] <= first[0] or last[1] <= first[1]:
        return None
    return slice(first[0], last[0]), slice(first[1], last[1])


def _positions(terms: Terms, first: int, count: int, nearest: bool) -> tuple[Any, Any]:
    """Return the positions of `count` rows from `first` on as OpenCV's fixed-point maps."""
    rows = slice(first, first + count)
    x, y = terms[0] + terms[2, rows, None], terms[1] + terms[3, rows, None]
    # With fixed-point maps, the rounding does not depend on OpenCV; with float32 maps it does.
    pixels, weights = cv2.convertMaps(x, y, cv2.CV_16SC2, nninterpolation=nearest)
    return pixels, weights
