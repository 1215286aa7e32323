"""Pictures of events: which are stored, with which rights, for how long, and what is never touched."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from fasdemo.cli import main as cli
from fasdemo.engine.result import EngineFacts, FrameResult, Status
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Truth
from fasdemo.runtime.outputs import event_picture_store as stores
from fasdemo.runtime.outputs.event_picture_store import EventPictureStore, check_folder, read_index
from fasdemo.runtime.outputs.event_picture_writer import (
    MAX_PER_MINUTE,
    MAX_SIDE_PX,
    EventPictureSettings,
    EventPictureWriter,
    pictures_of,
)
from fasdemo.runtime.requests import EngineRequest
from fasdemo.sessions.image_codec import read_image
from tests.support.window_scenes import ScriptedProcessor, make_frame

DAY_S = 86_400.0


class FakeClock:
    """A computer's clock that a test sets."""

    def __init__(self) -> None:
        self.now_s = 1.8e9

    def __call__(self) -> float:
        return self.now_s


class Run:
    """Frames of a scripted engine, given to a writer."""

    def __init__(self, writer: EventPictureWriter) -> None:
        self._writer, self._engine, self._index = writer, ScriptedProcessor(EngineRequest(), uncertain=0), 0

    @property
    def facts(self) -> EngineFacts:
        return self._engine.facts

    def give(self, label: str, change: Callable[[FrameResult], FrameResult] = lambda result: result) -> FrameSet:
        truth = Truth("live") if label == "live" else Truth("spoof", "print-flat")
        frame = replace(make_frame(self._index, live=True), truth=truth)
        self._index += 1
        self._writer.on_frame(frame)
        self._writer.on_result(change(self._engine.process(frame, 1.0)), self.facts)
        return frame


def wait_until(done: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 10.0
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def started(folder: Path, clock: FakeClock, days: int = 3) -> EventPictureWriter:
    writer = EventPictureWriter(clock)
    writer.start(EventPictureSettings(folder, days))
    return writer


def locked(result: FrameResult) -> FrameResult:
    [face] = result.faces
    return replace(result, faces=(replace(face, status=Status.UNCERTAIN, reasons=("locked_out",)),))


def test_event_pictures_has_one_event_for_live_spoof_and_lock_out(tmp_path: Path) -> None:
    folder, clock = tmp_path / "events", FakeClock()
    writer = started(folder, clock)
    run = Run(writer)
    for label in ("live", "live", "spoof", "spoof"):
        run.give(label)
    run.give("spoof", locked)
    run.give("spoof", locked)
    writer.stop()
    events = read_index(folder)
    assert [event.kind for event in events] == ["LIVE", "SPOOF", "LOCKED"]
    assert [event.frame for event in events] == [0, 2, 4]
    assert events[1].reasons == ("flat_surface",)
    assert events[2].status is Status.UNCERTAIN
    assert {event.track_id for event in events} == {1}
    assert events[0].utc.timestamp() == clock.now_s
    for event in events:
        assert set(event.pictures) == {"rgb", "depth", "ir"}
        for name in event.pictures.values():
            assert cv2.imread(str(folder / name)) is not None
    shown = read_image(folder / events[0].pictures["rgb"], "rgb").astype(int)
    assert np.abs(shown - make_frame(0).rgb.astype(int)).mean() < 6
    assert writer.status.stored == 3
    assert not writer.running


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such access rights")
def test_event_pictures_are_readable_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    writer = started(folder, FakeClock())
    Run(writer).give("live")
    writer.stop()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = list(folder.iterdir())
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_pictures_of_a_large_frame_are_small() -> None:
    frame = FrameSet(0, 0.0, np.zeros((1080, 1920, 3), np.uint8), ir=np.full((480, 848), 900, np.uint16))
    found = {
        stream: np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), -1))
        for stream, data in pictures_of(frame).items()
    }
    assert set(found) == {"rgb", "ir"}
    assert max(found["rgb"].shape) == MAX_SIDE_PX
    assert found["ir"].ndim == 2
    assert found["ir"].min() > 250


