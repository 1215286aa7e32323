"""Show the window in full screen, with and without a window manager, on screens of any size."""

from __future__ import annotations

from PyQt6.QtCore import QSize, QTimer
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QMainWindow, QStackedWidget
from typing_extensions import override

_CHECK_MS = 300


class Pages(QStackedWidget):
    """A stacked widget whose minimum size is that of its current page, not of its largest page."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda: self.updateGeometry())

    @override
    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return super().minimumSizeHint() if page is None else page.minimumSizeHint()


class FullScreen:
    """A switch between full screen and the window's previous position and size.

    Args:
        window: the window.
        min_size: its minimum size; not applied in full screen, because a kiosk's screen may be smaller.
    """

    def __init__(self, window: QMainWindow, min_size: QSize) -> None:
        self._window, self._min_size = window, min_size
        self._was_maximized = False
        self._windowed = window.geometry()
        window.setMinimumSize(min_size)
        self._check = QTimer(window)
        self._check.setSingleShot(True)
        self._check.timeout.connect(self._fill)

    def enter(self) -> None:
        """Fill the screen that shows the window."""
        window = self._window
        self._was_maximized = window.isMaximized()
        # saveGeometry is not used: it reserves space for a title bar even on systems without one.
        self._windowed = window.normalGeometry() if self._was_maximized else window.geometry()
        window.setMinimumSize(1, 1)
        window.showFullScreen()
        screen, handle = window.screen(), window.windowHandle()
        # On X11 the window manager sets the size, and a kiosk often runs without one. Setting the widget's geometry
        # would clear its full-screen state, so the handle's geometry is set instead.
        if QGuiApplication.platformName() == "xcb" and screen is not None and handle is not None:
            handle.setGeometry(screen.geometry())
            # A size that was set just before may still be on its way from the X server and arrive after this one.
            self._check.start(_CHECK_MS)

    def _fill(self) -> None:
        screen, handle = self._window.screen(), self._window.windowHandle()
        if screen is None or handle is None or not self._window.isFullScreen():
            return
        if handle.geometry() != screen.geometry():
            handle.setGeometry(screen.geometry())

    def leave(self) -> None:
        """Restore the position, the size and the maximized state."""
        window = self._window
        window.showNormal()
        window.setMinimumSize(self._min_size)
        window.setGeometry(self._windowed)
        if self._was_maximized:
            window.showMaximized()
