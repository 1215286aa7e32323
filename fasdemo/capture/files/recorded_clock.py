"""Continuous times and numbers for a recording whose clock wraps around or whose device was restarted."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from fasdemo.capture.device_clock import CaptureMarks, ClockUnwrapper
from fasdemo.frames import FrameSet, StreamTime

RESTARTED = "counter_restarted"
_REMEMBERED = 64
"""Number of recent frame sets in which repeated ones are detected."""


class RecordedClock:
    """A converter that gives each frame set of a recording a number and a time on one continuous clock.

    Numbers follow the colour stream's counter, so that a frame that was not recorded leaves a gap. If the counter
    decreases, the frame set is either a repeated one, or the device was restarted and the numbering continues.
    """

    def __init__(self) -> None:
        self._first: int | None = None
        self.start_over()

    def start_over(self) -> None:
        """Prepare for reading from another position of the same file."""
        self._unwrapper = ClockUnwrapper()
        self._marks = CaptureMarks()
        self._seen: deque[StreamTime] = deque(maxlen=_REMEMBERED)
        self._last: tuple[int, int, float] | None = None
        self._numbers_ahead = 0
        self._shift_s = 0.0
        self._period_s = 0.0

    def place(self, frame: FrameSet) -> tuple[FrameSet, int, bool] | None:
        """Return the frame set with continuous times, its number, and whether the device was restarted before it.

        Returns None for a repeated frame set.
        """
        mark = frame.times["rgb"]
        if mark in self._seen or not self._marks.is_new("rgb", mark):
            return None
        self._marks.note("rgb", mark)
        self._seen.append(mark)
        times = {
            stream: StreamTime(self._unwrapper.unwrap(time.timestamp_s), time.counter)
            for stream, time in frame.times.items()
        }
        raw_s = times["rgb"].timestamp_s
        if self._first is None:
            self._first = mark.counter
        broken = False
        index = mark.counter - self._first + self._numbers_ahead
        if self._last is not None:
            counter, last_index, last_s = self._last
            if mark.counter == counter:
                index = last_index + 1
                self._numbers_ahead += 1
            elif mark.counter < counter:
                broken = True
                self._numbers_ahead += last_index + 1 - index
                index = last_index + 1
            if broken and raw_s + self._shift_s <= last_s:
                self._shift_s = last_s + self._period_s - raw_s
            elif raw_s + self._shift_s > last_s:
                self._period_s = min(raw_s + self._shift_s - last_s, 1.0)
        timestamp_s = raw_s + self._shift_s
        self._last = (mark.counter, index, timestamp_s)
        shifted = {stream: StreamTime(time.timestamp_s + self._shift_s, time.counter) for stream, time in times.items()}
        return replace(frame, timestamp_s=timestamp_s, times=shifted), index, broken
