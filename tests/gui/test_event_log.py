"""The event log of a running window: started by key or option, continued with every engine, completed at every end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.cli import main as cli
from fasdemo.engine.event_log.events import Event, EventLog, read_events
from fasdemo.engine.result import FrameResult, Status
from fasdemo.frames import FrameSet
from fasdemo.gui.app import Launch, run
from fasdemo.gui.dialogs import system as dialogs
from fasdemo.gui.dialogs.shortcuts import SHORTCUTS
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.requests import EngineRequest
from tests.support.qt_input import QTest
from tests.support.window_scenes import CARD, Scene

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user says the log shall go."""
    path = tmp_path / "events.jsonl"
    monkeypatch.setattr(dialogs, "ask_for_log", lambda parent, proposal: path)
    return path


def lines(path: Path) -> list[Event]:
    return read_events(path) if path.exists() else []


def verdicts(path: Path) -> list[Event]:
    return [event for event in lines(path) if event.event == "verdict"]


def test_ctrl_l_writes_a_log_and_ends_it(window: MainWindow, qtbot: QtBot, log: Path) -> None:
    window.open_spec("clip")
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.header.more["toggle_log"].text().startswith("Stop the event log")
    qtbot.waitUntil(lambda: any(event.status is Status.LIVE for event in verdicts(log)), timeout=30_000)
    qtbot.waitUntil(lambda: "LOG events.jsonl" in window.footer.items["log"].text(), timeout=30_000)
    assert window.footer.items["log"].isVisible()
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert not window.footer.items["log"].isVisible()
    assert window.header.more["toggle_log"].text().startswith("Event log")
    assert "Event log complete" in window.messages.words
    assert lines(log)[-1].event == "end"
    assert window.settings.log_folder == str(log.parent)
    # Judging goes on, and nothing is written any more.
    size, frame = log.stat().st_size, window.shown_result
    qtbot.waitUntil(lambda: window.shown_result is not frame, timeout=30_000)
    assert log.stat().st_size == size


def test_the_key_stands_in_the_list_of_keys() -> None:
    assert any(shortcut.keys == ("Ctrl+L",) and "log" in shortcut.words for shortcut in SHORTCUTS)


def test_a_dialog_that_is_cancelled_starts_nothing(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "ask_for_log", lambda parent, proposal: None)
    window.do("toggle_log")
    assert not window.event_log.running
    assert window.messages.words == ""


def test_every_line_names_the_policy_model_and_source_that_gave_it(window: MainWindow, qtbot: QtBot, log: Path) -> None:
    window.do("toggle_log")
    window.open_spec("clip")
    qtbot.waitUntil(lambda: len(verdicts(log)) >= 2, timeout=30_000)
    window.use_engine(EngineRequest(policy="strict"))
    qtbot.waitUntil(lambda: any(event.policy == "strict" for event in verdicts(log)), timeout=30_000)
    window.use_engine(EngineRequest(model="another", policy="balanced", device="cuda"))
    qtbot.waitUntil(lambda: any(event.model == "another" for event in verdicts(log)), timeout=30_000)
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: any(event.live_source for event in verdicts(log)), timeout=30_000)
    window.do("toggle_log")

    events = lines(log)
    limits = {name: (one.live_above, one.spoof_below) for name, one in CARD.thresholds.items()}
    assert all((event.live_above, event.spoof_below) == limits[event.policy] for event in events)
    assert all(event.model_sha256 == f"sha256 of {event.model}" for event in events)
    assert all((event.provider == "CUDA") == (event.model == "another") for event in events)
    judged_by = [(event.source, event.model, event.policy) for event in events]
    order = [one for place, one in enumerate(judged_by) if place == 0 or one != judged_by[place - 1]]
    assert [one[1:] for one in order[:3]] == [
        ("scripted-net", "balanced"), ("scripted-net", "strict"), ("another", "balanced"),
    ]  # fmt: skip
    # What was in force ends before the next begins: no verdict crosses over.
    for before, after in pairwise(events):
        if (before.model, before.policy, before.live_source) != (after.model, after.policy, after.live_source):
            assert before.event == "end"
            assert after.previous is None
    assert events[-1].event == "end"


def test_a_seek_back_and_a_source_that_is_closed_end_what_was_in_force(
    window: MainWindow, qtbot: QtBot, log: Path
) -> None:
    window.do("toggle_log")
    window.open_spec("clip")
    qtbot.waitUntil(lambda: any(event.status is Status.LIVE for event in verdicts(log)), timeout=30_000)
    window.playback.seek(0)
    qtbot.waitUntil(lambda: sum(event.status is Status.LIVE for event in verdicts(log)) == 2, timeout=30_000)
    assert [event.event for event in lines(log)].count("end") == 1
    window.close_source()
    qtbot.waitUntil(lambda: lines(log)[-1].event == "end", timeout=30_000)
    assert window.event_log.running


