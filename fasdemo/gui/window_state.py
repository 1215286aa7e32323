"""Save and restore the window's geometry and its splitters."""

from __future__ import annotations

import base64

from PyQt6.QtCore import QByteArray
from PyQt6.QtWidgets import QMainWindow, QSplitter

from fasdemo.gui.settings import Settings


def restore(window: QMainWindow, splitters: dict[str, QSplitter], settings: Settings) -> None:
    """Restore window and splitters from the settings; values that cannot be read are ignored."""
    if settings.geometry:
        window.restoreGeometry(_data(settings.geometry))
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
