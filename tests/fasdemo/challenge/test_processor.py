"""The real engine behind a challenge, with faces, scores and landmarks that the test decides."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

import jsonschema
import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.challenge import gate as limits
from fasdemo.challenge import processor as module
from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.challenge.processor import ChallengeProcessor
from fasdemo.challenge.prompts import Prompt
from fasdemo.engine.engine import Engine
from fasdemo.engine.event_log.events import Event, EventLog, read_events
from fasdemo.engine.per_face.stream_motion_check import STILL_S
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import EngineFacts, FrameResult, Status
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from tests.support.engine_fixtures import ScriptedFinder, ScriptedScorer
from tests.support.obedient_person import Person, landmarks
from tests.support.scenes import Pose, frame, true_face

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/events.schema.json").read_text(encoding="utf-8"))


class _OnTime:
    """An engine whose clock is that of the frames."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.error: Exception | None = None
        self.extra: tuple[str, ...] = ()

    @property
    def facts(self) -> EngineFacts:
        return self.engine.facts

    def process(self, frame: FrameSet, *, capture_ms: float) -> FrameResult:
        if self.error is not None:
            raise self.error
        result = self.engine.process(frame, frame.received_s, capture_ms)
        return replace(result, reasons=(*result.reasons, *self.extra))

    def reset(self) -> None:
        self.engine.reset()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.close()


class _Door:
    """A processor and a person in front of it."""

    def __init__(self, score: float = 0.97, live: bool = True, light: bool = False) -> None:
        self.finder, self.scorer = ScriptedFinder(), ScriptedScorer(score)
        # Processing takes real time, which a busy computer makes long; only `late_s` is late here.
        self.engine = _OnTime(Engine(self.scorer, self.finder, Policy(max_age_s=60.0)))
        self.person, self.live, self.number, self.late_s = Person(), live, 0, 0.0
        self.results: list[FrameResult] = []
        self.error: Exception | None = None
        self.closed = self.negative = False
        self.display = ChallengeDisplay(lambda: self.now_s) if light else None
        self.processor = ChallengeProcessor(
            self.engine, self, "light" if light else "turn", Random(1), lambda: self.now_s + self.late_s, self.display
        )

    @property
    def now_s(self) -> float:
        return self.number / 30.0

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """Return the person's landmarks, as the landmarker does."""
        if self.error is not None:
            raise self.error
        words = self.results[-1].faces[0].guidance if self.results and self.results[-1].faces else ""
        prompt = next((one for one in Prompt if one.text == words), Prompt.LOOK_STRAIGHT)
        yaw_deg, closed = self.person.pose(prompt, self.now_s)
        # The finder is scripted, so the yaw comes from the nose of its face.
        self.finder.faces = [_turned(yaw_deg), *self.finder.faces[1:]]
        points = landmarks(yaw_deg, closed, self.person.flat)
        return replace(face, landmarks=np.column_stack([points, np.zeros(len(points))]).astype(np.float32))

    def close(self) -> None:
        self.closed = True

    def show(self, seconds: float, faces: Sequence[Face] | None = None) -> list[FrameResult]:
        if faces is not None:
            self.finder.faces = faces
        shown = []
        for _ in range(round(seconds * 30)):
            given = replace(frame(self.number), live_source=self.live, received_s=self.now_s if self.live else None)
            if self.negative:
                given = replace(given, rgb=255 - given.rgb)
            self.results.append(self.processor.process(given, capture_ms=0.0))
            shown.append(self.results[-1])
            report = self.results[-1].challenge
            if self.display is not None and report is not None and report.colour is not None:
                self.display.shown(report.number, report.colour[0])
            self.number += 1
        return shown

    def until_passed(self) -> FrameResult:
        for _ in range(200):
            for result in [*self.show(1 / 30 + 1e-6), *self.show(0.1)]:
                if result.faces[0].status is Status.LIVE:
                    return result
        raise AssertionError(self.results[-1])


def _compared() -> _Door:
    """A processor that has compared the streams long enough for its first challenge."""
    door = _Door()
    door.show(STILL_S + 0.7)
    return door


def _turned(yaw_deg: float) -> Face:
    """The face whose nose is where a turn puts it."""
    face = true_face(Pose())
    points = face.keypoints.copy()
    right, left = points[0], points[1]
    points[2] += (left - right) * 0.55 * np.tan(np.radians(yaw_deg))
    return replace(face, keypoints=points.astype(np.float32))


def _statuses(results: Sequence[FrameResult]) -> set[Status]:
    return {face.status for result in results for face in result.faces}


def test_processor_lets_a_face_be_live_after_its_challenge() -> None:
    door = _Door()
    first = door.until_passed()
    before = door.results[: door.results.index(first)]
    assert Status.LIVE not in _statuses(before)
    assert all({"challenge_pending", "challenge_failed"} & set(face.reasons) for one in before for face in one.faces)
    assert first.challenge is not None
    assert first.challenge.outcome == "passed"
    assert len(first.challenge.responses) == 4
    assert first.faces[0].guidance == ""
    assert _statuses(door.show(1.0)) == {Status.LIVE}


