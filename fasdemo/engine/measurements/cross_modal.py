"""Measure, without a network, whether colour, depth and infrared of one face show the same surface."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.face_surface import (
    FIELD_MM,
    Floats,
    Grid,
    Mask,
    deviation,
    least_squares,
    mean_relief,
    middle,
    oval,
)
from fasdemo.models.crop import FaceCrops

Details = npt.NDArray[np.float32]

DEPTH_NAMES = (
    "lower_residual_mm", "upper_residual_mm", "upper_relief", "depth_yaw_deg", "relief_offset_mm", "relief_offset_gain",
)  # fmt: skip
INFRARED_NAMES = ("ir_rgb_detail", "ir_mirror_gain")

_LOWER, _UPPER = (0.115, 0.5), (-0.5, -0.01)
"""Ranges of y for mouth and chin, and for forehead and eyes, in a square from -0.5 to 0.5, within the face's front."""
_MIN_PART = 25
_MIN_FRONT = 60
_PART_DEPTH_MM = 60.0
_FRONT_DEPTH_MM = 90.0
"""Points that are farther from the median do not belong to the face."""
_REACH = 4
"""Range in which the position of the relief is searched, in blocks of 7 mm in every direction."""
_MIN_KNOWN = 0.6
"""Minimum share of the face's front with known depth at a searched position."""
_DETAIL_SIZE = 64
_FINE, _COARSE = 0.75, 2.5
"""Standard deviations of the band-pass filter in pixels of 3.5 mm; it keeps eyes, brows, nostrils, lips and beards."""
_DETAIL_ROWS, _DETAIL_COLUMNS = (18, 51), (18, 46)
"""The compared part of the small crop: from the eyebrows to below the mouth."""
_SLIDE_X, _SLIDE_Y = 6, 2
"""Largest shift of infrared relative to colour in pixels, for the parallax of cameras side by side."""
_MIN_DETAIL = 0.5
"""Minimum standard deviation of the details in grey levels; below it, nothing is compared."""
_MEAN_LEVEL = 100.0
_MIN_CHROMA = 1.0
"""Mean difference between the largest and the smallest channel. Below it, the colour stream itself is grey, as for a
camera with infrared only, and cannot be compared with infrared. 99.5 % of rendered live faces have 8 or more."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The P blocks of a part of the face.

    Attributes:
        places: flat indexes of the blocks, (P,).
        plane: 1, x and y of each block, (P, 3).
        relief: height of the average face there in mm, (P,).
    """

    places: npt.NDArray[np.intp]
    plane: Floats
    relief: Floats


def depth_agreement(depth_mm: Grid) -> dict[str, float | None]:
    """Measure whether the parts of a depth grid have the position and shape of a face's parts.

    Args:
        depth_mm: block means of an aligned crop, float32 (N, N), 0 = no depth value.

    Returns:
        `lower_residual_mm`, `upper_residual_mm`: standard deviation of mouth and chin, and of forehead and eyes, from
            a plane that is fitted to that part alone.
        `upper_relief`: relief of forehead and eyes as a share of that of an average face.
        `depth_yaw_deg`: rotation of the best plane through the face's front about the vertical axis, with the sign of
            the yaw of the key points.
        `relief_offset_mm`: distance from the key points at which the average face's relief fits the depth best, at most
            40 mm.
        `relief_offset_gain`: increase of its correlation at that position.

        A value is None if too little depth is known.
    """
    result: dict[str, float | None] = dict.fromkeys(DEPTH_NAMES)
    size = depth_mm.shape[0]
    z = depth_mm.astype(np.float64).ravel()
    lower, _ = _part(z, _lower(size))
    upper, relief = _part(z, _upper(size))
    result |= {"lower_residual_mm": lower, "upper_residual_mm": upper, "upper_relief": relief}
    front = _front(size)
    near = z[front.places]
    known = near > 0
    if np.count_nonzero(known) < _MIN_FRONT:
        return result
    distance = middle(near[known])
    known &= np.abs(near - distance) < _FRONT_DEPTH_MM
    if np.count_nonzero(known) < _MIN_FRONT:
        return result
    slope = least_squares(front.plane[known], near[known, None])[1, 0] / FIELD_MM
    offset, gain = _offset(z.reshape(size, size), distance)
    return {
        **result,
        "depth_yaw_deg": float(np.degrees(np.arctan(slope))),
        "relief_offset_mm": offset,
        "relief_offset_gain": gain,
    }


