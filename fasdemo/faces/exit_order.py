"""Close objects of native libraries before Python shuts down, if a program ends without closing them.

What was created last is closed first: a thread that uses a MediaPipe task must have ended before the task is closed.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import threading
import weakref
from operator import itemgetter
from typing import Protocol


class Closable(Protocol):
    """An object that can be closed more than once."""

    def close(self) -> None:
        """Release the object's resources."""
        ...


_open: weakref.WeakValueDictionary[int, Closable] = weakref.WeakValueDictionary()
_numbers = itertools.count()


def close_at_exit(one: Closable) -> None:
    """Close an object at the end of the program if it still exists then, before those that were registered earlier."""
    if not _open:
        # MediaPipe uses a thread pool, which ends before `atexit` functions run, so the hook of threads is used.
        getattr(threading, "_register_atexit", atexit.register)(_close_all)
    _open[next(_numbers)] = one


def _close_all() -> None:
    for _, one in sorted(_open.items(), key=itemgetter(0), reverse=True):
        # The program is ending, so errors have no effect.
        with contextlib.suppress(Exception):
            one.close()
