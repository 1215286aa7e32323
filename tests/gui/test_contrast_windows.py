"""Contrast in the other windows, pages and dialogs, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QProgressBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fasdemo.assets_folder import demo_session
from fasdemo.capture.controls import CameraState
from fasdemo.draw.point_cloud import PointCloud
from fasdemo.engine.result import Status
from fasdemo.frames import Truth
from fasdemo.gui.camera.camera_panel import CameraPanel
from fasdemo.gui.dialogs.exit_pin import PinDialog, PinGuard, hash_pin
from fasdemo.gui.dialogs.point_cloud import PointCloudDialog
from fasdemo.gui.dialogs.preferences import Preferences
from fasdemo.gui.dialogs.shortcuts import ShortcutsDialog
from fasdemo.gui.grid.grid_window import GridWindow
from fasdemo.gui.library.events import EventsDialog
from fasdemo.gui.library.library import Library
from fasdemo.gui.recording.coverage import CoverageDialog
from fasdemo.gui.recording.take_dialogs import NoteDialog, RelabelDialog
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.tuning.calibration_dialog import CalibrationDialog
from fasdemo.gui.tuning.tuning_window import TuningWindow
from fasdemo.publish.signals import Signals
from fasdemo.record.coverage import Cell, Coverage
from fasdemo.runtime.feeds.feed_group import FeedGroup
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.outputs.event_picture_writer import EventPictureSettings
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.sessions.loading import load_session
from tests.support.camera_controls import Device
from tests.support.contrast import CONTROL, TEXT, check_contrast, luminance, pixels, ratio, text_contrast
from tests.support.serve_fixtures import Script, ScriptedProcessor, source_of
from tests.support.tuning_fixtures import LIVE, MASK, PRINT, scoring


@pytest.fixture(params=[True, False], ids=["dark", "light"], autouse=True)
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[bool]:
    apply_theme(qapp, dark=bool(request.param))
    yield bool(request.param)
    apply_theme(qapp, dark=True)


def test_tuning_window_has_contrast(qtbot: QtBot, tmp_path: Path) -> None:
    shown = (
        (0.95, LIVE, ()), (0.9, LIVE, ()), (0.2, LIVE, ()), (0.99, PRINT, ("flat_surface",)), (0.85, MASK, ()),
        (0.3, Truth("spoof", "replay-tablet"), ()),
    )  # fmt: skip
    window = TuningWindow(("fasdemo-flex",), lambda *_, **__: scoring(*shown))
    qtbot.addWidget(window)
    window.resize(1280, 900)
    window.show()
    assert check_contrast(window) > 10
    window.open_folder(tmp_path)
    qtbot.waitUntil(lambda: len(window.gallery.cases) > 1, timeout=30_000)
    window.gallery.table.selectRow(0)
    qtbot.waitUntil(lambda: not window.gallery.loader.running, timeout=30_000)
    assert check_contrast(window) > 40
    window.header.compare.setChecked(True)
    qtbot.waitUntil(lambda: window.panels[1].scoring is not None, timeout=30_000)
    assert check_contrast(window) > 45
    window.close()
    window.stop()


def test_dialogs_have_contrast(qtbot: QtBot, tmp_path: Path) -> None:
    coverage = Coverage(
        ["S01", "S02"], ["live", "print-flat"], {("S01", "live"): Cell(2), ("S02", "print-flat"): Cell(1)}
    )
    session = load_session(demo_session())
    settings = Settings(record_folder=tmp_path, snap_folder=tmp_path, event_pictures_folder=tmp_path)
    calibration = CalibrationDialog()
    calibration.show_idle("120 measurements of live people.", ready=True, can_save=True)
    points = np.random.default_rng(0).random((50, 3)).astype(np.float32)
    preferences = Preferences(settings)
    preferences.tabs.setCurrentIndex(1)
    for dialog in (
        calibration,
        CoverageDialog(coverage),
        EventsDialog(EventPictureSettings(tmp_path / "none", 30), on=False),
        NoteDialog(session, lambda _: None),
        PinDialog(PinGuard(), hash_pin("1234")),
        PointCloudDialog(PointCloud(points, np.full((50, 3), 128, np.uint8)), tmp_path),
        Preferences(settings),
        preferences,
        RelabelDialog(session, lambda *_: None),
        ShortcutsDialog(),
    ):
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitExposed(dialog)
        qtbot.wait(20)
        assert check_contrast(dialog) >= 3, type(dialog).__name__
        dialog.close()


def test_library_page_has_contrast_also_where_a_row_is_selected(qtbot: QtBot) -> None:
    page = Library()
    qtbot.addWidget(page)
    page.resize(1300, 500)
    page.show()
    page.show_root(demo_session().parent)
    qtbot.waitUntil(lambda: page.table.rowCount() > 0, timeout=30_000)
    qtbot.wait(250)
    assert check_contrast(page) > 12
    page.table.selectRow(0)
    page.table.setFocus()
    assert check_contrast(page) > 12
    page.index.join(5.0)


def test_controls_of_a_camera_have_contrast(qtbot: QtBot) -> None:
    page, panel = QWidget(), CameraPanel()
    qtbot.addWidget(page)
    QVBoxLayout(page).addWidget(panel)
    page.resize(360, 700)
    panel.show_state(CameraState(Device().controls(), (("Firmware", "5.16.0.1"),)), live=True)
    page.show()
    qtbot.waitExposed(page)
    assert check_contrast(page) > 8


def test_grid_of_cameras_has_contrast(qtbot: QtBot) -> None:
    scripts = {name: Script(name, status=status) for name, status in zip("abc", Status, strict=True)}
    feeds = FeedGroup(
        [SourceRequest(name) for name in (*scripts, "missing")],
        EngineRequest(),
        lambda one: source_of(scripts.get(one.spec) or Script(one.spec, fails_with="It is not connected.")),
        lambda source, _: ScriptedProcessor(scripts[source.info.name]),
    )
    window = GridWindow(feeds, EventLogWriter(), Signals())
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.show()
    words = {"LIVE", "SPOOF", "UNCERTAIN", "NO SOURCE"}
    qtbot.waitUntil(lambda: {cell.strip.headline.word for cell in window.cells.values()} == words, timeout=30_000)
    for cell in window.cells.values():
        assert text_contrast(pixels(cell.strip.grab().toImage())) >= TEXT, cell.strip.headline.word
    window.close()


def test_bar_of_progress_can_be_seen(qtbot: QtBot) -> None:
    bar = QProgressBar()
    qtbot.addWidget(bar)
    bar.resize(400, 28)
    bar.setTextVisible(False)
    bar.setValue(50)
    bar.show()
    qtbot.waitExposed(bar)
    row = pixels(bar.grab().toImage())[14]
    done, rest = luminance(row[[60, 340]])
    assert ratio(float(done), float(rest)) >= CONTROL
