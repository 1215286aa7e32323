"""What a user does in the window and sees there."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from fasdemo.capture.source import Source
from fasdemo.engine.result import FrameResult, Status
from fasdemo.gui.cameras import Cameras
from fasdemo.gui.dialogs.shortcuts import SHORTCUTS
from fasdemo.gui.main_window import MainWindow
from fasdemo.gui.settings import Settings, load
from fasdemo.gui.theme import apply_theme
from fasdemo.publish.signals import SignalSettings
from fasdemo.runtime.requests import EngineRequest
from fasdemo.runtime.updates import View
from tests.support.qt_input import QTest
from tests.support.window_scenes import HEIGHT, WIDTH, Clip, Scene, ScriptedProcessor


def cameras() -> Cameras:
    return (("webcam:3", "Front camera (3)"),)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "window.json"


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, scene: Scene, tmp_path: Path, place: Path) -> Iterator[MainWindow]:
    apply_theme(qapp, dark=True)
    settings = Settings(snap_folder=tmp_path / "snaps", record_folder=tmp_path / "sessions")
    made = MainWindow(
        scene.make_source, scene.make_processor, settings, place, ("fusion", "colour-only"), "demo", cameras
    )
    qtbot.addWidget(made)
    # The offscreen platform's screen is only 800 pixels wide.
    made.resize(1360, 860)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    if made.recording is not None:
        made.recording.join(5.0)
    assert made.player.join(2.0)


def shown_frame(window: MainWindow) -> int:
    result = window.shown_result
    return -1 if result is None else result.frame


def play(qtbot: QtBot, window: MainWindow, spec: str = "clip", after: int = 5) -> None:
    window.open_spec(spec)
    # The previous source goes on until this one is open.
    qtbot.waitUntil(lambda: window.player.request is not None and window.player.request.spec == spec, timeout=5000)
    qtbot.waitUntil(lambda: shown_frame(window) > after, timeout=5000)


def stand_still(qtbot: QtBot, window: MainWindow) -> int:
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.wait(120)
    return shown_frame(window)


def test_it_starts_with_what_can_be_opened(window: MainWindow) -> None:
    assert window.pages.currentWidget() is window.start
    assert window.start.buttons["open_demo"].isVisible()
    assert window.workspace.card.headline.word == "NO SOURCE"


def test_the_demo_opens_with_one_click(window: MainWindow, scene: Scene, qtbot: QtBot) -> None:
    QTest.mouseClick(window.start.buttons["open_demo"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown_frame(window) > 3, timeout=5000)
    assert scene.requests[0].spec == "demo"
    assert window.pages.currentWidget() is window.workspace


def test_live_is_a_word_a_shape_and_a_sentence_and_a_file_is_called_one(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    said = window.workspace.card.headline
    assert said.word == "LIVE"
    assert said.status is Status.LIVE
    assert "FILE, not a live-camera decision" in said.notices
    assert "live-camera" in window.workspace.card.accessibleName()


def test_a_camera_is_not_called_a_file(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "webcam")
    assert window.workspace.card.headline.notices == ()
    assert not window.workspace.transport.isVisible()


def test_spoof_comes_with_its_reason(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    window.playback.seek(80)
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "SPOOF", timeout=5000)
    assert "flat, like a print" in window.workspace.card.headline.sentence
    qtbot.waitUntil(lambda: "flat surface" in window.workspace.reasons.reasons, timeout=1000)


def test_uncertain_tells_the_person_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stand_still(qtbot, window)
    window.playback.seek(30)
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "UNCERTAIN", timeout=2000)
    assert window.workspace.card.headline.sentence == "One moment, please."


def test_no_face_is_no_verdict(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "empty")
    assert window.workspace.card.headline.status is None
    assert window.workspace.card.headline.word == "NO FACE"


def test_colour_alone_is_called_lower_assurance_and_needs_no_other_panes(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "rgb clip")
    assert "RGB only: lower assurance" in window.workspace.card.headline.notices
    assert window.workspace.colour_pane.isVisible()
    assert not window.workspace.depth_pane.isVisible()
    assert not window.workspace.infrared_pane.isVisible()


def test_the_pictures_are_painted(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    for pane in window.workspace.panes:
        assert pane.picture_rect().width() > 100
        view = window.presenter.view
        assert view is not None
        disc = pane.from_pixel(110 + view.frame.index % 100, 120).toPoint()
        wall = pane.from_pixel(300, 120).toPoint()
        shot = pane.grab().toImage()
        assert shot.pixelColor(disc).rgb() != shot.pixelColor(wall).rgb()


def test_the_picture_on_the_screen_is_the_one_that_was_judged(window: MainWindow, qtbot: QtBot) -> None:
    """The disc moves with the frame's number: its colour must lie where the result's box is."""
    play(qtbot, window)
    stand_still(qtbot, window)
    result = window.shown_result
    assert result is not None
    pane = window.workspace.colour_pane
    x, y, w, h = result.faces[0].face.box
    shot = pane.grab().toImage()
    inside = shot.pixelColor(pane.from_pixel(round(x + w / 2), round(y + h / 2)).toPoint())
    assert abs(inside.red() - 222) < 12
    assert abs(inside.blue() - 160) < 12


def test_space_pauses_and_plays(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stood = stand_still(qtbot, window)
    qtbot.wait(150)
    assert shown_frame(window) == stood
    assert window.workspace.transport.play.accessibleName() == "Play (Space)"
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: shown_frame(window) > stood, timeout=2000)


def test_arrows_step_one_frame(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stood = stand_still(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: shown_frame(window) == stood + 1, timeout=2000)
    QTest.keyClick(window, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: shown_frame(window) == stood, timeout=2000)


def test_clicking_the_slider_goes_there(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stand_still(qtbot, window)
    slider = window.workspace.transport.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() * 3 // 4, slider.height() // 2))
    qtbot.waitUntil(lambda: 80 <= shown_frame(window) <= 100, timeout=2000)
    assert f"frame {shown_frame(window) + 1} of 120" in window.workspace.transport.time.text()


def test_a_file_that_ended_plays_again(window: MainWindow, qtbot: QtBot) -> None:
    window.settings.speed = 4.0
    play(qtbot, window, "short")
    qtbot.waitUntil(lambda: window.workspace.transport.play.accessibleName() == "Play (Space)", timeout=4000)
    assert shown_frame(window) == 29
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: shown_frame(window) < 20, timeout=2000)


def test_the_source_menu_offers_the_cameras_that_are_connected(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    window.header.menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: "Front camera (3)" in [one.text() for one in window.header.menu.actions()], timeout=2000)
    next(one for one in window.header.menu.actions() if one.text() == "Front camera (3)").trigger()
    qtbot.waitUntil(lambda: bool(scene.requests), timeout=2000)
    assert scene.requests[-1].spec == "webcam:3"


def test_loop_and_speed_are_kept(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "short")
    QTest.keyClick(window, Qt.Key.Key_L)
    QTest.keyClick(window, Qt.Key.Key_BracketRight)
    assert window.workspace.transport.loop.isChecked()
    assert window.workspace.transport.speed.currentText() == "2 x"
    assert window.settings.loop
    assert window.settings.speed == 2.0
    transport = window.player.playback_clock
    assert transport is not None
    assert transport.loop


def test_a_pane_is_enlarged_by_double_click_and_restored_by_escape(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    work = window.workspace
    QTest.mouseDClick(work.depth_pane, Qt.MouseButton.LeftButton)
    assert work.depth_pane.isVisible()
    assert not work.colour_pane.isVisible()
    qtbot.waitUntil(lambda: work.depth_pane.width() > 500, timeout=1000)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert work.colour_pane.isVisible()
    QTest.keyClick(window, Qt.Key.Key_3)
    assert work.enlarged is work.infrared_pane


def test_the_distance_under_the_cursor_is_in_millimetres(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stand_still(qtbot, window)
    pane = window.workspace.depth_pane
    result = window.shown_result
    assert result is not None
    x, y, w, h = result.faces[0].face.box
    QTest.mouseMove(pane, pane.from_pixel(round(x + w / 2), round(y + h / 2)).toPoint())
    assert pane.probe_text() == "500 mm"
    QTest.mouseMove(pane, pane.from_pixel(WIDTH - 10, 10).toPoint())
    assert pane.probe_text() == "1000 mm"
    QTest.mouseMove(pane, pane.from_pixel(2, HEIGHT // 2).toPoint())
    assert pane.probe_text() == "no depth"


def test_the_depth_probe_moves_by_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stand_still(qtbot, window)
    stood = shown_frame(window)
    pane = window.workspace.depth_pane
    pane.setFocus()
    QTest.keyClick(pane, Qt.Key.Key_Right)
    assert pane.probe_text().endswith("mm")
    assert pane.probe_text() in pane.accessibleName()
    qtbot.wait(100)
    assert shown_frame(window) == stood


def test_snap_writes_the_picture_and_the_raw_data(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    play(qtbot, window)
    stand_still(qtbot, window)
    window.workspace.toggle_enlarged(window.workspace.depth_pane)
    QTest.keyClick(window, Qt.Key.Key_S)
    written = sorted((tmp_path / "snaps").iterdir())
    assert [path.name.split("-depth")[1] for path in written] == ["-raw.png", ".png"]
    raw = cv2.imread(str(written[0]), cv2.IMREAD_UNCHANGED)
    assert raw is not None
    assert raw.dtype == np.uint16
    assert set(np.unique(raw)) == {0, 500, 1000}
    assert "Saved: " in window.messages.words


def test_a_snap_that_cannot_be_written_is_said(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    play(qtbot, window)
    (tmp_path / "snaps").write_text("in the way")
    QTest.keyClick(window, Qt.Key.Key_S)
    assert "cannot be saved" in window.messages.words


def test_model_policy_and_provider_change_while_running(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    play(qtbot, window)
    header = window.header
    header.policy.setCurrentIndex(header.policy.findData("strict"))
    header.policy.activated.emit(header.policy.currentIndex())
    qtbot.waitUntil(lambda: "strict" in window.footer.items["engine"].text(), timeout=3000)
    header.device.setCurrentIndex(header.device.findData("cuda"))
    header.device.activated.emit(header.device.currentIndex())
    qtbot.waitUntil(lambda: "CUDA" in window.footer.items["engine"].text(), timeout=3000)
    header.model.setCurrentIndex(header.model.findData("colour-only"))
    header.model.activated.emit(header.model.currentIndex())
    qtbot.waitUntil(lambda: "colour-only" in window.footer.items["engine"].text(), timeout=3000)
    assert len(scene.sources) == 1
    # Another model starts with its own default policy.
    assert (window.settings.model, window.settings.policy, window.settings.device) == ("colour-only", None, "cuda")


def test_a_model_that_does_not_fit_is_said_and_the_old_one_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    window.use_engine(EngineRequest(model="unfit"))
    qtbot.waitUntil(lambda: "needs infrared" in window.messages.words, timeout=3000)
    frame = shown_frame(window)
    qtbot.waitUntil(lambda: shown_frame(window) > frame + 3, timeout=2000)
    assert "scripted-net" in window.footer.items["engine"].text()
    assert window.header.model.currentText() == "Automatic"
    assert window.settings.model is None


def test_a_remembered_model_that_does_not_fit_gives_way_to_the_automatic_choice(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.use_engine(EngineRequest(model="unfit"))
    play(qtbot, window)
    assert "needs infrared" in window.messages.words
    assert window.header.model.currentText() == "Automatic"
    assert window.workspace.card.headline.word == "LIVE"


def test_light_and_dark_follow_the_desktop(
    window: MainWindow, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offscreen there is no desktop to be asked, so its answer is given here; the signal is Qt's own."""
    hints = qapp.styleHints()
    assert hints is not None
    for scheme, dark in ((Qt.ColorScheme.Light, False), (Qt.ColorScheme.Dark, True)):
        monkeypatch.setattr("fasdemo.gui.main_window.is_dark", lambda theme, app, dark=dark: theme == "system" and dark)
        hints.colorSchemeChanged.emit(scheme)
        assert (window.palette().window().color().lightness() < 128) is dark