def infrared_agreement(crops: FaceCrops) -> dict[str, float | None]:
    """Measure whether infrared shows the same face as colour without being a copy of colour.

    Returns:
        `ir_rgb_detail`: the higher correlation of the details of eyes, nose and mouth in infrared with those in
            brightness or in red, in [-1, 1].
        `ir_mirror_gain`: increase of the correlation if colour is mirrored.

        The values are None without infrared or colour, without detail, or if colour itself is grey.
    """
    result: dict[str, float | None] = dict.fromkeys(INFRARED_NAMES)
    details = face_details(crops)
    if details is None:
        return result
    seen, luma, red = details
    upright = _best_match(seen, luma)
    mirrored = _best_match(seen, np.ascontiguousarray(luma[:, ::-1]))
    return {"ir_rgb_detail": max(upright, _best_match(seen, red)), "ir_mirror_gain": mirrored - upright}


def face_details(crops: FaceCrops) -> tuple[Details, Details, Details] | None:
    """Return the details of a face in infrared, brightness and red, float32 (64, 64) each.

    The result is None without infrared or colour, without details, or if colour itself is grey.
    """
    if crops.rgb is None or crops.ir is None:
        return None
    rgb, infrared, front = _small(crops.rgb), _small(crops.ir), oval(_DETAIL_SIZE)
    if crops.ir.dtype == np.uint16:
        # Cameras with 16 bits use only a part of them, so scale to the mean of a well-lit face in 8 bits.
        infrared = infrared * np.float32(_MEAN_LEVEL / max(float(infrared[front].mean()), _MEAN_LEVEL))
    if float(chroma(rgb)[front].mean()) < _MIN_CHROMA:
        return None
    seen = _detail(infrared)
    luma, red = (_detail(x) for x in (rgb @ np.array([0.299, 0.587, 0.114], np.float32), rgb[..., 0]))
    if min(float(image[front].std()) for image in (seen, luma, red)) < _MIN_DETAIL:
        return None
    return seen, luma, red


