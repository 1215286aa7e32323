"""The usual time between two frames of a source, from which the limits on gaps between frames are computed."""

from __future__ import annotations

import math
from collections import deque
from statistics import median

_FRAMES = 9
_MIN_FRAMES = 3
MAX_INTERVAL_S = 0.5
"""Longest interval: at fewer than two frames per second, a face cannot be tracked from frame to frame."""
PAUSE = 1.7
"""If two frames are more than this number of intervals apart, frames between them are missing."""


class FrameInterval:
    """The median of the last intervals, which a single long pause does not change."""

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._intervals: deque[float] = deque(maxlen=_FRAMES)
        self.seconds = 0.0
        """The usual interval in seconds; 0 while it is unknown."""

    def note(self, timestamp_s: float) -> None:
        """Add the time of the next frame in seconds; a time that does not increase is ignored."""
        last, self._last_s = self._last_s, timestamp_s
        if last is not None and math.isfinite(timestamp_s - last) and timestamp_s > last:
            self._intervals.append(timestamp_s - last)
            self.seconds = median(self._intervals) if len(self._intervals) >= _MIN_FRAMES else 0.0

    def max_gap_s(self, usual_s: float) -> float:
        """Return the longest allowed gap in seconds: `usual_s`, or 1.7 intervals for a slow source."""
        return max(usual_s, PAUSE * min(self.seconds, MAX_INTERVAL_S))
