"""Common actions of the tests of the window: open a source, read the shown frame, pause."""

from __future__ import annotations

from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from fasdemo.gui.camera.camera_list import Cameras
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.pages.workspace import TABS, Workspace
from tests.support.qt_input import QTest


def cameras() -> Cameras:
    return (("webcam:3", "Front camera (3)"),)


def shown_frame(window: MainWindow) -> int:
    result = window.shown_result
    return -1 if result is None else result.frame


def play(qtbot: QtBot, window: MainWindow, spec: str = "clip", after: int = 5) -> None:
    window.open_spec(spec)
    # The previous source goes on until this one is open.
    qtbot.waitUntil(lambda: window.player.request is not None and window.player.request.spec == spec, timeout=30_000)
    qtbot.waitUntil(lambda: shown_frame(window) > after, timeout=30_000)


def stand_still(qtbot: QtBot, window: MainWindow) -> int:
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.wait(120)
    return shown_frame(window)


def drop(window: QWidget, *paths: str) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)


def check_tabs_are_not_cut(work: Workspace) -> None:
    """Fail if the panel of a tab is wider than its room."""
    for tab in range(len(TABS)):
        work.show_tab(tab)
        area = work.stack.currentWidget()
        assert isinstance(area, QScrollArea)
        panel, viewport = area.widget(), area.viewport()
        assert panel is not None
        assert viewport is not None
        assert panel.minimumSizeHint().width() <= viewport.width(), f"tab {tab} is cut on the right"
