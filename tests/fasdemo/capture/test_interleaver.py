from __future__ import annotations

from dataclasses import replace

from fasdemo.capture.cameras.realsense.interleave import Interleaver
from fasdemo.frames import FrameSet
from tests.support.scripted_device import PERIOD, shot


def lit(number: int, on: bool | None) -> FrameSet:
    frame = replace(shot(number, number * PERIOD), emitter_on=on)
    assert frame.depth is not None
    return replace(frame, depth=frame.depth + number)


def test_interleaving_takes_depth_from_lit_and_infrared_from_dark_frames() -> None:
    pairs = Interleaver(PERIOD)
    assert pairs.push(lit(0, True)) is None
    pair = pairs.push(lit(1, False))
    assert pair is not None
    assert pair.depth is not None
    assert pair.depth[0, 0] == 700
    assert (pair.times["ir"].counter, pair.times["depth"].counter) == (1, 0)
    assert pair.emitter_on is False
    assert pair.faults == ()


def test_interleaving_never_takes_depth_from_long_ago() -> None:
    pairs = Interleaver(PERIOD)
    pairs.push(lit(0, True))
    for late in (lit(3, False), lit(4, False)):
        pair = pairs.push(late)
        assert pair is not None
        assert pair.depth is None
        assert pair.faults == ("depth_missing",)


def test_interleaving_guesses_nothing_about_a_frame_of_unknown_state() -> None:
    pairs = Interleaver(PERIOD)
    pairs.push(lit(0, True))
    assert pairs.push(lit(1, None)) is None
    # What the unknown frame was is open, so the lit one before it is no neighbour of the next.
    pair = pairs.push(lit(2, False))
    assert pair is not None
    assert pair.depth is None
    assert pair.faults == ("depth_missing",)
