"""Captures that are not fresh, through an engine that calls every face live: only rules on time and content refuse."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from fasdemo.capture.device_clock import CaptureAge
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.capture_checks.repetition import RepeatCheck
from fasdemo.engine.engine import Engine
from fasdemo.engine.per_face.stream_motion_check import STILL_S
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import FrameResult, Status
from fasdemo.frames import STREAMS, FrameSet, Stream, StreamTime
from tests.support.engine_fixtures import ScriptedFinder, ScriptedScorer, make_engine
from tests.support.scenes import CALIBRATION, frame

START_S = 500.0
UNHURRIED = Policy(max_age_s=30.0)
"""For tests in which a face has to become LIVE and age is not the subject: a busy machine judges slowly."""


def live(good: FrameSet, received_s: float | None = None) -> FrameSet:
    """The frame as a camera's that arrives at once."""
    received = START_S + good.timestamp_s if received_s is None else received_s
    return replace(good, live_source=True, received_s=received)


def judge(engine: Engine, frames: Sequence[FrameSet]) -> list[FrameResult]:
    return [engine.process(one, now_s=None if one.received_s is None else one.received_s + 0.005) for one in frames]


def live_count(results: Sequence[FrameResult]) -> int:
    return sum(face.status is Status.LIVE for result in results for face in result.faces)


def reasons(results: Sequence[FrameResult]) -> Counter[str]:
    return Counter(
        code for result in results for code in {*result.reasons, *(c for f in result.faces for c in f.reasons)}
    )


def test_engine_says_live_for_a_camera_that_delivers_in_time() -> None:
    results = judge(make_engine(policy=UNHURRIED), [live(frame(index)) for index in range(105)])
    assert live_count(results[: round(STILL_S * 30)]) == 0, (
        "the streams of a person who stands still are compared first"
    )
    assert live_count(results[-12:]) == 12


@pytest.mark.parametrize("late", [("depth",), ("ir",), ("depth", "ir")])
def test_engine_refuses_live_streams_without_times(late: tuple[Stream, ...]) -> None:
    frames = []
    for index in range(60, 80):
        good, old = frame(index), frame(index - 60)
        times = {stream: time for stream, time in good.times.items() if stream not in late}
        frames.append(live(replace(good, times=times, **{stream: getattr(old, stream) for stream in late})))
    results = judge(make_engine(), frames)
    assert live_count(results) == 0
    assert reasons(results)[f"{late[0]}_untimed"] == len(frames)


@pytest.mark.parametrize("arrival_s", [0.05, 0.1, 0.4])
def test_engine_refuses_pictures_whose_lag_adds_up(arrival_s: float) -> None:
    frames = [live(frame(index), START_S + index * arrival_s) for index in range(40)]
    results = judge(make_engine(), frames)
    for one, result in zip(frames, results, strict=True):
        assert one.received_s is not None
        if one.received_s - START_S - one.timestamp_s > 0.51:
            assert live_count([result]) == 0
            assert "stale_frame" in result.reasons


def test_capture_age_follows_a_device_clock_that_drifts() -> None:
    age = CaptureAge()
    ages = [age.update(float(second), START_S + second * 1.00005) for second in range(0, 36000, 10)]
    assert max(ages) < 0.01, "1.8 s of drift in ten hours"


def test_capture_age_sees_a_queue_that_grows_faster_than_clocks_drift() -> None:
    age = CaptureAge()
    ages = [age.update(float(second), START_S + second * 1.001) for second in range(0, 1000, 10)]
    assert ages[-1] > 0.75


def test_engine_error_does_not_make_an_old_picture_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine()
    judge(engine, [live(frame(index)) for index in range(9)])
    with monkeypatch.context() as patch:
        patch.setattr(engine._scorer, "predict", lambda crops: 1 / 0)
        assert "internal_error" in judge(engine, [live(frame(9))])[0].reasons
    results = judge(engine, [live(frame(index), START_S + 10.0 + index / 30) for index in range(10, 40)])
    assert live_count(results) == 0


