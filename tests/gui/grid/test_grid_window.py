"""Several cameras in the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.capture.source import Source
from fasdemo.cli.main import main
from fasdemo.engine.event_log.events import read_events
from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.gui import app as gui_app
from fasdemo.gui.app import Launch
from fasdemo.gui.grid.grid_window import GridWindow
from fasdemo.gui.settings import Settings, save
from fasdemo.gui.style.theme import apply_theme
from fasdemo.publish.signals import Signals, SignalSettings
from fasdemo.runtime.feeds.feed_group import FeedGroup
from fasdemo.runtime.feeds.listener import ListenerFollower
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.outputs.event_picture_store import read_index
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.updates import Phase
from tests.support.qt_input import QTest
from tests.support.serve_fixtures import Script, ScriptedProcessor, source_of

BROKEN = "gate: is not connected; connect it."
Open = Callable[..., GridWindow]


@pytest.fixture
def open_grid(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Open]:
    """Open a window of these cameras; it ends with the test."""
    made: list[GridWindow] = []

    def open_window(*scripts: Script, log: Path | None = None) -> GridWindow:
        by_name = {script.name: script for script in scripts}

        def make_processor(source: Source, _: EngineRequest) -> ScriptedProcessor:
            return ScriptedProcessor(by_name[source.info.name])

        writer, signals = EventLogWriter(), Signals()
        if log is not None:
            writer.start(log)
        requests = [SourceRequest(script.name) for script in scripts]
        feeds = FeedGroup(
            requests,
            EngineRequest(),
            lambda one: source_of(by_name[one.spec]),
            make_processor,
            (ListenerFollower(writer), ListenerFollower(signals)),
        )
        window = GridWindow(feeds, writer, signals)
        qtbot.addWidget(window)
        window.resize(1200, 800)
        window.show()
        qtbot.waitExposed(window)
        made.append(window)
        return window

    apply_theme(qapp, dark=True)
    yield open_window
    for window in made:
        window.close()


def words(window: GridWindow) -> list[str]:
    return [cell.strip.headline.word for cell in window.cells.values()]


def test_grid_shows_the_picture_name_verdict_and_state_of_each_camera(qtbot: QtBot, open_grid: Open) -> None:
    scripts = [
        Script("door"),
        Script("gate", status=Status.SPOOF),
        Script("yard", status=Status.UNCERTAIN),
        Script("hall", status=None),
    ]
    window = open_grid(*scripts)
    qtbot.waitUntil(lambda: words(window) == ["LIVE", "SPOOF", "UNCERTAIN", "NO FACE"], timeout=30_000)
    qtbot.waitUntil(lambda: all(cell.pane.has_picture for cell in window.cells.values()), timeout=30_000)
    assert [cell.pane.title for cell in window.cells.values()] == ["1 · door", "2 · gate", "3 · yard", "4 · hall"]
    qtbot.waitUntil(lambda: all("pictures/s" in cell.strip.state for cell in window.cells.values()), timeout=30_000)
    assert window.cells["2"].strip.accessibleName().startswith("2 · gate: SPOOF")
    boxes = [cell.geometry() for cell in window.cells.values()]
    assert {(box.x() > boxes[0].x(), box.y() > boxes[0].y()) for box in boxes} == {
        (False, False), (True, False), (False, True), (True, True)
    }  # fmt: skip


def test_grid_shows_why_a_camera_fails_while_the_others_continue(qtbot: QtBot, open_grid: Open) -> None:
    scripts = [Script("door"), Script("gate", fails_with=BROKEN)]
    window = open_grid(*scripts)
    qtbot.waitUntil(lambda: words(window) == ["LIVE", "NO SOURCE"], timeout=30_000)
    strip = window.cells["2"].strip
    assert strip.headline.sentence.startswith(BROKEN + " Trying again in ")
    assert not window.cells["2"].pane.has_picture
    scripts[1].fails_with = ""
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: words(window) == ["LIVE", "LIVE"], timeout=30_000)
    assert scripts[0].opened == 1


def test_grid_removes_verdict_and_picture_of_a_camera_that_stops(qtbot: QtBot, open_grid: Open) -> None:
    scripts = [Script("door"), Script("gate")]
    window = open_grid(*scripts)
    qtbot.waitUntil(lambda: words(window) == ["LIVE", "LIVE"], timeout=30_000)
    scripts[1].stalled = True
    qtbot.waitUntil(lambda: words(window) == ["LIVE", "NO PICTURE"], timeout=30_000)
    qtbot.waitUntil(lambda: not window.cells["2"].pane.has_picture, timeout=30_000)
    window.enlarge("2")
    assert window.page.card.headline.word == "NO PICTURE"
    assert not window.page.pane.has_picture
    scripts[1].opened = -1


def test_click_enlarges_a_camera_and_esc_returns(qtbot: QtBot, open_grid: Open) -> None:
    window = open_grid(Script("door"), Script("gate", status=Status.SPOOF))
    qtbot.waitUntil(lambda: words(window) == ["LIVE", "SPOOF"], timeout=30_000)
    QTest.mouseClick(window.cells["2"].pane, Qt.MouseButton.LeftButton)
    assert window.enlarged == "2"
    assert window.page.isVisible()
    assert not window.cells["1"].isVisible()
    qtbot.waitUntil(lambda: window.page.pane.has_picture, timeout=30_000)
    assert window.page.card.headline.word == "SPOOF"
    assert window.page.pane.title == "2 · gate"
    leaves: list[Callable[[], None]] = [
        lambda: QTest.keyClick(window.page.back, Qt.Key.Key_Escape),
        lambda: QTest.mouseClick(window.page.pane, Qt.MouseButton.LeftButton),
        lambda: QTest.mouseClick(window.page.back, Qt.MouseButton.LeftButton),
        lambda: QTest.keyClick(window, Qt.Key.Key_Backspace),
    ]
    for leave in leaves:
        leave()
        assert window.cells["1"].isVisible()
        assert not window.page.isVisible()
        QTest.keyClick(window, Qt.Key.Key_1)
        assert window.page.pane.title == "1 · door"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    QTest.keyClick(window, Qt.Key.Key_9)
    assert not window.page.isVisible()
    QTest.keyClick(window.cells["2"].pane, Qt.Key.Key_Return)
    assert window.page.pane.title == "2 · gate"


def test_grid_closes_with_its_threads_and_completes_the_log(qtbot: QtBot, open_grid: Open, tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    window = open_grid(Script("door"), Script("gate"), log=log)
    qtbot.waitUntil(lambda: words(window) == ["LIVE", "LIVE"], timeout=30_000)
    qtbot.waitUntil(lambda: str(log) in window.status.text(), timeout=30_000)
    window.close()
    assert [feed.phase for feed in window.feeds.values()] == [Phase.ENDED, Phase.ENDED]
    assert {(event.source_id, event.event) for event in read_events(log)} == {
        ("1", "verdict"), ("1", "end"), ("2", "verdict"), ("2", "end")
    }  # fmt: skip


def test_command_line_opens_the_grid_for_several_cameras(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    launched: list[Launch] = []

    def run_grid(launch: Launch) -> int:
        launched.append(launch)
        return 0

    monkeypatch.setattr("fasdemo.cli.window.run_grid", run_grid)
    cameras = ["--camera", "webcam:1", "--camera", "webcam:2"]
    assert main([*cameras, "--heartbeat", str(tmp_path / "alive"), "--require-gaze"]) == 0
    (launch,) = launched
    assert [one.spec for one in launch.cameras] == ["webcam:1", "webcam:2"]
    assert launch.source is None
    assert launch.rules.require_gaze
    assert launch.signals == SignalSettings(heartbeat=(str(tmp_path / "alive"),))
    assert main([*cameras, "--kiosk"]) == 2
    assert "--kiosk is possible with one camera only" in capsys.readouterr().err


def test_grid_runs_until_it_is_closed(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scripts = {"webcam:1": Script("door"), "webcam:2": Script("gate")}
    by_name = {script.name: script for script in scripts.values()}
    shown: list[list[str]] = []

    def run_until_both_are_live(*_: object) -> bool:
        (window,) = [one for one in qapp.topLevelWidgets() if isinstance(one, GridWindow) and one.isVisible()]
        qtbot.waitUntil(lambda: words(window) == ["LIVE", "LIVE"], timeout=30_000)
        shown.append(words(window))
        window.close()
        return False

    monkeypatch.setattr(gui_app, "_run_until_closed", run_until_both_are_live)
    status = gui_app.run_grid(
        Launch(cameras=tuple(map(SourceRequest, scripts)), log=tmp_path / "events.jsonl"),
        lambda request: source_of(scripts[request.spec]),
        lambda source, _: ScriptedProcessor(by_name[source.info.name]),
        tmp_path / "window.json",
    )
    assert (status, shown) == (0, [["LIVE", "LIVE"]])
    assert not (tmp_path / "window.json").exists()
    assert not (tmp_path / "events").exists(), "pictures of events are off by default"


def test_grid_stores_pictures_of_events_as_the_preferences_say(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scripts = {"webcam:1": Script("door"), "webcam:2": Script("gate", status=Status.SPOOF)}
    by_name = {script.name: script for script in scripts.values()}
    folder, place, said = tmp_path / "events", tmp_path / "window.json", []

    def run_until_both_are_stored(*_: object) -> bool:
        (window,) = [one for one in qapp.topLevelWidgets() if isinstance(one, GridWindow) and one.isVisible()]
        qtbot.waitUntil(lambda: "Pictures of events: 2" in window.status.text(), timeout=30_000)
        said.append(window.status.text())
        window.close()
        return False

    monkeypatch.setattr(gui_app, "_run_until_closed", run_until_both_are_stored)
    save(Settings(event_pictures=True, event_pictures_told=True, event_pictures_folder=folder), place)
    status = gui_app.run_grid(
        Launch(cameras=tuple(map(SourceRequest, scripts))),
        lambda request: source_of(scripts[request.spec]),
        lambda source, _: ScriptedProcessor(by_name[source.info.name]),
        place,
    )
    assert (status, len(said)) == (0, 1)
    assert {(event.source_id, event.source, event.kind) for event in read_index(folder)} == {
        ("1", "door", "LIVE"),
        ("2", "gate", "SPOOF"),
    }


def test_grid_refuses_a_challenge_of_the_preferences_and_uses_no_site_file(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[EngineRequest] = []

    class OpenedError(Exception):
        pass

    def feed_group(_: object, engine: EngineRequest, *__: object) -> FeedGroup:
        made.append(engine)
        raise OpenedError

    monkeypatch.setattr("fasdemo.runtime.feeds.feed_group.FeedGroup", feed_group)
    cameras = (SourceRequest("webcam:1"), SourceRequest("webcam:2"))
    place = tmp_path / "window.json"
    save(Settings(challenge="turn"), place)
    with pytest.raises(UserError, match="The preferences require a challenge, which is possible with one camera only"):
        gui_app.run_grid(Launch(cameras=cameras), settings_file=place)
    assert made == []
    save(Settings(site=str(tmp_path / "site.json"), require_gaze=True), place)
    with pytest.raises(OpenedError):
        gui_app.run_grid(Launch(cameras=cameras), settings_file=place)
    assert (made[0].site, made[0].require_gaze) == (None, True)
