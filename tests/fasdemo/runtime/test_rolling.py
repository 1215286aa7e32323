from __future__ import annotations

import pytest

from fasdemo.engine.result import Latency, Status
from fasdemo.runtime.rolling import Rolling
from fasdemo.runtime.updates import Sample


def sample(number: int, processed_s: float, total: float = 10.0, lost: int = 0, skipped: int = 0) -> Sample:
    latency = Latency(1.0, 2.0, 3.0, 4.0, total)
    return Sample(number, number / 30, processed_s, latency, 1, Status.LIVE, 0.9, 0.9, None, lost, skipped, False)


def test_rate_and_percentiles_are_those_of_the_last_frames() -> None:
    rolling = Rolling()
    rolling.add(sample(number, number / 25.0, total=float(number)) for number in range(101))
    timing = rolling.timing()
    assert timing is not None
    assert timing.fps == pytest.approx(25.0)
    assert timing.p50_ms["total"] == pytest.approx(50.0)
    assert timing.p95_ms["total"] == pytest.approx(95.0)


def test_a_pause_does_not_slow_the_rate_and_slow_judging_does() -> None:
    rolling = Rolling()
    rolling.add([sample(number, number / 30.0) for number in range(30)])
    rolling.add([sample(number, 8.0 + number / 30.0) for number in range(30)])
    timing = rolling.timing()
    assert timing is not None
    assert timing.fps == pytest.approx(30.0)
    rolling.clear()
    rolling.add([sample(number, number * 0.5) for number in range(10)])
    timing = rolling.timing()
    assert timing is not None
    assert timing.fps == pytest.approx(2.0)


def test_what_was_dropped_is_counted_by_who_dropped_it() -> None:
    rolling = Rolling()
    assert rolling.timing() is None
    rolling.add([sample(0, 0.0, lost=2), sample(1, 0.1, skipped=3)])
    timing = rolling.timing()
    assert timing is not None
    assert (timing.lost, timing.skipped) == (2, 3)
    assert timing.fps == pytest.approx(10.0)


def test_captured_fps_counts_skipped_frames() -> None:
    rolling = Rolling()
    rolling.add(sample(number, number * 0.1, skipped=2) for number in range(20))
    timing = rolling.timing()
    assert timing is not None
    assert timing.fps == pytest.approx(10.0)
    assert timing.captured_fps == pytest.approx(30.0)
