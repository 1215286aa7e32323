"""Depth or infrared that is late by a constant, with new times, is not LIVE once the person has moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fasdemo.assets_folder import demo_session
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.per_face.stream_motion_check import COMPARED_S, HELD_S, StreamMotionCheck
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import FrameResult, Status
from fasdemo.engine.temporal.track_state import REPEATED_S
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.finder import FaceFinder
from fasdemo.frames import STREAMS, FrameSet, StreamTime
from fasdemo.models.predictor import Predictor
from fasdemo.sessions.reader import SessionReader
from tests.support.face_fixtures import model_or_skip
from tests.support.fault_stage import reasons, statuses, trusting_model

STEP, COUNT, LATE = 3, 44, 10
"""Ten frames per second of the bundled session's live person; late by a second."""
KNOWN = 12
"""Frames after which a late stream must be known."""


@pytest.fixture(scope="module")
def person() -> list[FrameSet]:
    model_or_skip()
    with SessionReader(demo_session()) as reader:
        return [reader[index] for index in range(135)][::STEP][:COUNT]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, person: list[FrameSet]) -> Iterator[Engine]:
    """A model that calls everything live: what is refused is refused by evidence."""
    model = trusting_model(tmp_path_factory.mktemp("model"))
    info = SourceInfo("demo", "", False, frozenset(STREAMS), 640, 480, 30.0, None, person[0].calibration)
    with Engine(Predictor(model, "cpu", threads=1), FaceFinder(FaceDetector()), source=info) as made:
        yield made


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, person: list[FrameSet]) -> Iterator[Engine]:
    """The same with a policy that requires motion."""
    model = trusting_model(tmp_path_factory.mktemp("model"))
    info = SourceInfo("demo", "", False, frozenset(STREAMS), 640, 480, 30.0, None, person[0].calibration)
    predictor, finder = Predictor(model, "cpu", threads=1), FaceFinder(FaceDetector())
    with Engine(predictor, finder, policy=Policy(require_motion=True), source=info) as made:
        yield made


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, person: list[FrameSet]) -> Iterator[Engine]:
    """The engine of a live camera with the default policy, but for the time that a busy computer may take."""
    model = trusting_model(tmp_path_factory.mktemp("model"))
    info = SourceInfo("camera", "", True, frozenset(STREAMS), 640, 480, 30.0, None, person[0].calibration)
    predictor, finder = Predictor(model, "cpu", threads=1), FaceFinder(FaceDetector())
    with Engine(predictor, finder, policy=Policy(max_age_s=60.0), source=info) as made:
        yield made


def judged(
    engine: Engine, frames: list[FrameSet], first: int = 0, live: bool = False, fps: float = 10.0, clock: float = 1.0
) -> list[FrameResult]:
    """The results of frames; the host's clock runs `clock` times as fast as the device's."""
    results = []
    for index, frame in enumerate(frames, first):
        at_s = index / fps
        times = {stream: StreamTime(at_s, index) for stream in STREAMS}
        timed = replace(frame, index=index, timestamp_s=at_s, times=times, truth=None)
        if live:
            timed = replace(timed, live_source=True, received_s=1000.0 + at_s * clock)
        results.append(engine.process(timed, 1000.01 + at_s * clock))
    return results


def judged_frame(frame: FrameSet) -> FrameSet:
    """The frame with times of its own, as the first one of a source."""
    return replace(
        frame, index=0, timestamp_s=0.0, times={stream: StreamTime(0.0, 0) for stream in STREAMS}, truth=None
    )


def late(person: list[FrameSet], *names: str, by: int = LATE) -> list[FrameSet]:
    return [
        replace(frame, **{name: getattr(before, name) for name in names})
        for frame, before in zip(person[by:], person[:-by], strict=True)
    ]


def test_engine_gives_no_reason_for_streams_of_the_same_moment(engine: Engine, person: list[FrameSet]) -> None:
    engine.reset()
    results = judged(engine, person)
    assert all(reasons(result).isdisjoint({"depth_moves_apart", "ir_moves_apart"}) for result in results)
    assert statuses(results)[-20:] == [{Status.LIVE}] * 20


@pytest.mark.parametrize(("names", "code"), [(("depth",), "depth_moves_apart"), (("ir",), "ir_moves_apart")])
def test_stream_that_is_a_second_late_is_not_live(
    engine: Engine, person: list[FrameSet], names: tuple[str, ...], code: str
) -> None:
    engine.reset()
    results = judged(engine, late(person, *names))
    assert all(code in reasons(result) for result in results[KNOWN:])
    assert not any(Status.LIVE in found for found in statuses(results)[KNOWN:])


