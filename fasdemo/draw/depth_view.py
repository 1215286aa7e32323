"""Draw depth in colours on a fixed scale in metres, so that a colour means the same distance in every frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from fasdemo.frames import Depth, Rgb

NO_READING = (32, 33, 36)
"""Colour of pixels without a depth value; no distance has this colour."""
_COLOURS = 256


@dataclass(frozen=True, slots=True)
class DepthScale:
    """The distances at the ends of the colour scale, metres; values beyond an end get its colour."""

    near_m: float = 0.25
    far_m: float = 1.50

    def __post_init__(self) -> None:
        if not 0.0 <= self.near_m < self.far_m:
            raise ValueError("near_m must be smaller than far_m and not negative")

    def ticks_m(self, step_m: float = 0.25) -> tuple[float, ...]:
        """Return the distances to label: the multiples of `step_m` within the scale."""
        first, last = int(np.ceil(self.near_m / step_m - 1e-9)), int(np.floor(self.far_m / step_m + 1e-9))
        return tuple(round(number * step_m, 6) for number in range(first, last + 1))

    def position(self, distance_m: float) -> float:
        """Return the position of a distance on the scale, from 0 (near) to 1 (far), clipped."""
        return float(np.clip((distance_m - self.near_m) / (self.far_m - self.near_m), 0.0, 1.0))


DEFAULT_SCALE = DepthScale()
"""From 0.25 m to 1.5 m: the range in which a RealSense D400 measures a face well enough."""


@lru_cache(maxsize=1)
def palette() -> Rgb:
    """Return the colours of the scale from near to far, uint8 (256, 3) RGB.

    The colours are reversed viridis, so near is bright. Its lightness decreases monotonically, so it can be read in
    grey and with colour blindness (Nunez, Anderton and Renslow 2018).
    """
    ramp = np.arange(_COLOURS - 1, -1, -1, dtype=np.uint8).reshape(-1, 1)
    colours = np.ascontiguousarray(cv2.applyColorMap(ramp, cv2.COLORMAP_VIRIDIS)[:, 0, ::-1], np.uint8)
    colours.flags.writeable = False
    return colours


def colour_depth(depth: Depth, depth_scale: float, scale: DepthScale = DEFAULT_SCALE) -> Rgb:
    """Return depth as colours.

    Args:
        depth: uint16 (h, w), 0 = no depth value.
        depth_scale: metres per depth unit.
        scale: the distances at the ends of the colours.

    Returns:
        uint8 (h, w, 3) RGB; `NO_READING` where there is no depth value.
    """
    span = (scale.far_m - scale.near_m) / depth_scale
    # OpenCV's saturating scale and shift takes 0.2 ms for 640 x 480; NumPy takes several milliseconds.
    index = cv2.convertScaleAbs(
        np.maximum(depth, np.uint16(min(65535, scale.near_m / depth_scale))),
        alpha=(_COLOURS - 1) / span,
        beta=-(_COLOURS - 1) * scale.near_m / (scale.far_m - scale.near_m),
    )
    missing = depth == 0
    channels = [np.asarray(cv2.LUT(index, np.ascontiguousarray(column)), np.uint8) for column in palette().T]
    for channel, value in zip(channels, NO_READING, strict=True):
        # Assigning colours to the pixels of a mask takes seven times as long.
        np.copyto(channel, value, where=missing)
    return np.asarray(cv2.merge(channels), np.uint8)


def depth_at_mm(depth: Depth, depth_scale: float, x: int, y: int) -> float | None:
    """Return the distance at a pixel in millimetres; None without a depth value or outside the image."""
    height, width = depth.shape
    if not (0 <= x < width and 0 <= y < height) or depth[y, x] == 0:
        return None
    return float(depth[y, x]) * depth_scale * 1000.0
