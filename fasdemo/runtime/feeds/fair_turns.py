"""Give the threads of several cameras turns to process a frame, so that no camera waits longer than the others."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class FairTurns:
    """A limited number of turns, given in the order of the requests.

    A thread that asks again after its turn is behind all waiting threads. With `count` turns and n threads, a thread
    therefore waits for at most n - 1 turns of others, however long its own turns are.

    Args:
        count: number of turns at the same time; None for the number of processors.
    """

    def __init__(self, count: int | None = None) -> None:
        self._free = processors() if count is None else count
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """Number of threads that wait for a turn."""
        with self._lock:
            return len(self._waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and end it after the `with` block."""
        with self._lock:
            given = None
            if self._free > 0:
                self._free -= 1
            else:
                given = threading.Event()
                self._waiting.append(given)
        if given is not None:
            given.wait()
        try:
            yield
        finally:
            with self._lock:
                # The turn goes to the first waiting thread directly, so that no later request can be faster.
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._free += 1
