"""Faults in what the camera delivers, each through the real engine: the reason is said, and nothing is LIVE."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from fasdemo.engine.engine import Engine
from fasdemo.engine.per_face.stream_motion_check import STILL_S
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import FrameResult, Status
from fasdemo.frames import FrameSet, Stream, StreamTime
from tests.support.fault_stage import Change, Faulty, real_engine, reasons, record_person, statuses, trusting_model

FIRST, LAST = 14, 20
AT_CAMERA = round((STILL_S + 0.5) * 30)
"""Number of a frame at which the person in front of a camera is LIVE."""


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record_person(tmp_path_factory.mktemp("person"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trusting_model(tmp_path_factory.mktemp("model"))


def frozen(good: FrameSet, before: list[FrameSet]) -> FrameSet:
    """The whole set stands still under a new time."""
    return replace(before[FIRST - 1], index=good.index, timestamp_s=good.timestamp_s, times={})


def frozen_stream(stream: Stream) -> Change:
    def change(good: FrameSet, before: list[FrameSet]) -> FrameSet:
        return replace(good, **{stream: getattr(before[FIRST - 1], stream)})

    return change


def stuck_counter(good: FrameSet, before: list[FrameSet]) -> FrameSet:
    times: dict[Stream, StreamTime] = {**good.times, "depth": before[FIRST - 1].times["depth"]}
    return replace(good, times=times)


def black(*streams: Stream) -> Change:
    def change(good: FrameSet, before: list[FrameSet]) -> FrameSet:
        return replace(good, **{stream: np.zeros_like(getattr(good, stream)) for stream in streams})

    return change


def swapped(good: FrameSet, before: list[FrameSet]) -> FrameSet:
    assert good.depth is not None
    assert good.ir is not None
    return replace(good, depth=good.ir.astype(np.uint16) * 4, ir=(good.depth // 8).astype(np.uint8))


def late(stream: Stream, seconds: float) -> Change:
    """The stream is that of a while ago, and its hardware time says so."""

    def change(good: FrameSet, before: list[FrameSet]) -> FrameSet:
        old = before[good.index - round(seconds * 30)]
        return replace(good, **{stream: getattr(old, stream)}, times={**good.times, stream: old.times[stream]})

    return change


def gone(stream: Literal["depth", "ir"]) -> Change:
    if stream == "depth":
        return lambda good, before: replace(good, depth=None)
    return lambda good, before: replace(good, ir=None)


def clock_back(good: FrameSet, before: list[FrameSet]) -> FrameSet:
    """Every frame is an hour before the one before."""
    back = 3600.0 * (good.index - FIRST + 1)
    times = {name: replace(time, timestamp_s=time.timestamp_s - back) for name, time in good.times.items()}
    return replace(good, timestamp_s=good.timestamp_s - back, times=times)


def clock_stands(good: FrameSet, before: list[FrameSet]) -> FrameSet:
    return replace(good, timestamp_s=before[FIRST - 1].timestamp_s)


FAULTS: dict[str, tuple[Change, str]] = {
    "everything stands still": (frozen, "depth_frozen"),
    "depth stands still": (frozen_stream("depth"), "depth_frozen"),
    "infrared stands still": (frozen_stream("ir"), "ir_frozen"),
    "depth's counter stands still": (stuck_counter, "depth_frozen"),
    "colour is black": (black("rgb"), "no_face"),
    "infrared is black": (black("ir"), "ir_dark"),
    "depth is empty": (black("depth"), "depth_empty"),
    "all is black": (black("rgb", "depth", "ir"), "ir_dark"),
    "depth and infrared are swapped": (swapped, "rough_surface"),
    "depth is 200 ms late": (late("depth", 0.2), "depth_out_of_sync"),
    "infrared is 200 ms late": (late("ir", 0.2), "ir_out_of_sync"),
    "depth is gone": (gone("depth"), "depth_missing"),
    "infrared is gone": (gone("ir"), "ir_missing"),
    "the clock steps back": (clock_back, "clock_back"),
    "the clock stands": (clock_stands, "clock_back"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_nothing_is_live_during_the_fault_and_the_reason_is_reported(fault: str, person: Path, model: Path) -> None:
    change, reason = FAULTS[fault]
    with Faulty(person, change, FIRST, LAST) as source, real_engine(model, source.info) as engine:
        results = list(engine.run(source))
    seen = statuses(results)
    assert Status.LIVE in seen[FIRST - 1], "the person has to be live before the fault, or this test shows nothing"
    for result, found in list(zip(results, seen, strict=True))[FIRST:LAST]:
        assert Status.LIVE not in found
        assert reasons(result) - {"gathering"}
    assert reason in reasons(results[FIRST])
    assert Status.LIVE in seen[-1], "when the fault is over, the person is live again"


def test_colour_that_stands_still_in_a_file_is_no_fresh_picture(person: Path, model: Path) -> None:
    # A file may repeat a picture for a tenth of a second, where its rate was converted.
    with Faulty(person, frozen_stream("rgb"), FIRST, 30) as source, real_engine(model, source.info) as engine:
        results = list(engine.run(source))
    assert all(Status.LIVE not in found for found in statuses(results)[FIRST + 4 : 30])
    assert "rgb_frozen" in reasons(results[FIRST + 5])


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person who stays at a camera for longer than its streams are compared."""
    return record_person(tmp_path_factory.mktemp("visitor"), AT_CAMERA + 6)


def at_camera(source: Faulty, engine: Engine, waited_s: float = 0.01) -> list[FrameResult]:
    """Process frames of a live camera, of which those from `AT_CAMERA` on waited for `waited_s`."""
    # Processing takes real time, which a busy computer makes long.
    engine.set_policy(Policy(max_age_s=60.0))
    results = []
    for frame in source:
        live = replace(frame, live_source=True, received_s=50.0 + frame.timestamp_s)
        now_s = 50.0 + frame.timestamp_s + (waited_s if frame.index >= AT_CAMERA else 0.01)
        results.append(engine.process(live, now_s=now_s))
    return results


def test_a_live_camera_may_not_repeat_even_one_picture(visitor: Path, model: Path) -> None:
    def repeated(good: FrameSet, before: list[FrameSet]) -> FrameSet:
        return replace(good, rgb=before[AT_CAMERA - 1].rgb)

    with Faulty(visitor, repeated, AT_CAMERA, AT_CAMERA + 100) as source, real_engine(model, source.info) as engine:
        results = at_camera(source, engine)
    assert Status.LIVE in statuses(results)[AT_CAMERA - 1]
    assert all(Status.LIVE not in found for found in statuses(results)[AT_CAMERA:])
    assert "rgb_frozen" in reasons(results[AT_CAMERA])


def test_a_frame_that_waited_too_long_is_stale(visitor: Path, model: Path) -> None:
    with Faulty(visitor, lambda good, before: good, 0, 0) as source, real_engine(model, source.info) as engine:
        results = at_camera(source, engine, waited_s=60.3)
    assert Status.LIVE in statuses(results)[AT_CAMERA - 1]
    assert all(Status.LIVE not in found for found in statuses(results)[AT_CAMERA:])
    assert "stale_frame" in reasons(results[-1])


def test_swapped_depth_and_infrared_never_become_live(person: Path, model: Path) -> None:
    with Faulty(person, swapped, 0, 100) as source, real_engine(model, source.info) as engine:
        results = list(engine.run(source))
    assert all(Status.LIVE not in found for found in statuses(results))
    assert all("rough_surface" in reasons(result) for result in results)
