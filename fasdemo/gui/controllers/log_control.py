"""Starts and ends the event log for the window, and says how it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.errors import UserError
from fasdemo.gui.settings import Settings
from fasdemo.outputs import check_outputs
from fasdemo.runtime.event_log_writer import LogKeeper, LogStatus


class LogControl(QObject):
    """Between the window's actions and the log.

    Args:
        ask: asks the user for a file, given a proposal; None = never mind.
        settings: remember the folder.
        parent: the window.

    Signals:
        said: str, bool: a sentence for the user, and whether something failed.
        changed: LogStatus or None, the log began, grew or ended.
    """

    said = pyqtSignal(str, bool)
    changed = pyqtSignal(object)

    def __init__(self, ask: Callable[[Path], Path | None], settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.keeper = LogKeeper()
        self._ask, self._settings = ask, settings
        self._shown: LogStatus | None = None
        self.inputs: Callable[[], list[Path]] = list
        """Files that are played or judged with now: no log is written over them."""

    @property
    def running(self) -> bool:
        """A log is written."""
        status = self.keeper.status
        return status is not None and status.running

    def toggle(self) -> None:
        """End the log that is written, or ask where to write one."""
        if self.running:
            self.stop()
            return
        proposal = Path(self._settings.log_folder) / f"events-{datetime.now():%Y%m%d-%H%M%S}.jsonl"
        path = self._ask(proposal)
        if path is not None:
            self._settings.log_folder = str(path.parent)
            self.start(path)

    def start(self, path: Path) -> None:
        """Write every change of a verdict to a file from now on."""
        try:
            check_outputs({"": path}, self.inputs())
            self.keeper.start(path)
        except UserError as error:
            self.said.emit(str(error), True)
        self.tick()

    def stop(self) -> None:
        """Complete the log."""
        was_running = self.running
        self.keeper.stop()
        status = self.keeper.status
        if was_running and status is not None and not status.problem:
            self.said.emit(f"Event log complete: {status.path} ({status.lines} lines)", False)
        self.tick()

    def tick(self) -> None:
        """Bring the window up to date, and notice a log that ended by itself."""
        status = self.keeper.status
        if status == self._shown:
            return
        self._shown = status
        if status is not None and status.problem:
            self.said.emit(status.problem, True)
        self.changed.emit(status)