def test_late_stream_is_remembered_until_it_moves_with_the_face_again(engine: Engine, person: list[FrameSet]) -> None:
    engine.reset()
    judged(engine, late(person, "ir"))
    results = judged(engine, person, first=COUNT)
    assert "ir_moves_apart" in reasons(results[0])
    assert "ir_moves_apart" not in reasons(results[-1])


def test_late_stream_is_forgotten_ten_seconds_after_the_last_difference() -> None:
    check = StreamMotionCheck()
    check._apart["ir"] = 5.0
    assert check.codes(5.0 + HELD_S) == ["ir_moves_apart"]
    assert check.codes(5.1 + HELD_S) == []


@pytest.mark.parametrize("by", [2, 5, 10, 20])
@pytest.mark.parametrize("names", [("depth",), ("ir",), ("depth", "ir")])
def test_late_stream_of_a_camera_is_never_live(
    camera: Engine, person: list[FrameSet], names: tuple[str, ...], by: int
) -> None:
    camera.reset()
    results = judged(camera, late(person, *names, by=by), live=True)
    assert not any(Status.LIVE in found for found in statuses(results))


def test_camera_whose_streams_move_together_is_live_after_they_were_compared(
    camera: Engine, person: list[FrameSet]
) -> None:
    camera.reset()
    found = statuses(judged(camera, person, live=True))
    first = found.index({Status.LIVE})
    assert round(COMPARED_S * 10) <= first <= round(COMPARED_S * 10) + 5
    assert found[first:] == [{Status.LIVE}] * len(found[first:])


@pytest.mark.parametrize("by", [2, 5, 10])
@pytest.mark.parametrize("names", [("depth",), ("ir",), ("depth", "ir")])
def test_stream_that_becomes_late_in_front_of_a_live_person_is_found_at_once(
    camera: Engine, person: list[FrameSet], names: tuple[str, ...], by: int
) -> None:
    camera.reset()
    results = judged(camera, [*person[:30], *late(person, *names, by=by)[30 - by :]], live=True)
    found = statuses(results)
    assert found[29] == {Status.LIVE}
    assert sum(Status.LIVE in faces for faces in found[30:]) <= 5


