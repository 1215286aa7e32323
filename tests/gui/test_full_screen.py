"""Full screen and back, in a window whose other pages are larger than a small screen."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect, QSize
from PyQt6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from fasdemo.gui.window.pages.full_screen import FullScreen, Pages

MIN_SIZE = QSize(600, 500)


class PagesWindow(QMainWindow):
    def __init__(self) -> None:
        super().__init__()
        self.pages = Pages()


@pytest.fixture
def window(qtbot: QtBot) -> PagesWindow:
    made = PagesWindow()
    qtbot.addWidget(made)
    large, small = QWidget(), QWidget()
    large.setMinimumSize(590, 490)
    for page in (large, small):
        made.pages.addWidget(page)
    made.setCentralWidget(made.pages)
    return made


def test_leave_restores_place_and_size(window: PagesWindow, qtbot: QtBot) -> None:
    full_screen = FullScreen(window, MIN_SIZE)
    window.setGeometry(QRect(30, 40, 640, 520))
    window.show()
    full_screen.enter()
    screen = window.screen()
    assert screen is not None
    qtbot.waitUntil(lambda: window.geometry() == screen.geometry())
    assert window.isFullScreen()
    full_screen.leave()
    assert window.geometry() == QRect(30, 40, 640, 520)
    assert window.minimumSize() == MIN_SIZE


def test_leave_restores_a_maximized_window(window: PagesWindow) -> None:
    full_screen = FullScreen(window, MIN_SIZE)
    window.setGeometry(QRect(30, 40, 640, 520))
    window.showMaximized()
    full_screen.enter()
    assert window.isFullScreen()
    full_screen.leave()
    assert window.isMaximized()
    assert not window.isFullScreen()
    window.showNormal()
    assert window.size() == QSize(640, 520)


def test_pages_need_the_room_of_the_page_that_is_shown(window: PagesWindow) -> None:
    FullScreen(window, MIN_SIZE).enter()
    window.pages.setCurrentIndex(1)
    window.setGeometry(QRect(0, 0, 240, 320))
    assert window.size() == QSize(240, 320)
    assert window.pages.size() == QSize(240, 320)
