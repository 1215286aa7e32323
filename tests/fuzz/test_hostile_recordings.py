"""Untrusted recordings of the SDK: its native reader may hang or crash, but the app must not."""

from __future__ import annotations

import sqlite3
import struct
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyrealsense2", exc_type=ImportError, reason="the RealSense SDK or libusb is not installed")

from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.files import sandbox_check as recording_trial
from fasdemo.capture.files.sandbox_check import sandbox_check
from fasdemo.capture.open import open_source
from fasdemo.errors import UserError
from tests.support.realsense_fake import HEIGHT, WIDTH, Recorder
from tests.support.specimens import damaged, fuzz, mutations, refused_or_read

FRAMES = 8


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sdk") / "sound.db3"
    recorder = Recorder(path)
    for number in range(FRAMES):
        bgr, grey = np.full((HEIGHT, WIDTH, 3), 9 * number, np.uint8), np.full((HEIGHT, WIDTH), number, np.uint8)
        recorder.write(number, bgr, np.full((HEIGHT, WIDTH), 600 + number, np.uint16), grey, emitter=0, pace_s=0.02)
    recorder.close()
    return path.read_bytes()


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_trial, "MAX_TIME_S", 8.0)


def play(path: Path) -> int:
    with open_source(path) as source:
        frames = list(source)
        assert source.info.frame_count is None or 1 <= source.info.frame_count < 2**31
    for frame in frames:
        assert frame.rgb.shape == (HEIGHT, WIDTH, 3)
        for stream in ("depth", "ir"):
            assert getattr(frame, stream) is not None or f"{stream}_missing" in frame.faults
    return len(frames)


def changed(content: bytes, path: Path, *statements: tuple[Any, ...]) -> Path:
    path.write_bytes(content)
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(*statement)
    database.close()
    return path


def test_sandbox_check_tries_a_sound_recording_once(
    sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db3"
    path.write_bytes(sound)
    assert play(path) >= FRAMES - 1
    monkeypatch.setattr(recording_trial, "run_child", lambda *_, **__: pytest.fail("tried twice"))
    assert play(path) >= FRAMES - 1


@pytest.mark.usefixtures("short_patience")
def test_sandbox_check_refuses_a_recording_that_never_opens(sound: bytes, tmp_path: Path) -> None:
    # The first thing that was recorded of the colour stream now belongs to no topic: the SDK looks for it for ever.
    find = "update messages set topic_id = 0 where topic_id = (select id from topics where name like '%Color_0/info')"
    path = changed(sound, tmp_path / "a.db3", (find,))
    with pytest.raises(UserError, match="did not open it within"):
        open_source(path)


def test_streams_without_their_places_are_refused_or_played(sound: bytes, tmp_path: Path) -> None:
    places = "delete from messages where topic_id in (select id from topics where name like '%tf%')"
    refused_or_read(lambda: play(changed(sound, tmp_path / "a.db3", (places,))))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.5, 0.9, 0.99])
def test_open_source_refuses_a_cut_off_recording(sound: bytes, tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.db3"
    path.write_bytes(sound[: int(share * len(sound))])
    with pytest.raises(UserError, match=r"is not a RealSense recording|damaged"):
        open_source(path)


BAG = b"#ROSBAG V2.0\n"
BAGS = {
    "nothing": b"",
    "a heading alone": BAG,
    "four gigabytes of header": BAG + b"\xff\xff\xff\xff" + b"x" * 100,
    "words": b"hello\n" * 100,
    "an index beyond the end": BAG
    + struct.pack("<I", 69)
    + struct.pack("<I", 4) + b"op=\x03"
    + struct.pack("<I", 18) + b"index_pos=" + struct.pack("<Q", 2**62)
    + struct.pack("<I", 15) + b"conn_count=" + struct.pack("<I", 2**31 - 1)
    + struct.pack("<I", 16) + b"chunk_count=" + struct.pack("<I", 2**31 - 1)
    + struct.pack("<I", 100) + b" " * 100,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAGS))
def test_open_source_refuses_what_only_looks_like_a_recording(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.bag"
    path.write_bytes(BAGS[name])
    with pytest.raises(UserError, match=r"is not a RealSense recording|damaged"):
        open_source(path)


@pytest.mark.parametrize("status", [-11, -6, 3])
def test_sandbox_check_reports_a_crash_of_the_sdk_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    path = tmp_path / "a.db3"
    path.write_bytes(b"x")
    crash = subprocess.CompletedProcess([], status, b"", b"terminate called")
    monkeypatch.setattr(recording_trial, "run_child", lambda *_, **__: crash)
    with pytest.raises(UserError, match="crashes on this file"):
        open_source(path)


def test_sandbox_check_survives_the_loss_of_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db3"
    path.write_bytes(b"x")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(UserError, match="no process can be started"):
        sandbox_check(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.timeout(20)
def test_open_source_refuses_a_pipe_as_recording(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "a.bag")
    with pytest.raises(UserError, match="not a regular file"):
        open_source(tmp_path / "a.bag")


@pytest.mark.usefixtures("short_patience")
@fuzz(6, cost=20)
@given(steps=mutations)
def test_damaged_recordings_are_played_or_refused(sound: bytes, steps: list[Any]) -> None:
    with TemporaryDirectory() as root:
        path = Path(root) / "a.db3"
        path.write_bytes(damaged(sound, steps))
        refused_or_read(lambda: play(path))


values = st.one_of(
    st.sampled_from([0, -1, 2**31, 2**62, -(2**62), "", b"", b"\xff" * 64, "x" * 5000]), st.binary(max_size=200)
)


@pytest.mark.usefixtures("short_patience")
@fuzz(8, cost=20)
@given(
    row=st.integers(1, 100),
    column=st.sampled_from(["topic_id", "timestamp", "data"]),
    value=values,
    topic=st.one_of(st.none(), st.tuples(st.integers(1, 29), st.text(max_size=40))),
)
def test_any_value_in_a_recordings_tables_is_played_or_refused(
    sound: bytes, row: int, column: str, value: Any, topic: tuple[int, str] | None
) -> None:
    statements: list[tuple[Any, ...]] = [(f"update messages set {column} = ? where id = ?", (value, row))]
    if topic is not None:
        statements.append(("update topics set name = ? where id = ?", (topic[1], topic[0])))
    with TemporaryDirectory() as root:
        path = changed(sound, Path(root) / "a.db3", *statements)
        refused_or_read(lambda: play(path))
