"""Takes at the recording desk: one key, a count-down, a length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fasdemo.gui.main_window import MainWindow
from fasdemo.gui.settings import Settings, load
from fasdemo.gui.theme import apply_theme
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions
from tests.support.qt_input import QTest
from tests.support.window_scenes import Scene


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path, clock: Clock) -> Iterator[MainWindow]:
    apply_theme(qapp, dark=True)
    scene = Scene()
    settings = Settings(record_folder=tmp_path / "recordings", subject="S01", record_countdown_s=3)
    made = MainWindow(
        scene.make_source, scene.make_processor, settings, tmp_path / "window.json", ("fusion",), "demo", lambda: ()
    )
    made._recorder._clock = clock
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.open_spec("webcam")
    qtbot.waitUntil(lambda: made.shown_result is not None, timeout=5000)
    yield made
    made.close()
    if made.recording is not None:
        made.recording.join(5.0)
    assert made.player.join(2.0)


def press(window: MainWindow, key: Qt.Key) -> None:
    widget: QWidget = window
    widget.setFocus()
    QTest.keyClick(widget, key)


def counting(window: MainWindow) -> bool:
    return window._recorder.counting


def recording(window: MainWindow) -> bool:
    return window.recording is not None


def test_one_key_counts_down_records_and_ends_by_itself(
    window: MainWindow, qtbot: QtBot, clock: Clock, tmp_path: Path
) -> None:
    record = window.workspace.record
    assert record.countdown.value() == 3
    record.length.setValue(1)
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    assert record.button.text() == "Cancel: starts in 3 s"
    assert not recording(window)
    clock.now_s += 1.5
    qtbot.waitUntil(lambda: window.footer.items["recording"].text() == "REC in 2 s", timeout=2000)
    assert not record.subject.isEnabled()
    assert not list((tmp_path).glob("recordings/*/*")), "nothing is recorded during the count-down"
    clock.now_s += 1.6
    qtbot.waitUntil(lambda: recording(window), timeout=2000)
    qtbot.waitUntil(lambda: not recording(window), timeout=8000)
    (folder,) = find_sessions(tmp_path / "recordings")
    with SessionReader(folder) as reader:
        assert 1.0 <= len(reader) / reader.session.fps < 2.5
    assert "Saved" in window.messages.words
    assert not record.consent.isChecked(), "the next take asks again"
    window._save()
    assert (load(tmp_path / "window.json")[0].record_length_s, record.button.text()) == (1, "Start recording")


@pytest.mark.parametrize("end", ["key", "source"])
def test_a_count_down_can_be_cancelled_and_records_nothing(
    window: MainWindow, qtbot: QtBot, clock: Clock, tmp_path: Path, end: str
) -> None:
    record = window.workspace.record
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    assert counting(window)
    if end == "key":
        press(window, Qt.Key.Key_R)
        assert record.consent.isChecked(), "no take was made"
        assert record.button.text() == "Start recording"
        assert record.subject.isEnabled()
    else:
        window.close_source()
    clock.now_s += 10.0
    qtbot.wait(500)
    assert not counting(window)
    assert not recording(window)
    assert not (tmp_path / "recordings").exists()


def test_without_a_count_down_the_take_starts_at_once_and_lasts_until_it_is_stopped(
    window: MainWindow, qtbot: QtBot
) -> None:
    record = window.workspace.record
    record.countdown.setValue(0)
    assert (record.countdown.text(), record.length.text()) == ("none", "until stopped")
    record.consent.setChecked(True)
    press(window, Qt.Key.Key_R)
    assert recording(window)
    qtbot.wait(1500)
    assert recording(window)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: not recording(window), timeout=6000)
