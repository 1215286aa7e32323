"""What the transport bar asks of a file: a few words between the window and the reading thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_LATE_S = 0.25
"""A reader that is further behind than this is not chased."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to read next."""

    seek: int | None
    """Go to this frame first; None = the next one."""
    paced: bool
    """Show it when it is due; else at once."""


class PlaybackClock:
    """Thread-safe. Speed 1.0 is the file's own time; 0 means as fast as frames can be judged."""

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
        """Frames come only by `step` and `seek`."""
        with self._changed:
            return self._paused

    @property
    def loop(self) -> bool:
        """At the end it starts again."""
        with self._changed:
            return self._loop

    @property
    def closed(self) -> bool:
        """The source is to be left."""
        with self._changed:
            return self._closed

    def play(self) -> None:
        """Go on."""
        self._set(paused=False)

    def pause(self) -> None:
        """Stand still after the frame in hand."""
        self._set(paused=True)

    def step(self) -> None:
        """One more frame, then stand still."""
        with self._changed:
            self._paused = True
            self._steps += 1
            self._changed.notify_all()

    def seek(self, index: int) -> None:
        """Go to a frame; a seek that was not served yet is forgotten."""
        with self._changed:
            self._seek = max(0, index)
            self._steps = 0
            self._anchor = None
            self._changed.notify_all()

    def set_speed(self, speed: float) -> None:
        """Play this many times faster than the file's own time."""
        with self._changed:
            self._speed = speed
            self._anchor = None
            self._changed.notify_all()

    def set_loop(self, loop: bool) -> None:
        """Start again at the end, or not."""
        with self._changed:
            self._loop = loop
            self._changed.notify_all()

    def close(self) -> None:
        """Wake the reader for the last time."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def next_command(self) -> Command | None:
        """Wait until a frame is wanted; None when closed."""
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
        """Sleep until a frame is due; False when it is not wanted any more (closed, or a seek came)."""
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
                if now - due > _LATE_S:
                    self._anchor = (now, timestamp_s)
                    return True
                if due <= now:
                    return True
                self._changed.wait(due - now)

    def restart_clock(self) -> None:
        """The next frame is due at once."""
        with self._changed:
            self._anchor = None

    def _set(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._steps = 0
            self._anchor = None
            self._changed.notify_all()
