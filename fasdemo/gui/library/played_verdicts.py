"""Store the verdicts of a session that was played completely, so that the library shows them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.gui.tuning.background import Background
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.tuning.played import PlayedListener, PlayedSession, has_default_rules, store_played


class PlayedVerdicts(QObject):
    """The link between the player's results and the stored ones.

    Args:
        request: returns the request of the open source.
        engine: returns the model, policy and rules of the window.
        parent: owner.

    Signals:
        stored: Path: the verdicts on this session were stored.
    """

    stored = pyqtSignal(object)
    _whole = pyqtSignal(object)

    def __init__(
        self,
        request: Callable[[], SourceRequest | None],
        engine: Callable[[], EngineRequest],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._request, self._engine = request, engine
        self._info: SourceInfo | None = None
        self.listener = PlayedListener(self._whole.emit)
        self._work = Background("played verdicts", self)
        self._whole.connect(self._store)
        self._work.done.connect(self._tell)

    def source_ready(self, info: SourceInfo) -> None:
        """Watch a session that was opened."""
        self._info = info
        request = self._request()
        if info.kind == "session" and request is not None and info.frame_count and has_default_rules(self._engine()):
            self.listener.watch(Path(request.spec), info.name, info.frame_count)
        else:
            self.listener.forget()

    def engine_changed(self) -> None:
        """Begin again with another model, policy or rule."""
        self.listener.forget()
        if self._info is not None:
            self.source_ready(self._info)

    def close(self, timeout_s: float) -> None:
        """Wait up to `timeout_s` seconds for what is being stored."""
        self.listener.forget()
        self._work.join(timeout_s)

    def _store(self, played: PlayedSession) -> None:
        def work(_: threading.Event) -> Path | None:
            try:
                return played.folder if store_played(played) else None
            except UserError:
                # The user has not asked for it: the library says `not scored`, and gives the reason on scoring.
                return None

        self._work.start(work)

    def _tell(self, folder: Path) -> None:
        self.stored.emit(folder)
