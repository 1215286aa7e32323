"""Do colour, depth and infrared see the same surface? Measurements on one face that no network takes part in."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.face_surface import Floats, Grid, Mask, mean_relief, oval
from fasdemo.models.crop import FaceCrops

DEPTH_NAMES = (
    "lower_residual_mm", "upper_residual_mm", "upper_relief", "depth_yaw_deg", "relief_offset_mm", "relief_offset_gain",
)  # fmt: skip
INFRARED_NAMES = ("ir_rgb_detail", "ir_mirror_gain")

_FIELD_MM = 225.0
_LOWER, _UPPER = (0.115, 0.5), (-0.5, -0.01)
"""Mouth and chin, and forehead and eyes: heights in a square from -0.5 to 0.5, within the face's front."""
_MIN_PART = 25
_MIN_FRONT = 60
_PART_DEPTH_MM = 60.0
_FRONT_DEPTH_MM = 90.0
"""What lies farther from the median is no part of the face."""
_REACH = 4
"""Blocks of 7 mm by which the relief is looked for to all sides."""
_MIN_KNOWN = 0.6
"""Share of a place's front whose depth is known, where the relief is looked for there."""
_DETAIL_SIZE = 64
_FINE, _COARSE = 0.75, 2.5
"""Standard deviations in pixels of 3.5 mm: what lies between is eyes, brows, nostrils, lips and beards."""
_DETAIL_ROWS, _DETAIL_COLUMNS = (18, 51), (18, 46)
"""The part of the small crop that is compared: from the brows to below the mouth."""
_SLIDE_X, _SLIDE_Y = 6, 2
"""Pixels by which infrared is slid over colour: cameras side by side see a face with such a parallax."""
_MIN_DETAIL = 0.5
"""Grey levels: below there is no detail to compare."""
_MEAN_LEVEL = 100.0
_MIN_CHROMA = 1.0
"""Mean distance of the largest from the smallest channel. Below it the colour stream is grey itself, as that of a
camera for infrared alone, and cannot be compared with infrared. Rendered live faces have 8 and more in 99.5 %."""


def depth_agreement(depth_mm: Grid) -> dict[str, float | None]:
    """Measure whether the parts of a depth grid lie and curve as a face's do.

    Args:
        depth_mm: float32 (N, N), block means of an aligned crop, 0 = no reading.

    Returns:
        `lower_residual_mm`, `upper_residual_mm`: standard deviation of mouth and chin, and of forehead and eyes, from
            the best plane of their own.
        `upper_relief`: share of the average face's relief that forehead and eyes have.
        `depth_yaw_deg`: turn of the best plane through the face's front about the upright axis; positive as that of
            the key points.
        `relief_offset_mm`: how far from the key points the average face's relief fits the depth best, at most 40 mm.
        `relief_offset_gain`: by how much its correlation is higher there.

        None where too little depth is known.
    """
    result: dict[str, float | None] = dict.fromkeys(DEPTH_NAMES)
    size = depth_mm.shape[0]
    z = depth_mm.astype(np.float64)
    lower, _ = _part(z, _band(size, *_LOWER))
    upper, relief = _part(z, _band(size, *_UPPER))
    result |= {"lower_residual_mm": lower, "upper_residual_mm": upper, "upper_relief": relief}
    front = oval(size) & (z > 0)
    if int(front.sum()) < _MIN_FRONT:
        return result
    middle = float(np.median(z[front]))
    front &= np.abs(z - middle) < _FRONT_DEPTH_MM
    if int(front.sum()) < _MIN_FRONT:
        return result
    slope = _plane_fit(_plane(size)[front], z[front, None])[1, 0] / _FIELD_MM
    offset, gain = _offset(z, middle)
    return {
        **result,
        "depth_yaw_deg": float(np.degrees(np.arctan(slope))),
        "relief_offset_mm": offset,
        "relief_offset_gain": gain,
    }


def infrared_agreement(crops: FaceCrops) -> dict[str, float | None]:
    """Measure whether infrared shows the same face as colour, and another picture of it.

    Returns:
        `ir_rgb_detail`: correlation of the details of eyes, nose and mouth in infrared with those in brightness or in
            red, whichever is higher, in [-1, 1].
        `ir_mirror_gain`: by how much the correlation is higher with colour's mirror image.

        None without infrared or colour, without detail, and where colour is grey itself.
    """
    result: dict[str, float | None] = dict.fromkeys(INFRARED_NAMES)
    if crops.rgb is None or crops.ir is None:
        return result
    rgb, infrared, front = _small(crops.rgb), _small(crops.ir), oval(_DETAIL_SIZE)
    if crops.ir.dtype == np.uint16:
        # Cameras of 16 bits use little of them: brought to the mean of a well lit face of 8 bits.
        infrared = infrared * np.float32(_MEAN_LEVEL / max(float(infrared[front].mean()), _MEAN_LEVEL))
    if float((rgb.max(2) - rgb.min(2))[front].mean()) < _MIN_CHROMA:
        return result
    seen = _detail(infrared)
    luma, red = (_detail(x) for x in (rgb @ np.array([0.299, 0.587, 0.114], np.float32), rgb[..., 0]))
    if min(float(image[front].std()) for image in (seen, luma, red)) < _MIN_DETAIL:
        return result
    upright = _best_match(seen, luma)
    mirrored = _best_match(seen, np.ascontiguousarray(luma[:, ::-1]))
    return {"ir_rgb_detail": max(upright, _best_match(seen, red)), "ir_mirror_gain": mirrored - upright}


