"""The window on screens from 800 x 480 to 4K: nothing is outside, the seek bar can be used, the panel scrolls."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect, QSize, Qt
from pytestqt.qtbot import QtBot

from fasdemo.gui.style.theme import text_scale
from fasdemo.gui.widgets.transport_bar import MIN_SLIDER_PX
from fasdemo.gui.widgets.window_state import first_geometry
from fasdemo.gui.window.main_window import MainWindow
from tests.support.qt_input import QTest
from tests.support.window_actions import check_tabs_are_not_cut

SCREENS = [(800, 480), (960, 540), (1280, 720), (1366, 768), (1920, 1080), (3840, 2160)]


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_first_geometry_is_inside_the_free_area(width: int, height: int) -> None:
    free = QRect(10, 24, width, height - 24)
    assert free.contains(first_geometry(free))


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_every_part_is_inside_the_window(window: MainWindow, qtbot: QtBot, width: int, height: int) -> None:
    size = first_geometry(QRect(0, 0, width, height)).size()
    window.resize(size)
    window.open_spec("clip")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    window.workspace.fit(size.width() - 24, size.height() - 120)
    qtbot.wait(50)
    assert window.size() == size, "the window needs more room than the screen has"
    work = window.workspace
    for part in (work.card, work.transport, work.timeline, work.colour_pane, work.depth_pane, window.footer):
        place = QRect(part.mapTo(window, part.rect().topLeft()), part.size())
        assert window.rect().contains(place), (part, place)
    slider = work.transport.slider
    assert slider.width() >= MIN_SLIDER_PX
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.shown_result is not None and window.shown_result.frame >= 50, timeout=30_000)
    check_tabs_are_not_cut(work)


@pytest.mark.parametrize("size", [QSize(800, 480), QSize(480, 800), QSize(240, 320)])
def test_the_kiosk_fits_small_screens(window: MainWindow, qtbot: QtBot, size: QSize) -> None:
    window.set_kiosk(True)
    window.resize(size)
    qtbot.waitUntil(lambda: window.kiosk.size() == size, timeout=30_000)
    window.set_kiosk(False)


def test_text_scale_grows_on_a_high_screen_unless_chosen() -> None:
    assert text_scale("automatic", 768) == 1.0
    assert text_scale("automatic", 2160) == 1.5
    assert text_scale("125 %", 2160) == 1.25