def test_another_source_replaces_the_one_that_runs(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    play(qtbot, window)
    play(qtbot, window, "webcam")
    assert window.player.join(2.0)
    assert isinstance(scene.sources[0], Clip)
    assert scene.sources[0].left
    assert "Webcam" in window.windowTitle()


def drop(window: QWidget, *paths: str) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)


def test_a_dropped_folder_is_opened_and_remembered(
    window: MainWindow, qtbot: QtBot, scene: Scene, tmp_path: Path
) -> None:
    folder = tmp_path / "session one"
    folder.mkdir()
    drop(window, str(folder))
    qtbot.waitUntil(lambda: shown_frame(window) > 1, timeout=4000)
    assert scene.requests[-1].spec == str(folder)
    assert window.settings.recent == [str(folder)]
    window.close_source()
    recent = [button for button in window.start.findChildren(QWidget) if button.toolTip() == str(folder)]
    assert recent


def test_dropped_colour_depth_and_infrared_belong_together(window: MainWindow, scene: Scene, tmp_path: Path) -> None:
    for name in ("take1.mp4", "take1_depth.mkv", "take1-ir.mkv"):
        (tmp_path / name).write_bytes(b"")
    drop(window, *(str(tmp_path / name) for name in ("take1-ir.mkv", "take1.mp4", "take1_depth.mkv")))
    request = window.player.request
    assert request is not None
    assert Path(request.spec).name == "take1.mp4"
    assert request.depth == tmp_path / "take1_depth.mkv"
    assert request.ir == tmp_path / "take1-ir.mkv"