def test_old_pictures_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    folder, clock = tmp_path / "events", FakeClock()
    for _ in range(2):
        writer = started(folder, clock)
        Run(writer).give("live")
        writer.stop()
        clock.now_s += 2 * DAY_S
    first, second = read_index(folder)
    store = EventPictureStore(folder, 3, clock)
    # A file that somebody adds later is not in the index.
    (folder / "event-holiday.jpg").write_bytes(b"mine")
    assert store.delete_old() == 0
    store.close()
    assert read_index(folder) == [second]
    assert not any((folder / name).exists() for name in first.pictures.values())
    assert all((folder / name).exists() for name in second.pictures.values())
    assert (folder / "event-holiday.jpg").read_bytes() == b"mine"


def test_old_pictures_are_deleted_while_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.runtime.outputs.event_picture_writer._WAIT_S", 0.01)
    folder, clock = tmp_path / "events", FakeClock()
    writer = started(folder, clock, days=1)
    Run(writer).give("live")
    wait_until(lambda: len(list(folder.glob("*.jpg"))) == 3)
    clock.now_s += 0.9 * DAY_S
    time.sleep(0.1)
    assert len(read_index(folder)) == 1
    clock.now_s += 0.2 * DAY_S
    wait_until(lambda: not read_index(folder))
    assert not list(folder.glob("*.jpg"))
    writer.stop()


def test_old_pictures_are_deleted_after_storing_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasdemo.runtime.outputs.event_picture_writer._WAIT_S", 0.01)
    folder, clock = tmp_path / "events", FakeClock()
    writer = started(folder, clock, days=1)
    run = Run(writer)
    run.give("live")
    wait_until(lambda: writer.status.stored == 1)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1))
    run.give("spoof")
    wait_until(lambda: bool(writer.status.problem))
    clock.now_s += 1.1 * DAY_S
    wait_until(lambda: not read_index(folder))
    assert not list(folder.glob("*.jpg"))
    writer.stop()


def test_a_line_that_was_cut_off_is_removed_at_the_next_start(tmp_path: Path) -> None:
    folder, clock = tmp_path / "events", FakeClock()
    writer = started(folder, clock)
    Run(writer).give("live")
    writer.stop()
    [first] = read_index(folder)
    with (folder / "index.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"utc": "2027-01')
    assert read_index(folder) == [first]
    writer = started(folder, clock)
    Run(writer).give("spoof")
    writer.stop()
    assert [event.kind for event in read_index(folder)] == ["LIVE", "SPOOF"]


def test_too_many_events_are_counted_and_not_stored(tmp_path: Path) -> None:
    folder, clock = tmp_path / "events", FakeClock()
    writer = started(folder, clock)
    run = Run(writer)
    for number in range(MAX_PER_MINUTE + 5):
        run.give("live" if number % 2 == 0 else "spoof")
        wait_until(lambda: writer._jobs.empty())
    clock.now_s += 61.0
    run.give("spoof", lambda result: replace(result, faces=(replace(result.faces[0], track_id=7),)))
    writer.stop()
    events = read_index(folder)
    assert len(events) == MAX_PER_MINUTE + 1
    assert [event.dropped for event in events] == [0] * MAX_PER_MINUTE + [5]
    assert writer.status.dropped == 5


def test_a_full_index_drops_further_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MAX_EVENTS", 1)
    writer = started(tmp_path / "events", FakeClock())
    run = Run(writer)
    run.give("live")
    wait_until(lambda: writer.status.stored == 1)
    run.give("spoof")
    writer.stop()
    assert len(read_index(tmp_path / "events")) == 1
    assert writer.status.dropped == 1


def test_a_full_disk_stops_storing_with_a_sentence_and_not_the_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "events"
    usage = shutil.disk_usage(tmp_path)
    writer = started(folder, FakeClock())
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1))
    run = Run(writer)
    run.give("live")
    wait_until(lambda: bool(writer.status.problem))
    assert "free some space" in writer.status.problem
    assert writer.status.problem.count(".") < 4
    run.give("spoof")
    writer.stop()
    assert read_index(folder) == []
    assert not list(folder.glob("*.jpg"))


