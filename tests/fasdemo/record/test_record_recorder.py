"""Recording beside a live path: nothing lost in silence, a kill costs at most the last second, a full disk nothing."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from fasdemo.capture.files.session_source import SessionSource
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Stream, StreamTime, Truth
from fasdemo.record.labels import Labels, labels_from_options, session_of, truth_of
from fasdemo.record.recorder import Recorder
from fasdemo.sessions import writer as writer_module
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions, repair_session, verify_session
from fasdemo.sessions.rows import kinds_of, load_rows
from fasdemo.sessions.schema import Session
from fasdemo.sessions.writer import SessionWriter

TODAY = date(2026, 5, 1)
INFO = SourceInfo("Camera 0001", "realsense", True, frozenset({"rgb", "depth", "ir"}), 64, 48, 30.0, None)


def labels(
    subject: str = "S01",
    label: str = "live",
    attack: str | None = None,
    instrument: str = "",
    consent: str = "I agree.",
    retain_until: str = "2026-06-01",
) -> Labels:
    return labels_from_options(subject, label, attack, instrument, consent, retain_until, today=TODAY)


def session(**changes: str) -> Session:
    return session_of(labels(**changes), INFO, datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC))


def shot(number: int, size: tuple[int, int] = (48, 64)) -> FrameSet:
    random = np.random.default_rng(number)
    return FrameSet(
        index=number,
        timestamp_s=number / 30,
        rgb=np.full((*size, 3), number % 250, np.uint8),
        depth=random.integers(400, 900, size, np.uint16),
        ir=random.integers(0, 255, size, np.uint8),
        declared=INFO.declared,
        times={"rgb": StreamTime(number / 30, number)},
        truth=Truth("spoof", "somebody else's label"),
        live_source=True,
    )


def smooth(number: int) -> FrameSet:
    """Images that compress well."""
    ramp = np.arange(48 * 64).reshape(48, 64) // 64
    return replace(shot(number), depth=(ramp + 500 + number).astype(np.uint16), ir=(ramp + number).astype(np.uint8))


def wait_for(recorder: Recorder, written: int) -> None:
    deadline = time.monotonic() + 20
    while recorder.status.written < written and time.monotonic() < deadline:
        time.sleep(0.005)


def test_every_frame_is_written_with_labels_and_consent(tmp_path: Path) -> None:
    with Recorder(tmp_path, session(label="spoof", attack="print-flat", instrument="A4 laser")) as recorder:
        for number in range(50):
            # A camera's pace: the queue never fills.
            while recorder.status.waiting > 10:
                time.sleep(0.002)
            assert recorder.put(shot(number))
        wait_for(recorder, 50)
        status = recorder.status
    assert (status.written, status.lost, status.problem) == (50, 0, "")
    assert status.megabytes > 0.1
    assert status.seconds == pytest.approx(49 / 30, abs=0.01)
    assert recorder.folder.relative_to(tmp_path).as_posix() == "S01/spoof-print-flat/20260501-120000"
    reader = SessionReader(recorder.folder)
    stored = reader.session
    assert (stored.frames, stored.lost, stored.state) == (50, 0, "complete")
    assert (stored.species, stored.instrument, stored.device.name) == ("print-flat", "A4 laser", "Camera 0001")
    assert stored.consent is not None
    assert (stored.consent.statement, stored.consent.retain_until) == ("I agree.", date(2026, 6, 1))
    for number, frame in enumerate(reader):
        np.testing.assert_array_equal(frame.depth, shot(number).depth)
        np.testing.assert_array_equal(frame.ir, shot(number).ir)
        assert frame.truth == Truth("spoof", "print-flat")
    assert verify_session(recorder.folder).problems == ()
    assert not list(recorder.folder.glob(".*"))


def test_what_does_not_fit_is_counted_and_never_silent(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, session())
    large = shot(0, (960, 1280))
    taken = [recorder.put(replace(large, index=number)) for number in range(45)]
    refused = taken.count(False)
    assert refused > 0
    assert recorder.status.waiting <= 30
    stored = recorder.stop()
    assert stored.frames + stored.lost == 45
    assert stored.lost == refused
    rows = SessionReader(recorder.folder).rows
    assert sum(row.lost_before for row in rows) <= refused


def test_a_processor_without_time_costs_disk_and_no_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoders that stand still for a moment, as on a machine that does other things, then go on."""
    go_on = threading.Event()
    encode = SessionWriter.encode

    def held(writer: SessionWriter, frame: FrameSet, *, quick: bool = False) -> dict[Stream, bytes]:
        go_on.wait(20)
        return encode(writer, frame, quick=quick)

    monkeypatch.setattr(SessionWriter, "encode", held)
    with Recorder(tmp_path, session()) as recorder:
        for number in range(25):
            assert recorder.put(smooth(number))
        go_on.set()
        wait_for(recorder, 25)
        for number in range(25, 30):
            assert recorder.put(smooth(number))
            wait_for(recorder, number + 1)
    reader = SessionReader(recorder.folder)
    assert (reader.session.frames, reader.session.lost) == (30, 0)
    for number, frame in enumerate(reader):
        np.testing.assert_array_equal(frame.depth, smooth(number).depth)
        np.testing.assert_array_equal(frame.ir, smooth(number).ir)
    sizes = [(recorder.folder / "depth" / f"{number:06d}.png").stat().st_size for number in range(30)]
    raw = 48 * 64 * 2
    assert sizes[5] > raw, "stored as it is while many waited"
    assert sizes[29] < raw / 2, "and compressed again afterwards"
    assert verify_session(recorder.folder).problems == ()


