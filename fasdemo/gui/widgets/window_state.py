"""Save and restore the window's geometry and its splitters."""

from __future__ import annotations

import base64

from PyQt6.QtCore import QByteArray, QRect, QSize
from PyQt6.QtWidgets import QMainWindow, QSplitter, QWidget

from fasdemo.gui.settings import Settings

_FIRST_SIZE = QSize(1360, 860)
_FRAME_PX = 40
"""Height reserved for a title bar, which most window managers add to the window."""
_SIDES_PX = 20
"""Width that a dialog leaves free beside it, with the frame of the window manager."""


def first_geometry(free: QRect) -> QRect:
    """Return the first position and size of the window in the free area of a screen, in logical pixels."""
    width = min(free.width(), max(_FIRST_SIZE.width(), round(free.width() * 0.72)))
    height = min(free.height() - _FRAME_PX, max(_FIRST_SIZE.height(), round(free.height() * 0.8)))
    left = free.left() + (free.width() - width) // 2
    return QRect(left, free.top() + (free.height() - height + _FRAME_PX) // 2, width, height)


def fitted_size(widget: QWidget, wanted: QSize) -> QSize:
    """Return the size that a dialog wants, at most that of the free area of its screen below a title bar."""
    screen = widget.screen()
    return wanted if screen is None else wanted.boundedTo(screen.availableSize() - QSize(_SIDES_PX, _FRAME_PX + 20))


def fit_screen(window: QMainWindow) -> None:
    """Set the first geometry of the window."""
    screen = window.screen()
    if screen is not None:
        window.setGeometry(first_geometry(screen.availableGeometry()))


def restore(window: QMainWindow, splitters: dict[str, QSplitter], settings: Settings) -> None:
    """Restore window and splitters from the settings; values that cannot be read are ignored."""
    if settings.geometry:
        window.restoreGeometry(_data(settings.geometry))
        screen = window.screen()
        free = None if screen is None else screen.availableGeometry()
        # The last screen may have been larger.
        if free is not None and not free.contains(window.geometry()):
            window.setGeometry(first_geometry(free))
    for name, splitter in splitters.items():
        if name in settings.splitters:
            splitter.restoreState(_data(settings.splitters[name]))


def keep(window: QMainWindow, splitters: dict[str, QSplitter], settings: Settings) -> None:
    """Store the geometry of window and splitters in the settings."""
    settings.geometry = _text(window.saveGeometry())
    settings.splitters = {name: _text(splitter.saveState()) for name, splitter in splitters.items()}


def _data(text: str) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text))
    except ValueError:
        return QByteArray()


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode("ascii")
