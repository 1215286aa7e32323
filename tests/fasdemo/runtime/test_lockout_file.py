"""A lock-out and the refused attempts survive a restart of the program, and no broken file ends them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from fasdemo.capture.source import Source, SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import Status
from fasdemo.engine.temporal.attempts import ATTEMPT_ENDS_S, MEMORY_S, AttemptCount, AttemptLimit
from fasdemo.frames import STREAMS
from fasdemo.runtime.frame_processor import make_processor
from fasdemo.runtime.lockout_file import LockoutFile, lockout_path
from fasdemo.runtime.requests import EngineRequest
from tests.support.engine_fixtures import make_engine
from tests.support.scenes import frame

LOCKOUT_S = 60.0


class Clock:
    """The computer's clock, which a test sets."""

    def __init__(self) -> None:
        self.now_s = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now_s


def refused(limit: AttemptLimit, count: int, start_s: float) -> float:
    """Refuse some attempts and return the time after them."""
    at_s = start_s
    for _ in range(count):
        limit.update([Status.SPOOF], at_s)
        at_s += ATTEMPT_ENDS_S + 0.1
        limit.update([], at_s)
    return at_s


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "lockout.json"


def test_lockout_file_keeps_a_lock_out_over_a_restart(file: Path) -> None:
    clock = Clock()
    refused(AttemptLimit(3, LOCKOUT_S, LockoutFile(file, clock)), 3, 0.0)
    clock.now_s += 20.0
    # After the restart, the engine's clock begins elsewhere.
    again = AttemptLimit(3, LOCKOUT_S, LockoutFile(file, clock))
    assert again.update([Status.LIVE], 5000.0)
    assert again.update([Status.LIVE], 5000.0 + 35.0)
    assert not again.update([Status.LIVE], 5000.0 + 45.0)


def test_lockout_file_keeps_the_number_of_refused_attempts(file: Path) -> None:
    clock = Clock()
    refused(AttemptLimit(3, LOCKOUT_S, LockoutFile(file, clock)), 2, 0.0)
    again = AttemptLimit(3, LOCKOUT_S, LockoutFile(file, clock))
    assert again.update([Status.SPOOF], 9000.0)


def test_lockout_file_forgets_old_attempts_and_those_before_live(file: Path) -> None:
    clock = Clock()
    limit = AttemptLimit(3, LOCKOUT_S, LockoutFile(file, clock))
    at_s = refused(limit, 2, 0.0)
    limit.update([Status.LIVE], at_s)
    assert not AttemptLimit(3, LOCKOUT_S, LockoutFile(file, clock)).update([Status.SPOOF], 9000.0)
    refused(limit, 2, at_s + 10.0)
    clock.now_s += MEMORY_S + 10.0
    assert not AttemptLimit(3, LOCKOUT_S, LockoutFile(file, clock)).update([Status.SPOOF], 9000.0)


def test_lockout_file_locks_no_longer_than_the_lock_out_after_the_clock_was_set_back(file: Path) -> None:
    clock = Clock()
    refused(AttemptLimit(1, LOCKOUT_S, LockoutFile(file, clock)), 1, 0.0)
    clock.now_s -= 1e8
    again = AttemptLimit(1, LOCKOUT_S, LockoutFile(file, clock))
    assert again.update([], 0.0)
    assert not again.update([], LOCKOUT_S + 0.1)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"failures": [NaN], "locked_until": null}', b"x" * 20_000]
)
def test_lockout_file_that_cannot_be_read_locks_the_camera(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    limit = AttemptLimit(3, LOCKOUT_S, LockoutFile(file))
    assert limit.update([Status.LIVE], 100.0)
    assert not limit.update([Status.LIVE], 100.0 + LOCKOUT_S)


def test_lockout_file_that_cannot_be_written_leaves_the_lock_out_in_force(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    LockoutFile(tmp_path / "state" / "lockout.json").save(AttemptCount((1.0,), 50.0), 1.0)
    assert "cannot be stored" in caplog.text


def test_lockout_file_stores_no_time_that_json_lacks(file: Path) -> None:
    LockoutFile(file).save(AttemptCount((1.0,), -math.inf), 1.0)
    assert json.loads(file.read_text())["locked_until"] is None


def test_lockout_path_differs_between_cameras_used_at_the_same_time() -> None:
    assert len({lockout_path(), lockout_path("a"), lockout_path("b/../c")}) == 3
    assert lockout_path("b/../c").parent == lockout_path().parent


def test_engine_for_another_source_is_still_locked(file: Path) -> None:
    policy = Policy(max_refused_attempts=1, lockout_s=LOCKOUT_S)
    with make_engine(0.01, policy) as first:
        first.keep_attempts(LockoutFile(file))
        shown = [first.process(frame(index)) for index in range(30)]
    assert any("locked_out" in result.reasons for result in shown)
    with make_engine(0.99, policy) as second:
        second.keep_attempts(LockoutFile(file))
        results = [second.process(replace(frame(index), timestamp_s=index / 30)) for index in range(30)]
    assert all("locked_out" in result.reasons for result in results)
    assert not any(face.status is Status.LIVE for result in results for face in result.faces)


@pytest.mark.parametrize("camera", [True, False])
def test_make_processor_keeps_the_attempts_at_a_camera_but_not_those_of_a_file(
    camera: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def engine(source: Source, policy: Policy, **options: object) -> Engine:
        return make_engine(0.01, policy)

    monkeypatch.setattr(Engine, "for_source", engine)
    source = Mock(Source, info=SourceInfo("shown", "", camera, frozenset(STREAMS), 640, 480, 30.0, None, None))
    with make_processor(source, EngineRequest(max_refused_attempts=1)) as processor:
        shown = [processor.process(frame(index), capture_ms=0.0) for index in range(30)]
    assert any("locked_out" in result.reasons for result in shown)
    assert lockout_path().exists() is camera
