"""The colours of a light challenge on the window, and what ends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pytest
from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtGui import QColor, QExposeEvent, QRegion
from PyQt6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.prompts import Prompt
from fasdemo.engine.challenge_report import ChallengeReport, LightReport
from fasdemo.gui.controllers.challenge_control import ChallengeControl
from fasdemo.gui.translation import tr


class _Player(QObject):
    updated = pyqtSignal(object)
    changed = pyqtSignal()


@dataclass
class _Result:
    challenge: ChallengeReport | None


@dataclass
class _View:
    result: _Result


@dataclass
class _Update:
    view: _View
    phase: object = None


class _Room:
    """A window with colours, and a player that announces them."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        self.window.resize(500, 320)
        qtbot.addWidget(self.window)
        self.player = _Player()
        self.control = ChallengeControl(self.player, self.window)  # type: ignore[arg-type]
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.control.display.begin(3)

    def want(self, *colours: str, outcome: Literal["running", "passed"] = "running") -> None:
        report = ChallengeReport(
            number=3, kind="light", track_id=1, outcome=outcome, prompt="light" if outcome == "running" else "",
            prompts=("light",), light=LightReport(colours=colours),
        )  # fmt: skip
        self.player.updated.emit(_Update(_View(_Result(report))))


@pytest.fixture
def room(qtbot: QtBot) -> _Room:
    return _Room(qtbot)


def test_challenge_control_shows_each_colour_and_reports_its_time(room: _Room, qtbot: QtBot) -> None:
    room.want("#ff7c7c")
    qtbot.waitUntil(lambda: room.control.display.shown_s(0) is not None)
    panel = room.control.panel
    assert panel.geometry() == room.window.rect()
    middle = panel.grab().toImage().pixelColor(panel.width() // 2, panel.height() // 2)
    assert middle == QColor("#ff7c7c")
    assert panel.sentence == tr(Prompt.LIGHT.text)
    room.want("#ff7c7c", "#7cffff")
    qtbot.waitUntil(lambda: room.control.display.shown_s(1) is not None)
    first_s, second_s = room.control.display.shown_s(0), room.control.display.shown_s(1)
    assert first_s is not None
    assert second_s is not None
    assert first_s < second_s
    room.want("#ff7c7c", "#7cffff", outcome="passed")
    assert not panel.isVisible()
    assert room.control.display.failure is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda window: window.move(window.x() + 40, window.y() + 10), Failure.SCREEN_MOVED),
        (lambda window: window.resize(400, 300), Failure.SCREEN_MOVED),
        (lambda window: window.hide(), Failure.SCREEN_HIDDEN),
        (lambda window: QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate)), Failure.SCREEN_HIDDEN),
        (lambda window: window.showMinimized(), Failure.SCREEN_HIDDEN),
        (lambda window: window.windowHandle().screenChanged.emit(window.screen()), Failure.SCREEN_MOVED),
        (lambda window: window.windowHandle().setVisible(False), Failure.SCREEN_HIDDEN),
    ],
)
def test_challenge_control_ends_the_colours_when_the_window_is_covered_or_moved(
    room: _Room, qtbot: QtBot, change: Callable[[QMainWindow], object], why: Failure
) -> None:
    room.want("#ff7c7c")
    qtbot.waitUntil(lambda: room.control.display.shown_s(0) is not None)
    change(room.window)
    qtbot.waitUntil(lambda: room.control.display.failure is not None)
    assert room.control.display.failure is why
    assert not room.control.panel.isVisible()
    room.window.showNormal()
    room.want("#ff7c7c", "#7cffff")
    assert not room.control.panel.isVisible(), "the colours of a failed challenge are shown again"


def test_challenge_control_shows_no_colours_in_a_window_that_is_not_in_front(room: _Room) -> None:
    room.window.hide()
    room.want("#ff7c7c")
    assert room.control.display.failure is Failure.SCREEN_HIDDEN
    assert room.control.display.shown_s(0) is None
    assert not room.control.panel.isVisible()


def test_challenge_control_hides_the_colours_when_the_source_ends(room: _Room, qtbot: QtBot) -> None:
    room.want("#ff7c7c")
    qtbot.waitUntil(lambda: room.control.display.shown_s(0) is not None)
    room.player.changed.emit()
    assert not room.control.panel.isVisible()


def test_challenge_control_ends_the_colours_when_the_window_system_covers_the_window(
    room: _Room, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.want("#ff7c7c")
    qtbot.waitUntil(lambda: room.control.display.shown_s(0) is not None)
    handle = room.window.windowHandle()
    assert handle is not None
    monkeypatch.setattr(type(handle), "isExposed", lambda _handle: False)
    QApplication.sendEvent(handle, QExposeEvent(QRegion()))
    assert room.control.display.failure is Failure.SCREEN_HIDDEN
    assert not room.control.panel.isVisible()