def test_losses_of_the_camera_are_kept_in_the_rows(tmp_path: Path) -> None:
    with Recorder(tmp_path, session()) as recorder:
        recorder.put(shot(0))
        recorder.put(replace(shot(4), lost_before=3))
    assert [row.lost_before for row in SessionReader(recorder.folder).rows] == [0, 3]


def test_frames_made_up_for_a_fault_are_no_captures(tmp_path: Path) -> None:
    with Recorder(tmp_path, session()) as recorder:
        recorder.put(shot(0))
        fault = replace(shot(1), rgb=np.zeros((48, 64, 3), np.uint8), depth=None, ir=None, times={})
        assert recorder.put(replace(fault, faults=("device_lost",)))
        recorder.put(replace(shot(2), depth=None, faults=("stream_stalled",)))
    frames = list(SessionReader(recorder.folder))
    assert len(frames) == 2
    assert frames[1].depth is None
    assert frames[1].faults == ("depth_missing",)


def test_a_disk_that_fills_up_stops_cleanly(tmp_path: Path) -> None:
    free = [10**9]
    moment = [0.0]

    def clock() -> float:
        moment[0] += 2.0
        return moment[0]

    recorder = Recorder(tmp_path, session(), free_bytes=lambda _: free[0], clock=clock)
    for number in range(5):
        recorder.put(shot(number))
    wait_for(recorder, 5)
    free[0] = 1000
    for number in range(5, 10):
        recorder.put(shot(number))
    deadline = time.monotonic() + 30
    while recorder.status.lost < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    status = recorder.status
    assert "disk is full" in status.problem
    assert (status.written, status.lost) == (5, 5)
    assert not recorder.put(shot(11))
    stored = recorder.stop()
    assert (stored.state, stored.frames, stored.lost) == ("complete", 5, 6)
    assert verify_session(recorder.folder).problems == ()


FULL_DISK = """
import sys, time, os
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.fasdemo.record.test_record_recorder import session, shot
from fasdemo.record.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), session(), free_bytes=lambda folder: 10**12)
number = 0
while not recorder.status.problem and number < 5000:
    recorder.put(shot(number, (240, 320)))
    number += 1
    time.sleep(0.004)
stored = recorder.stop()
print(recorder.status.problem)
print(stored.state, stored.frames)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="mounting needs root on Linux")
def test_a_disk_that_is_really_full_leaves_a_complete_session(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)], capture_output=True)
    if made.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        done = subprocess.run(
            [sys.executable, "-c", FULL_DISK, str(disk), str(Path(__file__).resolve().parents[3])],
            capture_output=True,
            text=True,
        )
        assert "the disk is full" in done.stdout, done.stderr
        (folder,) = find_sessions(disk)
        verification = verify_session(folder)
        assert verification.problems == ()
        assert verification.frames > 20
        reader = SessionReader(folder)
        np.testing.assert_array_equal(reader[verification.frames - 1].depth is not None, True)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


ENDLESS = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.fasdemo.record.test_record_recorder import session, shot
from fasdemo.record.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), session())
start = time.monotonic()
number = 0
while True:
    recorder.put(shot(number, (480, 640)))
    print(number, flush=True)
    number += 1
    time.sleep(max(start + number / 30 - time.monotonic(), 0))
"""


