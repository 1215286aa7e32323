"""Detect colour images of a face that are shown again after they were moved by some pixels, or with added noise.

Such images come from a program and not from a driver. The noise of the sensor reveals them: two captures of one face
differ by twice its power, however they are moved onto each other, but an image and its copy only by what was added.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from fasdemo.faces.face import Box

_SIDE, _REACH = 32, 8
"""Side of the compared square at the middle of the face, and the largest motion, in pixels."""
_CANDIDATES = 2
_WINDOW_S = 1.9
_MIN_BACK = 3
"""Images of the last frames are not candidates, because a face hardly moves between them."""
_KEPT = 64
_SAME_SHARE = 0.9
"""Minimum share of equal pixels in a copy without added noise; two captures of a still scene: 0.52 with noise of half a
grey level."""
_NEARER = 0.8
"""Limit for a copy with added noise: deviation from it, divided by the deviation from the previous image."""
_NEARER_FRAMES = 6
"""Number of consecutive frames with such copies."""
_HELD_S = 1.9
"""Time for which the result remains, because among copies with noise only some are found."""
_MIN_DEVIATION = 0.4
"""Deviation from the previous image in grey levels below which the images have no noise that could be compared."""
_DARK, _BRIGHT = 2, 248
_RIDGE = 1e-3
"""Keeps the fit of a motion solvable in an image without details."""
_MIN_VALID = 0.6
"""Minimum share of pixels that are neither black nor white."""

_Patch = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Past:
    """One earlier image: its time, the square at the face's middle with a border, and its means by row and column."""

    timestamp_s: float
    patch: _Patch
    profiles: npt.NDArray[np.float32]


class MovedRepeatCheck:
    """A check of the colour images of one source, in order, against those of the last seconds."""

    def __init__(self) -> None:
        self._past: deque[_Past] = deque(maxlen=_KEPT)
        self._nearer = 0
        self._found_s = -math.inf

    def reset(self) -> None:
        """Forget all earlier images."""
        self._past.clear()
        self._nearer = 0
        self._found_s = -math.inf

    def check(self, timestamp_s: float, green: npt.NDArray[np.uint8], box: Box | None) -> bool:
        """Return whether an image shows an earlier one of the face again, or one did within the last two seconds.

        Args:
            timestamp_s: time of the frame on the source's clock.
            green: green channel of the colour image.
            box: box of the face in pixels (x, y, width, height); None if there is no face.
        """
        now = None if box is None else _past(timestamp_s, green, box)
        if now is None:
            self.reset()
            return False
        if self._past and not timestamp_s > self._past[-1].timestamp_s:
            self.reset()
        if self._repeats(now):
            self._found_s = timestamp_s
        self._past.append(now)
        return 0.0 <= timestamp_s - self._found_s <= _HELD_S

    def _repeats(self, now: _Past) -> bool:
        if not self._past:
            return False
        centre = now.patch[_REACH:-_REACH, _REACH:-_REACH]
        usable = (centre > _DARK) & (centre < _BRIGHT)
        if float(usable.mean()) < _MIN_VALID:
            self._nearer = 0
            return False
        previous = self._past[-1].patch[_REACH:-_REACH, _REACH:-_REACH]
        if int(np.count_nonzero(centre == previous)) >= _SAME_SHARE * centre.size:
            # The picture stands still, which other checks report; the result must not remain after that.
            return False
        candidates = [_best_match(centre, one.patch) for one in self._candidates(now)]
        if not candidates:
            return False
        _, other = min(candidates, key=lambda one: one[0])
        same = int(np.count_nonzero((centre == other) & usable))
        if same >= _SAME_SHARE * int(np.count_nonzero(usable)):
            return True
        usual = _deviation(centre, _best_match(centre, self._past[-1].patch)[1], usable)
        nearer = usual >= _MIN_DEVIATION and _deviation(centre, other, usable) <= _NEARER * usual
        self._nearer = self._nearer + 1 if nearer else 0
        return self._nearer >= _NEARER_FRAMES

    def _candidates(self, now: _Past) -> list[_Past]:
        """Return the earlier images whose means by row or by column are most similar at any motion."""
        older = [one for one in list(self._past)[: 1 - _MIN_BACK] if now.timestamp_s - one.timestamp_s <= _WINDOW_S]
        if not older:
            return []
        profiles = np.stack([one.profiles for one in older])
        windows = sliding_window_view(profiles, _SIDE, axis=2)
        centre = now.profiles[:, _REACH:-_REACH]
        difference = windows - centre[None, :, None]
        difference -= difference.mean(axis=3, keepdims=True)
        distances = np.abs(difference).mean(axis=3).min(axis=2).min(axis=1)
        return [older[place] for place in np.argsort(distances)[:_CANDIDATES]]


def _past(timestamp_s: float, green: npt.NDArray[np.uint8], box: Box) -> _Past | None:
    """Return what is stored of an image; None if the face's middle is too close to the border of the image."""
    x, y, width, height = box
    if not all(math.isfinite(one) for one in box) or min(width, height) < 2.0:
        return None
    half = _SIDE // 2 + _REACH
    column, row = round(x + width / 2), round(y + height / 2)
    if not (half <= column <= green.shape[1] - half and half <= row <= green.shape[0] - half):
        return None
    patch = green[row - half : row + half, column - half : column + half].copy()
    profiles = np.stack([patch.mean(axis=0, dtype=np.float32), patch.mean(axis=1, dtype=np.float32)])
    return _Past(timestamp_s, patch, profiles)


def _best_match(centre: _Patch, patch: _Patch) -> tuple[float, _Patch]:
    """Return the smallest sum of squared differences from the parts of a patch, and the part that has it."""
    match = cv2.matchTemplate(patch, centre, cv2.TM_SQDIFF)
    least, _, (column, row), _ = cv2.minMaxLoc(match)
    return least, patch[row : row + _SIDE, column : column + _SIDE]


def _deviation(centre: _Patch, other: _Patch, usable: npt.NDArray[np.bool_]) -> float:
    """Return the deviation of two squares, apart from a change of brightness and a motion of less than a pixel."""
    a, b = centre.astype(np.float32), other.astype(np.float32)
    down, across = np.gradient((a + b) / 2.0)
    terms = np.stack([across, down, np.ones_like(across)], axis=-1)[usable].astype(np.float64)
    change = (a - b)[usable].astype(np.float64)
    rest = change - terms @ np.linalg.solve(terms.T @ terms + _RIDGE * np.eye(3), terms.T @ change)
    return float(np.sqrt(np.mean(rest * rest)))
