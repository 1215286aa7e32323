"""Time that the window takes to answer, draw and close."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.engine.result import FrameResult, Status
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.publish.signals import SignalSettings
from fasdemo.runtime.updates import View
from tests.support.qt_input import QTest
from tests.support.window_actions import play, shown_frame
from tests.support.window_scenes import Scene


def test_the_window_answers_while_a_frame_is_being_judged(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    """Nothing in the window may wait for the engine, which is held up here."""
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    scene.judges[0].waiting.clear()
    scene.free.clear()
    qtbot.waitUntil(scene.judges[0].waiting.is_set, timeout=30_000)
    visible = []
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_2)
        QApplication.processEvents()
        visible.append(window.workspace.colour_pane.isVisible())
    held = not scene.free.is_set()
    scene.free.set()
    assert held
    assert visible == [False, True, False], "only depth, all pictures, only depth"


@pytest.mark.parametrize("spec", ["clip", "webcam"])
def test_closing_waits_for_no_frame_and_leaves_no_thread(
    window: MainWindow, qtbot: QtBot, scene: Scene, spec: str
) -> None:
    scene.free.clear()
    window.open_spec(spec)
    qtbot.waitUntil(lambda: bool(scene.judges) and scene.judges[0].waiting.is_set(), timeout=30_000)
    window.close()
    held = not scene.judges[0].closed
    scene.free.set()
    assert held, "the window closes after a second at most"
    assert window.player.join(30.0)
    assert scene.judges[0].closed


def test_drawing_never_queues(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that takes 100 ms to draw shows the newest frame and skips the others, and stays in step."""
    window.settings.speed = 1.0
    play(qtbot, window, "webcam", after=3)
    shown: list[int] = []
    receive = window.presenter.show_view

    def slow(view: View, moving: bool = False) -> None:
        time.sleep(0.1)
        receive(view, moving)
        shown.append(shown_frame(window))

    def in_step() -> bool:
        view = window.presenter.view
        return view is not None and time.monotonic() - view.processed_s < 0.5

    monkeypatch.setattr(window.presenter, "show_view", slow)
    qtbot.wait(1500)
    gaps = np.diff(shown)
    assert len(shown) <= 16
    assert np.median(gaps) >= 2
    # With a queue, the window would be a second late by now, and later with every frame.
    qtbot.waitUntil(in_step, timeout=30_000)


def test_minimised_window_draws_nothing_and_shows_the_newest_frame_afterwards(
    window: MainWindow, qtbot: QtBot, scene: Scene
) -> None:
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.workspace.colour_pane.drawn_fps() > 0, timeout=30_000)
    window.showMinimized()
    drawn = window.workspace.colour_pane._view
    qtbot.waitUntil(lambda: window.presenter.view is not drawn, timeout=30_000)
    QTest.qWait(700)
    assert window.workspace.colour_pane._view is drawn
    window.showNormal()
    qtbot.waitUntil(lambda: window.workspace.colour_pane._view is window.presenter.view, timeout=30_000)
    qtbot.waitUntil(lambda: window.workspace.colour_pane.drawn_fps() > 10, timeout=30_000)


@pytest.mark.parametrize("used_by", ["log", "heartbeat"])
def test_minimised_window_judges_every_frame_while_something_uses_the_verdicts(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, used_by: str
) -> None:
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    samples: list[int] = []
    window.player.updated.connect(lambda update: samples.extend(one.frame for one in update.samples))
    if used_by == "log":
        window.event_log.writer.start(tmp_path / "events.jsonl")
    else:
        window.door.configure(SignalSettings(heartbeat=(str(tmp_path / "beat"),)))
    window.showMinimized()
    QTest.qWait(600)
    samples.clear()
    QTest.qWait(1500)
    while_used = len(samples)
    window.event_log.writer.stop()
    window.door.configure(SignalSettings())
    window.showNormal()
    window.showMinimized()
    QTest.qWait(600)
    samples.clear()
    QTest.qWait(1500)
    assert len(samples) < 8
    assert while_used > 2 * len(samples)


def test_evidence_follows_a_running_camera_and_every_change_of_a_verdict(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(qtbot, window, "webcam", after=8)
    shown: list[tuple[float, FrameResult | None]] = []
    panel = window.workspace.reasons
    show = panel.show_result

    def note(result: FrameResult | None, *others: Any) -> None:
        shown.append((time.monotonic(), result))
        show(result, *others)

    monkeypatch.setattr(panel, "show_result", note)
    began_s = time.monotonic()
    qtbot.waitUntil(lambda: len(shown) >= 6, timeout=30_000)
    # Ten times per second at most, and once for each change of the verdict.
    assert len(shown) <= (time.monotonic() - began_s) / 0.1 + 6
    view = window.presenter.view
    assert view is not None
    assert view.result is not None
    count = len(shown)
    changed = replace(view.result, faces=tuple(replace(face, status=Status.UNCERTAIN) for face in view.result.faces))
    window.presenter.show_view(replace(view, result=changed), moving=True)
    assert len(shown) == count + 1