def test_short_visits_are_not_a_comparison(camera: Engine, person: list[FrameSet]) -> None:
    camera.reset()
    frames = late(person, "depth", by=5)
    empty = [replace(frame, rgb=frame.rgb // 64 + 90) for frame in person[:13]]
    visits = [one for start in range(0, 16, 4) for one in [*frames[start : start + 4], *empty]]
    found = statuses(judged(camera, [*visits, *frames[16:28]], live=True))
    assert not any(Status.LIVE in faces for faces in found)


def test_late_stream_of_a_slow_camera_is_never_live(camera: Engine, person: list[FrameSet]) -> None:
    camera.reset()
    found = statuses(judged(camera, late(person, "depth", by=10)[::2], live=True, fps=5.0))
    assert not any(Status.LIVE in faces for faces in found)


def test_person_at_a_slow_camera_is_live(camera: Engine, person: list[FrameSet]) -> None:
    camera.reset()
    assert statuses(judged(camera, person[::2], live=True, fps=5.0))[-1] == {Status.LIVE}


def test_device_clock_that_runs_fast_does_not_shorten_the_comparison(camera: Engine, person: list[FrameSet]) -> None:
    camera.reset()
    results = judged(camera, person, live=True, clock=0.3)
    assert results[-1].faces, "44 frames in 1.3 s of the computer's clock"
    assert not any(Status.LIVE in faces for faces in statuses(results))


def test_single_picture_of_a_camera_is_not_live(camera: Engine, person: list[FrameSet]) -> None:
    camera.reset()
    frame = replace(judged_frame(person[0]), live_source=True, received_s=1000.0)
    [face] = camera.process(frame, 1000.01, still=True).faces
    assert face.status is Status.UNCERTAIN
    assert "gathering" in face.reasons
    assert statuses([camera.process(judged_frame(person[0]), still=True)]) == [{Status.LIVE}]


def test_camera_is_compared_again_after_a_stream_was_late(camera: Engine, person: list[FrameSet]) -> None:
    camera.reset()
    judged(camera, late(person, "ir"), live=True)
    results = judged(camera, person, first=COUNT, live=True)
    ended = next(index for index, result in enumerate(results) if "ir_moves_apart" not in reasons(result))
    assert not any(Status.LIVE in faces for faces in statuses(results)[: ended + 3])
    assert statuses(results)[-1] == {Status.LIVE}


def test_next_person_at_a_camera_waits_for_a_shorter_comparison(camera: Engine, person: list[FrameSet]) -> None:
    camera.reset()
    judged(camera, person, live=True)
    empty = [replace(frame, rgb=frame.rgb // 64 + 90) for frame in person[12:24]]
    found = statuses(judged(camera, [*empty, *person[:13]], first=COUNT, live=True))
    assert not any(Status.LIVE in faces for faces in found[: 12 + round(REPEATED_S * 10)])
    assert found[-1] == {Status.LIVE}


@pytest.mark.parametrize("names", [("depth",), ("ir",), ("depth", "ir")])
def test_stream_that_becomes_late_while_nobody_is_there_is_never_live(
    camera: Engine, person: list[FrameSet], names: tuple[str, ...]
) -> None:
    camera.reset()
    judged(camera, person, live=True)
    empty = [replace(frame, rgb=frame.rgb // 64 + 90) for frame in person[:25]]
    results = judged(camera, [*empty, *late(person, *names, by=10)], first=COUNT, live=True)
    assert results[-1].faces
    assert not any(Status.LIVE in faces for faces in statuses(results))


def test_camera_with_a_fault_is_compared_again(camera: Engine, person: list[FrameSet]) -> None:
    camera.reset()
    judged(camera, person, live=True)
    fault = replace(person[-1], faults=("device_lost",))
    found = statuses(judged(camera, [fault, *person[:20]], first=COUNT, live=True))
    assert not any(Status.LIVE in faces for faces in found[: round(COMPARED_S * 10)])
    assert found[-1] == {Status.LIVE}


@pytest.mark.parametrize("names", [("depth",), ("ir",), ("depth", "ir")])
def test_stream_that_is_late_after_a_stall_is_never_live(
    camera: Engine, person: list[FrameSet], names: tuple[str, ...]
) -> None:
    camera.reset()
    assert statuses(judged(camera, person[:24], live=True))[-1] == {Status.LIVE}
    after = judged(camera, late(person, *names, by=10)[4:], first=44, live=True)
    assert after[-1].faces
    assert not any(Status.LIVE in faces for faces in statuses(after))


@pytest.mark.parametrize("by", [2, 5, 10])
@pytest.mark.parametrize("names", [("depth",), ("ir",), ("depth", "ir")])
def test_late_stream_is_never_live_if_motion_is_required(
    strict: Engine, person: list[FrameSet], names: tuple[str, ...], by: int
) -> None:
    strict.reset()
    results = judged(strict, late(person, *names, by=by))
    assert not any(Status.LIVE in found for found in statuses(results))
    assert "motion_unseen" in reasons(results[0])


def test_moving_person_is_live_if_motion_is_required(strict: Engine, person: list[FrameSet]) -> None:
    strict.reset()
    results = judged(strict, person)
    found = statuses(results)
    first = found.index({Status.LIVE})
    assert 8 < first < 16
    assert found[-3:] == [{Status.LIVE}] * 3
    before = results[5].faces[0]
    assert before.reasons == ("motion_unseen",)
    assert before.guidance == "Please move your head a little."


def test_required_motion_is_forgotten_after_a_change_of_the_view(strict: Engine, person: list[FrameSet]) -> None:
    strict.reset()
    assert Status.LIVE in statuses(judged(strict, person))[-1]
    gone = [replace(person[-1], rgb=person[-1].rgb * 0)] * 8
    results = judged(strict, [*gone, *person[:8]], first=COUNT)
    assert not any(Status.LIVE in found for found in statuses(results))


def test_required_motion_is_never_seen_without_depth_or_in_a_single_picture(
    strict: Engine, person: list[FrameSet]
) -> None:
    strict.reset()
    results = judged(strict, [replace(frame, depth=None) for frame in person])
    assert not any(Status.LIVE in found for found in statuses(results))
    assert all("motion_unseen" in reasons(result) for result in results)
    assert "motion_unseen" in reasons(strict.process(person[0], still=True))
