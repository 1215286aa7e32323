"""Recording from the window, and its settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from fasdemo.gui.settings import load
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.parts import WindowSetup
from fasdemo.runtime.requests import EngineRequest
from tests.support.qt_input import QTest
from tests.support.window_actions import play
from tests.support.window_scenes import Scene


def test_recording_needs_a_camera_a_pseudonym_and_consent(window: MainWindow, qtbot: QtBot) -> None:
    record = window.workspace.record
    play(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert not record.button.isEnabled()
    assert "open a camera" in record._hint.text()
    play(qtbot, window, "webcam")
    assert "pseudonym" in record._hint.text()
    record.subject.setText("S01")
    assert "Tick consent" in record._hint.text()
    record.consent.setChecked(True)
    assert record.button.isEnabled()
    record.spoof.setChecked(True)
    record.species.setCurrentText("../escape")
    assert not record.button.isEnabled()


def test_a_recording_is_written_counted_and_completed(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    play(qtbot, window, "webcam")
    record = window.workspace.record
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    record.subject.setFocus()
    QTest.keyClicks(record.subject, "S01")
    record.spoof.click()
    record.consent.setChecked(True)
    QTest.mouseClick(record.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: int("0" + record._figures["written"].text().strip("–")) > 8, timeout=30_000)
    assert "REC S01" in window.footer.items["recording"].text()
    qtbot.waitUntil(lambda: "● Recording" in window.kiosk.headline.notices, timeout=30_000)
    recording = window.recording
    assert recording is not None
    assert recording.status is not None
    folder = recording.status.folder
    QTest.mouseClick(record.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.recording is None, timeout=30_000)
    qtbot.waitUntil(lambda: "● Recording" not in window.kiosk.headline.notices, timeout=30_000)
    session = json.loads((folder / "session.json").read_text())
    assert session["state"] == "complete"
    assert session["species"] == "print-flat"
    assert session["consent"]["statement"]
    assert session["frames"] > 8
    assert str(folder) in window.messages.words
    assert folder.is_relative_to(tmp_path / "sessions" / "S01" / "spoof-print-flat")


def test_consent_is_asked_again_for_every_take_and_every_subject(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "webcam")
    record = window.workspace.record
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(record.subject, "S01")
    record.consent.click()
    assert record.button.isEnabled()
    record.subject.setFocus()
    QTest.keyClick(record.subject, Qt.Key.Key_Backspace)
    QTest.keyClicks(record.subject, "2")
    assert not record.consent.isChecked(), "S01 agreed, S02 did not"
    record.consent.click()
    record.statement.setPlainText("I agree to other words.")
    assert not record.consent.isChecked()
    record.consent.click()
    QTest.mouseClick(record.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.recording is not None and window.recording.status is not None, timeout=30_000)
    qtbot.waitUntil(record.button.isEnabled, timeout=30_000)
    QTest.mouseClick(record.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.recording is None, timeout=30_000)
    assert not record.consent.isChecked()
    assert not record.button.isEnabled()


def test_closing_the_window_completes_a_recording(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "webcam")
    record = window.workspace.record
    record.subject.setText("S02")
    record.consent.setChecked(True)
    record.toggle()
    recording = window.recording
    assert recording is not None
    qtbot.waitUntil(lambda: recording.status is not None and recording.status.written > 5, timeout=30_000)
    window.close()
    assert recording.join(30.0)
    assert recording.status is not None
    session = json.loads((recording.status.folder / "session.json").read_text())
    assert session["state"] == "complete"


def test_letters_typed_into_a_field_are_no_commands(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    subject = window.workspace.record.subject
    subject.setFocus()
    QTest.keyClicks(subject, "Ks1")
    assert subject.text() == "Ks1"
    assert not window.in_kiosk
    assert window.workspace.enlarged is None


def test_the_window_is_found_again_as_it_was_left(
    window: MainWindow, qtbot: QtBot, qapp: QApplication, scene: Scene, place: Path
) -> None:
    play(qtbot, window)
    window.resize(1000, 700)
    window.workspace.show_tab(1)
    window.workspace.pictures.setSizes([300, 400])
    sizes = window.workspace.pictures.sizes()
    window.close()
    settings, problem = load(place)
    assert not problem
    assert settings.recent == ["clip"]
    again = MainWindow(WindowSetup(scene.make_source, scene.make_processor, settings, place))
    qtbot.addWidget(again)
    again.show()
    again.pages.setCurrentWidget(again.workspace)
    qtbot.waitExposed(again)
    # Offscreen the screen is only 800 wide, narrower than the window may be.
    assert again.height() == 700
    assert again.workspace.tab == 1
    now = again.workspace.pictures.sizes()
    assert now[0] / sum(now) == pytest.approx(sizes[0] / sum(sizes), abs=0.06)
    again.close()


def test_preferences_take_effect(window: MainWindow, qtbot: QtBot, place: Path) -> None:
    from fasdemo.gui.dialogs.preferences import Preferences

    play(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.dialog
    assert isinstance(dialog, Preferences)
    far, theme = dialog.fields["depth_far_m"], dialog.fields["theme"]
    assert isinstance(far, QDoubleSpinBox)
    assert isinstance(theme, QComboBox)
    far.setValue(3.0)
    theme.setCurrentIndex(theme.findData("light"))
    dialog.accept()
    assert window.palette().window().color().lightness() > 200
    assert window.workspace.depth_pane.look().far_m == 3.0
    assert load(place)[0].depth_far_m == 3.0


def test_window_lets_colour_alone_be_live_only_where_the_preferences_say_so(window: MainWindow, qtbot: QtBot) -> None:
    from fasdemo.gui.dialogs.preferences import Preferences

    play(qtbot, window)
    assert not window.engine.request.allow_rgb_only
    for allowed in (True, False):
        window.show_preferences()
        dialog = window.dialog
        assert isinstance(dialog, Preferences)
        box = dialog.fields["allow_rgb_only"]
        assert isinstance(box, QCheckBox)
        box.setChecked(allowed)
        dialog.accept()
        assert window.engine.request.allow_rgb_only is allowed
        window.use_engine(EngineRequest(policy="strict"))
        assert window.engine.request.allow_rgb_only is allowed