@pytest.mark.parametrize("hours", [1.0, -1.0])
def test_engine_refuses_device_times_that_are_not_the_frames(hours: float) -> None:
    frames = []
    for index in range(20):
        good = frame(index)
        times = {
            stream: StreamTime(time.timestamp_s + hours * 3600, time.counter) for stream, time in good.times.items()
        }
        frames.append(live(replace(good, times=times)))
    results = judge(make_engine(), frames)
    assert live_count(results) == 0
    assert reasons(results)["rgb_out_of_sync"] == 20


def one_pixel(good: FrameSet, index: int) -> FrameSet:
    changed = copy.deepcopy(good)
    for stream in STREAMS:
        getattr(changed, stream)[240, 320] = index % 200
    return changed


CHANGES: dict[str, Callable[[FrameSet, int], FrameSet]] = {
    "as it is": lambda one, index: one,
    "one pixel changes": one_pixel,
    "a clock in the corner": lambda one, index: replace(
        one, rgb=np.concatenate([np.full((20, 640, 3), index % 200, np.uint8), one.rgb[20:]])
    ),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("buffers", [1, 2, 3, 4, 16])
def test_engine_refuses_buffers_in_turn(buffers: int, change: str) -> None:
    frames = []
    for index in range(24):
        good, old = frame(index), frame(500 + index % buffers)
        frames.append(live(CHANGES[change](replace(good, rgb=old.rgb, depth=old.depth, ir=old.ir), index)))
    results = judge(make_engine(), frames)
    assert live_count(results) <= max(buffers - 4, 0), "before the first one comes back they are new"
    assert live_count(results[buffers:]) == 0


@pytest.mark.parametrize("stream", STREAMS)
def test_engine_refuses_one_stream_that_gives_buffers_in_turn(stream: Stream) -> None:
    frames = [live(replace(frame(i), **{stream: getattr(frame(500 + i % 3), stream)})) for i in range(20)]
    results = judge(make_engine(), frames)
    assert live_count(results) == 0
    assert reasons(results)[f"{stream}_repeated"] >= 15


@pytest.mark.parametrize("sigma", [0.3, 0.5])
def test_repeat_check_sees_old_pictures_under_a_little_noise(sigma: float) -> None:
    rng = np.random.default_rng(3)
    check, found = RepeatCheck(), 0
    for index in range(60):
        old = frame(500 + index % 4).rgb
        noisy = np.clip(old + rng.normal(0, sigma, old.shape), 0, 255).astype(np.uint8)
        found += "rgb_repeated" in check.check(live(replace(frame(index), rgb=noisy)), (220.0, 140.0, 200.0, 200.0))
    assert found >= 40


def test_repeat_check_lets_a_file_repeat_a_colour_picture_for_a_tenth_of_a_second() -> None:
    check = RepeatCheck()
    box = (220.0, 140.0, 200.0, 200.0)
    doubled = [replace(frame(index), rgb=frame(index // 2).rgb) for index in range(40)]
    assert not any("rgb_repeated" in check.check(one, box) for one in doubled)


def clip_twice(declared: frozenset[Stream], length: int) -> int:
    """Play a clip two times without a break, as a file, and return the number of frames with `rgb_repeated`."""
    check, box, found = RepeatCheck(), (220.0, 140.0, 200.0, 200.0), 0
    for index in range(2 * length):
        shown = replace(frame(index), rgb=frame(500 + index % length).rgb, declared=declared)
        if declared == {"rgb"}:
            shown = replace(shown, depth=None, ir=None)
        found += "rgb_repeated" in check.check(shown, box)
    return found


def test_repeat_check_accepts_a_file_of_colour_that_repeats_a_clip() -> None:
    assert clip_twice(frozenset({"rgb"}), 40) == 0


def test_repeat_check_refuses_a_ring_of_buffers_in_a_file_of_colour() -> None:
    assert clip_twice(frozenset({"rgb"}), 12) == 12


def test_repeat_check_refuses_a_recording_with_depth_that_repeats_itself() -> None:
    assert clip_twice(frozenset(STREAMS), 40) == 40


def test_engine_takes_depth_at_half_the_rate_of_colour() -> None:
    frames = []
    for index in range(105):
        good, held = frame(index), frame(index - index % 2)
        times = {**good.times, "depth": held.times["depth"]}
        frames.append(live(replace(good, depth=held.depth, times=times)))
    assert live_count(judge(make_engine(policy=UNHURRIED), frames)[-12:]) == 12


def test_engine_calls_depth_that_stops_out_of_sync() -> None:
    frames = []
    for index in range(30):
        good, held = frame(index), frame(min(index, 15))
        frames.append(live(replace(good, depth=held.depth, times={**good.times, "depth": held.times["depth"]})))
    results = judge(make_engine(), frames)
    assert live_count(results[18:]) == 0
    assert reasons(results[18:])["depth_out_of_sync"] == len(results[18:])


@pytest.mark.parametrize("counter", [-1, 0])
def test_engine_takes_times_without_counters(counter: int) -> None:
    frames = []
    for index in range(20):
        good = frame(index)
        times = {stream: StreamTime(time.timestamp_s, counter) for stream, time in good.times.items()}
        frames.append(replace(good, times=times))
    assert live_count(judge(make_engine(), frames)) >= 14


@pytest.mark.parametrize("fps", [2.0, 3.0, 3.75, 7.5])
def test_engine_follows_a_live_face_at_a_low_rate(fps: float) -> None:
    assert live_count(judge(make_engine(), [frame(index, fps=fps) for index in range(20)])) >= 8


def test_engine_reports_a_low_frame_rate() -> None:
    results = judge(make_engine(), [frame(index, fps=1.0) for index in range(12)])
    assert live_count(results) == 0
    assert reasons(results)["low_frame_rate"] >= 8


INFO = SourceInfo("own", "own", True, frozenset(STREAMS), 640, 480, 30.0, None)


@pytest.mark.parametrize(
    ("fx", "fy"), [(1e300, 1e-300), (float("nan"), 600.0), (0.0, 0.0), (-600.0, 600.0), (600.0, 5.0)]
)
def test_engine_refuses_a_calibration_that_no_camera_has(fx: float, fy: float) -> None:
    odd = replace(CALIBRATION, rgb=replace(CALIBRATION.rgb, fx=fx, fy=fy))
    results = judge(make_engine(), [frame(index, calibration=odd) for index in range(20)])
    assert live_count(results) == 0
    assert reasons(results)["calibration_invalid"] == 20


def test_engine_refuses_a_camera_with_depth_and_no_calibration() -> None:
    results = judge(make_engine(), [live(frame(index, calibration=None)) for index in range(20)])
    assert live_count(results) == 0
    assert reasons(results)["size_unknown"] == 20


def test_engine_notes_that_a_file_without_calibration_has_no_size() -> None:
    results = judge(make_engine(), [frame(index, calibration=None) for index in range(20)])
    assert live_count(results) >= 14
    assert reasons(results)["size_unchecked"] == 20


@pytest.mark.parametrize("left_out", ["depth", "ir"])
def test_engine_refuses_a_source_that_leaves_out_what_its_device_has(left_out: Stream) -> None:
    declared = frozenset(STREAMS) - {left_out}
    source = replace(INFO, declared=declared, capable=frozenset(STREAMS))
    engine = Engine(ScriptedScorer(0.99), ScriptedFinder(), source=source)
    results = judge(engine, [live(frame(index, declared=declared)) for index in range(20)])
    assert live_count(results) == 0
    assert reasons(results)[f"{left_out}_unused"] == 20
