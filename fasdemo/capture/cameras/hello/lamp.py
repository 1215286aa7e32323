"""Separate the light of the pulsed infrared lamp from the light of the room.

Windows Hello cameras light every second infrared frame. Lit frames are recognised by their level and not by their
number, because frames can be lost. A frame is lit if a part of it is brighter than in the frames before and after it;
it is dark if a part is darker than in both. A change of the room's light or a movement is not between two such frames,
so it is neither. The difference between a lit frame and the mean of its dark neighbours shows the scene in the lamp's
light alone; the dark frames show the infrared light of the room.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Ir

_GRID = (32, 24)
"""Columns and rows of the blocks whose means are compared."""
_MIN_STEP = 2.0
"""Difference of a block's mean from both neighbouring frames that counts, in grey levels of 255. The noise of a mean of
400 pixels is below 0.5, also in dim images."""
_NOISE = 1.0
"""Smaller differences are not added up."""
_MIN_SHARE = 0.02
"""Share of the blocks that must differ. A face at the maximum distance covers 4 %."""
_MIN_RATIO = 3.0
"""Sum of the differences in one direction divided by that in the other direction."""
_KEPT = 8
"""Number of triples whose states are kept."""
_MIN_ALTERNATING = 5
"""Number of changes between lit and dark among them, of at most 7; a lost frame costs one. The flicker of lamps on
50 Hz mains repeats after three frames at 15 and 30 frames per second and gives at most 3 changes."""
_MAX_GAP = 1.6
"""Longest interval between two frames of a triple, in usual intervals; beyond it, a frame was lost."""
_INTERVALS = 15


@dataclass(frozen=True, slots=True)
class InfraredFrame:
    """An image of the infrared camera: uint8 or uint16 (h, w), and its time on the host's monotonic clock in s."""

    image: Ir
    timestamp_s: float


@dataclass(frozen=True, slots=True)
class LampExposure:
    """A frame of the infrared camera, separated into two lights.

    Attributes:
        timestamp_s: time of the lit frame on the host's monotonic clock.
        lamp: light of the lamp alone, as the input's type and shape.
        ambient: light of the room, as the input's type and shape.
    """

    timestamp_s: float
    lamp: Ir
    ambient: Ir


class LampSeparator:
    """A filter for the frames of one infrared camera, in order."""

    def __init__(self) -> None:
        self._frames: deque[tuple[InfraredFrame, npt.NDArray[np.float32]]] = deque(maxlen=3)
        self._intervals: deque[float] = deque(maxlen=_INTERVALS)
        self._states: deque[int] = deque(maxlen=_KEPT)

    @property
    def pulsing(self) -> bool:
        """Whether lit and dark frames have alternated recently."""
        changes = sum(1 for one, other in pairwise(self._states) if one * other < 0)
        return changes >= _MIN_ALTERNATING

    @property
    def interval_s(self) -> float:
        """The usual time between two frames; 0 while it is unknown."""
        return median(self._intervals) if self._intervals else 0.0

    def push(self, frame: InfraredFrame) -> LampExposure | None:
        """Add the next frame.

        Returns:
            The previous frame separated into two lights, if it was lit and the lamp pulses; else None.
        """
        if self._frames:
            last = self._frames[-1][0]
            interval_s = frame.timestamp_s - last.timestamp_s
            if last.image.shape != frame.image.shape or last.image.dtype != frame.image.dtype or interval_s <= 0:
                self._frames.clear()
                self._states.clear()
            else:
                self._intervals.append(interval_s)
                if interval_s > _MAX_GAP * self.interval_s:
                    # A frame between these two was lost, so they are not neighbours.
                    self._frames.clear()
        self._frames.append((frame, _means(frame.image)))
        if len(self._frames) < 3:
            return None
        before, middle, after = self._frames
        state = _state(before[1], middle[1], after[1])
        self._states.append(state)
        if state <= 0 or not self.pulsing:
            return None
        ambient = cv2.addWeighted(before[0].image, 0.5, after[0].image, 0.5, 0.0)
        lamp = cv2.subtract(middle[0].image, ambient)
        return LampExposure(middle[0].timestamp_s, as_ir(lamp), as_ir(ambient))


def _means(image: Ir) -> npt.NDArray[np.float32]:
    # Means of integers would be rounded, which is more than the noise of a mean.
    scale = np.float32(1.0 / 257.0 if image.dtype == np.uint16 else 1.0)
    return np.asarray(cv2.resize(image.astype(np.float32), _GRID, interpolation=cv2.INTER_AREA) * scale, np.float32)


def _state(before: npt.NDArray[np.float32], middle: npt.NDArray[np.float32], after: npt.NDArray[np.float32]) -> int:
    """Return 1 if the middle frame is lit, -1 if it is dark, and 0 if neither is clear."""
    lit = middle - np.maximum(before, after)
    dark = np.minimum(before, after) - middle
    for sign, seen, other in ((1, lit, dark), (-1, dark, lit)):
        enough = np.count_nonzero(seen > _MIN_STEP) >= _MIN_SHARE * seen.size
        if enough and _above(seen) >= _MIN_RATIO * _above(other):
            return sign
    return 0


def _above(values: npt.NDArray[np.float32]) -> float:
    return float(values[values > _NOISE].sum())


def as_ir(image: npt.NDArray[np.generic]) -> Ir:
    """Return an image as uint16 if it is uint16, else as uint8."""
    return np.asarray(image, np.uint16) if image.dtype == np.uint16 else np.asarray(image, np.uint8)
