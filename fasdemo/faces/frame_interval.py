"""The usual time between two frames of a source, which limits on what may happen between them follow."""

from __future__ import annotations

import math
from collections import deque
from statistics import median

_FRAMES = 9
_MIN_FRAMES = 3
MAX_INTERVAL_S = 0.5
"""At fewer than two frames a second a face cannot be followed from one to the next."""
PAUSE = 1.7
"""A pause of more than so many intervals is one in which frames are missing."""


class FrameInterval:
    """Median of the last intervals; one long pause does not change it, a slow source does."""

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._intervals: deque[float] = deque(maxlen=_FRAMES)

    def note(self, timestamp_s: float) -> None:
        """Take the time of the next frame; a time that goes back or stands is left out."""
        last, self._last_s = self._last_s, timestamp_s
        if last is not None and math.isfinite(timestamp_s - last) and timestamp_s > last:
            self._intervals.append(timestamp_s - last)

    @property
    def seconds(self) -> float:
        """Return the usual interval; 0 while it is not known."""
        return median(self._intervals) if len(self._intervals) >= _MIN_FRAMES else 0.0

    def max_gap_s(self, usual_s: float) -> float:
        """Return how long nothing may be seen: `usual_s`, or a little more than one interval of a slow source."""
        return max(usual_s, PAUSE * min(self.seconds, MAX_INTERVAL_S))
