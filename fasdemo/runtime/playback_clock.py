"""The playback clock of a file, which passes commands from the playback controls to the reading thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_MAX_LATE_S = 0.25
"""If the reader is later than this, the clock restarts instead of catching up."""


@dataclass(frozen=True, slots=True)
class Command:
    """The next frame to read."""

    seek: int | None
    """Frame to seek to first; None reads the next frame."""
    paced: bool
    """Whether to wait until the frame is due; else it is shown at once."""


class PlaybackClock:
    """A thread-safe playback clock.

    Args:
        speed: factor for the recorded speed; 0 plays as fast as frames can be processed.
        loop: whether to start again at the end.
        clock: returns a time in seconds that never decreases.
    """

    def __init__(self, speed: float = 1.0, loop: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._changed = threading.Condition()
        self._clock = clock
        self._paused = False
        self._steps = 0
        self._seek: int | None = None
        self._speed = speed
        self._loop = loop
        self._closed = False
        self._anchor: tuple[float, float] | None = None

    @property
    def paused(self) -> bool:
        """Whether frames are read only on `step` and `seek`."""
        with self._changed:
            return self._paused

    @property
    def loop(self) -> bool:
        """Whether the file starts again at its end."""
        with self._changed:
            return self._loop

    @property
    def closed(self) -> bool:
        """Whether the reader must end."""
        with self._changed:
            return self._closed

    def play(self) -> None:
        """Continue playing."""
        self._set(paused=False)

    def pause(self) -> None:
        """Pause after the current frame."""
        self._set(paused=True)

    def step(self) -> None:
        """Read one more frame, then pause."""
        with self._changed:
            self._paused = True
            self._steps += 1
            self._changed.notify_all()

    def seek(self, index: int) -> None:
        """Seek to a frame; this replaces a seek that was not done yet."""
        with self._changed:
            self._seek = max(0, index)
            self._steps = 0
            self._anchor = None
            self._changed.notify_all()

    def set_speed(self, speed: float) -> None:
        """Set the factor for the recorded speed."""
        with self._changed:
            self._speed = speed
            self._anchor = None
            self._changed.notify_all()

    def set_loop(self, loop: bool) -> None:
        """Set whether to start again at the end."""
        with self._changed:
            self._loop = loop
            self._changed.notify_all()

    def close(self) -> None:
        """Request the end of the reader."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def next_command(self) -> Command | None:
        """Wait until a frame must be read; return None after `close`."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or not self._paused or self._steps > 0 or self._seek is not None
            )
            if self._closed:
                return None
            seek, self._seek = self._seek, None
            if self._paused and seek is None:
                self._steps -= 1
            return Command(seek, paced=not self._paused)

    def wait_until_due(self, timestamp_s: float) -> bool:
        """Wait until a frame is due; return False if it must not be shown, because of `close` or a seek."""
        with self._changed:
            while True:
                if self._closed or self._seek is not None:
                    return False
                now = self._clock()
                if self._speed <= 0 or self._paused:
                    return True
                if self._anchor is None:
                    self._anchor = (now, timestamp_s)
                due = self._anchor[0] + (timestamp_s - self._anchor[1]) / self._speed
                if now - due > _MAX_LATE_S:
                    self._anchor = (now, timestamp_s)
                    return True
                if due <= now:
                    return True
                self._changed.wait(due - now)

    def restart_clock(self) -> None:
        """Make the next frame due at once."""
        with self._changed:
            self._anchor = None

    def _set(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._steps = 0
            self._anchor = None
            self._changed.notify_all()