def test_a_dropped_model_judges_from_now_on(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    play(qtbot, window)
    drop(window, str(tmp_path / "mine.onnx"))
    qtbot.waitUntil(lambda: "mine.onnx" in window.footer.items["engine"].text(), timeout=3000)
    assert window.header.model.currentText() == "mine.onnx"


@pytest.mark.parametrize(("spec", "words"), [("missing.mp4", "no such file"), ("crash", "can no longer be read")])
def test_what_cannot_be_opened_is_said_in_the_window(window: MainWindow, qtbot: QtBot, spec: str, words: str) -> None:
    window.open_spec(spec)
    qtbot.waitUntil(lambda: words in window.messages.words, timeout=3000)
    assert window.workspace.card.headline.word == "NO SOURCE"
    assert window.workspace.card.headline.status is None
    assert window.settings.recent == []


def test_a_failing_source_takes_the_verdict_down(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "breaks")
    assert window.workspace.card.headline.word == "LIVE"
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "NO SOURCE", timeout=5000)
    assert window.workspace.card.headline.status is None
    assert not any(pane.has_picture for pane in window.workspace.panes), "an old picture still says LIVE"
    assert window.workspace.reasons.reasons == "–"
    assert window.footer.items["rate"].text() == ""
    assert "breaks can no longer be read" in window.messages.words
    assert "reshape" not in window.messages.words, "Python's text says nothing to a user"


