"""Device clocks against the host's: how old a picture is when it arrives, and clocks that start again at zero."""

from __future__ import annotations

from fasdemo.frames import Stream, StreamTime

MAX_DRIFT = 2e-4
"""How much faster or slower than the host's a device's clock may run: two crystals of 100 parts in a million each."""
_WRAPS_S = (2**32 / 1e6, 2**32 / 1e3)
"""Clocks of 32 bits that count microseconds (71.6 minutes) or milliseconds (49.7 days)."""
_NEAR_S = 2.0
"""A clock that wrapped goes on within this time of where it was."""


class CaptureAge:
    """How old pictures are when they arrive, by a device clock whose offset to the host's is not known.

    The smallest difference between arrival and device time seen so far is taken for the offset: pictures can only
    arrive late. It may rise by `MAX_DRIFT`, as clocks drift apart. So the age is right up to the transport time of the
    quickest picture, and a queue that grows by less than 0.02 % of the time is not noticed.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._at_s = 0.0

    @property
    def offset_s(self) -> float | None:
        """Host time minus device time of a picture that arrives at once; None before the first."""
        return self._offset_s

    def update(self, device_s: float, host_s: float) -> float:
        """Return the age in seconds, at its arrival at `host_s`, of a picture taken at `device_s`."""
        seen_s = host_s - device_s
        if self._offset_s is None:
            self._offset_s = seen_s
        else:
            self._offset_s = min(seen_s, self._offset_s + MAX_DRIFT * max(host_s - self._at_s, 0.0))
        self._at_s = host_s
        return seen_s - self._offset_s


class ClockUnwrapper:
    """Makes a 32-bit device clock that starts again at zero go on.

    The streams of one device may be given in any order: one that was taken just before the clock started again and
    read just after it is put in its place too.
    """

    def __init__(self) -> None:
        self._turns_s = 0.0
        self._last_s: float | None = None

    def unwrap(self, device_s: float) -> float:
        """Return the time in seconds on a clock that goes on; a step that is not a wrap is left as it is."""
        value = device_s + self._turns_s
        last = self._last_s
        if last is not None and not abs(value - last) <= _NEAR_S:
            for period in _WRAPS_S:
                if abs(value + period - last) <= _NEAR_S:
                    value += period
                    self._turns_s += period
                    break
                if self._turns_s > 0 and abs(value - period - last) <= _NEAR_S:
                    # Taken before the clock started again, and read after it: the next ones are not shifted.
                    return value - period
        self._last_s = value
        return value


class CaptureMarks:
    """Tells a new capture of a stream from an image that the device gives again, by its counter and time.

    A stream without a counter has -1, and a device without counters gives one number for ever: there the time alone
    counts.
    """

    def __init__(self) -> None:
        self._last: dict[Stream, StreamTime] = {}
        self._counts = False

    def last(self, stream: Stream) -> StreamTime | None:
        """Return the stream's last mark, None before the first."""
        return self._last.get(stream)

    def is_new(self, stream: Stream, time: StreamTime) -> bool:
        """Return whether the mark is another one than the stream's last."""
        last = self._last.get(stream)
        if last is None or time.counter != last.counter:
            return True
        return (time.counter < 0 or not self._counts) and time.timestamp_s != last.timestamp_s

    def note(self, stream: Stream, time: StreamTime) -> None:
        """Remember a mark."""
        last = self._last.get(stream)
        if last is not None and time.counter != last.counter:
            self._counts = True
        self._last[stream] = time
