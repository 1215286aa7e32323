"""Enter and leave kiosk mode: only the verdict, in full screen, left with a PIN if one is set."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QDialog, QMainWindow

from fasdemo.gui.controllers.player import Player
from fasdemo.gui.dialogs.exit_pin import PinDialog, PinGuard
from fasdemo.gui.settings import Settings
from fasdemo.gui.window.pages.body import Body
from fasdemo.gui.window.pages.full_screen import FullScreen
from fasdemo.gui.window.presenter import Presenter


class KioskControl(QObject):
    """The switch between kiosk mode and the normal window.

    Args:
        body: the pages.
        presenter: shows the verdict.
        player: the player.
        settings: contain the PIN.
        min_size: smallest size of the normal window.
        show_dialog: shows a dialog.
        window: the main window.

    Signals:
        changed: bool: kiosk mode begins or ends.
    """

    changed = pyqtSignal(bool)

    def __init__(
        self,
        body: Body,
        presenter: Presenter,
        player: Player,
        settings: Settings,
        min_size: QSize,
        show_dialog: Callable[[QDialog], object],
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._body, self._presenter, self._player, self._settings = body, presenter, player, settings
        self._show_dialog, self._window = show_dialog, window
        self._pin_guard = PinGuard()
        self._full_screen = FullScreen(window, min_size)

    @property
    def locked(self) -> bool:
        """Whether kiosk mode can be left only with the PIN; then files, models and settings cannot be changed."""
        return self._body.in_kiosk and bool(self._settings.kiosk_pin)

    def toggle(self) -> None:
        """Enter kiosk mode, or leave it, after the right PIN if one is set."""
        if self._body.in_kiosk:
            self.leave(lambda: self.switch(False))
        else:
            self.switch(True)

    def leave(self, leave: Callable[[], object]) -> None:
        """Run `leave` at once, or after the right PIN if kiosk mode is locked."""
        if not self.locked:
            leave()
            return
        dialog = PinDialog(self._pin_guard, self._settings.kiosk_pin, self._window)
        dialog.accepted.connect(leave)
        self._show_dialog(dialog)

    def switch(self, kiosk: bool) -> None:
        """Switch between kiosk mode and the normal window at once."""
        if kiosk == self._body.in_kiosk:
            return
        if kiosk:
            self._presenter.freeze(False)
            self._body.show_kiosk()
            self._full_screen.enter()
            self._body.kiosk.setCursor(Qt.CursorShape.BlankCursor)
        else:
            self._body.show_page(source_open=self._player.request is not None)
            self._full_screen.leave()
        self.changed.emit(kiosk)
        self._window.setFocus()
        self._presenter.show_headline()
