"""Reports of the display of a light challenge to the engine's thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from fasdemo.challenge.failures import Failure


class ChallengeDisplay:
    """The display that shows the colours; its thread reports what appeared, and the engine's thread reads it.

    Args:
        clock: clock of `FrameSet.received_s`, seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._shown: dict[int, float] = {}
        self._number = 0
        self._failure: Failure | None = None

    def begin(self, number: int) -> None:
        """Forget the previous challenge and wait for the colours of this one."""
        with self._lock:
            self._number, self._failure = number, None
            self._shown.clear()

    def shown(self, number: int, step: int) -> None:
        """Report that a colour has appeared now; a colour of another challenge, or one reported before, is ignored.

        Args:
            number: number of the challenge.
            step: number of the colour, from 0.
        """
        with self._lock:
            if number == self._number:
                self._shown.setdefault(step, self._clock())

    def fail(self, why: Failure) -> None:
        """Report that the colours cannot be seen; the running challenge fails."""
        with self._lock:
            self._failure = self._failure or why

    def shown_s(self, step: int) -> float | None:
        """Return when a colour appeared; None if it has not appeared yet."""
        with self._lock:
            return self._shown.get(step)

    @property
    def failure(self) -> Failure | None:
        """Why the colours of the running challenge cannot be seen; None while they can."""
        with self._lock:
            return self._failure
