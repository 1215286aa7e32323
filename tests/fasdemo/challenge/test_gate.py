from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from fasdemo.challenge import gate as limits
from fasdemo.challenge.gate import ChallengeGate
from fasdemo.challenge.prompts import Prompt
from fasdemo.engine.temporal.attempts import LOCKOUT_S, MEMORY_S, AttemptMemory
from fasdemo.runtime.lockout_file import LockoutFile
from tests.support.obedient_person import STEP_S, TRACK, Person, seen


class _Door:
    """A gate and the time in front of it."""

    def __init__(self, seed: int = 3, randomness: Random | None = None, memory: AttemptMemory | None = None) -> None:
        self.gate = ChallengeGate("turn", randomness or Random(seed), memory=memory)
        self.now_s = 100.0
        self.person = Person()

    def show(self, **changes: Any) -> None:
        self.now_s += STEP_S
        pose = self.person.pose(self.gate.prompt or Prompt.LOOK_STRAIGHT, self.now_s)
        self.gate.update(replace(seen(self.now_s, *pose), **changes), self.now_s)

    def is_locked(self) -> bool:
        return self.gate.locked

    def wait(self, seconds: float, **changes: Any) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.show(**changes)

    def fail(self) -> None:
        self.show()
        assert self.gate.track_id == TRACK
        self.show(tracks=(TRACK, 8))
        assert self.gate.failed


def test_gate_begins_only_on_one_face_that_is_live() -> None:
    door = _Door()
    for changes in (
        {"live": ()},
        {"tracks": (TRACK, 8), "live": (TRACK, 8)},
        {"tracks": (), "live": ()},
        {"fault": True},
    ):
        door.wait(0.5, **changes)
        assert door.gate.report is None
        assert door.gate.prompt is None
    door.show()
    assert door.gate.track_id == TRACK
    assert door.gate.prompt is Prompt.LOOK_STRAIGHT
    assert not door.gate.passed(TRACK)


def test_gate_lets_a_face_pass_after_its_challenge_until_it_is_lost() -> None:
    door = _Door()
    door.wait(16.0)
    assert door.gate.passed(TRACK)
    assert not door.gate.passed(8)
    assert door.gate.track_id is None
    assert door.gate.report is not None
    assert door.gate.report.outcome == "passed"
    door.wait(0.3, tracks=(), live=())
    assert not door.gate.passed(TRACK)
    door.show()
    assert door.gate.report.number == 2
    assert not door.gate.passed(TRACK)


def test_gate_keeps_a_passed_face_beside_a_second_one() -> None:
    door = _Door()
    door.wait(16.0)
    door.show(tracks=(8, TRACK), live=(8, TRACK))
    assert door.gate.passed(TRACK)
    assert not door.gate.passed(8)


def test_gate_waits_after_a_failure_and_uses_a_new_sequence() -> None:
    door = _Door()
    door.fail()
    assert door.gate.report is not None
    assert door.gate.report.why == "several_faces"
    first = door.gate.report.prompts
    door.wait(limits.RETRY_S - 2 * STEP_S)
    assert door.gate.failed
    door.wait(18.0)
    assert door.gate.passed(TRACK)
    assert door.gate.report.number == 2
    assert len(first) == len(door.gate.report.prompts)


def test_gate_locks_after_several_failures() -> None:
    door = _Door()
    for number in range(limits.MAX_FAILURES):
        assert not door.is_locked()
        door.fail()
        door.now_s += limits.RETRY_S * (number < limits.MAX_FAILURES - 1)
    assert door.is_locked()
    door.wait(LOCKOUT_S - 2.0)
    assert door.is_locked()
    assert door.gate.track_id is None
    door.wait(2.5)
    assert not door.is_locked()
    assert door.gate.track_id == TRACK


def test_gate_forgets_old_failures() -> None:
    door = _Door()
    for _ in range(2 * limits.MAX_FAILURES):
        door.fail()
        door.now_s += MEMORY_S / 2
    assert not door.is_locked()


def test_gate_counts_aborted_challenges_as_failures() -> None:
    door = _Door()
    for _ in range(limits.MAX_FAILURES):
        door.show()
        door.gate.reset()
        assert door.gate.failed
        door.now_s += limits.RETRY_S
    assert door.is_locked()


def test_gate_keeps_failures_and_lockout_over_a_restart(tmp_path: Path) -> None:
    memory = LockoutFile(tmp_path / "lockout.json")
    for number in range(limits.MAX_FAILURES):
        door = _Door(number, memory=memory)
        door.show()
        assert not door.is_locked()
        assert door.gate.track_id == TRACK
        door.gate.reset()
    door = _Door(memory=memory)
    door.wait(LOCKOUT_S - 5.0)
    assert door.is_locked()
    assert door.gate.report is None
    door.wait(6.0)
    assert door.gate.track_id == TRACK


def test_gate_is_locked_if_its_failures_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "lockout.json"
    path.write_text("{")
    door = _Door(memory=LockoutFile(path))
    door.show()
    assert door.is_locked()
    assert door.gate.report is None


def test_gate_withdraws_a_passed_challenge_at_a_reset() -> None:
    door = _Door()
    door.wait(16.0)
    door.gate.reset()
    assert not door.gate.passed(TRACK)
    assert not door.gate.failed


def test_gate_ignores_a_clock_that_goes_back() -> None:
    door = _Door()
    for _ in range(limits.MAX_FAILURES):
        door.fail()
        door.now_s += limits.RETRY_S
    door.gate.update(seen(door.now_s + STEP_S), float("nan"))
    door.gate.update(seen(door.now_s + 2 * STEP_S), -1e9)
    assert door.is_locked()
