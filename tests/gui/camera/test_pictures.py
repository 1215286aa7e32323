"""Pictures in the window: frozen, enlarged, moved, and as points in space."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.frames import Calibration, Intrinsics
from fasdemo.gui.dialogs.point_cloud import PointCloudDialog
from fasdemo.gui.panes.pane import Pane
from fasdemo.gui.settings import Settings
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.updates import View
from tests.support.qt_input import QTest
from tests.support.window_actions import play, shown_frame
from tests.support.window_scenes import HEIGHT, WIDTH, Scene, make_frame


def frozen(window: MainWindow) -> bool:
    return window.presenter.frozen


def shown_points(window: MainWindow) -> PointCloudDialog | None:
    return window.pictures.dialog


def wheel(pane: Pane, at: QPointF, steps: int) -> None:
    none, pixels = Qt.MouseButton.NoButton, QPoint(0, 0)
    event = QWheelEvent(
        at, pane.mapToGlobal(at), pixels, QPoint(0, 120 * steps), none, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(pane, event)


def test_a_frozen_picture_never_shows_a_verdict_as_current(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "webcam")
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "LIVE", timeout=30_000)
    QTest.keyClick(window, Qt.Key.Key_Space)
    card = window.workspace.card
    assert (card.headline.word, card.headline.status) == ("FROZEN", None)
    assert window.kiosk.headline.status is None
    assert window.shown_result is None
    view = window.presenter.view
    assert view is not None
    kept = window.workspace.colour_pane.grab().toImage()
    for _ in range(15):
        qtbot.wait(100)
        assert window.workspace.card.headline.status is None
        assert window.presenter.view is view
    assert window.workspace.colour_pane.grab().toImage() == kept
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.workspace.card.headline.word == "LIVE", timeout=30_000)
    assert shown_frame(window) > view.frame.index + 20, "the present is shown, not the queue"


def test_freezing_ends_with_the_source_and_in_a_kiosk(window: MainWindow, qtbot: QtBot) -> None:
    play(qtbot, window, "webcam")
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert frozen(window)
    window.set_kiosk(True)
    assert not frozen(window)
    qtbot.waitUntil(lambda: window.kiosk.headline.word == "LIVE", timeout=30_000)
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert not frozen(window), "a kiosk is never frozen"
    window.set_kiosk(False)
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert frozen(window)
    play(qtbot, window, "clip")
    assert not frozen(window)
    assert window.workspace.card.headline.status is not None


def test_a_frozen_picture_goes_when_the_camera_fails(
    window: MainWindow, scene: Scene, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(qtbot, window, "webcam")
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert frozen(window)

    def fall_over(timeout_s: float) -> None:
        raise RuntimeError("the driver fell over")

    monkeypatch.setattr(scene.grab, "wait", fall_over)
    qtbot.waitUntil(lambda: not frozen(window), timeout=30_000)
    assert not window.workspace.colour_pane.has_picture
    assert window.workspace.card.headline.word == "NO SOURCE"


@pytest.fixture
def pane(window: MainWindow, qtbot: QtBot) -> Pane:
    play(qtbot, window, "clip")
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.wait(100)
    return window.workspace.depth_pane


def test_wheel_zooms_about_the_cursor_and_drag_moves_the_picture(pane: Pane, qtbot: QtBot) -> None:
    at = pane.from_pixel(80, 60)
    assert pane.to_pixel(at) == (80, 60)
    wheel(pane, at, 5)
    assert pane.zoom.factor == pytest.approx(1.25**5)
    assert pane.to_pixel(at) == (80, 60), "the pixel under the cursor stays there"
    before = pane.from_pixel(80, 60)
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=at.toPoint())
    QTest.mouseMove(pane, at.toPoint() + QPoint(-20, -10))
    QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=at.toPoint() + QPoint(-20, -10))
    moved = pane.from_pixel(80, 60) - before
    assert (moved.x(), moved.y()) == pytest.approx((-20, -10), abs=1.5)
    wheel(pane, at, -20)
    assert pane.zoom.factor == 1.0
    assert pane.to_pixel(at) == (80, 60)


def test_keys_zoom_and_pan_the_focused_picture(window: MainWindow, pane: Pane) -> None:
    pane.setFocus()
    QTest.keyClick(pane, Qt.Key.Key_Plus)
    QTest.keyClick(pane, Qt.Key.Key_Plus)
    assert pane.zoom.factor == pytest.approx(1.25**2)
    left = pane.picture_rect().left()
    QTest.keyClick(pane, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert pane.picture_rect().left() < left
    for _ in range(20):
        QTest.keyClick(pane, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert pane.picture_rect().right() >= pane._room().right() - 1, "the picture never leaves a gap"
    QTest.keyClick(pane, Qt.Key.Key_0)
    assert pane.zoom.factor == 1.0


def view_in_space() -> View:
    lens = Intrinsics(WIDTH, HEIGHT, 300.0, 300.0, WIDTH / 2, HEIGHT / 2)
    return View(replace(make_frame(3), calibration=Calibration(lens)), None, 0.0)


def test_depth_pane_shows_the_point_in_space_under_the_cursor(window: MainWindow, pane: Pane) -> None:
    pane.show_view(view_in_space())
    depth = window.workspace.depth_pane
    QTest.mouseMove(pane, pane.from_pixel(WIDTH - 20, HEIGHT // 2).toPoint())
    x = round((WIDTH / 2 - 20) / 300 * 1000)
    assert depth.probe_text().startswith("1000 mm   X +")
    assert abs(int(depth.probe_text().split("X +")[1].split()[0]) - x) <= 6
    assert depth.probe_text().endswith("Z +1000")


def test_points_are_saved_as_ply_and_said_to_need_opengl(
    window: MainWindow, pane: Pane, settings: Settings, qtbot: QtBot
) -> None:
    QTest.keyClick(window, Qt.Key.Key_P)
    assert "no calibration" in window.messages.words
    assert shown_points(window) is None
    window.presenter.view = view_in_space()
    QTest.keyClick(window, Qt.Key.Key_P)
    dialog = shown_points(window)
    assert dialog is not None
    assert "OpenGL is missing here" in dialog.words.text()
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    (path,) = settings.snap_folder.glob("*.ply")
    assert str(path) in dialog.words.text()
    data = path.read_bytes()
    count = int(data.split(b"element vertex ")[1].split()[0])
    depth = make_frame(3).depth
    assert depth is not None
    assert count == np.count_nonzero(depth)
    dialog.reject()


def test_points_that_cannot_be_saved_get_one_sentence(window: MainWindow, pane: Pane, settings: Settings) -> None:
    Path(settings.snap_folder).write_text("a file")
    window.presenter.view = view_in_space()
    QTest.keyClick(window, Qt.Key.Key_P)
    dialog = shown_points(window)
    assert dialog is not None
    dialog.write()
    assert "cannot be saved" in dialog.words.text()
    dialog.reject()
