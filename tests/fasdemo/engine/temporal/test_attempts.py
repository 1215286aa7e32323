from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from fasdemo.engine.policy import Policy
from fasdemo.engine.result import Status
from fasdemo.engine.temporal.attempts import ATTEMPT_ENDS_S, MAX_ATTEMPT_S, MEMORY_S, AttemptLimit
from fasdemo.faces.face import Face
from fasdemo.faces.quality import gaze_deg, looks_at_camera
from tests.support.engine_fixtures import ScriptedScorer, make_engine
from tests.support.scenes import frame

LOCKOUT_S = 60.0


def attempts(
    limit: AttemptLimit, count: int, start_s: float = 0.0, status: Status = Status.SPOOF
) -> tuple[bool, float]:
    """Step before the camera and away again, so many times; whether it is locked then, and when."""
    at_s, locked = start_s, False
    for _ in range(count):
        for _ in range(5):
            locked = limit.update([status], at_s)
            at_s += 0.1
        at_s += ATTEMPT_ENDS_S
    return locked, at_s


def test_attempt_limit_locks_after_so_many_refused_attempts_and_opens_again() -> None:
    limit = AttemptLimit(3, LOCKOUT_S)
    locked, at_s = attempts(limit, 2)
    assert not locked
    locked, at_s = attempts(limit, 1, at_s)
    assert locked
    assert limit.update([Status.LIVE], at_s)
    assert limit.update([], at_s + LOCKOUT_S - 3.0)
    assert not limit.update([Status.LIVE], at_s + LOCKOUT_S)
    assert not attempts(limit, 2, at_s + LOCKOUT_S)[0]


def test_attempt_limit_counts_one_attempt_once_until_it_lasts_too_long() -> None:
    limit = AttemptLimit(2, LOCKOUT_S)
    times = np.arange(0.0, MAX_ATTEMPT_S, 0.1)
    assert not any(limit.update([Status.SPOOF], at_s) for at_s in times)
    assert limit.update([Status.SPOOF], MAX_ATTEMPT_S + 0.2)


def test_attempt_limit_is_cleared_by_live_and_by_time() -> None:
    limit = AttemptLimit(2, LOCKOUT_S)
    _, at_s = attempts(limit, 1)
    _, at_s = attempts(limit, 1, at_s, Status.LIVE)
    locked, at_s = attempts(limit, 1, at_s)
    assert not locked
    assert not attempts(limit, 1, at_s + MEMORY_S)[0]


def test_attempt_limit_does_not_count_uncertain_faces() -> None:
    assert not attempts(AttemptLimit(1, LOCKOUT_S), 20, status=Status.UNCERTAIN)[0]


@pytest.mark.parametrize("at_s", [-1e9, math.nan, -math.inf])
def test_attempt_limit_is_not_opened_by_a_clock_that_steps_back(at_s: float) -> None:
    limit = AttemptLimit(1, LOCKOUT_S)
    assert limit.update([Status.SPOOF], 100.0)
    assert limit.update([Status.LIVE], at_s)
    assert limit.update([Status.LIVE], 101.0)


def looking(**weights: float) -> Face:
    points = np.array([[0, 0], [60, 0], [30, 32], [30, 60], [0, 0], [60, 0]], np.float32)
    return Face((0, 0, 60, 60), 0.9, points, blendshapes=dict(weights))


def test_looks_at_camera_needs_eyes_that_turn_against_the_head() -> None:
    ahead = looking()
    assert looks_at_camera(ahead)
    aside = looking(eyeLookOutLeft=0.9, eyeLookInRight=0.9)
    assert not looks_at_camera(aside)
    yaw = gaze_deg(aside)
    assert yaw is not None
    assert yaw[0] == pytest.approx(27.0, abs=1.0)
    turned = aside.keypoints.copy()
    turned[2, 0] -= 0.55 * 60 * math.tan(math.radians(27.0))
    assert looks_at_camera(replace(aside, keypoints=turned))
    assert not looks_at_camera(
        looking(eyeLookDownLeft=1.0, eyeLookDownRight=1.0, eyeLookInLeft=1.0, eyeLookOutRight=1.0)
    )


def test_gaze_without_landmarks_is_unknown_and_not_at_the_camera() -> None:
    face = replace(looking(), blendshapes=None)
    assert gaze_deg(face) is None
    assert not looks_at_camera(face)


def test_engine_locks_after_refused_attempts_also_for_a_live_face() -> None:
    policy = Policy(max_refused_attempts=1, lockout_s=3.0)
    with make_engine(0.001, policy) as engine:
        refused = [engine.process(frame(index, received_s=None)) for index in range(15)]
        assert refused[-1].faces[0].status is Status.SPOOF
        assert "locked_out" in refused[-1].reasons
        engine.set_model(ScriptedScorer(0.99))
        engine.reset()
        locked = [engine.process(frame(index, received_s=None)) for index in range(15, 75)]
        assert all(face.status is not Status.LIVE for result in locked for face in result.faces)
        assert all("locked_out" in face.reasons for result in locked for face in result.faces)
        assert "refused" in locked[-1].faces[0].guidance
        free = [engine.process(frame(index, received_s=None)) for index in range(75, 130)]
        assert free[-1].faces[0].status is Status.LIVE
        assert "locked_out" not in free[-1].reasons


def test_engine_without_a_limit_never_locks() -> None:
    with make_engine(0.001) as engine:
        assert not any("locked_out" in engine.process(frame(index)).reasons for index in range(30))


def test_engine_that_requires_gaze_is_not_live_without_landmarks() -> None:
    with make_engine(0.99, Policy(require_gaze=True)) as engine:
        last = [engine.process(frame(index)) for index in range(15)][-1].faces[0]
    assert last.status is Status.UNCERTAIN
    assert last.reasons == ("gaze_away",)
    assert last.guidance == "Please look at the camera."
