"""Opening, replacing, dropping and losing sources in the window."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from fasdemo.capture.source import Source
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.requests import EngineRequest
from fasdemo.runtime.updates import Phase, UiUpdate
from tests.support.qt_input import QTest
from tests.support.window_actions import drop, play, shown_frame, stand_still
from tests.support.window_scenes import Clip, Scene, ScriptedProcessor


def test_another_source_replaces_the_one_that_runs(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    play(qtbot, window)
    play(qtbot, window, "webcam")
    assert window.player.join(30.0)
    assert isinstance(scene.sources[0], Clip)
    assert scene.sources[0].left
    assert "Webcam" in window.windowTitle()


def test_a_dropped_folder_is_opened_and_remembered(
    window: MainWindow, qtbot: QtBot, scene: Scene, tmp_path: Path
) -> None:
    folder = tmp_path / "session one"
    folder.mkdir()
    drop(window, str(folder))
    qtbot.waitUntil(lambda: shown_frame(window) > 1, timeout=30_000)
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
    qtbot.waitUntil(lambda: "mine.onnx" in window.footer.items["engine"].text(), timeout=30_000)
    assert window.header.model.currentText() == "mine.onnx"


@pytest.mark.parametrize(("spec", "words"), [("missing.mp4", "no such file"), ("crash", "can no longer be read")])
def test_a_source_that_cannot_be_opened_is_reported_in_the_window(
    window: MainWindow, qtbot: QtBot, spec: str, words: str
) -> None:
    window.open_spec(spec)
    qtbot.waitUntil(lambda: words in window.messages.words, timeout=30_000)
    assert window.workspace.card.headline.word == "NO SOURCE"
    assert window.workspace.card.headline.status is None
    assert window.settings.recent == []


def test_a_failing_source_takes_the_verdict_down(window: MainWindow, qtbot: QtBot) -> None:
    shown: list[str] = []
    window.presenter.headline_shown.connect(lambda headline: shown.append(headline.word))
    window.open_spec("breaks")
    # On a slow computer the source breaks before the test can look at the verdict.
    qtbot.waitUntil(lambda: "LIVE" in shown and window.workspace.card.headline.word == "NO SOURCE", timeout=30_000)
    assert window.workspace.card.headline.status is None
    assert not any(pane.has_picture for pane in window.workspace.panes), "an old picture still says LIVE"
    assert window.workspace.reasons.reasons == "–"
    assert window.footer.items["rate"].text() == ""
    assert "breaks can no longer be read" in window.messages.words
    assert "reshape" not in window.messages.words, "Python's text says nothing to a user"


def test_a_frame_that_was_judged_while_its_source_failed_is_not_shown(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stand_still(qtbot, window)
    last = window.presenter.view
    assert last is not None
    window.presenter._receive(UiUpdate(last, phase=Phase.FAILED, messages=["clip cannot be read any more."]))
    window.presenter._receive(UiUpdate(last))
    assert window.workspace.card.headline.word == "NO SOURCE"
    assert not any(pane.has_picture for pane in window.workspace.panes), "an old picture still says LIVE"
    assert window.shown_result is None


@pytest.mark.parametrize("spec", ["missing.mp4", "crash"])
def test_a_bad_source_leaves_the_present_one_running(window: MainWindow, qtbot: QtBot, spec: str) -> None:
    play(qtbot, window)
    window.open_spec(spec)
    qtbot.waitUntil(lambda: "clip continues." in window.messages.words, timeout=30_000)
    frame = shown_frame(window)
    qtbot.waitUntil(lambda: shown_frame(window) != frame, timeout=30_000)
    assert window.windowTitle() == "clip – fasdemo"
    assert window.player.join(30.0)


def test_a_wrong_drop_does_not_end_a_recording(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    play(qtbot, window, "webcam")
    record = window.workspace.record
    record.subject.setText("S05")
    record.consent.setChecked(True)
    record.toggle()
    qtbot.waitUntil(lambda: window.recording is not None and window.recording.status is not None, timeout=30_000)
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
    qtbot.waitUntil(lambda: recording.status is not None and recording.status.written > written, timeout=30_000)
    record.toggle()
    qtbot.waitUntil(lambda: window.recording is None, timeout=30_000)
    assert "A recording is running" not in window.messages.words, "the sentence is no longer true"


def test_the_record_key_without_a_source_says_what_is_missing(window: MainWindow) -> None:
    window.do("toggle_recording")
    assert window.messages.words == "Open a camera to record a session."


@pytest.mark.parametrize("kiosk", [False, True])
def test_a_camera_that_is_missing_at_start_is_found_later(
    window: MainWindow, qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch, kiosk: bool
) -> None:
    monkeypatch.setattr("fasdemo.gui.controllers.reconnect.PAUSES_S", (1.2,))
    scene.absent = 2
    window.set_kiosk(kiosk)
    window.open_spec("webcam")
    card = window.kiosk if kiosk else window.workspace.card
    qtbot.waitUntil(lambda: "Trying again in 1 s." in card.headline.sentence, timeout=30_000)
    assert card.headline.status is None
    qtbot.waitUntil(lambda: shown_frame(window) > 2, timeout=30_000)
    assert len(scene.requests) == 3


def test_try_again_looks_for_the_camera_at_once(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    scene.absent = 2
    window.open_spec("webcam")
    qtbot.waitUntil(window.messages.button.isVisible, timeout=30_000)
    assert window.messages.button.text() == "Try again"
    QTest.mouseClick(window.messages.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(scene.requests) == 2 and window.messages.button.isVisible(), timeout=30_000)
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: shown_frame(window) > 1, timeout=30_000)


def test_a_file_that_cannot_be_opened_is_not_tried_again(window: MainWindow, qtbot: QtBot) -> None:
    window.open_spec("missing.mp4")
    qtbot.waitUntil(lambda: "no such file" in window.messages.words, timeout=30_000)
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
    qtbot.waitUntil(lambda: all(pane._message == words for pane in window.workspace.panes), timeout=30_000)
    assert window.workspace.card.headline.sentence == words
    qtbot.waitUntil(lambda: shown_frame(window) > 0, timeout=30_000)


def test_a_camera_that_stops_takes_the_verdict_down(
    window: MainWindow, qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(qtbot, window, "webcam")
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "LIVE", timeout=30_000)
    monkeypatch.setattr(scene.judges[0], "process", lambda frame, capture_ms: time.sleep(1.6))
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "NO PICTURE", timeout=30_000)
    assert window.workspace.card.headline.status is None
    assert not window.workspace.colour_pane.has_picture, "an old picture still says LIVE"
    assert window.workspace.reasons.reasons == "–"


def test_source_that_was_closed_while_it_opened_is_not_shown(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "webcam")
    info = window.presenter.info
    assert info is not None
    window.close_source()
    window.presenter.source_ready.emit(info)
    assert not window.workspace.isVisible()
