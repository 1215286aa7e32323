"""Calibrate the scores to the open camera in the window, as `fasdemo calibrate` does."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QWidget

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import EngineFacts
from fasdemo.engine.setup.site_calibration import Recording, SiteFile, write_site
from fasdemo.errors import UserError
from fasdemo.gui.translation import tr
from fasdemo.gui.tuning.calibration_dialog import CalibrationDialog
from fasdemo.gui.tuning.calibration_listener import CalibrationListener
from fasdemo.gui.tuning.dialogs import ask_for_site_file
from fasdemo.outputs import check_outputs
from fasdemo.tuning.site_fit import check_source, fitted_site, report_lines

MEASURE_S = 60.0
"""Duration of a measurement on the camera's clock."""
MAX_WAIT_S = 180.0
"""Time after which a measurement without enough camera time ends."""
_LOOK_MS = 200


class CalibrationControl(QObject):
    """The link between the dialog, the running camera and the site file.

    Args:
        window: the main window.

    Signals:
        saved: Path: a site file was written.
    """

    saved = pyqtSignal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.listener = CalibrationListener()
        self.dialog: CalibrationDialog | None = None
        self.measure_s = MEASURE_S
        self._info: SourceInfo | None = None
        self._measuring: list[Recording] | None = None
        self._waited_s = 0.0
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_MS)
        self._clock.timeout.connect(self._look)
        self._forget()

    def _forget(self) -> None:
        self._live: list[Recording] = []
        self._attacks: list[Recording] = []
        self._facts: EngineFacts | None = None
        self._site: SiteFile | None = None

    def source_ready(self, info: SourceInfo) -> None:
        """Note the open source; measurements of another one are dropped."""
        if self._info is not None and (info.name, info.declared) != (self._info.name, self._info.declared):
            self._forget()
            if self._measuring is not None:
                self.listener.stop()
                self._end()
        self._info = info
        if self._measuring is None:
            self._show()

    def show(self) -> None:
        """Show the dialog."""
        if self.dialog is None:
            self.dialog = CalibrationDialog(self._window)
            self.dialog.live_wanted.connect(lambda: self._start(self._live))
            self.dialog.attacks_wanted.connect(lambda: self._start(self._attacks))
            self.dialog.stop_wanted.connect(self._stop)
            self.dialog.save_wanted.connect(self._save)
            self.dialog.left.connect(self._leave)
        self._forget()
        self._show()
        self.dialog.show()
        self.dialog.raise_()

    def _problem(self) -> str:
        """Return why nothing can be measured; empty if it can."""
        if self._info is None or not self._info.live:
            return tr("Open the camera first; recordings are calibrated with `fasdemo calibrate`.")
        try:
            check_source(self._info)
        except UserError as error:
            return str(error)
        return ""

    def _show(self) -> None:
        """Show the result of the measurements so far."""
        if self.dialog is None:
            return
        problem = self._problem()
        self._site = None
        words = problem
        if not problem and self._live and self._facts is not None and self._info is not None:
            try:
                self._site = fitted_site(self._info, self._facts, self._live, self._attacks)
                words = "\n".join(report_lines(self._site))
            except UserError as error:
                words = str(error)
        elif not problem and self._attacks:
            words = tr("The attacks are measured; live people are still needed.")
        self.dialog.show_idle(words, ready=not problem, can_save=self._site is not None)

    def _start(self, recordings: list[Recording]) -> None:
        if self._problem():
            self._show()
            return
        self._measuring, self._waited_s = recordings, 0.0
        self.listener.start()
        self._clock.start()
        self._look()

    def _look(self) -> None:
        """Show the progress, and end a complete or failed measurement."""
        self._waited_s += _LOOK_MS / 1000.0
        seconds, frames, problem = self.listener.progress()
        if self.dialog is not None:
            words = tr("{frames} frames with one face", frames=frames)
            self.dialog.show_measuring(seconds, self.measure_s, words)
        if problem or seconds >= self.measure_s or self._waited_s >= MAX_WAIT_S:
            self._stop()

    def _stop(self) -> None:
        """End the measurement and use what was measured."""
        if self._measuring is None:
            return
        recording, facts, problem = self.listener.stop()
        into = self._measuring
        self._end()
        known = self._facts
        if not problem and facts is not None and known is not None and _engine_of(facts) != _engine_of(known):
            # Scores of two models or policies cannot be joined.
            self._forget()
            problem = tr("Model or policy were changed between the measurements; measure again.")
        if not problem and facts is not None:
            self._facts = facts
            into.append(recording)
        self._show()
        if self.dialog is not None and (problem or facts is None):
            words = problem or tr("The camera gave no frames with a verdict; check it and measure again.")
            self.dialog.show_idle(words, ready=not self._problem(), can_save=self._site is not None)

    def _end(self) -> None:
        self._clock.stop()
        self._measuring = None

    def _save(self) -> None:
        site = self._site
        path = None if site is None else ask_for_site_file(self._window)
        if site is None or path is None or self.dialog is None:
            return
        try:
            check_outputs({"": path})
            if path.exists():
                raise UserError(f"{path}: already exists; choose another name.")
            write_site(path, site)
        except UserError as error:
            self.dialog.state.setText(str(error))
            return
        self.dialog.close()
        self.saved.emit(path)

    def _leave(self) -> None:
        if self._measuring is not None:
            self.listener.stop()
            self._end()


def _engine_of(facts: EngineFacts) -> tuple[str, str]:
    return facts.model_sha256, facts.policy
