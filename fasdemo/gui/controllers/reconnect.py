"""Try a camera again after a failure, with growing pauses and a count-down."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from fasdemo.gui.translation import tr

PAUSES_S = (3.0, 5.0, 10.0, 20.0, 30.0)
"""Pauses before the attempts; the last one is repeated without end, because a door must recover without staff."""


class Reconnect(QObject):
    """The pause before the next attempt to open a camera.

    Args:
        parent: the window.
        clock: returns seconds, not decreasing.

    Signals:
        due: the camera has to be opened again.
    """

    due = pyqtSignal()

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._failures = 0
        self._due_s: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)

    @property
    def waiting(self) -> bool:
        """Whether an attempt is due later."""
        return self._due_s is not None

    def words(self) -> str:
        """Return the count-down as a sentence; empty if no attempt is due."""
        if self._due_s is None:
            return ""
        return tr("Trying again in {seconds} s.", seconds=max(1, math.ceil(self._due_s - self._clock())))

    def failed(self) -> None:
        """Start the pause after a failed attempt."""
        pause_s = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        self._due_s = self._clock() + pause_s
        self._timer.start(round(pause_s * 1000))

    def now(self) -> None:
        """Attempt at once, without waiting for the end of the pause."""
        if self._due_s is not None:
            self._timer.stop()
            self._due_s = None
            self.due.emit()

    def succeeded(self) -> None:
        """Start with the shortest pause after the next failure."""
        self._failures = 0
        self.cancel()

    def cancel(self) -> None:
        """Stop the attempts, because the user has chosen another source or closed this one."""
        self._timer.stop()
        self._due_s = None