@pytest.mark.parametrize("spec", ["missing.mp4", "crash"])
def test_a_bad_source_leaves_the_present_one_running(window: MainWindow, qtbot: QtBot, spec: str) -> None:
    play(qtbot, window)
    window.open_spec(spec)
    qtbot.waitUntil(lambda: "clip goes on." in window.messages.words, timeout=3000)
    frame = shown_frame(window)
    qtbot.waitUntil(lambda: shown_frame(window) != frame, timeout=2000)
    assert window.windowTitle() == "clip – fasdemo"
    assert window.player.join(2.0)


def test_a_wrong_drop_does_not_end_a_recording(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    play(qtbot, window, "webcam")
    record = window.workspace.record
    record.subject.setText("S05")
    record.consent.setChecked(True)
    record.toggle()
    qtbot.waitUntil(lambda: window.recording is not None and window.recording.status is not None, timeout=5000)
    recording = window.recording
    assert recording is not None
    for name in ("holiday.mp4", "notes.txt", "a folder"):
        drop(window, str(tmp_path / name))
        assert "A recording is running" in window.messages.words
    QTest.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    window.do("close_source")
    assert window.recording is recording
    assert not recording.over
    assert recording.status is not None
    written = recording.status.written
    qtbot.waitUntil(lambda: recording.status is not None and recording.status.written > written, timeout=3000)
    record.toggle()
    qtbot.waitUntil(lambda: window.recording is None, timeout=6000)


@pytest.mark.parametrize("kiosk", [False, True])
def test_a_camera_that_is_missing_at_start_is_found_later(
    window: MainWindow, qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch, kiosk: bool
) -> None:
    monkeypatch.setattr("fasdemo.gui.controllers.reconnect.PAUSES_S", (1.2,))
    scene.absent = 2
    window.set_kiosk(kiosk)
    window.open_spec("webcam")
    card = window.kiosk if kiosk else window.workspace.card
    qtbot.waitUntil(lambda: "Trying again in 1 s." in card.headline.sentence, timeout=3000)
    assert card.headline.status is None
    qtbot.waitUntil(lambda: shown_frame(window) > 2, timeout=8000)
    assert len(scene.requests) == 3


def test_try_again_looks_for_the_camera_at_once(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    scene.absent = 2
    window.open_spec("webcam")
    qtbot.waitUntil(window.messages.button.isVisible, timeout=3000)
    assert window.messages.button.text() == "Try again"
    QTest.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(scene.requests) == 2 and window.messages.button.isVisible(), timeout=2000)
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: shown_frame(window) > 1, timeout=3000)


