"""Challenges of a scripted person, and the proof that nothing else passes."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasdemo.challenge import challenge as limits
from fasdemo.challenge.challenge import Challenge
from fasdemo.challenge.failures import Failure
from fasdemo.challenge.observation import Observation
from fasdemo.challenge.prompts import KINDS, Prompt, Sequence, SequenceSource, Step
from fasdemo.engine.challenge_report import Kind
from tests.support.obedient_person import STEP_S, TRACK, Person, landmarks, perform, seen

TURNS: Sequence = (Step(0.7, Prompt.TURN_LEFT), Step(0.9, Prompt.TURN_RIGHT))
MIXED: Sequence = (Step(0.7, Prompt.TURN_RIGHT), Step(1.0, Prompt.BLINK))


def _challenge(sequence: Sequence | None = TURNS) -> Challenge:
    return Challenge(1, "random", sequence, TRACK, 0.0)


def _failure(challenge: Challenge) -> Failure | None:
    assert challenge.outcome == "failed"
    assert not challenge.holds
    return challenge.why


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "light"])
def test_challenge_is_passed_by_a_person_who_follows(kind: Kind) -> None:
    source = SequenceSource(kind, Random(2))
    for _ in range(5):
        sequence = source.draw()
        assert sequence is not None
        challenge = Challenge(3, kind, sequence, TRACK, 0.0)
        perform(challenge)
        assert challenge.outcome == "passed"
        assert challenge.holds
        report = challenge.report
        assert (report.number, report.kind, report.track_id, report.why) == (3, kind, TRACK, "")
        assert report.prompts == tuple(step.prompt.value for step in sequence)
        assert [one.prompt for one in report.responses] == list(report.prompts)
        assert all(0.2 < one.answered_s - one.asked_s <= limits.MAX_TURN_S for one in report.responses)


def test_challenge_hides_later_prompts_while_it_runs() -> None:
    challenge = _challenge()
    known = set()

    def look(_number: int, observation: Observation) -> Observation:
        known.add((challenge.prompt, challenge.report.prompts, challenge.report.outcome))
        return observation

    perform(challenge, change=look)
    assert (Prompt.LOOK_STRAIGHT, (), "running") in known
    assert (Prompt.TURN_LEFT, ("turn_left",), "running") in known
    assert (Prompt.LOOK_STRAIGHT, ("turn_left",), "running") in known
    assert (Prompt.TURN_RIGHT, ("turn_left", "turn_right"), "running") in known


@pytest.mark.parametrize("sequence", [TURNS, MIXED, tuple(reversed(MIXED))])
def test_challenge_times_out_without_a_movement(sequence: Sequence) -> None:
    challenge = _challenge(sequence)
    frames = perform(challenge, Person(reaction_s=60.0))
    assert _failure(challenge) is Failure.TIMED_OUT
    limit_s = limits.MAX_BLINK_S if sequence[0].prompt is Prompt.BLINK else limits.MAX_TURN_S
    assert frames[-1].timestamp_s < limit_s + sequence[0].pause_s + 1.0


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (Person(turn_deg=-24.0), Failure.WRONG_RESPONSE),
        (Person(turn_deg=11.0), Failure.TIMED_OUT),
        (Person(turn_deg=24.0, flat=True), Failure.TIMED_OUT),
        (Person(turn_deg=50.0, flat=True), Failure.FLAT_MOTION),
        (Person(reaction_s=4.6), Failure.TIMED_OUT),
        (Person(turn_s=3.0), Failure.TIMED_OUT),
        (Person(reaction_s=0.0, turn_s=0.1, turn_deg=40.0), Failure.TIMED_OUT),
    ],
    ids=["other direction", "too little", "turned paper", "paper turned far", "late", "slow", "one look"],
)
def test_challenge_fails_on_another_turn(person: Person, why: Failure) -> None:
    challenge = _challenge()
    perform(challenge, person)
    assert _failure(challenge) is why


@pytest.mark.parametrize(("closed_s", "passes"), [(0.3, False), (0.6, True), (3.1, False)])
def test_challenge_takes_closed_eyes_but_no_natural_blink(closed_s: float, passes: bool) -> None:
    challenge = _challenge((Step(0.7, Prompt.BLINK),))
    perform(challenge, Person(closed_s=closed_s))
    assert (challenge.outcome == "passed") is passes
    assert challenge.why is (None if passes else Failure.TIMED_OUT)


def test_challenge_does_not_take_one_look_for_the_end_of_a_turn() -> None:
    challenge = _challenge((Step(0.7, Prompt.TURN_LEFT),))
    turned: list[int] = []

    def straight_once(number: int, observation: Observation) -> Observation:
        turned.extend([number] * (observation.yaw_deg > limits.MIN_TURN_DEG))
        return seen(observation.timestamp_s) if len(turned) == 5 else observation

    frames = perform(challenge, Person(turn_deg=40.0, turn_s=0.8), straight_once)
    assert challenge.outcome == "passed"
    assert len(turned) > 6
    assert frames[-1].timestamp_s > turned[-1] * STEP_S + STEP_S


def _moved(yaw_deg: float, closed: bool, first: int, last: int) -> Callable[[int, Observation], Observation]:
    def change(number: int, observation: Observation) -> Observation:
        if not first <= number <= last:
            return observation
        return replace(observation, yaw_deg=yaw_deg, landmarks=landmarks(yaw_deg, closed))

    return change


@pytest.mark.parametrize(("yaw_deg", "closed"), [(20.0, False), (-20.0, False), (0.0, True)])
def test_challenge_fails_on_a_movement_before_the_prompt(yaw_deg: float, closed: bool) -> None:
    challenge = _challenge()
    perform(challenge, change=_moved(yaw_deg, closed, 6, 11))
    assert _failure(challenge) is Failure.UNASKED


@pytest.mark.parametrize("sequence", [TURNS, tuple(reversed(MIXED))])
def test_challenge_fails_on_the_other_kind_of_response(sequence: Sequence) -> None:
    turned = sequence[0].prompt is Prompt.BLINK
    challenge = _challenge(sequence)
    perform(challenge, Person(reaction_s=9.0), change=_moved(20.0 if turned else 0.0, not turned, 18, 25))
    assert _failure(challenge) is Failure.WRONG_RESPONSE


@pytest.mark.parametrize("prompt", [Prompt.TURN_LEFT, Prompt.BLINK])
def test_challenge_fails_on_a_response_sooner_than_anybody_reads(prompt: Prompt) -> None:
    challenge = _challenge((Step(0.7, prompt),))
    blink = prompt is Prompt.BLINK
    started: list[int] = []

    def jump(number: int, observation: Observation) -> Observation:
        if challenge.prompt is prompt:
            started.append(number)
        # The movement begins with the last frame before the prompt, which cannot show it yet.
        if number >= 11:
            yaw_deg = 0.0 if blink else 20.0
            return replace(observation, yaw_deg=yaw_deg, landmarks=landmarks(yaw_deg, blink))
        return observation

    perform(challenge, Person(reaction_s=9.0), jump)
    assert _failure(challenge) in (Failure.TOO_EARLY, Failure.UNASKED)
    assert not challenge.report.responses


def _of_the_frame_before(observation: Observation) -> Observation:
    return replace(observation, timestamp_s=(round(observation.timestamp_s / STEP_S) - 1) * STEP_S)


BREAKS: dict[str, tuple[Callable[[Observation], Observation], Failure]] = {
    "two faces": (lambda seen: replace(seen, tracks=(TRACK, 8)), Failure.SEVERAL_FACES),
    "another track": (lambda seen: replace(seen, tracks=(8,)), Failure.FACE_LOST),
    "fault": (lambda seen: replace(seen, fault=True), Failure.CAPTURE_FAULT),
    "attack": (lambda seen: replace(seen, spoof=True), Failure.SPOOF),
    "no time": (lambda seen: replace(seen, timestamp_s=float("nan")), Failure.CAPTURE_FAULT),
    "time goes back": (lambda seen: replace(seen, timestamp_s=seen.timestamp_s - 5.0), Failure.CAPTURE_FAULT),
    "time stands still": (_of_the_frame_before, Failure.CAPTURE_FAULT),
    "time jumps": (lambda seen: replace(seen, timestamp_s=seen.timestamp_s + 0.6), Failure.CAPTURE_FAULT),
}


@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("at", [1, 9, 20, 35])
def test_challenge_fails_on_one_broken_frame(name: str, at: int) -> None:
    change, why = BREAKS[name]
    challenge = _challenge()
    frames = perform(challenge, change=lambda number, one: change(one) if number == at else one)
    assert len(frames) == at
    assert _failure(challenge) is why


@pytest.mark.parametrize("name", [name for name in BREAKS if name != "two faces"])
def test_challenge_that_was_passed_is_withdrawn_by_a_broken_frame(name: str) -> None:
    challenge = _challenge()
    now_s = perform(challenge)[-1].timestamp_s
    holds = [challenge.holds]
    for frame in (BREAKS[name][0](seen(now_s + STEP_S)), seen(now_s + 2 * STEP_S)):
        challenge.update(frame)
        holds.append(challenge.holds)
    assert holds == [True, False, False]
    assert challenge.outcome == "passed"


def test_challenge_fails_when_the_face_is_gone() -> None:
    challenge = _challenge()
    perform(challenge, change=lambda number, one: replace(one, tracks=()) if number in (20, 21) else one)
    assert _failure(challenge) is Failure.FACE_LOST


def test_challenge_forgives_a_face_that_one_frame_misses() -> None:
    challenge = _challenge()
    challenge.update(seen(0.05))
    challenge.update(replace(seen(0.1), tracks=()))
    challenge.update(seen(0.15))
    assert challenge.outcome == "running"
    challenge.update(replace(seen(0.2), tracks=()))
    challenge.update(seen(0.35))
    assert _failure(challenge) is Failure.FACE_LOST


def test_challenge_fails_without_landmarks() -> None:
    challenge = _challenge()
    perform(challenge, change=lambda number, one: replace(one, landmarks=None) if number > 8 else one)
    assert _failure(challenge) is Failure.NOT_MEASURED


def test_challenge_never_starts_on_a_face_that_looks_away() -> None:
    challenge = _challenge()
    perform(challenge, change=lambda _number, one: replace(one, yaw_deg=30.0))
    assert _failure(challenge) is Failure.TIMED_OUT
    assert challenge.report.prompts == ("turn_left", "turn_right")
    assert not challenge.report.responses


def test_challenge_without_a_new_sequence_fails_at_once() -> None:
    challenge = _challenge(None)
    assert _failure(challenge) is Failure.REPEATED
    perform(challenge)
    assert challenge.outcome == "failed"


def test_challenge_fails_for_a_replay_of_another_sequence() -> None:
    recorded = perform(_challenge((Step(0.7, Prompt.TURN_LEFT), Step(0.9, Prompt.TURN_LEFT))))
    challenge = _challenge()
    for frame in recorded:
        challenge.update(frame)
    assert challenge.outcome != "passed"


def test_challenge_is_ended_by_a_reset() -> None:
    running, passed = _challenge(), _challenge()
    running.update(seen(STEP_S))
    perform(passed)
    running.abort()
    passed.abort()
    assert _failure(running) is Failure.RESET
    assert not passed.holds


_FRAME = st.builds(
    lambda gap_s, tracks, fault, spoof, yaw_deg, closed, flat, measured: (
        gap_s,
        Observation(
            0.0,
            tracks,
            fault,
            spoof,
            tracks,
            yaw_deg,
            landmarks(yaw_deg, closed, flat) if measured else None,
        ),
    ),
    st.sampled_from([0.1] * 20 + [0.0, 0.05, 0.2, 0.4, 1.0, -1.0, float("nan")]),
    st.sampled_from([(TRACK,)] * 20 + [(), (8,), (TRACK, 8)]),
    st.sampled_from([False] * 20 + [True]),
    st.sampled_from([False] * 20 + [True]),
    st.sampled_from([0.0, 0.0, 0.0, 4.0, -4.0, 13.0, -13.0, 24.0, -24.0, 60.0]),
    st.booleans(),
    st.sampled_from([False, False, True]),
    st.sampled_from([True] * 5 + [False]),
)
_RUN = st.tuples(_FRAME, st.integers(1, 14))


def _check(sequence: Sequence, challenge: Challenge, frames: list[Observation]) -> None:
    """Assert that a passed challenge was answered in time, prompt by prompt, by one track without a gap."""
    assert frames[-1].timestamp_s <= limits.MAX_TOTAL_S
    report = challenge.report
    assert [one.prompt for one in report.responses] == [step.prompt.value for step in sequence]
    before_s, before_answer_s = 0.0, 0.0
    for frame in frames:
        assert 0.0 < frame.timestamp_s - before_s <= limits.MAX_GAP_S
        before_s = frame.timestamp_s
        assert frame.tracks in ((TRACK,), ())
        assert not frame.fault
        assert not frame.spoof
    for step, response in zip(sequence, report.responses, strict=True):
        assert response.asked_s - before_answer_s >= step.pause_s - 1e-6
        before_answer_s = response.answered_s
        during = [one for one in frames if response.asked_s < one.timestamp_s <= response.answered_s]
        took_s = response.answered_s - response.asked_s
        if step.prompt is Prompt.BLINK:
            assert took_s <= limits.MAX_BLINK_S
            assert len([one for one in during if one.landmarks is not None]) >= 2
        else:
            assert took_s <= limits.MAX_TURN_S
            sign = 1 if step.prompt is Prompt.TURN_LEFT else -1
            turned = [one for one in during if one.landmarks is not None and sign * one.yaw_deg >= limits.MIN_TURN_DEG]
            assert len(turned) >= 1
            assert not [one for one in during if sign * one.yaw_deg < -60]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([TURNS, MIXED, (Step(0.6, Prompt.BLINK),)]), st.lists(_RUN, min_size=1, max_size=30))
def test_challenge_is_passed_by_no_other_input(
    sequence: Sequence, runs: list[tuple[tuple[float, Observation], int]]
) -> None:
    challenge, frames, now_s = _challenge(sequence), [], 0.0
    for (gap_s, observation), count in runs:
        for _ in range(count):
            now_s += gap_s
            frames.append(replace(observation, timestamp_s=now_s))
            challenge.update(frames[-1])
            if challenge.outcome == "passed":
                _check(sequence, challenge, frames)
                return
    assert not challenge.holds


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([TURNS, MIXED]), st.sampled_from(sorted(BREAKS)), st.integers(1, 60))
def test_challenge_is_passed_by_no_broken_performance(sequence: Sequence, name: str, at: int) -> None:
    whole = _challenge(sequence)
    frames = perform(whole)
    assert whole.outcome == "passed"
    _check(sequence, whole, frames)
    challenge = _challenge(sequence)
    at = min(at, len(frames))
    perform(challenge, change=lambda number, one: BREAKS[name][0](one) if number == at else one)
    assert _failure(challenge) is BREAKS[name][1]
