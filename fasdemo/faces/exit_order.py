"""Closes native parts while Python is still whole, when a program ends without closing them."""

from __future__ import annotations

import atexit
import contextlib
import threading
import weakref
from typing import Protocol


class Closable(Protocol):
    """Anything that can be closed more than once."""

    def close(self) -> None:
        """Release what it holds."""
        ...


_open: weakref.WeakSet[Closable] = weakref.WeakSet()


def close_at_exit(one: Closable) -> None:
    """Close an object at the interpreter's end if it still exists then."""
    if not _open:
        # MediaPipe works in a thread pool, which ends before `atexit` functions run: its threads' own hook comes first.
        getattr(threading, "_register_atexit", atexit.register)(_close_all)
    _open.add(one)


def _close_all() -> None:
    for one in list(_open):
        # The program is ending: whatever fails now concerns nobody.
        with contextlib.suppress(Exception):
            one.close()
