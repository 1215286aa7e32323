"""Clocks and images of a camera of any kind: age is never underestimated, and the checks of motion never fail."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.device_clock import MAX_DRIFT, CaptureAge
from fasdemo.engine.capture_checks.moved_repeat import MovedRepeatCheck
from fasdemo.engine.measurements.stream_steps import StepWindow
from fasdemo.models.crop import FaceCrops
from tests.support.specimens import fuzz

delays = st.lists(st.floats(0.0, 90.0), min_size=1, max_size=60)
any_time = st.one_of(st.floats(0.0, 10.0), st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e300]))


@given(
    delays,
    st.floats(-1e6, 1e6),
    st.floats(1.0 - 0.9 * MAX_DRIFT, 1.0 + 0.9 * MAX_DRIFT),
    st.floats(0.01, 5.0),
)
@fuzz(60)
def test_capture_age_is_at_least_the_growth_of_the_delay(
    waits_s: list[float], offset_s: float, rate: float, interval_s: float
) -> None:
    age, least_s = CaptureAge(), math.inf
    for index, wait_s in enumerate(waits_s):
        captured_s = index * interval_s
        found_s = age.update(offset_s + captured_s * rate, captured_s + wait_s)
        least_s = min(least_s, wait_s)
        # Both clocks may drift apart, and the offset may follow, by this much since the first frame.
        drift_s = 2.0 * MAX_DRIFT * (captured_s + max(waits_s))
        assert found_s >= wait_s - least_s - drift_s - 1e-6
        assert found_s >= -1e-6


def _image(kind: int, size: int, channels: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    shape = (size, size, channels) if channels > 1 else (size, size)
    levels = (np.zeros(shape), np.full(shape, 255.0), rng.integers(0, 256, shape), np.indices(shape)[0] % 256)
    return np.asarray(levels[kind], np.uint8)


@given(st.lists(st.tuples(any_time, st.integers(0, 3), st.integers(0, 4)), max_size=14), st.integers(0, 9))
@fuzz(30)
def test_step_window_measures_any_images_at_any_time(looks: list[tuple[float, int, int]], seed: int) -> None:
    rng, window = np.random.default_rng(seed), StepWindow()
    for at_s, kind, deep in looks:
        depth = (0.0, 65535.0, 600.0, math.nan, math.inf)[deep]
        crops = FaceCrops(
            _image(kind, 112, 3, rng),
            np.full((112, 112), depth, np.float32),
            _image(3 - kind, 112, 1, rng),
            600.0,
            np.eye(2, 3),
        )
        with np.errstate(all="ignore"):
            window.add(at_s, (0.0, 0.0), crops)
        for stream in ("depth", "ir"):
            found = window.compare(stream)
            # Depth without a surface never moves with the face.
            assert found is None or stream == "ir" or not found.agree


@given(
    st.lists(
        st.tuples(any_time, st.integers(0, 3), st.tuples(*[st.one_of(any_time, st.floats(-500, 500))] * 4)),
        max_size=20,
    ),
    st.integers(0, 9),
)
@fuzz(30)
def test_moved_repeat_check_compares_any_images_at_any_place(
    looks: list[tuple[float, int, tuple[float, float, float, float]]], seed: int
) -> None:
    rng, check = np.random.default_rng(seed), MovedRepeatCheck()
    for at_s, kind, box in looks:
        assert check.check(at_s, _image(kind, 200, 1, rng), box) in (True, False)