def chroma(rgb: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the difference between the largest and the smallest channel of each pixel of a picture (H, W, 3)."""
    # NumPy's own maximum over a short last axis takes five times as long.
    red, green, blue = (rgb[..., channel] for channel in range(3))
    largest = np.maximum(np.maximum(red, green), blue)
    return np.asarray(largest - np.minimum(np.minimum(red, green), blue), np.float32)


def _part(z: Floats, part: _Part) -> tuple[float | None, float | None]:
    """Return the residual of a part from its own plane in mm, and its relief as a share of the average face's there."""
    depth = z[part.places]
    use = depth > 0
    if use.any():
        use &= np.abs(depth - middle(depth[use])) < _PART_DEPTH_MM
    count = int(np.count_nonzero(use))
    if count < _MIN_PART:
        return None, None
    depth, plane = depth[use], part.plane[use]
    distance = middle(depth)
    pair = np.empty((count, 2))
    # A plane is linear in 1 / z; nearer is positive, in mm.
    pair[:, 0], pair[:, 1] = part.relief[use], (1.0 / depth - 1.0 / distance) * distance * distance
    pair -= plane @ least_squares(plane, pair)
    expected, found = pair[:, 0], pair[:, 1]
    return deviation(found), float(expected @ found / max(float(expected @ expected), 1e-9))


def _offset(z: Floats, distance: float) -> tuple[float | None, float | None]:
    """Return the offset in mm at which the average face's relief correlates best with the depth, and the increase."""
    size = z.shape[0]
    known = (z > 0) & (np.abs(z - distance) < _FRONT_DEPTH_MM)
    padded = np.zeros((2, size + 2 * _REACH, size + 2 * _REACH))
    inner = slice(_REACH, _REACH + size)
    padded[0, inner, inner] = known
    near = (1.0 / np.maximum(z, 1.0) - 1.0 / distance) * distance * distance
    np.copyto(padded[1, inner, inner], near, where=known)
    places, steps = _places(size)
    weight, found = (one.ravel().take(places) for one in padded)
    of_known, of_near = _offset_terms(size)
    sums, products = weight @ of_known, found @ of_near
    normal, of_expected, power = sums[:, :9].reshape(-1, 3, 3) + 1e-6 * np.eye(3), sums[:, 9:12], sums[:, 12]
    of_found = products[:, :3]
    solved = np.linalg.solve(normal, np.stack([of_found, of_expected], axis=2))

    def left(total: Floats, first: Floats, second: int) -> Floats:
        return np.asarray(total - np.einsum("ki,ki->k", first, solved[:, :, second]))

    both = left(products[:, 3], of_found, 1)
    power = left(power, of_expected, 1) * left(np.einsum("kp,kp->k", found, found), of_found, 0)
    fit = np.where(sums[:, 0] / weight.shape[1] >= _MIN_KNOWN, both / np.sqrt(np.maximum(power, 1e-9)), -1.0)
    here = len(steps) // 2
    if fit[here] <= -1.0:
        return None, None
    best = int(fit.argmax())
    return float(np.hypot(*steps[best]) * FIELD_MM / size), float(fit[best] - fit[here])


@lru_cache(maxsize=4)
def _offset_terms(size: int) -> tuple[Floats, Floats]:
    """Return what the known points and the found relief are multiplied with, (P, 13) and (P, 4), for the front's P."""
    front = oval(size)
    plane, expected = _plane(size)[front], -mean_relief(size)[front]
    products = (plane[:, :, None] * plane[:, None, :]).reshape(-1, 9)
    of_known = np.column_stack([products, plane * expected[:, None], expected**2])
    return of_known, np.column_stack([plane, expected])


@lru_cache(maxsize=4)
def _places(size: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return flat indexes of the shifted fronts in a padded grid, (K, P), and the shifts in blocks, (K, 2)."""
    steps = np.stack(np.meshgrid(*[np.arange(-_REACH, _REACH + 1)] * 2, indexing="ij"), -1).reshape(-1, 2)
    rows, columns = np.nonzero(oval(size))
    width = size + 2 * _REACH
    moved = (rows + _REACH + steps[:, :1]) * width + columns + _REACH + steps[:, 1:]
    return moved, steps


@lru_cache(maxsize=4)
def _plane(size: int) -> Floats:
    """Return 1, x and y of every block, (size, size, 3), with x and y in a square from -0.5 to 0.5."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    return np.stack([np.ones_like(x), x, y], axis=-1)


@lru_cache(maxsize=4)
def _lower(size: int) -> _Part:
    return _part_of(size, _band(size, *_LOWER))


@lru_cache(maxsize=4)
def _upper(size: int) -> _Part:
    return _part_of(size, _band(size, *_UPPER))


@lru_cache(maxsize=4)
def _front(size: int) -> _Part:
    return _part_of(size, oval(size))


def _part_of(size: int, where: Mask) -> _Part:
    return _Part(np.flatnonzero(where), _plane(size)[where], -mean_relief(size)[where])


def _band(size: int, top: float, bottom: float) -> Mask:
    y = _plane(size)[..., 2]
    return np.asarray(oval(size) & (y > top) & (y < bottom), np.bool_)


def _small(image: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    size = (_DETAIL_SIZE, _DETAIL_SIZE)
    return cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _detail(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    fine, coarse = (cv2.GaussianBlur(image, (0, 0), sigma) for sigma in (_FINE, _COARSE))
    return np.asarray(fine - coarse, np.float32)


def _best_match(seen: npt.NDArray[np.float32], colour: npt.NDArray[np.float32]) -> float:
    """Return the highest correlation of the middle of `seen` with `colour` over all shifts."""
    (top, bottom), (left, right) = _DETAIL_ROWS, _DETAIL_COLUMNS
    around = colour[top - _SLIDE_Y : bottom + _SLIDE_Y, left - _SLIDE_X : right + _SLIDE_X]
    return float(cv2.matchTemplate(around, seen[top:bottom, left:right], cv2.TM_CCOEFF_NORMED).max())
