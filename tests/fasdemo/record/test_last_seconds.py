"""The last seconds in memory: how long, how much, what is lost, and the session they become."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.record.last_seconds import LastSeconds
from fasdemo.sessions.reader import SessionReader
from fasdemo.sessions.repair import find_sessions, verify_session
from tests.fasdemo.record.test_record_recorder import INFO, labels, shot


def at(number: int) -> FrameSet:
    return replace(shot(number), timestamp_s=100.0 + number / 30)


def fill(last: LastSeconds, count: int, first: int = 0) -> None:
    """Put frames as fast as they are encoded."""
    for number in range(first, first + count):
        last.put(at(number))
        limit = time.monotonic() + 5.0
        while last._waiting and time.monotonic() < limit:
            time.sleep(0.001)


def test_only_the_last_seconds_are_kept_and_saved_bit_for_bit(tmp_path: Path) -> None:
    last = LastSeconds(INFO, seconds=1.0)
    fill(last, 75)
    assert last.status.frames == 31
    assert last.status.seconds == pytest.approx(1.0, abs=0.01)
    folder = last.save(tmp_path, labels())
    last.close()
    assert verify_session(folder).problems == ()
    with SessionReader(folder) as reader:
        assert (reader.session.state, reader.session.lost, len(reader)) == ("complete", 0, 31)
        assert reader.session.consent is not None
        for index in (0, 30):
            wanted = at(44 + index)
            np.testing.assert_array_equal(reader[index].depth, wanted.depth)
            np.testing.assert_array_equal(reader[index].ir, wanted.ir)
            assert reader[index].timestamp_s == pytest.approx(wanted.timestamp_s, abs=1e-5)


def test_memory_stays_below_its_limit() -> None:
    last = LastSeconds(INFO, seconds=60.0, max_bytes=200_000)
    for first in range(0, 120, 20):
        fill(last, 20, first)
        assert last.status.megabytes <= 0.2
    assert 0 < last.status.frames < 120
    last.close()
    assert last.status.frames == 0


def test_frames_that_come_too_fast_are_counted_as_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = LastSeconds(INFO)
    slow = last._encode

    def encode(frame: FrameSet) -> object:
        time.sleep(0.02)
        return slow(frame)

    monkeypatch.setattr(last, "_encode", encode)
    for number in range(40):
        last.put(at(number))
    while last._waiting:
        time.sleep(0.01)
    fill(last, 1, 40)
    kept = last.status.frames
    folder = last.save(tmp_path, labels())
    last.close()
    with SessionReader(folder) as reader:
        assert reader.session.lost == 41 - kept > 0


def test_fault_frames_and_frames_after_closing_are_left_out() -> None:
    last = LastSeconds(INFO)
    last.put(replace(at(0), faults=("stream_stalled",), times={}))
    last.put(replace(at(1), timestamp_s=float("nan")))
    assert last.status.frames == 0
    last.close()
    last.put(at(2))
    assert last.status.frames == 0


def test_saving_nothing_gets_one_sentence(tmp_path: Path) -> None:
    last = LastSeconds(INFO)
    with pytest.raises(UserError, match="There are no last seconds yet"):
        last.save(tmp_path, labels())
    last.close()
    assert find_sessions(tmp_path) == []


def test_what_cannot_be_saved_is_kept_for_another_try(tmp_path: Path) -> None:
    last = LastSeconds(INFO)
    fill(last, 5)
    before = last.status
    (tmp_path / "file").write_text("")
    with pytest.raises((UserError, OSError)):
        last.save(tmp_path / "file", labels())
    assert last.status == before
    fill(last, 1, 5)
    with SessionReader(last.save(tmp_path / "folder", labels())) as reader:
        assert len(reader) == 6
    assert last.status.frames == 0
    last.close()


def test_a_full_disk_leaves_a_session_that_can_be_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fasdemo.sessions.writer import SessionWriter

    last = LastSeconds(INFO)
    fill(last, 5)

    def full(self: SessionWriter, number: int, data: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SessionWriter, "write_encoded", full)
    with pytest.raises(UserError, match=r"No space left on device.*sessions repair"):
        last.save(tmp_path, labels())
    last.close()
