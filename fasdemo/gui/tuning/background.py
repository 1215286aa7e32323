"""Run work in a thread, and receive its result in the window's thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.errors import UserError
from fasdemo.gui.translation import tr
from fasdemo.tuning.scores.scoring import Cancelled

_log = logging.getLogger(__name__)


class Background(QObject):
    """Work of one kind, of which only the newest is wanted: its beginning cancels the previous one.

    Signals:
        done: object: result of the newest work.
        failed: str: a sentence about its failure.
        cancelled: the newest work was cancelled by the user.
    """

    done = pyqtSignal(object)
    failed = pyqtSignal(str)
    cancelled = pyqtSignal()
    _ended = pyqtSignal(int, object, str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._number = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._previous: list[threading.Thread] = []
        self._ended.connect(self._deliver)

    @property
    def running(self) -> bool:
        """Whether work is in progress whose result was not delivered yet."""
        return self._thread is not None

    def start(self, work: Callable[[threading.Event], Any]) -> None:
        """Start work; its event is set when the result is no longer needed, and it may then raise `Cancelled`."""
        self._stop.set()
        self._previous = [one for one in (*self._previous, self._thread) if one is not None and one.is_alive()]
        self._stop = threading.Event()
        self._number += 1
        given = (work, self._number, self._stop)
        self._thread = threading.Thread(target=self._run, args=given, name=f"fasdemo {self._name}", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to end."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Cancel, and wait up to `timeout_s` seconds for each thread."""
        self._stop.set()
        for thread in (*self._previous, self._thread):
            if thread is not None:
                thread.join(timeout_s)

    def _run(self, work: Callable[[threading.Event], Any], number: int, stop: threading.Event) -> None:
        result, problem = None, ""
        try:
            result = work(stop)
        except Cancelled:
            pass
        except UserError as error:
            problem = str(error)
        except Exception:
            _log.exception("%s failed", self._name)
            problem = tr("This failed because of an error in fasdemo; see the terminal or the log.")
        self._ended.emit(number, result, problem)

    def _deliver(self, number: int, result: object, problem: str) -> None:
        if number != self._number:
            return
        self._thread = None
        if problem:
            self.failed.emit(problem)
        elif result is None:
            self.cancelled.emit()
        else:
            self.done.emit(result)