def test_processor_shows_the_prompts() -> None:
    door = _Door()
    door.until_passed()
    words = [result.faces[0].guidance for result in door.results]
    assert {Prompt.TURN_LEFT.text, Prompt.TURN_RIGHT.text, Prompt.LOOK_STRAIGHT.text} <= set(words)


def test_processor_is_not_live_for_a_person_who_does_nothing() -> None:
    door = _Door()
    door.person = Person(reaction_s=1000.0)
    results = door.show(12.0)
    assert _statuses(results) == {Status.UNCERTAIN}
    assert any("challenge_failed" in face.reasons for result in results for face in result.faces)
    assert {result.challenge.why for result in results if result.challenge is not None} == {"", "timed_out"}


def test_processor_needs_a_new_challenge_after_a_gap() -> None:
    door = _Door()
    door.until_passed()
    door.show(0.5, faces=[])
    results = door.show(1.5, faces=[true_face()])
    assert _statuses(results) == {Status.UNCERTAIN}
    assert results[-1].challenge is not None
    assert results[-1].challenge.number == 2


def test_processor_needs_a_new_challenge_for_a_face_exchanged_while_it_could_not_be_aligned() -> None:
    door = _Door()
    door.until_passed()
    face = true_face()
    door.show(1 / 30, faces=[replace(face, keypoints=np.full_like(face.keypoints, np.nan))])
    assert "score_missing" in door.results[-1].faces[0].reasons
    door.negative = True
    results = door.show(1.0, faces=[face])
    assert {one.faces[0].track_id for one in results} == {1}
    assert "view_changed" in results[0].faces[0].reasons
    assert _statuses(results) == {Status.UNCERTAIN}


def test_processor_keeps_a_challenge_for_the_same_face_after_a_frame_that_could_not_be_aligned() -> None:
    door = _Door()
    door.until_passed()
    face = true_face()
    door.show(1 / 30, faces=[replace(face, keypoints=np.full_like(face.keypoints, np.nan))])
    assert door.show(1.0, faces=[face])[-1].faces[0].status is Status.LIVE


def test_processor_needs_a_new_challenge_after_a_reset() -> None:
    door = _Door()
    door.until_passed()
    door.processor.reset()
    assert Status.LIVE not in _statuses(door.show(0.5))


@pytest.mark.parametrize("code", ["stale_frame", "device_lost", "depth_frozen"])
def test_processor_fails_a_challenge_on_a_fault(code: str) -> None:
    door = _compared()
    door.engine.extra = (code,)
    [result] = door.show(1 / 30)
    assert result.challenge is not None
    assert (result.challenge.outcome, result.challenge.why) == ("failed", "capture_fault")
    assert _statuses([result]) == {Status.UNCERTAIN}


def test_processor_fails_a_challenge_beside_a_second_face() -> None:
    door = _compared()
    results = door.show(0.2, faces=[true_face(), true_face(Pose(x=520.0))])
    assert results[-1].challenge is not None
    assert results[-1].challenge.why == "several_faces"
    assert Status.LIVE not in _statuses(results)


def test_processor_keeps_spoof_and_never_challenges_it() -> None:
    door = _Door(score=0.02)
    results = door.show(2.0)
    assert Status.SPOOF in _statuses(results)
    assert {result.challenge for result in results} == {None}
    assert "challenge_pending" in results[-1].faces[0].reasons


def test_processor_never_makes_a_file_live() -> None:
    door = _Door(live=False)
    results = door.show(3.0)
    assert _statuses(results) == {Status.UNCERTAIN}
    assert {result.challenge for result in results} == {None}
    assert "challenge_needs_camera" in results[-1].faces[0].reasons
    assert results[-1].faces[0].guidance == "A file cannot follow prompts; use a camera."


def test_processor_is_not_live_when_the_look_took_too_long() -> None:
    door = _Door()
    door.until_passed()
    door.late_s = module.MAX_AGE_S + 0.1
    [result] = door.show(1 / 30)
    assert _statuses([result]) == {Status.UNCERTAIN}
    assert "stale_frame" in result.reasons


def test_processor_is_not_live_when_the_landmarks_fail() -> None:
    door = _compared()
    door.error = RuntimeError("broken")
    results = door.show(0.3)
    assert _statuses(results) == {Status.UNCERTAIN}
    assert "internal_error" in {code for result in results for face in result.faces for code in face.reasons}
    assert door.results[-1].challenge is not None
    assert door.results[-1].challenge.why == "reset"


def test_processor_withdraws_the_challenge_when_the_engine_fails() -> None:
    door = _Door()
    door.until_passed()
    door.engine.error = ValueError("broken")
    with pytest.raises(ValueError, match="broken"):
        door.show(1 / 30)
    door.engine.error = None
    assert Status.LIVE not in _statuses(door.show(0.5))


