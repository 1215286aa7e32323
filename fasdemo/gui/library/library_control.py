"""Score sessions of the library in the background, and show their verdicts with the window's model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.gui.library.library import Library
from fasdemo.gui.library.library_index import Engine, LibraryEntry, with_verdicts
from fasdemo.gui.translation import tr
from fasdemo.gui.tuning.background import Background
from fasdemo.runtime.requests import EngineRequest
from fasdemo.tuning.scores.scoring import Progress
from fasdemo.tuning.scores.scoring_process import ScoringProcess
from fasdemo.tuning.session_verdicts import score_sessions


class LibraryControl(QObject):
    """The link between the library and the scoring of its sessions.

    Args:
        library: the page with the sessions.
        engine: returns the model, policy and device of the window.
        parent: owner.
    """

    _progressed = pyqtSignal(object)
    _scored = pyqtSignal(object, object)

    def __init__(self, library: Library, engine: Callable[[], EngineRequest], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library, self._engine = library, engine
        self.score: Callable[..., list[str]] = score_sessions
        self.scorer = Background("library scoring", self)
        library.index.engine = self._chosen
        library.score_wanted.connect(self.start)
        library.cancel_wanted.connect(self.scorer.cancel)
        self._progressed.connect(self._show_progress)
        self._scored.connect(self._show_scored)
        self.scorer.done.connect(self._show_done)
        self.scorer.failed.connect(lambda sentence: library.show_scoring(False, sentence))
        self.scorer.cancelled.connect(
            lambda: library.show_scoring(
                False, tr("Cancelled; the sessions that are finished will not be scored again.")
            )
        )

    def _chosen(self) -> Engine:
        engine = self._engine()
        return engine.model, engine.policy

    def start(self, folders: list[Path]) -> None:
        """Score these sessions with the window's model and policy."""
        engine = self._engine()
        used = (engine.model, engine.policy)

        def scored(folder: Path) -> None:
            self._scored.emit(used, with_verdicts(LibraryEntry(folder), used))

        def work(stop: threading.Event) -> list[str]:
            with ScoringProcess() as process:
                return self.score(folders, *used, engine.device, self._progressed.emit, scored, stop, scorer=process)

        self._library.show_scoring(True)
        self.scorer.start(work)

    def show_stored(self, folder: Path) -> None:
        """Show the verdicts on a session that were stored without a scoring, e.g. because it was played."""
        if self._library.index.engine_read == self._chosen():
            self._library.show_verdicts(with_verdicts(LibraryEntry(folder), self._chosen()))

    def engine_changed(self) -> None:
        """Show the verdicts with another model or policy, if the library is on the screen."""
        if self._library.isVisible() and self._library.index.engine_read != self._chosen():
            self._library.read_again()

    def close(self, timeout_s: float) -> None:
        """Cancel the scoring, and wait up to `timeout_s` seconds for its thread."""
        self.scorer.join(timeout_s)

    def _show_scored(self, used: Engine, judged: LibraryEntry) -> None:
        # The user may have chosen another model since the scoring began.
        if used == self._chosen():
            self._library.show_verdicts(judged)

    def _show_progress(self, progress: Progress) -> None:
        if self.scorer.running:
            self._library.show_progress(progress)

    def _show_done(self, problems: list[str]) -> None:
        sentence = ""
        if problems:
            sentence = problems[0]
            if len(problems) > 1:
                sentence += " " + tr("{count} other sessions could not be scored either.", count=len(problems) - 1)
        self._library.show_scoring(False, sentence)
