"""Follow a detected face for a few frames by the shift of its picture, which takes a tenth of a detector's pass."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Face

_Plane = npt.NDArray[np.float64]

_SIZE = 64
_SIDE = 1.25
"""Side of the compared square, as a factor on the longer side of the face's box."""
_BORDER = 10
"""Pixels at the border of the square that are not compared, which limits the shift too."""
MIN_CORRELATION = 0.96
"""Minimum correlation of the shifted picture with that of the detection. Below it the face has turned, changed its
expression or its size, or is covered or exchanged, and must be detected again. In the demo session, 5 % of the frames
after a detection are below it, and 25 % of the fourth frames after it; above it, followed key points differ from
detected ones by 2 to 3 % of the eye distance, as much as two detections of one face do."""
_MIN_CONTRAST = 3.0
"""Minimum standard deviation in grey levels; in a plainer picture, a shift cannot be measured."""


class Follower:
    """A face as it was detected in one frame, which is found again in the following frames.

    Args:
        rgb: uint8 (H, W, 3), the frame of the detection.
        face: the face that was detected in it.
    """

    def __init__(self, rgb: npt.NDArray[np.uint8], face: Face) -> None:
        self._face = face
        x, y, width, height = face.box
        self._side = _SIDE * max(width, height)
        self._left, self._top = x + width / 2 - self._side / 2, y + height / 2 - self._side / 2
        self._picture = self._square(rgb)
        self.moved = 0.0
        """Distance of the last followed position from the detection, divided by the side of the box."""
        self.correlation = 0.0
        """Correlation of the last picture with that of the detection; 0 if they could not be compared."""

    def follow(self, rgb: npt.NDArray[np.uint8]) -> Face | None:
        """Return the face in a later frame; None if its picture does not match that of the detection.

        Only its position changes: box and key points are shifted, and its confidence is that of the detection.

        Args:
            rgb: uint8 (H, W, 3), of the same size as the frame of the detection.
        """
        self.correlation = 0.0
        if self._picture is None:
            return None
        now = self._square(rgb)
        if now is None:
            return None
        (dx, dy), _ = cv2.phaseCorrelate(self._picture, now, _window())
        if not max(abs(dx), abs(dy)) <= _BORDER:
            return None
        back = np.array([[1.0, 0.0, -dx], [0.0, 1.0, -dy]])
        shifted = np.asarray(cv2.warpAffine(now, back, (_SIZE, _SIZE), borderMode=cv2.BORDER_REPLICATE), np.float64)
        inner = slice(_BORDER, _SIZE - _BORDER)
        self.correlation = _correlation(self._picture[inner, inner], shifted[inner, inner])
        if not self.correlation >= MIN_CORRELATION:
            return None
        pixels = self._side / _SIZE
        move = np.array([dx, dy]) * pixels
        x, y, width, height = self._face.box
        self.moved = float(np.hypot(*move)) / max(width, height)
        return replace(
            self._face,
            box=(x + float(move[0]), y + float(move[1]), width, height),
            keypoints=(self._face.keypoints + move).astype(np.float32),
        )

    def _square(self, rgb: npt.NDArray[np.uint8]) -> _Plane | None:
        """Return the brightness of the square, float64 (_SIZE, _SIZE); None if it leaves the picture or is plain."""
        left, top, side = round(self._left), round(self._top), round(self._side)
        if left < 0 or top < 0 or left + side > rgb.shape[1] or top + side > rgb.shape[0] or side < _SIZE // 2:
            return None
        small = cv2.resize(rgb[top : top + side, left : left + side], (_SIZE, _SIZE), interpolation=cv2.INTER_LINEAR)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float64)
        return grey if float(cv2.meanStdDev(grey)[1][0, 0]) >= _MIN_CONTRAST else None


def _correlation(a: _Plane, b: _Plane) -> float:
    x, y = a - np.add.reduce(a, axis=None) / a.size, b - np.add.reduce(b, axis=None) / b.size
    return float(np.vdot(x, y) / np.sqrt(np.vdot(x, x) * np.vdot(y, y)))


@cache
def _window() -> _Plane:
    return np.asarray(cv2.createHanningWindow((_SIZE, _SIZE), cv2.CV_64F), np.float64)