def test_processor_locks_after_failures() -> None:
    door = _Door()
    door.person = Person(turn_deg=-24.0)
    results = door.show(limits.MAX_FAILURES * (limits.RETRY_S + 5.0))
    assert Status.LIVE not in _statuses(results)
    assert "locked_out" in results[-1].faces[0].reasons


def test_processor_that_ends_during_a_challenge_counts_it_as_failed() -> None:
    door = _Door()
    with door.processor as processor:
        door.show(STILL_S + 0.7)
        assert door.results[-1].challenge is not None
        assert door.results[-1].challenge.outcome == "running"
    assert processor._gate.failure is Failure.RESET


def test_processor_closes_its_parts() -> None:
    door = _Door()
    with door.processor as processor:
        assert processor.facts.model == "scripted"
    assert door.closed
    assert door.scorer.closed


@contextmanager
def _logged(path: Path, door: _Door) -> Iterator[None]:
    with EventLog(path) as log:
        yield
        for result in door.results:
            log.add(result, door.engine.facts)


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv"])
def test_event_log_holds_sequence_and_responses(tmp_path: Path, name: str) -> None:
    door = _Door()
    with _logged(tmp_path / name, door):
        last = door.until_passed()
    [event] = [event for event in read_events(tmp_path / name) if event.event == "challenge"]
    assert event.challenge == last.challenge
    assert event.track_id is None


@pytest.mark.parametrize("gone", [False, True])
def test_event_log_holds_an_aborted_challenge(tmp_path: Path, gone: bool) -> None:
    door = _Door()
    with _logged(tmp_path / "log.jsonl", door):
        door.show(STILL_S + 0.7)
        if gone:
            # Another engine without challenges goes on.
            door.results.append(replace(door.results[-1], challenge=None, timestamp_s=STILL_S + 0.8))
    events = read_events(tmp_path / "log.jsonl")
    [event] = [event for event in events if event.event == "challenge"]
    assert event.challenge is not None
    assert event.challenge.outcome == "aborted"
    assert events[-1].event == "end"


def test_event_log_without_challenges_is_still_read() -> None:
    door = _Door(live=False)
    with_challenges = Event.model_validate(_event(door.show(0.1)[-1], door)).model_dump(mode="json")
    old = {name: value for name, value in with_challenges.items() if name != "challenge"}
    assert Event.model_validate(old).challenge is None


def _event(result: FrameResult, door: _Door) -> dict[str, object]:
    facts = door.engine.facts
    return {
        "event": "end", "frame": result.frame, "timestamp_s": 0.0, "live_source": False, "model": facts.model,
        "model_sha256": "", "provider": facts.provider, "policy": facts.policy, "live_above": 0.7, "spoof_below": 0.3,
    }  # fmt: skip


def test_result_with_a_challenge_follows_the_schema() -> None:
    door = _Door()
    door.until_passed()
    for result in door.results[:: len(door.results) // 10]:
        jsonschema.validate(result.to_json(), SCHEMA)
    assert door.results[-1].to_json()["challenge"]["outcome"] == "passed"


def test_processor_refuses_a_face_that_does_not_reflect_the_colours() -> None:
    door = _Door(light=True)
    seen = door.show(14.0)
    assert Status.LIVE not in _statuses(seen)
    ended = next(one.challenge for one in seen if one.challenge is not None and one.challenge.outcome == "failed")
    # The scripted picture is the same under every colour.
    assert ended.why in (Failure.LIGHT_WEAK, Failure.LIGHT_NOT_MEASURED)
    assert ended.light is not None
    assert len(ended.light.colours) == len(ended.light.shown_s) == 10
    guidance = {face.guidance for one in seen if one.challenge == ended for face in one.faces}
    assert Failure(ended.why).text in guidance
    for result in seen:
        jsonschema.validate(json.loads(json.dumps(result.to_json())), SCHEMA)


@pytest.mark.parametrize("why", [Failure.SCREEN_HIDDEN, Failure.SCREEN_MOVED])
def test_processor_says_that_the_window_was_covered_or_moved(why: Failure) -> None:
    door = _Door(light=True)
    assert door.display is not None
    while not (door.results and door.results[-1].challenge is not None and door.results[-1].challenge.colour):
        door.show(1 / 30 + 1e-6)
        assert door.number < 600
    [prompted] = door.results[-1].faces
    assert prompted.guidance == Prompt.LIGHT.text
    door.display.fail(why)
    [result] = door.show(1 / 30 + 1e-6)
    assert (result.faces[0].status, result.faces[0].guidance) == (Status.UNCERTAIN, why.text)
    assert "challenge_failed" in result.faces[0].reasons
    assert result.challenge is not None
    assert (result.challenge.outcome, result.challenge.why) == ("failed", why.value)
