"""Start and stop the event log, and show its status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.errors import UserError
from fasdemo.gui.settings import Settings
from fasdemo.gui.translation import tr
from fasdemo.outputs import check_outputs
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter, LogStatus


class LogControl(QObject):
    """The link between the window's actions and the event log.

    Args:
        ask: asks the user for a file, given a proposed path; returns None if the user cancels.
        settings: store the folder of the last log.
        parent: the window.

    Signals:
        message: str, bool: a sentence for the user, and whether it is an error.
        changed: LogStatus or None: the log started, grew or ended.
    """

    message = pyqtSignal(str, bool)
    changed = pyqtSignal(object)

    def __init__(self, ask: Callable[[Path], Path | None], settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.writer = EventLogWriter()
        self._ask, self._settings = ask, settings
        self._shown: LogStatus | None = None
        self.inputs: Callable[[], list[Path]] = list
        """Files in use, e.g. the video and the model, which a log must not overwrite."""

    @property
    def running(self) -> bool:
        """Whether a log is being written."""
        status = self.writer.status
        return status is not None and status.running

    def toggle(self) -> None:
        """Stop the running log, or ask for a file and start one."""
        if self.running:
            self.stop()
            return
        proposal = Path(self._settings.log_folder) / f"events-{datetime.now():%Y%m%d-%H%M%S}.jsonl"
        path = self._ask(proposal)
        if path is not None:
            self._settings.log_folder = str(path.parent)
            self.start(path)

    def start(self, path: Path) -> None:
        """Log every change of a verdict to a file."""
        try:
            check_outputs({"": path}, self.inputs())
            self.writer.start(path)
        except UserError as error:
            self.message.emit(str(error), True)
        self.tick()

    def stop(self) -> None:
        """Complete the log and close its file."""
        was_running = self.running
        self.writer.stop()
        status = self.writer.status
        if was_running and status is not None and not status.problem:
            self.message.emit(
                tr("Event log complete: {path} ({lines} lines)", path=status.path, lines=status.lines), False
            )
        self.tick()

    def tick(self) -> None:
        """Update the window, and report a log that stopped because of an error."""
        status = self.writer.status
        if status == self._shown:
            return
        self._shown = status
        if status is not None and status.problem:
            self.message.emit(status.problem, True)
        self.changed.emit(status)