def _part(z: Floats, where: Mask) -> tuple[float | None, float | None]:
    """Residual from the part's own plane in mm, and its share of the average face's relief there."""
    use = where & (z > 0)
    if use.any():
        use &= np.abs(z - np.median(z[use])) < _PART_DEPTH_MM
    if int(use.sum()) < _MIN_PART:
        return None, None
    size, middle = z.shape[0], float(np.median(z[use]))
    # A plane is linear in 1 / z; nearer is positive, in mm.
    near = (1.0 / z[use] - 1.0 / middle) * middle * middle
    pair = np.column_stack([-mean_relief(size)[use], near])
    plane = _plane(size)[use]
    pair = pair - plane @ _plane_fit(plane, pair)
    expected, found = pair[:, 0], pair[:, 1]
    return float(found.std()), float(expected @ found / max(float(expected @ expected), 1e-9))


def _offset(z: Floats, middle: float) -> tuple[float | None, float | None]:
    """Where the average face's relief correlates best with the depth, mm, and by how much more than in its place."""
    size = z.shape[0]
    known = (z > 0) & (np.abs(z - middle) < _FRONT_DEPTH_MM)
    near = np.where(known, (1.0 / np.maximum(z, 1.0) - 1.0 / middle) * middle * middle, 0.0)
    places, steps = _places(size)
    weight = np.pad(known, _REACH).ravel()[places].astype(np.float64)
    found = np.pad(near, _REACH).ravel()[places] * weight
    plane, expected = _plane(size)[oval(size)], -mean_relief(size)[oval(size)]
    products = (plane[:, :, None] * plane[:, None, :]).reshape(-1, 9)
    normal = (weight @ products).reshape(-1, 3, 3) + 1e-6 * np.eye(3)
    of_found, of_expected = found @ plane, weight @ (plane * expected[:, None])
    solved = np.linalg.solve(normal, np.stack([of_found, of_expected], axis=2))

    def left(total: Floats, first: Floats, second: int) -> Floats:
        return np.asarray(total - np.einsum("ki,ki->k", first, solved[:, :, second]))

    both = left(found @ expected, of_found, 1)
    power = left(weight @ expected**2, of_expected, 1) * left((found**2).sum(1), of_found, 0)
    fit = np.where(weight.mean(1) >= _MIN_KNOWN, both / np.sqrt(np.maximum(power, 1e-9)), -1.0)
    here = len(steps) // 2
    if fit[here] <= -1.0:
        return None, None
    best = int(fit.argmax())
    return float(np.hypot(*steps[best]) * _FIELD_MM / size), float(fit[best] - fit[here])


@lru_cache(maxsize=4)
def _places(size: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Flat indices into a padded grid of the front moved by every step, (K, P), and the steps in blocks, (K, 2)."""
    steps = np.stack(np.meshgrid(*[np.arange(-_REACH, _REACH + 1)] * 2, indexing="ij"), -1).reshape(-1, 2)
    rows, columns = np.nonzero(oval(size))
    width = size + 2 * _REACH
    moved = (rows + _REACH + steps[:, :1]) * width + columns + _REACH + steps[:, 1:]
    return moved, steps


@lru_cache(maxsize=4)
def _plane(size: int) -> Floats:
    """1, x and y of every block, (size, size, 3), x and y in a square from -0.5 to 0.5."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    return np.stack([np.ones_like(x), x, y], axis=-1)


@lru_cache(maxsize=8)
def _band(size: int, top: float, bottom: float) -> Mask:
    y = _plane(size)[..., 2]
    return np.asarray(oval(size) & (y > top) & (y < bottom), np.bool_)


def _plane_fit(plane: Floats, values: Floats) -> Floats:
    return np.asarray(np.linalg.solve(plane.T @ plane + 1e-9 * np.eye(3), plane.T @ values))


def _small(image: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    size = (_DETAIL_SIZE, _DETAIL_SIZE)
    return cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _detail(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    fine, coarse = (cv2.GaussianBlur(image, (0, 0), sigma) for sigma in (_FINE, _COARSE))
    return np.asarray(fine - coarse, np.float32)


def _best_match(seen: npt.NDArray[np.float32], colour: npt.NDArray[np.float32]) -> float:
    """Correlation of the middle of `seen` with `colour` where it is highest, within the slides."""
    (top, bottom), (left, right) = _DETAIL_ROWS, _DETAIL_COLUMNS
    around = colour[top - _SLIDE_Y : bottom + _SLIDE_Y, left - _SLIDE_X : right + _SLIDE_X]
    return float(cv2.matchTemplate(around, seen[top:bottom, left:right], cv2.TM_CCOEFF_NORMED).max())