def test_a_killed_recording_loses_at_most_the_last_second_and_is_repaired(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(tmp_path), str(Path(__file__).resolve().parents[3])],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    last = -1
    for line in child.stdout:
        last = int(line)
        if last >= 60:
            break
    child.send_signal(signal.SIGKILL)
    child.wait()
    last = max([last, *(int(line) for line in child.stdout)])
    child.stdout.close()
    (folder,) = find_sessions(tmp_path)
    open_reader = SessionReader(folder)
    assert open_reader.session.state == "open"
    assert "never completed" in open_reader.warnings[0]
    assert verify_session(folder).problems
    # What a kill in the middle of a row leaves behind.
    with (folder / "frames.csv").open("a") as rows:
        rows.write("61,2.03")
    (folder / "depth" / "000099.png").write_bytes(b"half")

    repaired = repair_session(folder)
    assert repaired.session.state == "complete"
    # At most the second that was waiting is gone; what a slow machine did not take was counted.
    assert repaired.frames + repaired.session.lost >= last + 1 - 31
    assert verify_session(folder).problems == ()
    reader = SessionReader(folder)
    assert len(reader) == repaired.frames
    for frame in (reader[0], reader[repaired.frames - 1]):
        number = frame.times["rgb"].counter
        np.testing.assert_array_equal(frame.depth, shot(number, (480, 640)).depth)
    assert repair_session(folder).notes == ["was complete already"]


def test_repair_drops_frames_at_the_end_that_are_not_whole(tmp_path: Path) -> None:
    writer = SessionWriter.create(tmp_path, session())
    for number in range(5):
        writer.write(shot(number))
    writer.close()
    path = writer.folder / "depth" / "000004.png"
    path.write_bytes(path.read_bytes()[:100])
    repaired = repair_session(writer.folder)
    assert repaired.frames == 4
    assert verify_session(writer.folder).problems == ()


def test_repair_of_a_video_session(tmp_path: Path) -> None:
    writer = SessionWriter.create(tmp_path, session().model_copy(update={"container": "video"}))
    for number in range(40):
        writer.write(shot(number))
    writer.close()
    path = writer.folder / "depth.mkv"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    repaired = repair_session(writer.folder)
    assert 10 < repaired.frames < 30
    reader = SessionReader(writer.folder)
    assert all(frame.faults == () for frame in reader)
    np.testing.assert_array_equal(reader[repaired.frames - 1].depth, shot(repaired.frames - 1).depth)
    assert verify_session(writer.folder).problems == ()


def test_verify_names_what_was_changed(tmp_path: Path) -> None:
    with SessionWriter.create(tmp_path, session()) as writer:
        for number in range(3):
            writer.write(shot(number))
    (writer.folder / "depth" / "000001.png").write_bytes(b"other")
    (writer.folder / "ir" / "000002.png").unlink()
    (writer.folder / "color" / "000007.jpg").write_bytes(b"stray")
    problems = " | ".join(verify_session(writer.folder).problems)
    assert "depth/000001.png was changed" in problems
    assert "ir/000002.png is missing" in problems
    assert "color/000007.jpg belongs to no frame" in problems
    with pytest.raises(UserError, match="copy the session from a backup"):
        repair_session(writer.folder)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"subject": ""}, "--subject: is missing"),
        ({"subject": "../x"}, "--subject '../x'"),
        ({"subject": "Jane Doe"}, "pseudonym"),
        ({"label": "maybe"}, "--label: must be live or spoof"),
        ({"label": "spoof"}, "--attack: is missing"),
        ({"label": "spoof", "attack": "a/b"}, "--attack 'a/b'"),
        ({"attack": "print"}, "--attack: is only for an attack"),
        ({"instrument": "A4 laser"}, "--instrument: is only for an attack"),
        ({"label": "spoof", "attack": "print", "instrument": "a\x1bb"}, "--instrument: use at most"),
        ({"consent": ""}, "--consent: is missing"),
        ({"consent": "  "}, "--consent: is missing"),
        ({"consent": "bad\x01"}, "--consent: use at most"),
        ({"consent": "x" * 4001}, "--consent: use at most"),
        ({"retain_until": ""}, "--retain-until: is missing"),
        ({"retain_until": "soon"}, "--retain-until 'soon' is not a date"),
        ({"retain_until": "2020-01-01"}, "--retain-until 2020-01-01 is in the past"),
    ],
)
def test_labels_that_are_missing_or_wrong(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError) as raised:
        labels(**changes)
    assert sentence in raised.value.for_command_line()
    assert "--" not in str(raised.value)


