"""Starts and completes recordings for the window, one at a time, and says how they went."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.capture.source import SourceInfo
from fasdemo.gui.player import Player
from fasdemo.gui.record_panel import RecordPanel
from fasdemo.gui.recording import Recording, Stage
from fasdemo.record.labels import Labels


class RecordingControl(QObject):
    """Between the record panel and the player.

    Signals:
        ended: str, bool: how a recording went, and whether it failed.
    """

    ended = pyqtSignal(str, bool)

    def __init__(self, player: Player, panel: RecordPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player, self._panel = player, panel
        self.current: Recording | None = None

    def start(self, root: Path, labels: Labels, camera: SourceInfo) -> None:
        """Record every frame that the camera gives from now on."""
        self.current = Recording(root, labels, camera)
        self._player.tap(self.current.put)
        self._panel.show_recording(self.current)

    def stop(self) -> None:
        """Complete the session, in the background."""
        if self.current is not None:
            self._player.tap(None)
            self.current.stop()
            self._panel.refresh()

    def join(self, timeout_s: float) -> None:
        """Wait until the session is complete."""
        if self.current is not None:
            self.current.join(timeout_s)

    def tick(self) -> str:
        """Bring the panel up to date, and notice an end; returns what to say of a running recording, or nothing."""
        if self._panel.isVisible():
            self._panel.refresh()
        recording = self.current
        if recording is None:
            return ""
        if recording.over:
            self.current = None
            self._player.tap(None)
            self._panel.refresh()
            self.ended.emit(recording.message, recording.stage is Stage.FAILED)
            return ""
        status = recording.status
        minutes, seconds = divmod(0 if status is None else int(status.seconds), 60)
        return f"● REC {recording.labels.subject}  {minutes:02d}:{seconds:02d}"
