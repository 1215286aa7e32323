"""The recording desk: keep and save the last seconds, show the coverage, export crops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QWidget

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import Rgb
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.recording.coverage import CoverageDialog
from fasdemo.gui.recording.record_panel import RecordPanel
from fasdemo.gui.settings import Settings
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.message_bar import MessageBar
from fasdemo.record.coverage import read_coverage
from fasdemo.record.export import ExportOptions, export_sessions
from fasdemo.record.labels import Labels
from fasdemo.record.last_seconds import LastSeconds
from fasdemo.sessions.repair import find_sessions

_log = logging.getLogger(__name__)


class Detector(Protocol):
    """A finder of faces."""

    def detect(self, rgb: Rgb) -> list[Face]:
        """Return the faces in an image, largest first."""
        ...


def _detector() -> AbstractContextManager[Detector]:
    # It loads MediaPipe.
    from fasdemo.faces.detector import FaceDetector

    return FaceDetector()


class DeskControl(QObject):
    """The link between the desk's controls, the camera and the folder of recordings.

    Args:
        player: source of the camera's frames.
        panel: the form with the labels and the desk.
        messages: shows sentences for the user.
        settings: name the folder of recordings.
        recording: returns whether a recording is running; nothing is kept meanwhile, because it is recorded.
        window: parent of the dialogs.

    Signals:
        saved: Path: the last seconds were saved as this session.
    """

    saved = pyqtSignal(object)
    _finished = pyqtSignal(object, str, bool)

    def __init__(
        self,
        player: Player,
        panel: RecordPanel,
        messages: MessageBar,
        settings: Settings,
        recording: Callable[[], bool],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._player, self._panel, self._settings, self._recording = player, panel, settings, recording
        self._window, self._messages = window, messages
        self.make_detector: Callable[[], AbstractContextManager[Detector]] = _detector
        self._info: SourceInfo | None = None
        self._last: LastSeconds | None = None
        self._tapped = False
        self._threads: list[threading.Thread] = []
        self.dialog: CoverageDialog | None = None
        desk = panel.desk
        desk.keep.connect(self._keep)
        desk.save.connect(self.save)
        desk.coverage.connect(self.show_coverage)
        desk.export.connect(self.ask_export)
        self._finished.connect(self._show_finished)

    def show_source(self, info: SourceInfo | None) -> None:
        """Drop the frames of the previous source; keep those of the next camera if the user wants it."""
        self._drop()
        self._info = info if info is not None and info.live else None
        self._keep(self._panel.desk.keep_box.isChecked())
        self._show()

    def _keep(self, keep: bool) -> None:
        if keep and self._info is not None and self._last is None:
            self._last = LastSeconds(self._info)
            self._tapped = False
        elif not keep:
            self._drop()
        self.tick()

    def _drop(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            if self._tapped and not self._recording():
                self._player.tap(None)
            last.close()
        self._tapped = False

    def tick(self) -> None:
        """Take the camera's frames when no recording takes them, and show what is kept."""
        if self._last is not None and self._recording():
            # The recording has replaced the tap. Its frames are on the disk, and a gap would follow what is kept.
            self._last.close()
            self._last, self._tapped = LastSeconds(self._last.info), False
        elif self._last is not None and not self._tapped:
            self._player.tap(self._last.put)
            self._tapped = True
        if self._panel.desk.isVisible():
            self._show()

    def _show(self) -> None:
        status = None if self._last is None else self._last.status
        self._panel.desk.show_kept(status, self._panel.missing(), self._info is not None)

    def save(self) -> None:
        """Save the last seconds with the labels in the form; consent is needed as for every take."""
        if self._last is None or self._recording():
            return
        if missing := self._panel.missing():
            self._messages.show_message(missing, True)
            return
        try:
            labels = self._panel.labels()
        except UserError as error:
            self._messages.show_message(str(error), True)
            return
        self._panel.consent.setChecked(False)
        self._start(self._save, self._last, labels, self._settings.record_folder)

    def _save(self, last: LastSeconds, labels: Labels, root: Path) -> None:
        folder = last.save(root, labels)
        self._finished.emit(folder, "", False)

    def show_coverage(self) -> None:
        """Show the coverage of the folder of recordings."""
        try:
            coverage = read_coverage(self._settings.record_folder)
        except UserError as error:
            self._messages.show_message(str(error), True)
            return
        self.dialog = CoverageDialog(coverage, self._window)
        self.dialog.open()

    def ask_export(self) -> None:
        """Ask for a new folder, and export crops of all sessions into it."""
        start = str(self._settings.record_folder.with_name(f"{self._settings.record_folder.name}-crops"))
        found, _ = QFileDialog.getSaveFileName(self._window, tr("New folder for the crops"), start)
        if found:
            self.export(Path(found))

    def export(self, target: Path) -> None:
        """Export crops of all sessions into a new folder in the background."""
        self._panel.desk.export_button.setEnabled(False)
        self._messages.show_message(tr("Exporting crops into {folder} …", folder=target), False)
        self._start(self._export, self._settings.record_folder, target)

    def _export(self, root: Path, target: Path) -> None:
        sessions = find_sessions(root) if root.is_dir() else []
        if not sessions:
            raise UserError(tr("{folder}: has no sessions yet; record some first.", folder=root))
        with self.make_detector() as detector:
            summary = export_sessions(sessions, root, target, detector.detect, ExportOptions())
        skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(summary.skipped.items()))
        words = tr("{folder}: {count} crops.", folder=summary.folder, count=summary.crops)
        self._finished.emit(None, f"{words} {tr('Left out: {what}.', what=skipped)}" if skipped else words, False)

    def _start(self, work: Callable[..., None], *given: object) -> None:
        def run() -> None:
            try:
                work(*given)
            except UserError as error:
                self._finished.emit(None, str(error), True)
            except Exception as error:
                _log.exception("saving, counting or exporting recordings failed")
                why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                self._finished.emit(None, tr("That did not work ({why}).", why=why), True)

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=run, name="fasdemo desk", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _show_finished(self, folder: Path | None, words: str, error: bool) -> None:
        self._panel.desk.export_button.setEnabled(True)
        if folder is not None:
            words = tr("Saved: {path}", path=folder)
            self.saved.emit(folder)
        if not error:
            # What was missing before is no longer.
            self._messages.clear()
        self._messages.show_message(words, error)

    def stop(self, timeout_s: float) -> None:
        """Drop the last seconds, and wait up to `timeout_s` seconds for work in the background."""
        self._drop()
        for thread in self._threads:
            thread.join(timeout_s)
