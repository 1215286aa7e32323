"""Show the colours of light challenges, and report when they cannot be seen."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QWindow
from PyQt6.QtWidgets import QMainWindow
from typing_extensions import override

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.challenge.prompts import Prompt
from fasdemo.engine.challenge_report import ChallengeReport
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.light_panel import LightPanel
from fasdemo.runtime.updates import Phase, UiUpdate

_HIDES = (QEvent.Type.WindowDeactivate, QEvent.Type.Hide, QEvent.Type.WindowBlocked)
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize)


class ChallengeControl(QObject):
    """The colours of the running light challenge on the window.

    Args:
        player: source of the results.
        window: the window that shows the colours.
    """

    def __init__(self, player: Player, window: QMainWindow) -> None:
        super().__init__(window)
        self.display = ChallengeDisplay()
        self._window = window
        self.panel = LightPanel(window, self._painted)
        self._shown: tuple[int, int] | None = None
        player.updated.connect(self._receive)
        player.changed.connect(self.hide)
        window.installEventFilter(self)
        self._handle: QWindow | None = None

    def hide(self) -> None:
        """Stop showing colours."""
        self._shown = None
        self.panel.hide()

    def _receive(self, update: UiUpdate) -> None:
        if update.phase in (Phase.FAILED, Phase.ENDED):
            self.hide()
        elif update.view is not None:
            self._show(None if update.view.result is None else update.view.result.challenge)

    def _show(self, report: ChallengeReport | None) -> None:
        wanted = None if report is None else report.colour
        if report is None or wanted is None:
            if self._shown is not None:
                self.hide()
            return
        step, colour = wanted
        if self._shown == (report.number, step) or self.display.failure is not None:
            return
        if self._shown is None and not self._in_front():
            self.display.fail(Failure.SCREEN_HIDDEN)
            return
        if self._shown is None:
            self._watch_handle()
        self._shown = (report.number, step)
        self.panel.show_colour(colour, tr(Prompt.LIGHT.text))

    def _in_front(self) -> bool:
        """Return whether the window can be seen, as far as this is known before the first colour."""
        handle = self._window.windowHandle()
        if handle is None or not handle.isExposed() or self._window.isMinimized():
            return False
        # Without a window manager, no window of a kiosk is active.
        return self._window.isActiveWindow() or self._window.isFullScreen()

    def _watch_handle(self) -> None:
        """Watch the window of the window system, which can be replaced, for another screen and for being covered."""
        handle = self._window.windowHandle()
        if handle is not None and handle is not self._handle:
            self._handle = handle
            handle.screenChanged.connect(self._screen_changed)
            handle.installEventFilter(self)

    def _screen_changed(self) -> None:
        if self._shown is not None:
            self._fail(Failure.SCREEN_MOVED)

    def _painted(self) -> None:
        if self._shown is not None:
            self.display.shown(*self._shown)

    @override
    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if self._shown is not None and event is not None:
            if event.type() in _HIDES or self._window.isMinimized():
                self._fail(Failure.SCREEN_HIDDEN)
            elif event.type() in _MOVES:
                self._fail(Failure.SCREEN_MOVED)
            elif event.type() == QEvent.Type.Expose and isinstance(watched, QWindow) and not watched.isExposed():
                # Reported by window systems that do not draw covered windows.
                self._fail(Failure.SCREEN_HIDDEN)
        return False

    def _fail(self, why: Failure) -> None:
        self.display.fail(why)
        self.hide()
