"""Full screen with and without a window manager, on screens of any size."""

from __future__ import annotations

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QMainWindow, QStackedWidget
from typing_extensions import override


class Pages(QStackedWidget):
    """A stack that needs only the room of the page it shows, not of its largest page."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda: self.updateGeometry())

    @override
    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return super().minimumSizeHint() if page is None else page.minimumSizeHint()


class FullScreen:
    """Switches a window to full screen and back to the place and size that it had.

    Args:
        window: the window.
        min_size: its minimum size, which does not hold in full screen: a kiosk's screen may be smaller.
    """

    def __init__(self, window: QMainWindow, min_size: QSize) -> None:
        self._window, self._min_size = window, min_size
        self._was_maximized = False
        self._windowed = window.geometry()
        window.setMinimumSize(min_size)

    def enter(self) -> None:
        """Fill the screen that shows the window."""
        window = self._window
        self._was_maximized = window.isMaximized()
        # Not saveGeometry: what it restores leaves room for a title bar, also where there is none.
        self._windowed = window.normalGeometry() if self._was_maximized else window.geometry()
        window.setMinimumSize(1, 1)
        window.showFullScreen()
        screen, handle = window.screen(), window.windowHandle()
        # X11 leaves the size to the window manager, and a kiosk often runs without one. The handle's geometry is set,
        # because setting the widget's would clear its full-screen state.
        if QGuiApplication.platformName() == "xcb" and screen is not None and handle is not None:
            handle.setGeometry(screen.geometry())

    def leave(self) -> None:
        """Restore place, size and whether the window was maximized."""
        window = self._window
        window.showNormal()
        window.setMinimumSize(self._min_size)
        window.setGeometry(self._windowed)
        if self._was_maximized:
            window.showMaximized()
