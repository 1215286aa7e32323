"""Device clocks compared with the host's clock: the age of frames on arrival, and clocks that wrap around to zero."""

from __future__ import annotations

from fasdemo.frames import Stream, StreamTime

MAX_DRIFT = 2e-4
"""Maximum relative drift between the device's and the host's clock: two crystals of 100 parts per million each."""
_WRAPS_S = (2**32 / 1e6, 2**32 / 1e3)
"""Periods of 32-bit clocks that count microseconds (71.6 minutes) or milliseconds (49.7 days)."""
_NEAR_S = 2.0
"""A step is a wrap-around if adding one period brings the time within this distance of the last one."""


class CaptureAge:
    """An estimate of the age of frames on arrival, from a device clock with an unknown offset to the host's clock.

    The offset is the smallest difference between arrival and device time so far, because frames can only arrive late.
    It may increase by `MAX_DRIFT`, because the clocks drift. The age is therefore too small by the transport time of
    the fastest frame, and a delay that grows by less than 0.02 % of the elapsed time is not detected.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._at_s = 0.0

    @property
    def offset_s(self) -> float | None:
        """Host time minus device time of a frame that arrives without delay; None before the first frame."""
        return self._offset_s

    def update(self, device_s: float, host_s: float) -> float:
        """Return the age in seconds of a frame captured at `device_s` (device clock), on arrival at `host_s`."""
        seen_s = host_s - device_s
        if self._offset_s is None:
            self._offset_s, self._at_s = seen_s, host_s
        else:
            self._offset_s = min(seen_s, self._offset_s + MAX_DRIFT * max(host_s - self._at_s, 0.0))
        # The latest arrival, so that arrivals that go to and fro allow no additional drift.
        self._at_s = max(self._at_s, host_s)
        return seen_s - self._offset_s


class ClockUnwrapper:
    """A converter from a 32-bit device clock that wraps around to a continuous time.

    The streams of one device may be passed in any order: a time from just before the wrap-around that is passed just
    after it is converted correctly too.
    """

    def __init__(self) -> None:
        self._turns_s = 0.0
        self._last_s: float | None = None

    def unwrap(self, device_s: float) -> float:
        """Return the continuous time in seconds; a step that is not a wrap-around is kept."""
        value = device_s + self._turns_s
        last = self._last_s
        if last is not None and not abs(value - last) <= _NEAR_S:
            for period in _WRAPS_S:
                if abs(value + period - last) <= _NEAR_S:
                    value += period
                    self._turns_s += period
                    break
                if self._turns_s > 0 and abs(value - period - last) <= _NEAR_S:
                    # Captured before the wrap-around and read after it, so later times are not affected.
                    return value - period
        self._last_s = value
        return value


class CaptureMarks:
    """The last counter and time of each stream, to distinguish a new image from a repeated one.

    The counter is -1 for a stream without one, and constant for a device without counters. In both cases only the time
    is compared.
    """

    def __init__(self) -> None:
        self._last: dict[Stream, StreamTime] = {}
        self._counts = False

    def last(self, stream: Stream) -> StreamTime | None:
        """Return the stream's last counter and time; None before the first."""
        return self._last.get(stream)

    def is_new(self, stream: Stream, time: StreamTime) -> bool:
        """Return whether a counter and time belong to a new image of the stream."""
        last = self._last.get(stream)
        if last is None or time.counter != last.counter:
            return True
        return (time.counter < 0 or not self._counts) and time.timestamp_s != last.timestamp_s

    def note(self, stream: Stream, time: StreamTime) -> None:
        """Store the stream's last counter and time."""
        last = self._last.get(stream)
        if last is not None and time.counter != last.counter:
            self._counts = True
        self._last[stream] = time
