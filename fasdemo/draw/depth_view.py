"""Depth as colours on a fixed scale in metres, so that one colour means one distance in every frame and file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Depth, Rgb

NO_READING = (32, 33, 36)
"""Colour of pixels without a reading, which no distance has."""
_COLOURS = 256


@dataclass(frozen=True, slots=True)
class DepthScale:
    """The distances at the two ends of the colour scale, metres; what lies beyond gets the end's colour."""

    near_m: float = 0.25
    far_m: float = 1.50

    def __post_init__(self) -> None:
        if not 0.0 <= self.near_m < self.far_m:
            raise ValueError("near_m must be smaller than far_m and not negative")

    def ticks_m(self, step_m: float = 0.25) -> tuple[float, ...]:
        """The labelled distances: the multiples of `step_m` within the scale."""
        first, last = int(np.ceil(self.near_m / step_m - 1e-9)), int(np.floor(self.far_m / step_m + 1e-9))
        return tuple(round(number * step_m, 6) for number in range(first, last + 1))

    def position(self, distance_m: float) -> float:
        """Where a distance lies on the scale: 0 = near, 1 = far, clipped."""
        return float(np.clip((distance_m - self.near_m) / (self.far_m - self.near_m), 0.0, 1.0))


DEFAULT_SCALE = DepthScale()
"""An arm's length before a kiosk to a queue behind it: what a D400 measures well enough for a face."""


def palette() -> Rgb:
    """The scale's colours from near to far, uint8 (256, 3), R, G, B.

    Viridis backwards: near is bright. Its lightness falls all the way, so it reads the same in grey and for the
    colour-blind (Nunez, Anderton and Renslow 2018 start from it).
    """
    ramp = np.arange(_COLOURS - 1, -1, -1, dtype=np.uint8).reshape(-1, 1)
    return cast(Rgb, np.ascontiguousarray(cv2.applyColorMap(ramp, cv2.COLORMAP_VIRIDIS)[:, 0, ::-1]))


def colour_depth(depth: Depth, depth_scale: float, scale: DepthScale = DEFAULT_SCALE) -> Rgb:
    """Depth as colours.

    Args:
        depth: uint16 (h, w), 0 = no reading.
        depth_scale: metres per depth unit.
        scale: the distances at the ends of the colours.

    Returns:
        uint8 (h, w, 3), R, G, B; `NO_READING` where there is none.
    """
    span = (scale.far_m - scale.near_m) / depth_scale
    # One saturating scale and shift in OpenCV: 0.2 ms for 640 x 480, where numpy takes several.
    index = cv2.convertScaleAbs(
        np.maximum(depth, np.uint16(min(65535, scale.near_m / depth_scale))),
        alpha=(_COLOURS - 1) / span,
        beta=-(_COLOURS - 1) * scale.near_m / (scale.far_m - scale.near_m),
    )
    colours = cv2.merge([cv2.LUT(index, np.ascontiguousarray(column)) for column in palette().T])
    colours[depth == 0] = NO_READING
    return cast(Rgb, colours)


def depth_at_mm(depth: Depth, depth_scale: float, x: int, y: int) -> float | None:
    """The distance at a pixel in millimetres; None without a reading or outside the image."""
    height, width = depth.shape
    if not (0 <= x < width and 0 <= y < height) or depth[y, x] == 0:
        return None
    return float(depth[y, x]) * depth_scale * 1000.0


def colour_bar(height: int, scale: DepthScale = DEFAULT_SCALE, ticks: bool = True) -> Rgb:
    """The scale as a picture to put beside a depth image: near at the bottom, distances in metres.

    Returns:
        uint8 (height, W, 3) with W about a seventh of a VGA picture's height.
    """
    width = 68 if ticks else 20
    bar: npt.NDArray[np.uint8] = np.full((height, width, 3), NO_READING, np.uint8)
    margin = 10
    ramp = cv2.resize(palette()[::-1].reshape(-1, 1, 3), (14, max(1, height - 2 * margin)))
    bar[margin : margin + ramp.shape[0], 4:18] = ramp
    for distance_m in scale.ticks_m() if ticks else ():
        y = margin + round((1.0 - scale.position(distance_m)) * (ramp.shape[0] - 1))
        cv2.line(bar, (18, y), (22, y), (220, 222, 226), 1)
        cv2.putText(
            bar, f"{distance_m:.2f} m", (25, y + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (220, 222, 226), 1, cv2.LINE_AA
        )
    return bar
