"""Accepted attempts: one signal per attempt, with a pause, and only for LIVE."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from fasdemo.engine.result import FrameResult, Status
from fasdemo.publish.accepted import ATTEMPT_ENDS_S, AcceptedAttempts
from tests.support.serve_fixtures import face_verdict, result_of

LIVE, SPOOF, UNCERTAIN = (
    result_of(1, face_verdict(status)) for status in (Status.LIVE, Status.SPOOF, Status.UNCERTAIN)
)
NOBODY = result_of(1)


def accepted(*steps: tuple[float, FrameResult], hold_off_s: float = 3.0) -> list[float]:
    """Times at which a signal goes out when frames come at 10 a second, each result until the next step."""
    attempts = AcceptedAttempts(hold_off_s)
    times = []
    for (start_s, result), end_s in zip(steps, [*(step[0] for step in steps[1:]), steps[-1][0] + 2.0], strict=True):
        for tick in range(round(start_s * 10), round(end_s * 10)):
            if attempts.update(result, tick / 10) is not None:
                times.append(tick / 10)
    return times


def with_latency(milliseconds: float) -> FrameResult:
    return replace(LIVE, latency_ms=replace(LIVE.latency_ms, total=milliseconds))


def test_accepted_attempts_gives_one_signal_for_a_person_who_stays() -> None:
    assert accepted((0.0, UNCERTAIN), (0.5, LIVE), (60.0, NOBODY)) == [0.5]


def test_accepted_attempts_bridges_a_short_doubt_but_not_a_long_one() -> None:
    assert accepted((0.0, LIVE), (5.0, UNCERTAIN), (5.5, LIVE)) == [0.0]
    assert accepted((0.0, LIVE), (5.0, UNCERTAIN), (5.0 + ATTEMPT_ENDS_S + 0.3, LIVE)) == [0.0, 6.3]


def test_accepted_attempts_waits_between_two_people() -> None:
    second = result_of(1, face_verdict(Status.LIVE, track_id=2))
    assert accepted((0.0, LIVE), (0.5, second), (8.0, NOBODY)) == [0.0, 3.0]
    assert accepted((0.0, LIVE), (0.5, second), (2.0, NOBODY)) == [0.0], "the second one has left before the pause ends"


def test_accepted_attempts_needs_every_face_to_be_live() -> None:
    for other in (Status.SPOOF, Status.UNCERTAIN):
        assert accepted((0.0, result_of(1, face_verdict(Status.LIVE), face_verdict(other, track_id=2)))) == []
    both = result_of(1, face_verdict(Status.LIVE), face_verdict(Status.LIVE, track_id=2))
    assert accepted((0.0, both), (10.0, NOBODY)) == [0.0, 3.0]


@pytest.mark.parametrize(
    "result",
    [
        SPOOF,
        UNCERTAIN,
        NOBODY,
        replace(LIVE, live_source=False),
        with_latency(1001.0),
        with_latency(math.nan),
        with_latency(-1.0),
    ],
    ids=["spoof", "uncertain", "nobody", "file", "old", "unknown age", "negative age"],
)
def test_accepted_attempts_gives_no_signal_otherwise(result: FrameResult) -> None:
    assert accepted((0.0, result), (30.0, result)) == []


def test_accepted_attempts_keeps_its_pause_over_the_end_of_a_source() -> None:
    attempts = AcceptedAttempts(3.0)
    assert attempts.update(LIVE, 0.0) is not None
    attempts.end()
    assert attempts.update(LIVE, 1.0) is None, "a camera that is restarted does not open the door twice"
    assert attempts.update(LIVE, 3.5) is not None
