"""The camera's controls in the window: what is shown, set, refused, recorded, and shown again with the recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel
from pytestqt.qtbot import QtBot

from fasdemo.capture.files.session_source import SessionSource
from fasdemo.gui.camera.camera_panel import CameraPanel
from fasdemo.gui.dialogs import system
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.pages.workspace import TABS
from fasdemo.sessions.repair import verify_session
from tests.support.camera_controls import ControlledScene
from tests.support.qt_input import QTest
from tests.support.window_actions import play


@pytest.fixture
def scene() -> ControlledScene:
    return ControlledScene()


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> CameraPanel:
    """The panel of an open camera with controls."""
    play(qtbot, window, "webcam")
    QTest.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert TABS[window.workspace.tab] == "Camera"
    return window.workspace.camera


def number(panel: CameraPanel, name: str) -> QDoubleSpinBox:
    field = panel.rows[name].field
    assert isinstance(field, QDoubleSpinBox)
    return field


def test_panel_is_made_from_what_the_camera_offers(panel: CameraPanel, qtbot: QtBot) -> None:
    assert "Firmware: 5.16.0.1\nUSB type: 3.2" in panel.facts
    exposure = number(panel, "depth.exposure")
    assert (exposure.minimum(), exposure.maximum(), exposure.value()) == (1.0, 165_000.0, 8500.0)
    assert "Exposure, us" in exposure.toolTip()
    preset, temperature = panel.rows["depth.preset"].field, panel.rows["depth.temperature"].field
    assert isinstance(preset, QComboBox)
    assert [preset.itemText(place) for place in range(preset.count())] == ["Custom", "Hand"]
    assert isinstance(temperature, QLabel)
    assert temperature.text() == "38.5"
    qtbot.waitUntil(lambda: "depth.actual_exposure: 8500" in panel.metadata, timeout=30_000)


def test_a_value_typed_reaches_the_camera_and_its_frames(
    panel: CameraPanel, scene: ControlledScene, qtbot: QtBot
) -> None:
    exposure = number(panel, "depth.exposure")
    exposure.selectAll()
    QTest.keyClicks(exposure, "4000")
    QTest.keyClick(exposure, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: scene.device.values["depth.exposure"] == 4000.0, timeout=30_000)
    qtbot.waitUntil(lambda: "depth.actual_exposure: 4000" in panel.metadata, timeout=30_000)
    switch = panel.rows["rgb.auto"].field
    assert isinstance(switch, QCheckBox)
    switch.click()
    qtbot.waitUntil(lambda: scene.device.values["rgb.auto"] == 0.0, timeout=30_000)
    assert len(scene.requests) == 1, "the camera was not opened again"


def test_a_refused_value_gets_one_sentence_and_the_old_one_is_shown(
    window: MainWindow, panel: CameraPanel, scene: ControlledScene, qtbot: QtBot
) -> None:
    scene.device.refuses = {"depth.exposure"}
    exposure = number(panel, "depth.exposure")
    exposure.stepUp()
    qtbot.waitUntil(lambda: panel.problem.isVisible(), timeout=30_000)
    assert panel.problem.text() == "depth.exposure: the device said no."
    assert window.messages.words == "depth.exposure: the device said no."
    exposure.clearFocus()
    qtbot.waitUntil(lambda: exposure.value() == 8500.0, timeout=30_000)


def test_another_resolution_opens_the_camera_again_with_all_that_was_set(
    window: MainWindow, panel: CameraPanel, scene: ControlledScene, qtbot: QtBot
) -> None:
    number(panel, "depth.exposure").stepUp()
    qtbot.waitUntil(lambda: scene.device.values["depth.exposure"] == 8501.0, timeout=30_000)
    size = panel.rows["resolution"].field
    assert isinstance(size, QComboBox)
    size.setFocus()
    QTest.keyClick(size, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: len(scene.requests) == 2, timeout=30_000)
    assert dict(scene.requests[-1].camera_options) == {"depth.exposure": "8501", "resolution": "1280x720"}
    qtbot.waitUntil(lambda: "resolution" in panel.rows and panel.rows["resolution"].control.text() == "1280x720")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    QTest.mouseClick(panel.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(scene.requests) == 3, timeout=30_000)
    assert scene.requests[-1].camera_options == ()


def test_settings_are_recorded_inside_the_checksum_and_shown_with_the_session(
    window: MainWindow, panel: CameraPanel, scene: ControlledScene, qtbot: QtBot
) -> None:
    number(panel, "depth.exposure").stepUp()
    qtbot.waitUntil(lambda: panel.rows["depth.exposure"].control.value == 8501.0, timeout=30_000)
    record = window.workspace.record
    record.subject.setText("S01")
    record.consent.setChecked(True)
    record.toggle()
    recording = window.recording
    assert recording is not None
    qtbot.waitUntil(lambda: recording.status is not None and recording.status.written > 5, timeout=30_000)
    qtbot.waitUntil(lambda: not number(panel, "depth.exposure").isEnabled(), timeout=30_000)
    assert "stop it (R)" in panel.hint.text()
    assert recording.status is not None
    folder = recording.status.folder
    window.do("toggle_recording")
    qtbot.waitUntil(lambda: window.recording is None, timeout=30_000)
    file = folder / "session.json"
    stored = json.loads(file.read_text())
    assert stored["camera"]["options"]["depth.exposure"] == "8501"
    assert stored["camera"]["usb"] == "3.2"
    assert stored["device"]["firmware"] == "5.16.0.1"
    assert verify_session(folder).problems == ()
    with SessionSource(folder) as source:
        window.camera.show_source(source.info)
    assert panel.rows["depth.exposure"].control.text() == "8501"
    assert isinstance(panel.rows["depth.exposure"].field, QLabel)
    assert "when the recording started" in panel.hint.text()
    assert not panel.back.isVisible()
    file.write_text(file.read_text().replace('"8501"', '"9999"'))
    assert any("session.json" in problem for problem in verify_session(folder).problems)


def test_panel_says_what_to_do_without_a_camera_or_without_controls(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.workspace.camera
    assert panel.hint.text() == "Open a camera to see its controls."
    play(qtbot, window, "clip")
    assert panel.rows == {}
    assert panel.hint.text() == "Open a camera to see its controls."
    assert not panel.back.isVisible()


def test_preset_file_is_loaded_into_the_camera_and_stored_with_the_recording(
    window: MainWindow, panel: CameraPanel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = tmp_path / "door.json", tmp_path / "bad.json"
    good.write_text(json.dumps({"parameters": {"param-x": "7"}}))
    bad.write_text("[1, 2]")
    chosen = [None, bad, good]
    monkeypatch.setattr(system, "ask_for_preset", lambda parent: chosen.pop(0))
    assert panel.preset.isVisible()
    QTest.mouseClick(panel.preset, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.preset, Qt.MouseButton.LeftButton)
    assert window.messages.words.startswith(f"{bad}: is not a preset of a RealSense camera; save one with")
    assert "Preset" not in panel.facts
    QTest.mouseClick(panel.preset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Preset: door.json" in panel.facts, timeout=30_000)
    record = window.workspace.record
    record.subject.setText("S01")
    record.consent.setChecked(True)
    record.toggle()
    recording = window.recording
    assert recording is not None
    qtbot.waitUntil(lambda: recording.status is not None and recording.status.written > 2, timeout=30_000)
    qtbot.waitUntil(lambda: not panel.preset.isEnabled(), timeout=30_000)
    assert recording.status is not None
    folder = recording.status.folder
    window.do("toggle_recording")
    qtbot.waitUntil(lambda: window.recording is None, timeout=30_000)
    stored = json.loads((folder / "session.json").read_text())["camera"]["options"]
    assert (stored["preset_file"], stored["advanced.param-x"]) == ("door.json", "7")
