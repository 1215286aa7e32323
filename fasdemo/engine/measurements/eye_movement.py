"""Measure how far the eyelids of a face move within some seconds; a picture's eyelids do not move."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from fasdemo.engine.measurements.limits import MIN_EYE_MOVEMENT
from fasdemo.engine.reasons import Reason

WINDOW_S = 10.0
"""Time over which the eyelids are compared. Adults blink every 3 to 5 s."""
MIN_S = 5.0
"""Shortest time from which a range is computed."""
_MAX_GAP_S = 0.6
"""Longest time between two samples, so that a window of samples is counted as whole."""
_LIDS = ("eyeBlinkLeft", "eyeBlinkRight")
_LOW, _HIGH = 10.0, 100.0
"""Percentiles between which the range is measured. A blink is short, so few samples show it."""


class EyeMovement:
    """Closing of the eyelids of one tracked face in the last `WINDOW_S` seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque()

    def add(self, timestamp_s: float, blendshapes: Mapping[str, float]) -> None:
        """Add MediaPipe's blendshapes; their time must be later than that of the previous ones."""
        if not all(name in blendshapes for name in _LIDS):
            return
        if self._samples and timestamp_s <= self._samples[-1][0]:
            self._samples.clear()
        while self._samples and timestamp_s - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()
        self._samples.append((timestamp_s, min(blendshapes[name] for name in _LIDS)))

    @property
    def range(self) -> float | None:
        """Range of the closing of both eyelids, 0 to 1; None before `MIN_S`."""
        if not self._samples or self._samples[-1][0] - self._samples[0][0] < MIN_S:
            return None
        return self._moved()

    @property
    def codes(self) -> list[Reason]:
        """Return `still_eyes` if the eyelids did not move in the whole window."""
        whole = bool(self._samples) and self._samples[-1][0] - self._samples[0][0] >= WINDOW_S - _MAX_GAP_S
        return [Reason.STILL_EYES] if whole and self._moved() < MIN_EYE_MOVEMENT else []

    def _moved(self) -> float:
        closed = [value for _, value in self._samples]
        return float(np.percentile(closed, _HIGH) - np.percentile(closed, _LOW))
