"""The library as a user sees it: the root of the recordings, a search, a session opened from the list."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fasdemo.capture.source import SourceInfo
from fasdemo.gui import library_index
from fasdemo.gui.library_index import is_library
from fasdemo.gui.main_window import MainWindow
from fasdemo.gui.panels.library import Library
from fasdemo.gui.settings import Settings
from fasdemo.record.labels import labels_from_options, session_of
from fasdemo.record.recorder import Recorder
from tests.support.qt_input import QTest
from tests.support.window_scenes import ALL, FPS, HEIGHT, WIDTH, Scene, make_frame

CAMERA = SourceInfo("test camera", "webcam", True, ALL, WIDTH, HEIGHT, FPS, None)


def record(root: Path, subject: str, species: str | None) -> Path:
    labels = labels_from_options(
        subject, "spoof" if species else "live", species, "", "I agree.", date(2099, 1, 1).isoformat()
    )
    recorder = Recorder(root, session_of(labels, CAMERA))
    for index in range(4):
        recorder.put(replace(make_frame(index, live=True), truth=None))
    recorder.stop()
    return recorder.folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "sessions"
    for subject in ("S01", "S02"):
        for species in (None, "print-flat"):
            record(made, subject, species)
    return made


@pytest.fixture
def settings(root: Path) -> Settings:
    return Settings(record_folder=root)


def shown(window: MainWindow) -> list[tuple[str, str]]:
    table = window.library.table
    rows = [row for row in range(table.rowCount()) if not table.isRowHidden(row)]
    return sorted((text(window, row, 1), text(window, row, 2)) for row in rows)


def text(window: MainWindow, row: int, column: int) -> str:
    item = window.library.table.item(row, column)
    assert item is not None
    return item.text()


def test_a_root_of_recordings_is_a_library_and_a_session_is_not(root: Path) -> None:
    assert is_library(root)
    assert is_library(root / "S01")
    session = next(root.glob("S01/live/*"))
    assert not is_library(session)
    assert not is_library(root / "nothing")


def test_the_root_of_recordings_opens_as_a_library_and_not_as_a_film(
    window: MainWindow, qtbot: QtBot, scene: Scene, root: Path
) -> None:
    window.open_spec(str(root))
    qtbot.waitUntil(lambda: window.library.table.rowCount() == 4, timeout=20000)
    assert scene.requests == []
    assert shown(window) == [("S01", "live"), ("S01", "print-flat"), ("S02", "live"), ("S02", "print-flat")]
    assert all(entry.picture is not None and entry.picture.any() for entry in window.library.entries)
    assert window.library.status.text() == "4 of 4 sessions, 2 subjects"


def test_a_search_and_enter_open_a_session_by_keyboard_alone(
    window: MainWindow, qtbot: QtBot, scene: Scene, root: Path
) -> None:
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    window.do("open_library")
    qtbot.waitUntil(lambda: window.library.table.rowCount() == 4, timeout=20000)
    QTest.keyClicks(window.library.search, "s02 print")
    # The folder is read again in the background when the library opens a second time.
    qtbot.waitUntil(lambda: shown(window) == [("S02", "print-flat")], timeout=5000)
    QTest.keyClick(window.library.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=5000)
    assert Path(scene.requests[-1].spec).parent == root / "S02" / "spoof-print-flat"
    assert window.pages.currentWidget() is window.workspace


def test_a_damaged_session_is_listed_with_its_reason_and_opens_nothing(
    window: MainWindow, qtbot: QtBot, scene: Scene, root: Path
) -> None:
    (next(root.glob("S01/live/*")) / "session.json").write_text("{")
    window.open_spec(str(root))
    qtbot.waitUntil(lambda: window.library.table.rowCount() == 4, timeout=20000)
    qtbot.waitUntil(lambda: "1 cannot be read" in window.library.status.text(), timeout=2000)
    row = next(row for row, entry in enumerate(window.library.entries) if entry.problem)
    model = window.library.table.model()
    assert model is not None
    window.library.table.activated.emit(model.index(row, 0))
    assert scene.requests == []
    assert "session.json" in window.library.status.text()


def test_escape_leaves_the_library_and_the_source_goes_on(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    window.open_spec("clip")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=5000)
    window.open_spec(str(root))
    assert window.pages.currentWidget() is window.library
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.workspace
    assert window.player.request is not None
    assert window.player.request.spec == "clip"


def test_library_that_is_read_again_shows_every_session_once(
    qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls, go_on = library_index.read_entry, [0], threading.Event()

    def first_one_waits(folder: Path) -> library_index.LibraryEntry:
        calls[0] += 1
        if calls[0] == 1:
            assert go_on.wait(10.0)
        return real(folder)

    monkeypatch.setattr(library_index, "read_entry", first_one_waits)
    library = Library()
    qtbot.addWidget(library)
    library.show_root(root)
    qtbot.waitUntil(lambda: calls[0] == 1, timeout=10000)
    first = library.index._thread
    assert first is not None
    library.show_root(root)
    go_on.set()
    first.join(10.0)
    library.index.join(10.0)
    qtbot.wait(50)
    assert library.table.rowCount() == len(library.entries) == 4