def test_an_error_while_writing_leaves_no_incomplete_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "events"
    writer = started(folder, FakeClock())
    real = os.write
    with monkeypatch.context() as patch:
        # Half of the line fits, as on a full disk.
        patch.setattr(os, "write", lambda to, data: real(to, data[: len(data) // 2]))
        Run(writer).give("live")
        wait_until(lambda: bool(writer.status.problem))
        writer.stop()
    assert read_index(folder) == []


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    writer = started(tmp_path / "events", FakeClock())
    with pytest.raises(UserError, match="events"):
        EventPictureStore(tmp_path / "events", 3)
    writer.stop()
    EventPictureStore(tmp_path / "events", 3).close()


def test_check_folder_refuses_what_is_not_its_own(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="contains other files"):
        check_folder(full)
    with pytest.raises(UserError, match="not a folder"):
        check_folder(full / "diary.txt")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "index.jsonl").write_text('{"pictures": {"rgb": "../full/diary.txt"}}\n', encoding="utf-8")
    with pytest.raises(UserError, match="line 1: is not an event"):
        check_folder(broken)
    check_folder(tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_check_folder_refuses_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(UserError, match="is a link"):
        check_folder(tmp_path / "link")
    (tmp_path / "real" / "index.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="contains other files"):
        check_folder(tmp_path / "real")


def test_the_index_names_no_file_outside_the_folder(tmp_path: Path) -> None:
    folder, clock = tmp_path / "events", FakeClock()
    writer = started(folder, clock)
    Run(writer).give("live")
    writer.stop()
    victim = tmp_path / "victim.jpg"
    victim.write_bytes(b"mine")
    index = folder / "index.jsonl"
    [event] = read_index(folder)
    index.write_text(
        index.read_text(encoding="utf-8").replace(event.pictures["rgb"], "../victim.jpg"), encoding="utf-8"
    )
    clock.now_s += 10 * DAY_S
    with pytest.raises(UserError, match="is not an event"):
        EventPictureStore(folder, 1, clock)
    assert victim.read_bytes() == b"mine"


def test_nothing_is_stored_without_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    writer = EventPictureWriter(FakeClock())
    Run(writer).give("live")
    writer.stop()
    assert list(tmp_path.iterdir()) == []
    assert not writer.running


def test_the_option_needs_the_confirmation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "events"
    run = ["--demo", "--headless", "--max-frames", "1"]
    assert cli.main([*run, "--event-pictures", str(folder)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "Pictures of the people in front of the camera are stored" in said
    assert "--people-are-told" in said
    assert not folder.exists()
    assert cli.main([*run, "--keep-days", "3"]) == 2
    assert "add --event-pictures" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        cli.main([*run, "--event-pictures", str(folder), "--people-are-told", "--keep-days", "0"])


def test_the_option_stores_the_events_of_a_headless_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "events"
    run = ["--demo", "--headless", "--max-frames", "40", "--event-pictures", str(folder), "--people-are-told"]
    assert cli.main(run) == 0
    out = " ".join(capsys.readouterr().out.split())
    events = read_index(folder)
    assert events
    assert f"Pictures of events: {len(events)} stored" in out
    assert events[0].kind == "LIVE"
    assert len(events[0].model_sha256) == 64
    assert (folder / events[0].pictures["rgb"]).stat().st_size < 100_000


def stored_at_least(writer: EventPictureWriter, count: int) -> bool:
    return writer.status.stored >= count


def test_events_of_several_sources_are_told_apart_and_limited_each(tmp_path: Path) -> None:
    writer = started(tmp_path / "events", FakeClock())
    engine = ScriptedProcessor(EngineRequest(), uncertain=0)
    for index in range(2 * MAX_PER_MINUTE + 4):
        # The first source changes its verdict with every frame, the second one shows one live person.
        for number in ("1", "2"):
            live = number == "2" or index % 2 == 0
            frame = replace(make_frame(index, live=True), truth=Truth("live") if live else Truth("spoof", "print-flat"))
            writer.on_frame(frame, number)
            writer.on_result(engine.process(frame, 1.0), engine.facts, number)
        # The queue is short, so the test waits until the events are on the disk.
        wait_until(partial(stored_at_least, writer, min(index + 2, MAX_PER_MINUTE + 1)))
    writer.on_no_result("2")
    frame = replace(make_frame(99, live=True), truth=Truth("live"))
    writer.on_frame(frame, "2")
    writer.on_result(engine.process(frame, 1.0), engine.facts, "2")
    writer.on_result(engine.process(frame, 1.0), engine.facts, "3")
    writer.stop()
    events = read_index(tmp_path / "events")
    assert [event.source_id for event in events].count("1") == MAX_PER_MINUTE
    assert [event.source_id for event in events].count("2") == 2, "a source that ended begins again"
    assert writer.status.dropped == MAX_PER_MINUTE + 4
