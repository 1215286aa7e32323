"""Closes native parts while Python is still whole, when a program ends without closing them."""

from __future__ import annotations

import atexit
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
        atexit.register(_close_all)
    _open.add(one)


def _close_all() -> None:
    for one in list(_open):
        one.close()
