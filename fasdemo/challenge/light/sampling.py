"""Sample the light of a face and of its background in one picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Points
from fasdemo.faces.mesh import mesh_triangles

Floats = npt.NDArray[np.float64]

_BLUR_SHARE = 0.025
"""Standard deviation of the blur before the face is sampled, as a share of the width of the face."""
_MARGIN = 0.6
"""Distance of the background from the face, as a share of the width of the face; hair and neck are nearer."""
_GRID = 12
"""Columns and rows of blocks into which the picture is divided for the background."""
_LANDMARKS = 468
# Eyes, eyebrows and lips move, and glasses cover the eyes; the outline is next to hair and background.
_EXCLUDED_MIDDLES = (
    33, 133, 159, 145, 362, 263, 386, 374, 70, 105, 107, 300, 334, 336, 13, 14, 61, 291, 0, 17, 468, 473,
)  # fmt: skip
_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LightSample:
    """The light of one picture, in linear values from 0 to 1.

    Attributes:
        face: float64 (468, 3): red, green and blue at the landmarks; NaN outside the picture.
        background: float64 (B, 3): means of blocks beside the face; the same blocks as long as the face does not move
            far, see `blocks`.
        blocks: int64 (B,): numbers of the blocks.
    """

    face: Floats
    background: Floats
    blocks: npt.NDArray[np.int64]


@cache
def skin_points() -> npt.NDArray[np.int64]:
    """Return the numbers of the landmarks on skin: without eyes, eyebrows, lips, outline and their neighbours."""
    left_out = set(_OVAL) | {number for number in _EXCLUDED_MIDDLES if number < _LANDMARKS}
    neighbours: set[int] = set()
    for triangle in mesh_triangles():
        if left_out.intersection(map(int, triangle)):
            neighbours.update(map(int, triangle))
    return np.array(sorted(set(range(_LANDMARKS)) - neighbours - left_out), np.int64)


@cache
def inner_points() -> npt.NDArray[np.int64]:
    """Return the numbers of the landmarks inside the outline of the face, with eyes, eyebrows and lips."""
    return np.array(sorted(set(range(_LANDMARKS)) - set(_OVAL)), np.int64)


def sample_light(rgb: npt.NDArray[np.uint8], landmarks: Points) -> LightSample:
    """Return the light of the face and of its background.

    Args:
        rgb: uint8 (H, W, 3).
        landmarks: (478, 2 or 3), pixels.
    """
    points = np.asarray(landmarks[:_LANDMARKS, :2], np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    width = float(high[0] - low[0])
    height, columns = rgb.shape[:2]
    pad = max(8, round(0.15 * width))
    left, top = (max(0, int(value) - pad) for value in low)
    right, bottom = min(columns, int(high[0]) + pad), min(height, int(high[1]) + pad)
    face = np.full((_LANDMARKS, 3), np.nan)
    if right - left >= 8 and bottom - top >= 8:
        part = cv2.GaussianBlur(_linear()[rgb[top:bottom, left:right]], (0, 0), max(1.0, _BLUR_SHARE * width))
        at = (points - (left, top)).astype(np.float32)
        found = cv2.remap(part, at[:, 0], at[:, 1], cv2.INTER_LINEAR).reshape(-1, 3)
        inside = (at >= 0).all(axis=1) & (at <= (right - left - 1, bottom - top - 1)).all(axis=1)
        face[inside] = found[inside]
    margin = _MARGIN * width
    means = cv2.resize(_linear()[rgb[::2, ::2]], (_GRID, _GRID), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    x = (np.arange(_GRID) + 0.5) / _GRID * columns
    y = (np.arange(_GRID) + 0.5) / _GRID * height
    # Below the face are clothes, which receive the same light as the face.
    beside = (x < low[0] - margin) | (x > high[0] + margin)
    above = y < high[1]
    blocks = np.flatnonzero((above[:, None] & beside[None, :]).ravel())
    return LightSample(face, means[blocks].astype(np.float64), blocks)


@cache
def _linear() -> npt.NDArray[np.float32]:
    """Return the linear value of each 8-bit sRGB value, float32 (256,)."""
    value = np.arange(256) / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)
