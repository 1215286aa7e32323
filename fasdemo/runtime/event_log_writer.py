"""The event log of the window: started and stopped there, written by the thread that judges. Knows no Qt."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fasdemo.engine.events import EventLog
from fasdemo.engine.result import FrameResult, JudgedBy
from fasdemo.errors import UserError
from fasdemo.runtime.updates import EngineFacts

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LogStatus:
    """How the log stands.

    Attributes:
        path: of the log that is written or was written last.
        lines: written so far.
        running: it takes what comes.
        problem: why it ended by itself; empty otherwise.
    """

    path: Path
    lines: int
    running: bool
    problem: str = ""


class EventLogWriter:
    """One log at a time; every method may be called from any thread, and none waits for more than a line's writing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: EventLog | None = None
        self._status: LogStatus | None = None

    @property
    def status(self) -> LogStatus | None:
        """How the log stands; None before the first one."""
        return self._status

    def start(self, path: Path) -> None:
        """Begin another log; the one before is completed.

        Raises:
            UserError: the file cannot be written; the log before goes on.
        """
        new = EventLog(path)
        with self._lock:
            self._close()
            self._file = new
            self._status = LogStatus(path, 0, running=True)

    def stop(self) -> None:
        """Complete the log; calling it again does nothing."""
        with self._lock:
            self._close()

    def on_result(self, result: FrameResult, facts: EngineFacts) -> None:
        """Log what a frame changed."""
        with self._lock:
            if self._file is not None:
                self._count(self._file, result, JudgedBy(facts.sha256, facts.provider, facts.threshold))

    def on_no_result(self) -> None:
        """A frame that could not be judged, or the source's end: no verdict is in force any more."""
        with self._lock:
            if self._file is not None:
                self._count(self._file)

    def _count(self, file: EventLog, result: FrameResult | None = None, by: JudgedBy | None = None) -> None:
        assert self._status is not None
        try:
            events = file.end() if result is None or by is None else file.add(result, by)
        except UserError as error:
            self._fail(str(error))
        except Exception as error:
            # The judging thread goes on, whatever the log meets.
            _log.exception("the event log failed")
            self._fail(f"{file.path}: the event log ended ({error}).")
        else:
            if events:
                self._status = LogStatus(file.path, self._status.lines + len(events), running=True)

    def _fail(self, problem: str) -> None:
        file, self._file = self._file, None
        assert file is not None
        assert self._status is not None
        # The problem that is said is the first one.
        with suppress(Exception):
            file.close()
        self._status = LogStatus(file.path, self._status.lines, running=False, problem=problem)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is None or self._status is None:
            return
        problem, lines = "", self._status.lines
        try:
            lines += len(file.end())
            file.close()
        except UserError as error:
            problem = str(error)
        self._status = LogStatus(file.path, lines, running=False, problem=problem)
