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
_RIDGE = 1e-3 * np.eye(3)
"""Keeps the fit of a motion solvable in an image without details."""
_MIN_VALID = 0.6
"""Minimum share of pixels that are neither black nor white."""

_Patch = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Image:
    """What is compared of one image.

    Attributes:
        patch: the square at the face's middle with a border, uint8 (_SIDE + 2 * _REACH, _SIDE + 2 * _REACH).
        windows: its means by column and by row at every motion, without the mean of those at that motion, float32
            (_SIDE, 2, 2 * _REACH + 1).
    """

    patch: _Patch
    windows: npt.NDArray[np.float32]


class _Ring:
    """The last images, with the means of all of them in one array."""

    def __init__(self) -> None:
        self._patches: deque[_Patch] = deque(maxlen=_KEPT)
        self._times_s: deque[float] = deque(maxlen=_KEPT)
        self._windows = np.zeros((_SIDE, 2, 2 * _REACH + 1, _KEPT), np.float32)
        # Kept, because a new array of this size costs more than its values.
        self._difference = np.empty_like(self._windows)
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._patches)

    @property
    def last(self) -> tuple[float, _Patch]:
        """Time and square of the last image."""
        return self._times_s[-1], self._patches[-1]

    def clear(self) -> None:
        """Forget all images."""
        self._patches.clear()
        self._times_s.clear()
        self._count = 0

    def add(self, timestamp_s: float, image: _Image) -> None:
        """Add an image, in place of the oldest one if there are `_KEPT`."""
        self._windows[..., self._count % _KEPT] = image.windows
        self._patches.append(image.patch)
        self._times_s.append(timestamp_s)
        self._count += 1

    def most_similar(self, timestamp_s: float, image: _Image) -> list[_Patch]:
        """Return the squares of the earlier images whose means by row or by column are most similar at any motion."""
        kept = len(self._patches)
        old = [place for place in range(kept - _MIN_BACK + 1) if timestamp_s - self._times_s[place] <= _WINDOW_S]
        if not old:
            return []
        difference = np.subtract(self._windows, image.windows[:, :, _REACH, None, None], out=self._difference)
        # Images are along the last axis: sums over the first axis take a fifth of the time of those over the last.
        distances = np.add.reduce(np.abs(difference, out=difference), axis=0).min(axis=(0, 1))
        first = self._count - kept
        distances = distances[[(first + place) % _KEPT for place in old]]
        return [self._patches[old[place]] for place in np.argsort(distances)[:_CANDIDATES]]


class MovedRepeatCheck:
    """A check of the colour images of one source, in order, against those of the last seconds."""

    def __init__(self) -> None:
        self._past = _Ring()
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
        now = None if box is None else _image(green, box)
        if now is None:
            self.reset()
            return False
        if self._past and not timestamp_s > self._past.last[0]:
            self.reset()
        if self._repeats(timestamp_s, now):
            self._found_s = timestamp_s
        self._past.add(timestamp_s, now)
        return 0.0 <= timestamp_s - self._found_s <= _HELD_S

    def _repeats(self, timestamp_s: float, now: _Image) -> bool:
        if not self._past:
            return False
        centre = now.patch[_REACH:-_REACH, _REACH:-_REACH]
        usable = (centre > _DARK) & (centre < _BRIGHT)
        count = int(np.count_nonzero(usable))
        if count < _MIN_VALID * usable.size:
            self._nearer = 0
            return False
        previous = self._past.last[1]
        if int(np.count_nonzero(centre == previous[_REACH:-_REACH, _REACH:-_REACH])) >= _SAME_SHARE * centre.size:
            # The picture stands still, which other checks report; the result must not remain after that.
            return False
        candidates = [_best_match(centre, patch) for patch in self._past.most_similar(timestamp_s, now)]
        if not candidates:
            return False
        _, other = min(candidates, key=lambda one: one[0])
        if int(np.count_nonzero((centre == other) & usable)) >= _SAME_SHARE * count:
            return True
        places = np.flatnonzero(usable)
        usual = _deviation(centre, _best_match(centre, previous)[1], places)
        nearer = usual >= _MIN_DEVIATION and _deviation(centre, other, places) <= _NEARER * usual
        self._nearer = self._nearer + 1 if nearer else 0
        return self._nearer >= _NEARER_FRAMES


def _image(green: npt.NDArray[np.uint8], box: Box) -> _Image | None:
    """Return what is compared of an image; None if the face's middle is too close to the border of the image."""
    x, y, width, height = box
    if not all(math.isfinite(one) for one in box) or min(width, height) < 2.0:
        return None
    half = _SIDE // 2 + _REACH
    column, row = round(x + width / 2), round(y + height / 2)
    if not (half <= column <= green.shape[1] - half and half <= row <= green.shape[0] - half):
        return None
    patch = green[row - half : row + half, column - half : column + half].copy()
    profiles = np.empty((2, 2 * half), np.float32)
    profiles[0] = cv2.reduce(patch, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    profiles[1] = cv2.reduce(patch, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[:, 0]
    windows = sliding_window_view(profiles, _SIDE, axis=1).transpose(2, 0, 1)
    return _Image(patch, np.asarray(windows - np.add.reduce(windows, axis=0) / np.float32(_SIDE), np.float32))


def _best_match(centre: _Patch, patch: _Patch) -> tuple[float, _Patch]:
    """Return the smallest sum of squared differences from the parts of a patch, and the part that has it."""
    match = cv2.matchTemplate(patch, centre, cv2.TM_SQDIFF)
    least, _, (column, row), _ = cv2.minMaxLoc(match)
    return least, patch[row : row + _SIDE, column : column + _SIDE]


def _deviation(centre: _Patch, other: _Patch, places: npt.NDArray[np.intp]) -> float:
    """Return the deviation of two squares, apart from a change of brightness and a motion of less than a pixel.

    Args:
        centre: one square.
        other: the other one.
        places: flat indexes of the compared pixels.
    """
    terms = np.ones((3, len(places)))
    _slopes(np.add(centre, other, dtype=np.float64)).take(places, axis=1, out=terms[:2])
    # Half the difference of two neighbours, of the mean of both squares.
    terms[:2] *= 0.25
    change = np.subtract(centre, other, dtype=np.float64).ravel().take(places)
    _, found = cv2.solve(terms @ terms.T + _RIDGE, (terms @ change)[:, None])
    rest = change - found[:, 0] @ terms
    return math.sqrt(float(rest @ rest) / len(rest))


def _slopes(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the difference of the two neighbours of each pixel of a square along x and along y, (2, pixels).

    At the border it is twice the difference from the only neighbour. It is twice what
    `np.gradient` returns, which takes three times as long.
    """
    side = len(values)
    slopes = np.empty((2, side, side))
    flat = values.ravel()
    np.subtract(flat[2:], flat[:-2], out=slopes[0].ravel()[1:-1])
    np.subtract(values[2:], values[:-2], out=slopes[1, 1:-1])
    # Both borders at once: the first and the last but one, and those after them.
    slopes[0, :, :: side - 1] = 2.0 * (values[:, 1 :: side - 2] - values[:, :: side - 2])
    slopes[1, :: side - 1] = 2.0 * (values[1 :: side - 2] - values[:: side - 2])
    return slopes.reshape(2, -1)
