"""The library as a user sees it: the root of the recordings, a search, a session opened from the list."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QItemSelectionModel, Qt
from PyQt6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from fasdemo.capture.files.session_source import SessionSource
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import FrameResult, Status
from fasdemo.frames import FrameSet, Truth
from fasdemo.gui.library import library_index
from fasdemo.gui.library.library import COLUMNS, FILTERS, Library
from fasdemo.gui.library.library_index import LibraryEntry, is_library
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import status_colour
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.models.registry import select_model
from fasdemo.record.labels import labels_from_options, session_of
from fasdemo.record.recorder import Recorder
from fasdemo.runtime.requests import EngineRequest
from fasdemo.sessions.description import with_own_checksum
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.writer import write_session_file
from fasdemo.tuning.scores.cache import Cache, cache_folder, session_hash
from fasdemo.tuning.scores.scoring import Cancelled, Progress
from tests.support.qt_input import QTest
from tests.support.tuning_fixtures import LIVE, PRINT, scored
from tests.support.window_scenes import ALL, FPS, HEIGHT, WIDTH, Scene, ScriptedProcessor, make_frame

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
    qtbot.waitUntil(lambda: window.library.status.text() == "4 of 4 sessions, 2 subjects", timeout=30_000)


def test_a_search_and_enter_open_a_session_by_keyboard_alone(
    window: MainWindow, qtbot: QtBot, scene: Scene, root: Path
) -> None:
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    window.do("open_library")
    qtbot.waitUntil(lambda: window.library.table.rowCount() == 4, timeout=20000)
    QTest.keyClicks(window.library.search, "s02 print")
    # The folder is read again in the background when the library opens a second time.
    qtbot.waitUntil(lambda: shown(window) == [("S02", "print-flat")], timeout=30_000)
    QTest.keyClick(window.library.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
    assert Path(scene.requests[-1].spec).parent == root / "S02" / "spoof-print-flat"
    assert window.pages.currentWidget() is window.workspace


def test_a_damaged_session_is_listed_with_its_reason_and_opens_nothing(
    window: MainWindow, qtbot: QtBot, scene: Scene, root: Path
) -> None:
    (next(root.glob("S01/live/*")) / "session.json").write_text("{")
    window.open_spec(str(root))
    qtbot.waitUntil(lambda: window.library.table.rowCount() == 4, timeout=20000)
    qtbot.waitUntil(lambda: "1 cannot be read" in window.library.status.text(), timeout=30_000)
    row = next(row for row, entry in enumerate(window.library.entries) if entry.problem)
    model = window.library.table.model()
    assert model is not None
    window.library.table.activated.emit(model.index(row, 0))
    assert scene.requests == []
    assert "session.json" in window.library.status.text()


def test_escape_leaves_the_library_and_the_source_goes_on(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    window.open_spec("clip")
    qtbot.waitUntil(lambda: window.shown_result is not None, timeout=30_000)
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
    qtbot.waitUntil(lambda: calls[0] == 1, timeout=30_000)
    first = library.index._thread
    assert first is not None
    library.show_root(root)
    go_on.set()
    first.join(10.0)
    library.index.join(10.0)
    qtbot.wait(50)
    assert library.table.rowCount() == len(library.entries) == 4


def folder_of(root: Path, subject: str, kind: str) -> Path:
    return next((root / subject / kind).iterdir())


def store(folder: Path, score: float | None, truth: Truth) -> Path:
    """Store results of a session for the automatic model and its default policy; returns the file."""
    session = load_session(folder)
    cache = Cache(select_model(frozenset(session.streams)).sha256, cache_folder())
    name = session_hash(folder, session)
    cache.store(name, scored(score, truth, faces=0 if score is None else 1))
    return cache.path(name)


def verdicts(window: MainWindow) -> dict[tuple[str, str], tuple[str, str]]:
    """What the library shows of the verdicts on each visible session: text or tooltip, and agreement."""
    table = window.library.table
    found = {}
    for row in range(table.rowCount()):
        cell = table.item(row, COLUMNS.index("Verdicts"))
        assert cell is not None
        if not table.isRowHidden(row):
            words = cell.text() or cell.toolTip()
            found[text(window, row, 1), text(window, row, 2)] = (words, text(window, row, COLUMNS.index("Agreement")))
    return found


def open_library(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    window.open_spec(str(root))
    window.library.index.join(20.0)
    qtbot.waitUntil(
        lambda: window.library.table.rowCount() == 4 and not window.library._sort_later.isActive(), timeout=20000
    )


def select(window: MainWindow, wanted: Callable[[LibraryEntry], bool]) -> None:
    table = window.library.table
    table.clearSelection()
    model, selection = table.model(), table.selectionModel()
    assert model is not None
    assert selection is not None
    flags = QItemSelectionModel.SelectionFlag
    for row, entry in enumerate(window.library.entries):
        if wanted(entry):
            selection.select(model.index(row, 0), flags.Select | flags.Rows)


def test_stored_verdicts_are_shown_beside_the_truth(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    store(folder_of(root, "S01", "live"), 0.97, LIVE)
    store(folder_of(root, "S01", "spoof-print-flat"), 0.97, PRINT)
    store(folder_of(root, "S02", "live"), None, LIVE)
    open_library(window, qtbot, root)
    seen = verdicts(window)
    policy = "\nfasdemo-flex, mean"
    assert seen["S01", "live"][0].startswith("LIVE ")
    assert seen["S01", "live"][0].endswith(policy)
    assert seen["S01", "live"][1] == "agrees"
    assert seen["S01", "print-flat"][1] == "attack accepted"
    assert seen["S02", "live"] == ("no face 100 %" + policy, "live person refused")
    assert seen["S02", "print-flat"] == ("not scored", "")
    window.library.only.setCurrentIndex(FILTERS.index("Verdict differs from the truth"))
    assert shown(window) == [("S01", "print-flat"), ("S02", "live")]
    window.library.only.setCurrentIndex(FILTERS.index("Not scored"))
    assert shown(window) == [("S02", "print-flat")]
    window.library.only.setCurrentIndex(0)
    QTest.keyClicks(window.library.search, "accepted")
    assert shown(window) == [("S01", "print-flat")]


def test_bar_shows_the_markers_of_a_session_that_was_not_played(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    marked = folder_of(root, "S01", "live")
    write_session_file(marked, with_own_checksum(load_session(marked).model_copy(update={"markers": (0, 3)})))
    open_library(window, qtbot, root)
    table = window.library.table
    dark: dict[Path, list[int]] = {}
    for row, entry in enumerate(window.library.entries):
        item = table.item(row, COLUMNS.index("Verdicts"))
        viewport = table.viewport()
        assert item is not None
        assert viewport is not None
        cell = table.visualItemRect(item)
        picture = viewport.grab(cell).toImage()
        below = cell.height() // 2 + 11
        ink = window.palette().color(QPalette.ColorRole.Text).name()
        dark[entry.folder] = [x for x in range(picture.width()) if picture.pixelColor(x, below).name() == ink]
        assert ("2 markers" in item.toolTip()) == (entry.folder == marked)
    found = dark.pop(marked)
    assert not any(dark.values())
    width = table.columnWidth(COLUMNS.index("Verdicts"))
    assert {round(x / width * 4 - 0.5) for x in found} == {0, 3}, "in the first and the last of four frames"


def test_bar_has_the_colours_of_the_verdicts(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    store(folder_of(root, "S01", "live"), 0.97, LIVE)
    open_library(window, qtbot, root)
    table = window.library.table
    colours = {}
    for row, entry in enumerate(window.library.entries):
        item = table.item(row, COLUMNS.index("Verdicts"))
        viewport = table.viewport()
        assert viewport is not None
        picture = viewport.grab(table.visualItemRect(item)).toImage()
        middle = picture.height() // 2
        colours[entry.folder] = {picture.pixelColor(x, middle).name() for x in range(picture.width())}
    live = status_colour(Status.LIVE, window.palette()).name()
    uncertain = status_colour(Status.UNCERTAIN, window.palette()).name()
    scored_one = folder_of(root, "S01", "live")
    assert {live, uncertain} <= colours.pop(scored_one), "evidence is gathered first"
    assert all(live not in found for found in colours.values())


def test_selected_sessions_are_scored_in_the_background(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    open_library(window, qtbot, root)
    assert not window.library.score.isEnabled()
    select(window, lambda entry: entry.subject == "S02")
    QTest.mouseClick(window.library.score, Qt.MouseButton.LeftButton)
    assert window.library.cancel.isVisible()
    assert not window.library.score.isEnabled()
    qtbot.waitUntil(lambda: not window.library.cancel.isVisible(), timeout=60000)
    seen = verdicts(window)
    # The scene is a disc before a wall, in which the engine finds no face: a live person is refused, an attack rightly.
    assert seen["S02", "live"][0].startswith("no face 100 %")
    assert seen["S02", "live"][1] == "live person refused"
    assert seen["S02", "print-flat"][1] == "agrees"
    assert seen["S01", "live"] == ("not scored", "")
    assert window.library.status.text() == "4 of 4 sessions, 2 subjects"


def test_scoring_is_cancelled_and_can_begin_again(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    def waits(*given: Any, **_: Any) -> list[str]:
        folders, tell, stop = given[0], given[4], given[6]
        tell(Progress(1, len(folders), folders[0].name, 3, 65.0))
        assert stop.wait(10.0)
        raise Cancelled

    window.library_scoring.score = waits
    open_library(window, qtbot, root)
    select(window, lambda entry: True)
    window.library.score_action.trigger()
    qtbot.waitUntil(lambda: window.library.progress.format() == "1 of 4 sessions, 1:05 left", timeout=30_000)
    QTest.mouseClick(window.library.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.library.cancel.isVisible(), timeout=30_000)
    assert window.library.status.text().startswith("Cancelled")
    assert window.library.score.isEnabled()


class NamedProcessor(ScriptedProcessor):
    """A scripted processor whose results are those of the shipped model on a session of a given name."""

    def __init__(self, request: EngineRequest, name: str) -> None:
        super().__init__(request)
        self._name = name
        self.facts = replace(self.facts, model_sha256=select_model(ALL).sha256)

    def process(self, frame: FrameSet, capture_ms: float) -> FrameResult:
        return replace(super().process(frame, capture_ms), source=self._name)


def test_session_that_was_played_to_its_end_has_verdicts(
    window: MainWindow, qtbot: QtBot, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_library(window, qtbot, root)
    folder = folder_of(root, "S01", "live")
    monkeypatch.setattr(window.player, "_make_source", lambda request: SessionSource(Path(request.spec)))
    monkeypatch.setattr(
        window.player, "_make_processor", lambda source, request: NamedProcessor(request, source.info.name)
    )
    with qtbot.waitSignal(window.played.stored, timeout=20000) as stored:
        window.open_spec(str(folder))
    assert stored.args == [folder]
    window.sources.close()
    open_library(window, qtbot, root)
    seen = verdicts(window)
    assert seen["S01", "live"][0] != "not scored"
    assert seen["S02", "live"] == ("not scored", "")


def test_session_deleted_meanwhile_is_named_and_the_others_are_scored(
    window: MainWindow, qtbot: QtBot, root: Path
) -> None:
    store(folder_of(root, "S02", "live"), 0.97, LIVE)
    gone = folder_of(root, "S01", "live")
    kept = folder_of(root, "S02", "spoof-print-flat")
    open_library(window, qtbot, root)
    shutil.rmtree(gone)
    select(window, lambda entry: entry.folder in (gone, kept))
    QTest.mouseClick(window.library.score, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.library.cancel.isVisible(), timeout=60000)
    assert window.library.status.text() == f"{gone}: no such folder."
    seen = verdicts(window)
    assert seen["S01", "live"][1] == ""
    assert seen["S02", "print-flat"][1] == "agrees"


def test_damaged_results_and_another_model_are_not_scored(window: MainWindow, qtbot: QtBot, root: Path) -> None:
    store(folder_of(root, "S01", "live"), 0.97, LIVE).write_bytes(b"PK damaged")
    store(folder_of(root, "S02", "live"), 0.97, LIVE)
    open_library(window, qtbot, root)
    seen = verdicts(window)
    assert seen["S01", "live"] == ("not scored", "")
    assert seen["S02", "live"][1] == "agrees"
    window.use_engine(EngineRequest("fasdemo-rgb"))
    window.library.index.join(20.0)
    qtbot.waitUntil(lambda: window.library.table.rowCount() == 4, timeout=20000)
    assert verdicts(window)["S02", "live"] == ("not scored", "")
    window.use_engine(EngineRequest(policy="no-such-policy"))
    window.library.index.join(20.0)
    qtbot.waitUntil(lambda: window.library.table.rowCount() == 4, timeout=20000)
    cell = window.library.table.item(0, COLUMNS.index("Verdicts"))
    assert cell is not None
    assert cell.text() == "not scored"
    assert "no-such-policy" in cell.toolTip()


def test_recent_sessions_are_first_and_conditions_sort_and_are_found(
    window: MainWindow, qtbot: QtBot, root: Path
) -> None:
    facts = {
        ("S01", "live"): ("2026-01-05T09:00:00Z", "near", "dim"),
        ("S02", "live"): ("2026-03-05T09:00:00Z", "far", "bright"),
        ("S01", "spoof-print-flat"): ("2026-02-05T09:00:00Z", "middle", "dim"),
    }
    for (subject, kind), (started, distance, light) in facts.items():
        path = folder_of(root, subject, kind) / "session.json"
        values = json.loads(path.read_text())
        path.write_text(json.dumps({**values, "started": started, "distance": distance, "light": light}))
    open_library(window, qtbot, root)
    order = [(entry.subject, entry.shown) for entry in window.library.entries]
    assert order == [("S02", "print-flat"), ("S02", "live"), ("S01", "print-flat"), ("S01", "live")]
    window.library.only.setCurrentIndex(FILTERS.index("Last 7 days"))
    assert shown(window) == [("S02", "print-flat")]
    window.library.only.setCurrentIndex(0)
    QTest.keyClicks(window.library.search, "dim")
    assert shown(window) == [("S01", "live"), ("S01", "print-flat")]
    window.library.search.clear()
    header = window.library.table.horizontalHeader()
    assert header is not None
    header.setSortIndicator(COLUMNS.index("Distance"), Qt.SortOrder.AscendingOrder)
    assert [entry.distance for entry in window.library.entries] == ["", "far", "middle", "near"]
