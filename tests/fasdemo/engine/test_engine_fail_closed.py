"""LIVE is impossible without a fresh, complete and consistent capture, for every input of the engine."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import FrameResult, Status
from fasdemo.engine.temporal.sequential_test import MIN_FRAMES
from fasdemo.frames import STREAMS, Calibration, FrameSet, Intrinsics, Stream, StreamTime
from fasdemo.models.crop import FaceCrops
from fasdemo.models.predictor import Prediction
from tests.support.engine_fixtures import CARD, RGB_CARD, ScriptedFinder, ScriptedScorer, make_engine
from tests.support.scenes import frame


@lru_cache(maxsize=256)
def capture(index: int, kind: str = "live") -> FrameSet:
    return frame(index, kind)


def changed(**fields: Any) -> Callable[[FrameSet], FrameSet]:
    return lambda good: dataclasses.replace(good, **fields)


def with_times(good: FrameSet, stream: Stream, **fields: Any) -> FrameSet:
    times = dict(good.times)
    times[stream] = dataclasses.replace(times[stream], **fields)
    return dataclasses.replace(good, times=times)


def nan_like(good: FrameSet) -> FrameSet:
    assert good.depth is not None
    return dataclasses.replace(good, depth=np.full(good.depth.shape, np.nan))


def swapped(good: FrameSet) -> FrameSet:
    assert good.depth is not None
    assert good.ir is not None
    return dataclasses.replace(good, depth=good.ir.astype(np.uint16), ir=(good.depth // 8).astype(np.uint8))


def half_scale(good: FrameSet) -> FrameSet:
    assert good.depth is not None
    return dataclasses.replace(good, depth=np.ascontiguousarray(good.depth[::2, ::2]))


OTHER_SIZE = Calibration(
    rgb=Intrinsics(640, 480, 600, 600, 320, 240), depth=Intrinsics(424, 240, 300, 300, 212, 120), registered=False
)

BAD_FRAMES: dict[str, Callable[[FrameSet], FrameSet]] = {
    "no depth": changed(depth=None),
    "no infrared": changed(ir=None),
    "neither": changed(depth=None, ir=None),
    "depth of floats": nan_like,
    "depth of no size": changed(depth=np.zeros((0, 0), np.uint16)),
    "depth of one row": changed(depth=np.full(640, 600, np.uint16)),
    "depth of other proportions": changed(depth=np.full((480, 480), 600, np.uint16)),
    "depth of half the size": half_scale,
    "depth without a reading": changed(depth=np.zeros((480, 640), np.uint16)),
    "depth scale zero": changed(depth_scale=0.0),
    "depth scale NaN": changed(depth_scale=math.nan),
    "depth scale negative": changed(depth_scale=-0.001),
    "infrared of three channels": changed(ir=np.zeros((480, 640, 3), np.uint8)),
    "infrared of floats": changed(ir=np.full((480, 640), np.nan, np.float32)),
    "infrared black": changed(ir=np.zeros((480, 640), np.uint8)),
    "depth and infrared swapped": swapped,
    "colour of floats": changed(rgb=np.full((480, 640, 3), np.nan)),
    "colour of two channels": changed(rgb=np.zeros((480, 640, 2), np.uint8)),
    "colour without pixels": changed(rgb=np.zeros((0, 0, 3), np.uint8)),
    "colour of another size": changed(rgb=np.zeros((240, 320, 3), np.uint8)),
    "no colour": changed(rgb=None),
    "calibration of another sensor": changed(calibration=OTHER_SIZE),
    "time NaN": changed(timestamp_s=math.nan),
    "time infinite": changed(timestamp_s=math.inf),
    "time back": changed(timestamp_s=-1.0),
    "depth 200 ms late": lambda good: with_times(good, "depth", timestamp_s=good.timestamp_s - 0.2),
    "infrared 200 ms late": lambda good: with_times(good, "ir", timestamp_s=good.timestamp_s - 0.2),
    "depth time NaN": lambda good: with_times(good, "depth", timestamp_s=math.nan),
    "capture fault": changed(faults=("stream_stalled",)),
    "old": changed(received_s=-10.0, live_source=True),
    "received in the future": changed(received_s=10.0, live_source=True),
    "received at NaN": changed(received_s=math.nan, live_source=True),
    "live, received nobody knows when": changed(live_source=True),
}


class Fails:
    """A judge or finder of which one call goes wrong."""

    def __init__(self, judge: ScriptedScorer, finder: ScriptedFinder) -> None:
        self.judge, self.finder = judge, finder
        self.mode = ""

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        match self.mode:
            case "judge raises":
                raise RuntimeError("out of memory")
            case "judge says too little":
                return []
            case "score NaN":
                return [Prediction(math.nan, math.nan)] * len(crops)
            case "score two":
                return [Prediction(2.0, 1.0)] * len(crops)
            case "score none":
                return [Prediction(None, None, error="no")] * len(crops)
        return self.judge.predict(crops)

    def find(self, rgb: np.ndarray, timestamp_s: float, still: bool = False, busy: bool = False) -> Any:
        if self.mode == "finder raises":
            raise RuntimeError("graph broken")
        if self.mode == "no face":
            return []
        tracks = self.finder.find(rgb, timestamp_s, still, busy)
        if self.mode == "key points NaN":
            return [
                dataclasses.replace(
                    track, face=dataclasses.replace(track.face, keypoints=np.full((6, 2), np.nan, np.float32))
                )
                for track in tracks
            ]
        if self.mode == "key points coincide":
            return [
                dataclasses.replace(
                    track, face=dataclasses.replace(track.face, keypoints=np.full((6, 2), 300.0, np.float32))
                )
                for track in tracks
            ]
        return tracks

    def __getattr__(self, name: str) -> Any:
        return getattr(self.judge if hasattr(self.judge, name) else self.finder, name)


BAD_PARTS = (
    "judge raises",
    "judge says too little",
    "score NaN",
    "score two",
    "score none",
    "finder raises",
    "no face",
    "key points NaN",
    "key points coincide",
)
ATTACKS = ("print", "screen")
STEPS = ("good", "again", "same time", *ATTACKS, *BAD_FRAMES, *BAD_PARTS)


def broken_engine(card: Any = CARD) -> tuple[Engine, Fails]:
    parts = Fails(ScriptedScorer(0.99, card), ScriptedFinder())
    return Engine(parts, parts, None), parts


def captures(steps: list[str]) -> list[FrameSet]:
    """Return the frames of the steps; a broken part changes no frame."""
    frames: list[FrameSet] = []
    for index, step in enumerate(steps):
        shown = capture(index, step if step in ATTACKS else "live")
        if step in BAD_FRAMES:
            shown = BAD_FRAMES[step](shown)
        elif step == "again" and frames:
            shown = dataclasses.replace(frames[-1], index=index, timestamp_s=shown.timestamp_s)
        elif step == "same time" and frames:
            shown = dataclasses.replace(shown, timestamp_s=frames[-1].timestamp_s)
        frames.append(shown)
    return frames


def play(engine: Engine, parts: Fails, steps: list[str]) -> list[FrameResult]:
    results = []
    for step, shown in zip(steps, captures(steps), strict=True):
        parts.mode = step if step in BAD_PARTS else ""
        results.append(engine.process(shown, now_s=0.0))
    return results


def without_small_depth(steps: list[str]) -> list[str]:
    """Return the steps with `good` for depth of half the size that follows depth of that size, or nothing.

    A file of registered pictures may have smaller depth; only a change of its size is a fault.
    """
    names, shape = [], None
    for step, shown in zip(steps, captures(steps), strict=True):
        depth = shown.depth if isinstance(shown.depth, np.ndarray) else None
        small = step == "depth of half the size" and depth is not None and shape in (None, depth.shape)
        names.append("good" if small else step)
        if depth is not None and isinstance(shown.rgb, np.ndarray) and shown.rgb.dtype == np.uint8:
            shape = depth.shape if shown.rgb.ndim == 3 and shown.rgb.size else shape
    return names


def statuses(result: FrameResult) -> list[Status]:
    return [face.status for face in result.faces]


@pytest.mark.parametrize("before", [1, 3, 7])
def test_live_after_a_frame_without_the_face_needs_good_frames_in_a_row(before: int) -> None:
    engine, parts = broken_engine()
    results = play(engine, parts, [*["good"] * before, "no face", *["good"] * MIN_FRAMES])
    assert Status.LIVE not in {status for result in results[before:-1] for status in statuses(result)}
    assert statuses(results[-1]) == [Status.LIVE]


@given(st.lists(st.sampled_from(STEPS) | st.just("good"), max_size=16))
@example(["depth of half the size"] * 6)
@example(["depth of half the size", "no depth", *["depth of half the size"] * 6])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_live_needs_good_frames_up_to_and_including_this_one(steps: list[str]) -> None:
    engine, parts = broken_engine()
    # A first frame repeats nothing.
    steps = [*("good" if step in ("again", "same time") else step for step in steps[:1]), *steps[1:]]
    sound = without_small_depth(steps)
    for index, result in enumerate(play(engine, parts, steps)):
        if Status.LIVE in statuses(result):
            assert index + 1 >= MIN_FRAMES
            assert sound[index + 1 - MIN_FRAMES : index + 1] == ["good"] * MIN_FRAMES


@given(st.lists(st.sampled_from(STEPS), max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_good_view_becomes_live_within_a_second_after_any_history(steps: list[str]) -> None:
    engine, parts = broken_engine()
    results = play(engine, parts, [*steps, *["good"] * 30])
    assert statuses(results[-1]) == [Status.LIVE]


@pytest.mark.parametrize("step", [step for step in STEPS if step != "good"])
def test_engine_ends_live_at_one_bad_frame(step: str) -> None:
    engine, parts = broken_engine()
    results = play(engine, parts, [*["good"] * 10, step, *["good"] * 20])
    assert statuses(results[9]) == [Status.LIVE]
    assert Status.LIVE not in statuses(results[10])
    assert statuses(results[-1]) == [Status.LIVE]
    said = {*results[10].reasons, *(reason for face in results[10].faces for reason in face.reasons)}
    assert said - {"gathering"}, "a refusal names its reason"


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("no depth", "depth_missing"),
        ("no infrared", "ir_missing"),
        ("depth of floats", "depth_invalid"),
        ("depth of half the size", "depth_mismatched"),
        ("depth without a reading", "depth_empty"),
        ("infrared black", "ir_dark"),
        ("colour of floats", "rgb_invalid"),
        ("colour of another size", "rgb_mismatched"),
        ("time back", "clock_back"),
        ("same time", "clock_back"),
        ("depth 200 ms late", "depth_out_of_sync"),
        ("capture fault", "stream_stalled"),
        ("old", "stale_frame"),
        ("received at NaN", "stale_frame"),
        ("again", "depth_frozen"),
        ("judge raises", "internal_error"),
        ("no face", "no_face"),
    ],
)
def test_engine_names_the_fault_of_a_frame(step: str, reason: str) -> None:
    engine, parts = broken_engine()
    results = play(engine, parts, [*["good"] * 6, step])
    assert reason in results[-1].reasons


def test_engine_misses_a_promised_stream_that_a_frame_does_not_declare() -> None:
    from fasdemo.capture.source import SourceInfo

    info = SourceInfo("x", "session", False, frozenset({"rgb", "depth", "ir"}), 640, 480, 30.0, None)
    engine = Engine(ScriptedScorer(0.99, RGB_CARD), ScriptedFinder(), source=info)
    for index in range(20):
        result = engine.process(frame(index, declared=frozenset({"rgb"})))
        assert statuses(result) == [Status.UNCERTAIN]
        assert {"depth_missing", "ir_missing"} <= set(result.reasons)


def test_engine_never_calls_colour_alone_live_by_default() -> None:
    engine = make_engine(0.99, card=RGB_CARD)
    for index in range(30):
        result = engine.process(frame(index, declared=frozenset({"rgb"})))
        assert statuses(result) == [Status.UNCERTAIN]
        assert "rgb_only" in result.faces[0].reasons
    assert result.faces[0].reasons == ("rgb_only",)
    assert "depth or infrared" in result.faces[0].guidance
    assert result.faces[0].score == pytest.approx(0.99, abs=0.01)


def test_engine_caps_a_colour_model_on_a_source_with_more_streams() -> None:
    engine = make_engine(0.99, card=RGB_CARD)
    for index in range(15):
        assert statuses(engine.process(frame(index))) == [Status.UNCERTAIN]


def test_engine_never_calls_a_still_picture_live_by_colour_alone() -> None:
    picture = frame(0, declared=frozenset({"rgb"}))
    assert statuses(make_engine(0.99, card=RGB_CARD).process(picture, still=True)) == [Status.UNCERTAIN]
    allowed = make_engine(0.99, Policy(allow_rgb_only=True), card=RGB_CARD)
    assert statuses(allowed.process(picture, still=True)) == [Status.LIVE]


@pytest.mark.parametrize("policy", [None, Policy(allow_rgb_only=True)])
def test_engine_calls_an_attack_spoof_by_colour_alone(policy: Policy | None) -> None:
    engine = make_engine(0.01, policy, card=RGB_CARD)
    for index in range(15):
        result = engine.process(frame(index, declared=frozenset({"rgb"})))
    assert statuses(result) == [Status.SPOOF]
    assert {"rgb_only", "score_spoof"} <= set(result.faces[0].reasons)
    assert result.faces[0].guidance == ""


def test_engine_calls_colour_alone_live_where_the_policy_allows_it_and_says_so() -> None:
    engine = make_engine(0.99, Policy(allow_rgb_only=True), card=RGB_CARD)
    first = engine.process(frame(0, declared=frozenset({"rgb"}))).faces[0]
    assert first.guidance == "Please keep looking at the camera."
    for index in range(1, 15):
        result = engine.process(frame(index, declared=frozenset({"rgb"})))
        assert "rgb_only" in result.faces[0].reasons
    assert statuses(result) == [Status.LIVE]
    engine.set_policy(None)
    for index in range(15, 45):
        assert statuses(engine.process(frame(index, declared=frozenset({"rgb"})))) == [Status.UNCERTAIN]


@pytest.mark.parametrize("fault", ["virtual_camera", "rgb_untimed"])
@pytest.mark.parametrize("score", [0.99, 0.01])
def test_engine_never_calls_a_capped_camera_live_under_any_policy(score: float, fault: str) -> None:
    chosen: tuple[frozenset[Stream], ...] = (frozenset({"rgb"}), frozenset(STREAMS))
    for streams in chosen:
        engine = make_engine(score, Policy(allow_rgb_only=True), card=RGB_CARD if len(streams) == 1 else CARD)
        for index in range(30):
            result = engine.process(frame(index, declared=streams, faults=(fault,)))
            assert statuses(result) != [Status.LIVE]
            assert fault in result.faces[0].reasons
            assert "capture_fault" not in result.faces[0].reasons
        assert statuses(result) == [Status.UNCERTAIN if score > 0.5 else Status.SPOOF]


def test_policy_can_demand_depth() -> None:
    engine = make_engine(0.99, Policy(require=frozenset({"depth"})), card=RGB_CARD)
    for index in range(15):
        result = engine.process(frame(index, declared=frozenset({"rgb"})))
        assert statuses(result) == [Status.UNCERTAIN]
        assert "depth_required" in result.faces[0].reasons


def test_engine_never_calls_a_frozen_colour_stream_live() -> None:
    engine = make_engine(0.99, card=RGB_CARD)
    still = frame(0, declared=frozenset({"rgb"}))
    for index in range(40):
        result = engine.process(dataclasses.replace(still, index=index, timestamp_s=index / 30, times={}))
        assert index < MIN_FRAMES or Status.LIVE not in statuses(result)
    assert "rgb_frozen" in result.reasons


def test_engine_takes_a_frozen_counter_for_a_frozen_stream() -> None:
    engine = make_engine()
    for index in range(8):
        good = capture(index)
        result = engine.process(with_times(good, "depth", counter=3))
    assert "depth_frozen" in result.reasons


def test_engine_calls_a_camera_in_time_live() -> None:
    engine = make_engine()
    for index in range(105):
        good = dataclasses.replace(capture(index), live_source=True, received_s=100.0 + index / 30)
        result = engine.process(good, now_s=100.01 + index / 30)
    assert statuses(result) == [Status.LIVE]
    assert result.live_source
    assert result.latency_ms.capture == pytest.approx(10.0, abs=0.1)


def test_engine_refuses_a_frame_that_grows_old_while_it_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is stopped, swapped out or starved in the middle: what it says afterwards is about the past."""
    judge, stands_still_s = ScriptedScorer(0.99), 0.0
    predict = judge.predict

    def slow(crops: list[FaceCrops]) -> list[Prediction]:
        time.sleep(stands_still_s)
        return predict(crops)

    monkeypatch.setattr(judge, "predict", slow)
    engine = Engine(judge, ScriptedFinder(), Policy(max_age_s=5.0))
    found = []
    for index in range(200):
        received = 100.0 + index / 30
        stands_still_s = 0.05 if index == 97 else 0.0
        # At 97 the frame waited for all but a twentieth of what it may.
        waited = 4.96 if index == 97 else 0.01
        good = dataclasses.replace(capture(index), live_source=True, received_s=received)
        found.append(engine.process(good, now_s=received + waited))
    assert statuses(found[96]) == [Status.LIVE]
    assert statuses(found[97]) == [Status.UNCERTAIN]
    assert "stale_frame" in found[97].faces[0].reasons
    assert "stale_frame" in found[97].reasons
    # What was gathered is forgotten, as with every stale frame.
    assert statuses(found[98]) == [Status.UNCERTAIN]
    assert statuses(found[-1]) == [Status.LIVE]


def test_engine_never_takes_a_file_for_a_live_source() -> None:
    engine = make_engine()
    result = [engine.process(capture(index)) for index in range(10)][-1]
    assert statuses(result) == [Status.LIVE]
    assert result.to_json()["live_source"] is False


def test_timestamps_of_streams_are_compared_only_where_they_are_known() -> None:
    engine = make_engine()
    for index in range(10):
        good = capture(index)
        result = engine.process(dataclasses.replace(good, times={"rgb": StreamTime(good.timestamp_s, index)}))
    assert statuses(result) == [Status.LIVE]
