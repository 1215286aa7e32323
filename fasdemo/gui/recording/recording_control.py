"""Start and complete recordings, one at a time, and report how they ended."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.recording.record_panel import RecordPanel
from fasdemo.gui.settings import Settings
from fasdemo.gui.translation import tr
from fasdemo.record.labels import Labels, truth_of
from fasdemo.runtime.outputs.recording import Recording, Stage


class RecordingControl(QObject):
    """The link between the record panel and the player.

    Args:
        player: source of the camera's frames.
        panel: the record panel with the labels and the figures.
        settings: store the folder and the last labels.
        parent: the window.
        clock: returns seconds, not decreasing.

    Signals:
        ended: str, bool: a sentence about a marker, a change of what is shown, or the recording that ended, and whether
            it failed.
        started_by_itself: a recording of `start_when_ready` has started.
        taken: Path: a session was recorded and is complete.
    """

    ended = pyqtSignal(str, bool)
    started_by_itself = pyqtSignal()
    taken = pyqtSignal(object)

    def __init__(
        self,
        player: Player,
        panel: RecordPanel,
        settings: Settings,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._counting: Labels | None = None
        """Labels of the take whose count-down is running."""
        self._due_s = 0.0
        self._player, self._panel, self._settings = player, panel, settings
        self._source: SourceInfo | None = None
        self._next: Labels | None = None
        self.current: Recording | None = None
        panel.wanted.connect(self.start)
        panel.finished.connect(self.stop)
        panel.now.chosen.connect(self.show_now)

    def show_source(self, info: SourceInfo | None) -> None:
        """Set the source to record; None if there is none. A count-down ends."""
        self._end_count_down()
        self._source = info
        self._panel.show_source(info, self._settings.record_folder)
        if self._next is not None and info is not None and info.live:
            labels, self._next = self._next, None
            self._begin(labels)
            self.started_by_itself.emit()

    def start(self, labels: Labels) -> None:
        """Start to record the camera's frames, after the count-down if one is set."""
        self._settings.record_countdown_s = self._panel.countdown.value()
        self._settings.record_length_s = self._panel.length.value()
        if self._settings.record_countdown_s == 0:
            self._begin(labels)
            return
        self._counting, self._due_s = labels, self._clock() + self._settings.record_countdown_s
        self._panel.show_count_down(self._settings.record_countdown_s)

    def _begin(self, labels: Labels) -> None:
        self._end_count_down()
        if self._source is None or not self._source.live:
            return
        self.current = Recording(self._settings.record_folder, labels, self._source)
        self._player.tap(self.current.put)
        self._panel.show_recording(self.current)
        self._settings.subject = labels.subject
        self._settings.retain_days = self._panel.retain_days

    def start_when_ready(self, root: Path, labels: Labels) -> None:
        """Record into `root` when the first frame of the next camera arrives."""
        self._settings.record_folder = root
        self._next = labels

    @property
    def counting(self) -> bool:
        """Whether a count-down to a recording is running."""
        return self._counting is not None

    def _end_count_down(self) -> None:
        if self._counting is not None:
            self._counting = None
            self._panel.show_count_down(0)

    def stop(self) -> None:
        """Complete the recording in the background, or end the count-down to it."""
        self._end_count_down()
        if self.current is not None:
            self._player.tap(None)
            self.current.stop()
            self._panel.refresh()

    def mark(self) -> None:
        """Mark the present moment of the running recording."""
        count = 0 if self.current is None else self.current.mark()
        words = tr("Marker {count} set.", count=count) if count else tr("Nothing is recorded, so there is no marker.")
        self.ended.emit(words, False)

    def show_now(self, kind: str) -> None:
        """Label the frames of the running recording from now on with `live` or an attack species."""
        if self.current is None:
            return
        try:
            truth = truth_of(kind)
        except UserError as error:
            self.ended.emit(str(error), True)
        else:
            if self.current.show(truth):
                self.ended.emit(tr("Shown from now on: {kind}.", kind=truth.species or tr("live")), False)
        self._panel.now.show_truth(self.current.shown)

    def join(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` seconds until the recording is complete."""
        if self.current is not None:
            self.current.join(timeout_s)

    def tick(self) -> str:
        """Update the panel, report a recording that ended, and return the status line of a running one, else ""."""
        if self._panel.isVisible():
            self._panel.refresh()
        if self._counting is not None:
            left_s = math.ceil(self._due_s - self._clock())
            if left_s > 0:
                self._panel.show_count_down(left_s)
                return tr("REC in {seconds} s", seconds=left_s)
            self._begin(self._counting)
        recording = self.current
        if recording is None:
            return ""
        if recording.over:
            self.current = None
            self._player.tap(None)
            self._panel.refresh()
            self.ended.emit(recording.message, recording.stage is Stage.FAILED)
            if recording.stage is Stage.DONE and recording.status is not None:
                self.taken.emit(recording.status.folder)
                self._panel.people.take_done(recording.labels.subject)
            return ""
        status = recording.status
        if status is not None and 0 < self._settings.record_length_s <= status.seconds:
            self.stop()
        minutes, seconds = divmod(0 if status is None else int(status.seconds), 60)
        return f"● REC {recording.labels.subject}  {minutes:02d}:{seconds:02d}"
