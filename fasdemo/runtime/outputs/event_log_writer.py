"""Write the event log from the processing threads, without Qt."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fasdemo.engine.event_log.events import Event, EventLog, SignalReport
from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.errors import UserError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LogStatus:
    """The status of the log.

    Attributes:
        path: file of the running or the last log.
        lines: number of written lines.
        running: whether the log is being written.
        problem: why the log stopped because of an error; else empty.
    """

    path: Path
    lines: int
    running: bool
    problem: str = ""


class EventLogWriter:
    """A thread-safe writer of one log at a time; no call takes longer than writing a line."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: EventLog | None = None
        self._status: LogStatus | None = None

    @property
    def status(self) -> LogStatus | None:
        """The status of the log; None before the first one."""
        return self._status

    def start(self, path: Path) -> None:
        """Start a log and complete the previous one.

        Raises:
            UserError: the file cannot be written; the previous log continues.
        """
        new = EventLog(path)
        with self._lock:
            self._close()
            self._file = new
            self._status = LogStatus(path, 0, running=True)

    def stop(self) -> None:
        """Complete the log; further calls do nothing."""
        with self._lock:
            self._close()

    def on_result(self, result: FrameResult, facts: EngineFacts, source_id: str = "") -> None:
        """Log the changes of verdicts in a frame of one source."""
        with self._lock:
            if self._file is not None:
                self._count(self._file, source_id, result, facts)

    def on_no_result(self, source_id: str = "") -> None:
        """Log the end of the source's verdicts, because a frame could not be processed or the source has ended."""
        with self._lock:
            if self._file is not None:
                self._count(self._file, source_id)

    def on_signal(self, output: str, track_id: int, problem: str, source_id: str = "") -> None:
        """Log the outcome of a signal to an output on LIVE; `problem` is empty if it was sent."""
        report = SignalReport(output=output, track_id=track_id, sent=not problem, problem=problem)
        with self._lock:
            if self._file is not None:
                file = self._file
                self._write(file, lambda: file.signal(report, source_id))

    def _count(
        self, file: EventLog, source_id: str, result: FrameResult | None = None, by: EngineFacts | None = None
    ) -> None:
        if result is None or by is None:
            self._write(file, lambda: file.end(source_id))
        else:
            self._write(file, lambda: file.add(result, by, source_id))

    def _write(self, file: EventLog, write: Callable[[], list[Event]]) -> None:
        assert self._status is not None
        try:
            events = write()
        except UserError as error:
            self._fail(str(error))
        except Exception as error:
            # A failure of the log must not stop the processing thread.
            _log.exception("the event log failed")
            self._fail(f"{file.path}: the event log stopped because of an error ({error}); start another one.")
        else:
            if events:
                self._status = LogStatus(file.path, self._status.lines + len(events), running=True)

    def _fail(self, problem: str) -> None:
        file, self._file = self._file, None
        assert file is not None
        assert self._status is not None
        # Only the first problem is reported.
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
