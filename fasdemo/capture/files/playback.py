"""Playback of files: order, seeking from another thread, looping and real-time speed."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

from fasdemo.capture.source import SourceInfo
from fasdemo.frames import FrameSet

_LATE_S = 0.5
"""If the reader is later than this, playback continues from the current frame instead of catching up."""
_MAX_PAUSE_S = 5.0
"""Longer gaps between two time stamps are shortened to this, because a damaged time stamp can be years away."""


class PlayedSource(ABC):
    """A `SeekableSource` that plays stored frames.

    In a loop, frames keep their numbers, and their time continues to increase, so that it decreases only after a seek.

    Args:
        realtime: wait between frames according to their time stamps; otherwise play as fast as frames can be read.
        loop: start again at the end.
        clock: returns a time in seconds that never decreases.
    """

    def __init__(self, *, realtime: bool = False, loop: bool = False, clock: Callable[[], float] = time.monotonic):
        self._realtime = realtime
        self._loop = loop
        self._clock = clock
        self._lock = threading.Lock()
        self._wanted: int | None = None
        self._wake = threading.Event()
        self._closed = False

    @property
    @abstractmethod
    def info(self) -> SourceInfo:
        """Facts about the source."""

    @property
    @abstractmethod
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user about what was skipped or lost so far."""

    @abstractmethod
    def _next(self) -> FrameSet | None:
        """Return the next frame set; None at the end."""

    @abstractmethod
    def _go_to(self, index: int) -> None:
        """Make frame `index` the next one."""

    @abstractmethod
    def _close(self) -> None:
        """Release the files."""

    def seek(self, index: int) -> None:
        """Continue the iteration with frame `index`; thread-safe.

        Raises:
            ValueError: `index` is negative.
        """
        if index < 0:
            raise ValueError("index must not be negative")
        with self._lock:
            self._wanted = index
        self._wake.set()

    def __iter__(self) -> Iterator[FrameSet]:
        offset_s, last_s, period_s = 0.0, 0.0, 1.0 / self.info.fps
        anchor: tuple[float, float] | None = None
        yielded = False
        while not self._closed:
            with self._lock:
                wanted, self._wanted = self._wanted, None
                self._wake.clear()
            if wanted is not None:
                self._go_to(wanted)
                anchor = None
            frame = self._next()
            if frame is None:
                if not self._loop or not yielded:
                    return
                offset_s = last_s + period_s
                yielded = False
                self._go_to(0)
                frame = self._next()
                if frame is None:
                    return
                offset_s -= frame.timestamp_s
            last_s = frame.timestamp_s + offset_s
            if self._realtime:
                anchor = self._wait(last_s, anchor)
                if self._closed or self._wake.is_set():
                    # Closed, or a seek was requested during the wait.
                    continue
            yielded = True
            yield replace(frame, timestamp_s=last_s) if offset_s else frame

    def _wait(self, moment_s: float, anchor: tuple[float, float] | None) -> tuple[float, float]:
        now = self._clock()
        if anchor is None:
            return now, moment_s
        due = anchor[0] + moment_s - anchor[1]
        if now - due > _LATE_S:
            return now, moment_s
        if due - now > _MAX_PAUSE_S:
            self._wake.wait(_MAX_PAUSE_S)
            return self._clock(), moment_s
        if due > now:
            self._wake.wait(due - now)
        return anchor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        self._wake.set()
        self._close()