def test_a_file_that_cannot_be_opened_is_not_tried_again(window: MainWindow, qtbot: QtBot) -> None:
    window.open_spec("missing.mp4")
    qtbot.waitUntil(lambda: "no such file" in window.messages.words, timeout=3000)
    assert "Trying again" not in window.workspace.card.headline.sentence
    assert not window.messages.button.isVisible()


def test_what_is_loaded_is_said_in_every_pane(
    window: MainWindow, qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = scene.make_processor

    def slowly(source: Source, request: EngineRequest) -> ScriptedProcessor:
        time.sleep(1.5)
        return make(source, request)

    monkeypatch.setattr(window.player, "_make_processor", slowly)
    window.use_engine(EngineRequest(model="fusion"))
    window.open_spec("clip")
    words = "Loading the model fusion and the face detector … 1 s"
    qtbot.waitUntil(lambda: all(pane._message == words for pane in window.workspace.panes), timeout=4000)
    assert window.workspace.card.headline.sentence == words
    qtbot.waitUntil(lambda: shown_frame(window) > 0, timeout=4000)


def test_a_camera_that_stops_takes_the_verdict_down(
    window: MainWindow, qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(qtbot, window, "webcam")
    assert window.workspace.card.headline.word == "LIVE"
    monkeypatch.setattr(scene.judges[0], "process", lambda frame, capture_ms: time.sleep(1.6))
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "NO PICTURE", timeout=4000)
    assert window.workspace.card.headline.status is None
    assert not window.workspace.colour_pane.has_picture, "an old picture still says LIVE"
    assert window.workspace.reasons.reasons == "–"


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


def test_the_footer_tells_captured_judged_and_drawn_apart(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    scene.delay_s = 0.15
    play(qtbot, window, "webcam", after=30)
    rates = re.compile(r"Captured (\d+), judged (\d+), drawn (\d+) fps")

    def shown() -> tuple[int, int, int]:
        found = rates.fullmatch(window.footer.items["rate"].text())
        return (0, 0, 0) if found is None else (int(found[1]), int(found[2]), int(found[3]))

    qtbot.waitUntil(lambda: shown()[2] > 0, timeout=3000)
    captured, judged, drawn = shown()
    assert captured > 2 * judged
    assert drawn <= judged + 1


def test_timing_shows_rate_latency_and_losses(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, after=20)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "ms" in window.workspace.timing.rows[-1].value, timeout=2000)
    assert "fps" in window.footer.items["rate"].text()
    assert window.footer.items["dropped"].text() == "0 frames skipped"


def test_question_mark_shows_every_shortcut(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClicks(window, "?")
    dialog = window._dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    words = {label.text() for label in dialog.findChildren(QLabel)}
    assert all(shortcut.words in words for shortcut in SHORTCUTS)
    dialog.close()


def test_every_shortcut_means_something(window: MainWindow) -> None:
    assert {shortcut.action for shortcut in SHORTCUTS} <= set(window._actions())


def test_the_kiosk_shows_the_verdict_only(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "webcam")
    QTest.keyClick(window, Qt.Key.Key_F11)
    in_kiosk = window.in_kiosk
    assert in_kiosk
    assert not window.header.isVisible()
    assert not window.footer.isVisible()
    assert not window.workspace.isVisible()
    qtbot.waitUntil(lambda: window.kiosk.headline.word == "LIVE", timeout=2000)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.in_kiosk
    assert window.workspace.isVisible()


def test_the_kiosk_locks_after_refused_attempts(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    play(qtbot, window, "webcam")
    assert scene.judges[-1].request.max_refused_attempts == 0
    window.set_kiosk(True)
    qtbot.waitUntil(lambda: scene.judges[-1].request.max_refused_attempts == 5, timeout=2000)


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
    qtbot.waitUntil(lambda: int("0" + record._figures["written"].text().strip("–")) > 8, timeout=6000)
    assert "REC S01" in window.footer.items["recording"].text()
    qtbot.waitUntil(lambda: "● Recording" in window.kiosk.headline.notices, timeout=3000)
    recording = window.recording
    assert recording is not None
    assert recording.status is not None
    folder = recording.status.folder
    QTest.mouseClick(record.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.recording is None, timeout=6000)
    qtbot.waitUntil(lambda: "● Recording" not in window.kiosk.headline.notices, timeout=3000)
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
    qtbot.waitUntil(lambda: window.recording is not None and window.recording.status is not None, timeout=5000)
    qtbot.waitUntil(record.button.isEnabled, timeout=3000)
    QTest.mouseClick(record.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.recording is None, timeout=6000)
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
    qtbot.waitUntil(lambda: recording.status is not None and recording.status.written > 5, timeout=5000)
    window.close()
    assert recording.join(3.0)
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
    again = MainWindow(scene.make_source, scene.make_processor, settings, place)
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
    dialog = window._dialog
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
    assert not window._engine.allow_rgb_only
    for allowed in (True, False):
        window.show_preferences()
        dialog = window._dialog
        assert isinstance(dialog, Preferences)
        box = dialog.fields["allow_rgb_only"]
        assert isinstance(box, QCheckBox)
        box.setChecked(allowed)
        dialog.accept()
        assert window._engine.allow_rgb_only is allowed
        window.use_engine(EngineRequest(policy="strict"))
        assert window._engine.allow_rgb_only is allowed


def test_the_window_answers_within_50_ms_while_judging_takes_500(
    window: MainWindow, qtbot: QtBot, scene: Scene
) -> None:
    """Not a matter of speed but of waiting: nothing in the window may wait for the engine."""
    scene.delay_s = 0.5
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=5000)
    waits = []
    for _ in range(20):
        started = time.perf_counter()
        QTest.keyClick(window, Qt.Key.Key_2)
        QApplication.processEvents()
        waits.append(time.perf_counter() - started)
        qtbot.wait(25)
    assert sorted(waits)[len(waits) // 2] < 0.05


@pytest.mark.parametrize("spec", ["clip", "webcam"])
def test_closing_ends_within_a_second_and_leaves_no_thread(
    window: MainWindow, qtbot: QtBot, scene: Scene, spec: str
) -> None:
    scene.delay_s = 0.5
    window.open_spec(spec)
    qtbot.waitUntil(lambda: bool(scene.judges), timeout=5000)
    qtbot.wait(100)
    started = time.monotonic()
    window.close()
    took = time.monotonic() - started
    assert took < 1.0
    assert window.player.join(0.0)
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

    monkeypatch.setattr(window.presenter, "show_view", slow)
    qtbot.wait(1500)
    gaps = np.diff(shown)
    assert len(shown) <= 16
    assert np.median(gaps) >= 2
    view = window.presenter.view
    assert view is not None
    assert time.monotonic() - view.judged_s < 0.5


def test_minimised_window_draws_nothing_and_shows_the_newest_frame_afterwards(
    window: MainWindow, qtbot: QtBot, scene: Scene
) -> None:
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.workspace.colour_pane.drawn_fps() > 0, timeout=5000)
    window.showMinimized()
    drawn = window.workspace.colour_pane._view
    qtbot.waitUntil(lambda: window.presenter.view is not drawn, timeout=5000)
    QTest.qWait(700)
    assert window.workspace.colour_pane._view is drawn
    window.showNormal()
    qtbot.waitUntil(lambda: window.workspace.colour_pane._view is window.presenter.view, timeout=2000)
    qtbot.waitUntil(lambda: window.workspace.colour_pane.drawn_fps() > 10, timeout=5000)


@pytest.mark.parametrize("used_by", ["log", "heartbeat"])
def test_minimised_window_judges_every_frame_while_something_uses_the_verdicts(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, used_by: str
) -> None:
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=5000)
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
    qtbot.wait(1500)
    assert 5 <= len(shown) <= 20
    assert time.monotonic() - shown[-1][0] < 0.4
    view = window.presenter.view
    assert view is not None
    assert view.result is not None
    count = len(shown)
    changed = replace(view.result, faces=tuple(replace(face, status=Status.UNCERTAIN) for face in view.result.faces))
    window.presenter.show_view(replace(view, result=changed), moving=True)
    assert len(shown) == count + 1
