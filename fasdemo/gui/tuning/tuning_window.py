"""The tuning window: a folder of sessions scored in the background, one or two models side by side, and the gallery."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QMainWindow, QProgressBar, QPushButton, QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from fasdemo.errors import UserError
from fasdemo.gui.style.icons import app_icon
from fasdemo.gui.translation import tr
from fasdemo.gui.tuning import dialogs
from fasdemo.gui.tuning.background import Background
from fasdemo.gui.tuning.correct import correct_label
from fasdemo.gui.tuning.gallery_panel import GalleryPanel
from fasdemo.gui.tuning.plots import DetPlot
from fasdemo.gui.tuning.tuning_header import Choice, TuningHeader
from fasdemo.gui.tuning.variant_panel import VariantPanel
from fasdemo.gui.widgets.message_bar import MessageBar
from fasdemo.gui.widgets.window_state import fit_screen
from fasdemo.tuning.gallery import Case, cases, in_order
from fasdemo.tuning.report import Variant, variant_name, write_report
from fasdemo.tuning.saving import save_policy, save_site
from fasdemo.tuning.scores.scoring import Cancelled, Progress, Scoring, score_folder
from fasdemo.tuning.scores.scoring_process import ScoringProcess

_SETTLE_MS = 250
"""Time without a change of the thresholds after which the gallery is computed."""
_JOIN_S = 10.0

Score = Callable[..., Scoring]


class TuningWindow(QMainWindow):
    """A window of its own, beside the main window.

    Args:
        models: names of the shipped models.
        score: scores a folder, as `fasdemo.tuning.scores.scoring.score_folder`.
        release: closes the source of the main window if it plays the given session, whose label is changed.

    Signals:
        frame_wanted: Path, int: the user wants to see this frame of a session in the main window.
        model_wanted: Path: the user wants to use a saved model.
        site_wanted: Path: the user wants to use a saved site file.
    """

    frame_wanted = pyqtSignal(object, int)
    model_wanted = pyqtSignal(object)
    site_wanted = pyqtSignal(object)
    _progressed = pyqtSignal(object)

    def __init__(
        self,
        models: Sequence[str] = (),
        score: Score = score_folder,
        release: Callable[[Path], object] = lambda folder: None,
    ) -> None:
        super().__init__()
        self.setWindowTitle(tr("Tuning – fasdemo"))
        self.setWindowIcon(app_icon())
        self._score, self._release = score, release
        self.root: Path | None = None
        self._keep_thresholds = False
        self._shown_choices: tuple[Choice, ...] = ()
        self.header = TuningHeader(models)
        self.messages = MessageBar()
        self.progress = QProgressBar()
        self.progress.setTextVisible(True)
        self.progress.setAccessibleName(tr("Progress"))
        self.cancel = QPushButton(tr("Cancel"))
        self.panels = (VariantPanel(), VariantPanel())
        self.det = DetPlot()
        self.gallery = GalleryPanel()
        self.scorer = Background("tuning scoring", self)
        self.finder = Background("tuning gallery", self)
        self.saver = Background("tuning saving", self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._build()
        self._connect()
        fit_screen(self)
        self._show_running(False)
        self._show_state()

    def _build(self) -> None:
        self._busy = QWidget()
        busy = QHBoxLayout(self._busy)
        busy.setContentsMargins(0, 0, 0, 0)
        busy.addWidget(self.progress, 1)
        busy.addWidget(self.cancel)
        variants = QSplitter(Qt.Orientation.Horizontal)
        for panel in self.panels:
            variants.addWidget(panel)
        self.panels[1].hide()
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(variants)
        left.addWidget(self.det)
        left.setSizes([500, 240])
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(left)
        across.addWidget(self.gallery)
        across.setStretchFactor(0, 3)
        across.setStretchFactor(1, 2)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 8, 12, 12)
        layout.addWidget(self.header)
        layout.addWidget(self.messages)
        layout.addWidget(self._busy)
        layout.addWidget(across, 1)
        self.setCentralWidget(body)
        self.setMinimumSize(720, 420)

    def _connect(self) -> None:
        header = self.header
        header.folder_wanted.connect(self.choose_folder)
        header.chosen.connect(self.start)
        header.save_policy.connect(self.save_policy)
        header.save_site.connect(self.save_site)
        header.save_report.connect(self.save_report)
        self.cancel.clicked.connect(self.scorer.cancel)
        self._progressed.connect(self._show_progress)
        self.scorer.done.connect(self._show_scored)
        self.scorer.failed.connect(self._scoring_failed)
        self.scorer.cancelled.connect(self._scoring_cancelled)
        self.finder.done.connect(lambda found: self.gallery.show_cases(*found))
        self.finder.failed.connect(lambda sentence: self.messages.show_message(sentence, error=True))
        self.saver.done.connect(self._show_saved)
        self.saver.failed.connect(lambda sentence: self.messages.show_message(sentence, error=True))
        self._settle.timeout.connect(self._find_cases)
        for panel in self.panels:
            panel.changed.connect(self._thresholds_changed)
        self.gallery.opened.connect(lambda case: self.frame_wanted.emit(case.presentation.folder, case.frame))
        self.gallery.relabel.connect(self.correct_label)
        for keys, action in (("Ctrl+O", self.choose_folder), ("F5", self.start), ("Ctrl+W", self.close)):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    # Scoring.

    def choose_folder(self) -> None:
        """Ask for a folder of sessions and score it."""
        found = dialogs.ask_for_sessions(self, self.root)
        if found is not None:
            self.open_folder(found)

    def open_folder(self, root: Path) -> None:
        """Score the sessions below a folder."""
        self.root = root
        self.header.show_folder(root)
        self.start()

    def start(self) -> None:
        """Score the folder with the chosen models and policies; results of earlier scorings are used."""
        root = self.root
        if root is None:
            return
        self.messages.clear()
        choices = self.header.choices
        device = "auto"
        self._show_running(True)

        def work(stop: threading.Event) -> list[Scoring]:
            found = []
            tell = partial(self._tell, stop)
            with ScoringProcess() as process:
                for choice in choices:
                    if stop.is_set():
                        raise Cancelled
                    found.append(self._score(root, choice.model, choice.policy, device, tell, stop, scorer=process))
            return found

        self._shown_choices = choices
        self.scorer.start(work)

    def _tell(self, stop: threading.Event, progress: Progress) -> None:
        if not stop.is_set():
            self._progressed.emit(progress)

    def _show_progress(self, progress: Progress) -> None:
        if not self.scorer.running:
            return
        self.progress.setRange(0, max(progress.total, 1))
        self.progress.setValue(progress.done)
        left = "" if progress.left_s is None else f", {_time_words(progress.left_s)}"
        self.progress.setFormat(
            tr("{done} of {total} sessions{left}", done=progress.done, total=progress.total, left=left)
        )
        self.progress.setToolTip(progress.name)

    def _show_scored(self, found: list[Scoring]) -> None:
        self._show_running(False)
        keep, self._keep_thresholds = self._keep_thresholds, False
        for panel, scoring in zip(self.panels, [*found, None][:2], strict=False):
            same = keep or (
                panel.scoring is not None
                and scoring is not None
                and (panel.scoring.model_sha256, panel.scoring.policy) == (scoring.model_sha256, scoring.policy)
            )
            panel.show_scoring(scoring, keep_thresholds=same)
            panel.setVisible(scoring is not None)
        self.panels[0].show()
        for number, scoring in enumerate(found):
            self.header.show_policies(number, scoring.card, self._shown_choices[number].policy)
        sentences = list(dict.fromkeys(sentence for one in found for sentence in (*one.notes, *one.left_out)))
        if sentences:
            more = " " + tr("{count} more are in the report.", count=len(sentences) - 1) if len(sentences) > 1 else ""
            self.messages.show_message(sentences[0] + more, error=True)
        self._show_state()

    def _scoring_failed(self, sentence: str) -> None:
        self._show_running(False)
        self._keep_thresholds = False
        self.messages.show_message(sentence, error=True)

    def _scoring_cancelled(self) -> None:
        self._show_running(False)
        self._keep_thresholds = False
        self.messages.show_message(tr("Cancelled; the sessions that are finished will not be scored again."))

    def _show_running(self, running: bool) -> None:
        self._busy.setVisible(running)
        self.progress.setRange(0, 0)
        self.progress.setFormat(tr("Looking for sessions …"))
        self.header.setEnabled(not running)
        if running and self.panels[0].scoring is None:
            self.gallery.show_words(tr("The sessions are being scored."))

    def _show_state(self) -> None:
        ready = self.panels[0].scoring is not None
        self.header.show_ready(ready)
        if not ready:
            self.gallery.show_words(tr("Choose a folder of labelled sessions to score."))

    # Thresholds and cases.

    def _thresholds_changed(self) -> None:
        curves = [
            (panel.curve, panel.figures.live_above)
            for panel in self.panels
            if panel.curve is not None and panel.figures is not None
        ]
        self.det.show_curves(curves)
        self._settle.start()

    def _find_cases(self) -> None:
        panel = self.panels[0]
        if panel.scoring is None or panel.figures is None:
            self.gallery.show_cases([], Path())
            self._show_state()
            return
        scoring, figures = panel.scoring, panel.figures
        self.finder.start(lambda stop: (_cases(scoring, figures.live_above, figures.spoof_below, stop), scoring.root))

    def correct_label(self, case: Case) -> None:
        """Change the label of a case's session or part, and score again from the stored results."""
        try:
            self.dialog = correct_label(case, self._release, self)
        except UserError as error:
            self.messages.show_message(str(error), error=True)
            return
        self.dialog.accepted.connect(self._score_again)

    def _score_again(self) -> None:
        self._keep_thresholds = True
        self.start()

    # Saving.

    def save_policy(self) -> None:
        """Save the thresholds of the first model as a policy in a copy of it."""
        scoring, figures = self.panels[0].scoring, self.panels[0].figures
        if scoring is None or figures is None:
            return
        try:
            found = dialogs.ask_for_policy(self, scoring.card)
        except UserError as error:
            self.messages.show_message(str(error), error=True)
            return
        if found is not None:
            name, path = found
            self._save(lambda: save_policy(scoring, figures, name, path), path, "model")

    def save_site(self) -> None:
        """Save the threshold for LIVE of the first model as a site file."""
        scoring, figures = self.panels[0].scoring, self.panels[0].figures
        if scoring is None or figures is None:
            return
        path = dialogs.ask_for_site_file(self)
        if path is not None:
            self._save(lambda: save_site(scoring, figures.live_above, path), path, "site")

    def save_report(self) -> None:
        """Save a report of all shown models."""
        shown = [(panel.scoring, panel.figures) for panel in self.panels]
        path = dialogs.ask_for_report(self) if shown[0][0] is not None else None
        if path is None:
            return

        def write() -> None:
            variants = [
                Variant(
                    variant_name(scoring),
                    scoring,
                    figures,
                    _cases(scoring, figures.live_above, figures.spoof_below, threading.Event()),
                )
                for scoring, figures in shown
                if scoring is not None and figures is not None
            ]
            write_report(path, variants, datetime.now(UTC))

        self._save(write, path, "report")

    def _save(self, write: Callable[[], Any], path: Path, kind: str) -> None:
        def work(_: threading.Event) -> tuple[str, Path]:
            write()
            return kind, path

        self.saver.start(work)

    def _show_saved(self, found: tuple[str, Path]) -> None:
        kind, path = found
        self.messages.show_message(tr("Saved: {path}", path=path))
        if kind == "model":
            self.messages.offer(tr("Use it"), lambda: self.model_wanted.emit(path))
        elif kind == "site":
            self.messages.offer(tr("Use it"), lambda: self.site_wanted.emit(path))

    def stop(self) -> None:
        """Cancel all work and wait briefly for its threads."""
        self._settle.stop()
        for one in (self.scorer, self.finder, self.saver, self.gallery.loader):
            one.join(_JOIN_S)

    @override
    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.scorer.cancel()
        self.finder.cancel()
        super().closeEvent(event)


def _cases(scoring: Scoring, live_above: float, spoof_below: float, stop: threading.Event) -> list[Case]:
    """Return the cases in the order of the gallery.

    Raises:
        Cancelled: `stop` was set.
    """
    found = []
    for case in cases(scoring, live_above, spoof_below):
        if stop.is_set():
            raise Cancelled
        if case is not None:
            found.append(case)
    return in_order(found)


def _time_words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return tr("{minutes}:{seconds:02d} left", minutes=minutes, seconds=rest)
