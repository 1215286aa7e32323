"""Errors that nothing has handled: one is reported, one that repeats closes the window in order."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from fasdemo.gui.window.uncaught import MAX_REPEATS, UncaughtErrors

SENTENCE = "This failed because of an error in fasdemo; see the terminal or the log."


class Heard:
    """What the handler did, with a clock that the test sets."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.done: list[str] = []
        self.now_s = 0.0

    def errors(self) -> UncaughtErrors:
        return UncaughtErrors(
            self.shown.append, lambda: self.done.append("closed"), lambda status: self.done.append(f"exit {status}"),
            lambda: self.now_s,
        )  # fmt: skip


def fail() -> None:
    raise ZeroDivisionError("made by a test")


def fire(function: Callable[[], object]) -> None:
    """Let Qt call a function that fails, as a button does."""
    timer = QTimer()
    timer.timeout.connect(function)
    timer.timeout.emit()


def test_single_error_is_shown_and_logged_and_the_window_goes_on(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    heard, before = Heard(), sys.excepthook
    with heard.errors() as errors:
        for _ in range(3 * MAX_REPEATS):
            heard.now_s += 1.0
            fire(fail)
        assert heard.shown == [SENTENCE] * 3 * MAX_REPEATS
        assert (heard.done, errors.failed) == ([], False)
    assert sys.excepthook is before
    records = [record for record in caplog.records if record.exc_info is not None]
    assert [record.levelno for record in records] == [logging.ERROR], "the same error is logged once"


def test_error_that_repeats_at_once_closes_the_window_in_order(qtbot: QtBot) -> None:
    heard = Heard()
    with heard.errors() as errors:
        for _ in range(MAX_REPEATS + 2):
            heard.now_s += 0.03
            fire(fail)
    assert errors.failed
    assert heard.done == ["closed", "exit 1"]
    assert len(heard.shown) == MAX_REPEATS - 1


def test_report_that_fails_is_only_logged(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    with UncaughtErrors(lambda words: fail(), fail, lambda status: None):
        for _ in range(MAX_REPEATS):
            fire(fail)
    assert "the report of an error failed" in caplog.messages


def test_ctrl_c_is_not_an_error_of_the_window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: passed.append(kind))
    heard = Heard()
    with heard.errors():
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert passed == [KeyboardInterrupt]
    assert heard.shown == []


WINDOW = """
import sys
from pathlib import Path
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication
from fasdemo.gui.app import Launch, run
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.requests import SourceRequest
from tests.support.window_scenes import Scene

def fail():
    raise ZeroDivisionError("made by a test")

show = MainWindow.showEvent
def shown(self, event):
    show(self, event)
    QTimer.singleShot(200, fail)
    QTimer.singleShot(1500, lambda: print("still here:", self.messages.words, flush=True))
    self.broken = QTimer(self)
    self.broken.timeout.connect(fail)
    QTimer.singleShot(2500, lambda: self.broken.start(20))
MainWindow.showEvent = shown
scene = Scene()
sys.exit(run(Launch(source=SourceRequest("clip")), scene.make_source, scene.make_processor, Path(sys.argv[1])))
"""


def test_window_survives_one_error_and_ends_in_order_at_many(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WINDOW, str(tmp_path / "window.json")],
        capture_output=True, text=True, timeout=120, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert f"still here: {SENTENCE}" in done.stdout
    assert done.stderr.count("ZeroDivisionError: made by a test") == 1
    assert "the window is closed because this error repeats" in done.stderr.replace("\n", " ")
    assert (tmp_path / "window.json").exists(), "the settings are saved"
