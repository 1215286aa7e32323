"""Evidence, timing, shortcuts, kiosk and names of controls."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from fasdemo.gui.dialogs.shortcuts import SHORTCUTS
from fasdemo.gui.window.main_window import MainWindow
from tests.support.qt_input import QTest
from tests.support.window_actions import play, shown_frame, stand_still
from tests.support.window_scenes import Scene


def test_a_click_on_a_face_explains_it_and_gives_it_the_main_line(
    window: MainWindow, qtbot: QtBot, scene: Scene
) -> None:
    scene.faces = 2
    play(qtbot, window)
    stand_still(qtbot, window)
    work = window.workspace
    assert work.card.headline.word == "SPOOF", "several faces are LIVE only if each of them is"
    assert work.reasons.which.text().startswith("Face 2, one of 2")
    at = work.colour_pane.from_pixel(110 + shown_frame(window) % 100, 120).toPoint()
    QTest.mouseClick(work.colour_pane, Qt.MouseButton.LeftButton, pos=at)
    assert work.reasons.which.text().startswith("Face 1, one of 2")
    assert {row.name: row.value for row in work.reasons.score_rows}["Over time"] == "0.93"
    work.timeline.refresh()
    _, main = work.timeline._score_line.getData()
    assert np.nanmax(main) > 0.9
    _, other = work.timeline._other_lines[0].getData()
    assert np.nanmax(other) == pytest.approx(0.02)
    assert work.card.headline.word == "SPOOF", "the choice changes what is explained, not the verdict"
    QTest.keyClick(window, Qt.Key.Key_F)
    assert work.reasons.which.text().startswith("Face 2, one of 2")


def test_evidence_and_scores_have_units_and_limits(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    rows = {row.name: row for row in window.workspace.reasons.evidence_rows}
    assert rows["Distance"].value == "0.50 m"
    assert rows["Plane residual"].value == "9.3 mm"
    assert not rows["Plane residual"].alert
    scores = {row.name: row for row in window.workspace.reasons.score_rows}
    assert scores["Over time"].marks == (0.3, 0.7)
    assert {"Colour", "Depth", "Infrared"} <= set(scores)


def test_the_footer_tells_captured_processed_and_drawn_apart(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    scene.delay_s = 0.15
    play(qtbot, window, "webcam", after=30)
    rates = re.compile(r"Captured (\d+), processed (\d+), drawn (\d+) fps")

    def shown() -> tuple[int, int, int]:
        found = rates.fullmatch(window.footer.items["rate"].text())
        return (0, 0, 0) if found is None else (int(found[1]), int(found[2]), int(found[3]))

    qtbot.waitUntil(lambda: shown()[2] > 0, timeout=30_000)
    captured, processed, drawn = shown()
    assert captured > 2 * processed
    assert drawn <= processed + 1


def test_timing_shows_rate_latency_and_losses(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, after=20)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "ms" in window.workspace.timing.rows[-1].value, timeout=30_000)
    assert "fps" in window.footer.items["rate"].text()
    assert window.footer.items["dropped"].text() == "Frames skipped: 0"


def test_question_mark_shows_every_shortcut(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClicks(window, "?")
    dialog = window.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    words = {label.text() for label in dialog.findChildren(QLabel)}
    assert all(shortcut.words in words for shortcut in SHORTCUTS)
    dialog.close()


def test_every_shortcut_means_something(window: MainWindow) -> None:
    assert {shortcut.action for shortcut in SHORTCUTS} <= set(window._actions)


def test_the_kiosk_shows_the_verdict_only(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "webcam")
    QTest.keyClick(window, Qt.Key.Key_F11)
    in_kiosk = window.in_kiosk
    assert in_kiosk
    assert not window.header.isVisible()
    assert not window.footer.isVisible()
    assert not window.workspace.isVisible()
    qtbot.waitUntil(lambda: window.kiosk.headline.word == "LIVE", timeout=30_000)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.in_kiosk
    assert window.workspace.isVisible()


def test_the_kiosk_locks_after_refused_attempts(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    play(qtbot, window, "webcam")
    assert scene.judges[-1].request.max_refused_attempts == 0
    window.set_kiosk(True)
    qtbot.waitUntil(lambda: scene.judges[-1].request.max_refused_attempts == 5, timeout=30_000)


def test_everything_that_can_be_used_has_a_name(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.isVisible()
        and not widget.accessibleName()
        and not getattr(widget, "text", lambda: "")()
    ]
    assert not [(widget, widget.parent()) for widget in nameless]


def test_tab_reaches_every_control_of_the_header(window: MainWindow, qtbot: QtBot) -> None:
    window.header.source.setFocus()
    seen: set[QWidget | None] = set()
    for _ in range(30):
        seen.add(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
    header = window.header
    assert {header.source, header.model, header.policy, header.device, *header.buttons.values()} <= seen
    assert all(isinstance(button, QToolButton) for button in header.buttons.values())
