"""Handle errors that nothing else in the window has handled; without this, Qt would abort the process.

A single error is reported, and the window continues; a verdict that is not renewed disappears by itself. If the same
error comes again and again, e.g. while something is drawn, the window is closed in order, so that no old verdict stays
on the screen and recordings are completed.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from PyQt6.QtCore import QCoreApplication

from fasdemo.gui.translation import tr

_log = logging.getLogger(__name__)

MAX_REPEATS = 5
"""Number of errors at the same place within `REPEAT_S` after which the window is closed."""
REPEAT_S = 2.0

Place = tuple[str, int]


class UncaughtErrors:
    """Handles errors of the window's functions while it is entered.

    Args:
        show: shows a sentence to the user.
        close: closes the window.
        end: ends the event loop with an exit status, if the window refuses to close.
        clock: returns seconds, not decreasing.
    """

    def __init__(
        self,
        show: Callable[[str], object],
        close: Callable[[], object],
        end: Callable[[int], object] = QCoreApplication.exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show, self._close, self._end, self._clock = show, close, end, clock
        self._times_s: dict[Place, deque[float]] = {}
        self._before = sys.excepthook
        self.failed = False
        """Whether the window was closed because of an error that came again and again."""

    def __enter__(self) -> Self:
        self._before, sys.excepthook = sys.excepthook, self._handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.excepthook = self._before

    def _handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            self._before(kind, error, trace)
            return
        if self.failed:
            return
        place, now_s = _place(trace), self._clock()
        times_s = self._times_s.setdefault(place, deque(maxlen=MAX_REPEATS))
        if not times_s:
            _log.error("an error in the window", exc_info=(kind, error, trace))
        times_s.append(now_s)
        if len(times_s) == MAX_REPEATS and now_s - times_s[0] <= REPEAT_S:
            self.failed = True
            _log.error("the window is closed because this error repeats: %s, line %d", *place)
            self._call(self._close)
            self._end(1)
        else:
            words = tr("This failed because of an error in fasdemo; see the terminal or the log.")
            self._call(lambda: self._show(words))

    def _call(self, function: Callable[[], object]) -> None:
        try:
            function()
        except Exception:
            _log.exception("the report of an error failed")


def _place(trace: TracebackType | None) -> Place:
    """Return the file and line of an error."""
    frames = traceback.extract_tb(trace)
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
