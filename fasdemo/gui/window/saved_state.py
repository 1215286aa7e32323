"""Restore the window as it was left, and save the settings that have changed."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import QMainWindow

from fasdemo.gui.settings import Settings, save
from fasdemo.gui.widgets import window_state
from fasdemo.gui.window.pages.workspace import Workspace

_MARGINS_PX, _BARS_PX = 24, 120
"""Width and height of the window that are not part of its page."""


class SavedState:
    """The link between the settings file and the window.

    Args:
        window: the main window.
        workspace: its main page.
        settings: the user's settings.
        path: the settings file.
    """

    def __init__(self, window: QMainWindow, workspace: Workspace, settings: Settings, path: Path) -> None:
        self._window, self._work, self._settings, self._path = window, workspace, settings, path
        self._saved = settings.model_copy(deep=True)

    def restore(self) -> None:
        """Set geometry, splitters, tab, speed and the entries of the record panel."""
        window, work, settings = self._window, self._work, self._settings
        window_state.fit_screen(window)
        work.fit(window.width() - _MARGINS_PX, window.height() - _BARS_PX)
        window_state.restore(window, work.splitters(), settings)
        work.show_tab(settings.tab)
        work.transport.loop.setChecked(settings.loop)
        work.transport.show_speed(settings.speed)
        work.record.remember(
            settings.subject, settings.retain_days, settings.record_countdown_s, settings.record_length_s
        )

    def save(self) -> None:
        """Save what this window has changed; what another window has saved in the meantime is kept."""
        save(self._settings, self._path, self._saved)
        self._saved = self._settings.model_copy(deep=True)

    def keep(self, with_geometry: bool) -> None:
        """Save the settings and the tab, and the geometry unless the window is in full screen."""
        if with_geometry:
            window_state.keep(self._window, self._work.splitters(), self._settings)
        self._settings.tab = self._work.tab
        self.save()