def test_a_log_that_cannot_be_written_is_reported_and_the_old_one_continues(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.event_log.start(tmp_path / "good.jsonl")
    window.event_log.start(tmp_path / "no" / "such" / "folder.jsonl")
    assert "cannot be written" in window.messages.words
    assert str(tmp_path / "no") in window.messages.words
    assert window.event_log.running
    assert window.event_log.writer.status is not None
    assert window.event_log.writer.status.path.name == "good.jsonl"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_reported_and_processing_continues(window: MainWindow, qtbot: QtBot) -> None:
    window.event_log.start(Path("/dev/full"))
    window.open_spec("clip")
    qtbot.waitUntil(lambda: "free some space" in window.messages.words, timeout=30_000)
    assert not window.event_log.running
    seen = window.shown_result
    qtbot.waitUntil(lambda: window.shown_result not in (None, seen), timeout=30_000)


def test_a_frame_that_cannot_be_judged_ends_what_was_in_force(
    window: MainWindow, qtbot: QtBot, scene: Scene, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.do("toggle_log")
    window.open_spec("clip")
    qtbot.waitUntil(lambda: any(event.status is Status.LIVE for event in verdicts(log)), timeout=30_000)
    assert lines(log)[-1].event != "end"

    def fail(frame: FrameSet, capture_ms: float) -> FrameResult:
        raise RuntimeError("the driver fell over")

    monkeypatch.setattr(scene.judges[-1], "process", fail)
    qtbot.waitUntil(lambda: lines(log)[-1].event == "end", timeout=30_000)


def test_closing_the_window_completes_the_log(window: MainWindow, qtbot: QtBot, log: Path) -> None:
    window.do("toggle_log")
    window.open_spec("webcam")
    qtbot.waitUntil(lambda: len(verdicts(log)) > 0, timeout=30_000)
    window.close()
    assert lines(log)[-1].event == "end"


def test_the_option_starts_the_log_before_the_window_or_ends_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Launch] = []

    def run(launch: Launch) -> int:
        seen.append(launch)
        return 0

    monkeypatch.setattr("fasdemo.cli.window.run", run)
    assert cli.main(["--demo", "--log", str(tmp_path / "events.jsonl")]) == 0
    assert seen[0].log == tmp_path / "events.jsonl"
    monkeypatch.undo()
    monkeypatch.setattr("fasdemo.gui.settings.settings_path", lambda: tmp_path / "window.json")
    assert cli.main(["--log", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"--log {tmp_path}: is a folder; give the name of a file." in told
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]


def test_a_refused_log_leaves_no_window(tmp_path: Path, qapp: QApplication) -> None:
    scene = Scene()
    with pytest.raises(Exception, match="cannot be written"):
        run(Launch(log=tmp_path), scene.make_source, scene.make_processor, tmp_path / "w.json")
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]


def test_sigterm_completes_the_log(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    process = subprocess.Popen(
        [
            sys.executable,
            str(ROOT / "tests" / "support" / "window_process.py"),
            str(tmp_path / "window.json"),
            str(log),
        ],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + 60.0
        while time.monotonic() < end and not (log.exists() and "LIVE" in log.read_text()):
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 130
    finally:
        process.kill()
        _, told = process.communicate()
    assert "Traceback" not in told
    assert json.loads(log.read_text().splitlines()[-1])["event"] == "end"


def test_event_log_writer_that_was_stopped_takes_nothing(tmp_path: Path) -> None:
    writer = EventLogWriter()
    writer.stop()
    before = writer.status
    assert before is None
    writer.start(tmp_path / "a.csv")
    writer.stop()
    writer.stop()
    writer.on_no_result()
    assert writer.status is not None
    assert not writer.status.running
    assert (tmp_path / "a.csv").read_text().startswith("event,")


def test_a_log_that_fails_for_any_reason_is_closed_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[EventLog] = []

    class Failing(EventLog):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            made.append(self)

        def end(self, source_id: str | None = None) -> list[Event]:
            raise RuntimeError("the pen broke")

    monkeypatch.setattr("fasdemo.runtime.outputs.event_log_writer.EventLog", Failing)
    writer = EventLogWriter()
    writer.start(tmp_path / "events.jsonl")
    writer.on_no_result()
    assert writer.status is not None
    assert not writer.status.running
    assert "the pen broke" in writer.status.problem
    assert made[0]._stream.closed