def test_consent_and_date_are_asked_for_at_the_terminal() -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "I agree." if "onsent" in question else "2026-07-01"

    given = labels_from_options("S01", "live", ask=ask, today=TODAY)
    assert len(asked) == 2
    assert given.consent.retain_until == date(2026, 7, 1)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="cannot be written"):
        Recorder(tmp_path / "file", session())


def test_marker_is_stored_at_once_with_the_frame_that_follows_it(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, session())
    for number in range(12):
        if number in (3, 8):
            assert recorder.mark()
            assert recorder.mark(), "a second marker before the next frame is the same one"
        recorder.put(shot(number))
        wait_for(recorder, number + 1)
    stored = load_session(recorder.folder)
    assert (stored.state, stored.markers) == ("open", (3, 8)), "a killed process keeps its markers"
    assert recorder.stop().markers == (3, 8)
    assert recorder.markers == 2
    assert not recorder.mark()
    assert verify_session(recorder.folder).problems == ()


def test_change_of_what_is_shown_labels_each_frame_with_its_own_species(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, session(label="spoof", attack="print-flat"))
    mask, flat, live = Truth("spoof", "mask-resin"), Truth("spoof", "print-flat"), Truth("live")
    assert not recorder.show(flat), "it is shown already"
    for number, change in enumerate([None, None, None, mask, None, flat, live, None]):
        assert change is None or recorder.show(change)
        recorder.put(shot(number))
        wait_for(recorder, number + 1)
        if number == 4:
            open_session = load_session(recorder.folder)
            found = [row.truth for row in load_rows(recorder.folder, open_session).rows]
            assert found == [flat, flat, flat, mask, mask], "a killed process keeps its labels"
    assert recorder.shown == live
    recorder.mark()
    recorder.put(shot(8))
    stored = recorder.stop()
    assert not recorder.show(mask)
    assert (stored.label, stored.species, stored.frames, stored.markers) == ("mixed", None, 9, (8,))
    assert recorder.folder.relative_to(tmp_path).as_posix() == "S01/mixed/20260501-120000"
    assert [path.name for path in (tmp_path / "S01").iterdir()] == ["mixed"], "the first label's folder is gone"
    frames = list(SessionReader(recorder.folder))
    assert [frame.truth for frame in frames] == [flat] * 3 + [mask] * 2 + [flat] + [live] * 3
    np.testing.assert_array_equal(frames[4].depth, shot(4).depth)
    assert verify_session(recorder.folder).problems == ()
    assert kinds_of(recorder.folder, stored) == ("print-flat", "mask-resin", "live")
    with SessionSource(recorder.folder) as source:
        assert source.info.changes == ((0, flat), (3, mask), (5, flat), (6, live))
        assert source.info.markers == (8,)


def test_disk_that_is_full_at_a_change_stops_the_recording_and_keeps_the_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path, session())
    recorder.put(shot(0))
    wait_for(recorder, 1)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writer_module, "replace_text", full)
        recorder.show(Truth("spoof", "print-flat"))
        recorder.put(shot(1))
        deadline = time.monotonic() + 20
        while not recorder.status.problem and time.monotonic() < deadline:
            time.sleep(0.005)
    assert "the disk is full" in recorder.status.problem
    stored = recorder.stop()
    assert (stored.label, stored.frames, stored.lost) == ("live", 1, 1)
    assert [frame.truth for frame in SessionReader(recorder.folder)] == [Truth("live")]


@pytest.mark.parametrize("kind", ["", "two words", "CON"])
def test_name_that_is_no_species_cannot_be_shown(kind: str) -> None:
    with pytest.raises(UserError, match="attack"):
        truth_of(kind)
    assert truth_of("live") == Truth("live")
    assert truth_of("mask-own") == Truth("spoof", "mask-own")
