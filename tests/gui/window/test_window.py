"""A user's actions in the window and their visible results."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.engine.result import Status
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.requests import EngineRequest
from tests.support.qt_input import QTest
from tests.support.window_actions import play, shown_frame, stand_still
from tests.support.window_scenes import HEIGHT, WIDTH, Scene


def test_it_starts_with_what_can_be_opened(window: MainWindow) -> None:
    assert window.pages.currentWidget() is window.start
    assert window.start.buttons["open_demo"].isVisible()
    assert window.workspace.card.headline.word == "NO SOURCE"


def test_the_demo_opens_with_one_click(window: MainWindow, scene: Scene, qtbot: QtBot) -> None:
    QTest.mouseClick(window.start.buttons["open_demo"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown_frame(window) > 3, timeout=30_000)
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
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "SPOOF", timeout=30_000)
    assert "flat, like a print" in window.workspace.card.headline.sentence
    qtbot.waitUntil(lambda: "flat surface" in window.workspace.reasons.reasons, timeout=30_000)


def test_uncertain_tells_the_person_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stand_still(qtbot, window)
    window.playback.seek(30)
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "UNCERTAIN", timeout=30_000)
    assert window.workspace.card.headline.sentence == "Please keep looking at the camera."


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
    qtbot.waitUntil(lambda: shown_frame(window) > stood, timeout=30_000)


def test_arrows_step_one_frame(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stood = stand_still(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: shown_frame(window) == stood + 1, timeout=30_000)
    QTest.keyClick(window, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: shown_frame(window) == stood, timeout=30_000)


def test_clicking_the_slider_goes_there(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    stand_still(qtbot, window)
    slider = window.workspace.transport.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() * 3 // 4, slider.height() // 2))
    qtbot.waitUntil(lambda: 80 <= shown_frame(window) <= 100, timeout=30_000)
    assert f"frame {shown_frame(window) + 1} of 120" in window.workspace.transport.time.text()


def test_a_file_that_ended_plays_again(window: MainWindow, qtbot: QtBot) -> None:
    window.settings.speed = 4.0
    play(qtbot, window, "short")
    qtbot.waitUntil(lambda: window.workspace.transport.play.accessibleName() == "Play (Space)", timeout=30_000)
    assert shown_frame(window) == 29
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: shown_frame(window) < 20, timeout=30_000)


def test_the_source_menu_offers_the_cameras_that_are_connected(window: MainWindow, qtbot: QtBot, scene: Scene) -> None:
    window.header.menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: "Front camera (3)" in [one.text() for one in window.header.menu.actions()], timeout=30_000)
    next(one for one in window.header.menu.actions() if one.text() == "Front camera (3)").trigger()
    qtbot.waitUntil(lambda: bool(scene.requests), timeout=30_000)
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
    qtbot.waitUntil(lambda: work.depth_pane.width() > 500, timeout=30_000)
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
    qtbot.waitUntil(lambda: "strict" in window.footer.items["engine"].text(), timeout=30_000)
    header.device.setCurrentIndex(header.device.findData("cuda"))
    header.device.activated.emit(header.device.currentIndex())
    qtbot.waitUntil(lambda: "CUDA" in window.footer.items["engine"].text(), timeout=30_000)
    header.model.setCurrentIndex(header.model.findData("colour-only"))
    header.model.activated.emit(header.model.currentIndex())
    qtbot.waitUntil(lambda: "colour-only" in window.footer.items["engine"].text(), timeout=30_000)
    assert len(scene.sources) == 1
    # Another model starts with its own default policy.
    assert (window.settings.model, window.settings.policy, window.settings.device) == ("colour-only", None, "cuda")


def test_a_model_that_does_not_fit_is_said_and_the_old_one_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window)
    window.use_engine(EngineRequest(model="unfit"))
    qtbot.waitUntil(lambda: "needs infrared" in window.messages.words, timeout=30_000)
    frame = shown_frame(window)
    qtbot.waitUntil(lambda: shown_frame(window) > frame + 3, timeout=30_000)
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
        monkeypatch.setattr(
            "fasdemo.gui.window.main_window.is_dark", lambda theme, app, dark=dark: theme == "system" and dark
        )
        hints.colorSchemeChanged.emit(scheme)
        assert (window.palette().window().color().lightness() < 128) is dark
