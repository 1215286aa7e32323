"""Streams that are late move differently from colour; noise, a still person and small delays do not count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fasdemo.engine.measurements.face_surface import mean_relief
from fasdemo.engine.measurements.stream_motion import (
    MotionWindow,
    StreamMotion,
    StreamOffsets,
    depth_offset_mm,
    infrared_offset_mm,
)
from fasdemo.models.crop import FaceCrops

SIZE, CROP = 32, 112


def position(at_s: float) -> float:
    """A sway of 10 mm with a period of three seconds."""
    return 10.0 * float(np.sin(2 * np.pi * at_s / 3.0))


def followed(delay_s: float, amplitude: float = 1.0, noise_mm: float = 0.3) -> StreamMotion | None:
    """Depth and infrared of a person who moves, with a delay, at ten checks per second."""
    rng, window = np.random.default_rng(1), MotionWindow()
    for index in range(40):
        at_s = index / 10
        here, there = position(at_s) * amplitude, position(at_s - delay_s) * amplitude
        offset = (there - here + rng.normal(0, noise_mm), rng.normal(0, noise_mm))
        window.add(StreamOffsets(at_s, (here, 0.0), offset, offset))
    return window.ir


def test_motion_window_finds_a_stream_that_is_a_second_late() -> None:
    found = followed(1.0)
    assert found is not None
    assert found.apart
    assert not found.agree


@pytest.mark.parametrize("delay_s", [0.0, 0.04])
def test_motion_window_accepts_streams_within_the_allowed_delay(delay_s: float) -> None:
    found = followed(delay_s)
    assert found is not None
    assert not found.apart
    assert found.agree


@pytest.mark.parametrize("delay_s", [0.0, 2.0])
def test_motion_window_claims_nothing_about_a_person_who_stands_still(delay_s: float) -> None:
    found = followed(delay_s, amplitude=0.05, noise_mm=1.0)
    assert found is not None
    assert not found.apart
    assert not found.agree


def test_motion_window_claims_nothing_before_it_has_samples_of_most_of_a_second() -> None:
    window = MotionWindow()
    for index in range(7):
        window.add(StreamOffsets(index / 10, (0.0, 0.0), (9.0 * index, 0.0), None))
        assert window.depth is None
        assert window.ir is None


def test_motion_window_starts_again_when_the_clock_goes_back() -> None:
    window = MotionWindow()
    for at_s in (*np.arange(20) / 10, 0.5):
        window.add(StreamOffsets(float(at_s), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)))
    assert window.ir is None


def face_depth(shift_mm: float, noise_mm: float = 0.0, relief: float = 1.0) -> np.ndarray:
    moved = np.roll(mean_relief(SIZE), round(shift_mm / 7.03), axis=1)
    noise = np.random.default_rng(3).normal(0, noise_mm, moved.shape)
    return (600.0 + relief * moved + noise).astype(np.float32)


def test_depth_offset_follows_a_shift_of_the_relief() -> None:
    here, there = depth_offset_mm(face_depth(0.0, 1.0)), depth_offset_mm(face_depth(7.03, 1.0))
    assert here is not None
    assert there is not None
    assert there[0] - here[0] == pytest.approx(7.0, abs=3.0)
    assert abs(there[1] - here[1]) < 3.0


def test_depth_offset_ignores_distance_and_angle() -> None:
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE
    flat, tilted = face_depth(0.0), (face_depth(0.0) * 1.2 + 30.0 * x + 10.0 * y).astype(np.float32)
    here, there = depth_offset_mm(flat), depth_offset_mm(tilted)
    assert here is not None
    assert there is not None
    assert np.hypot(there[0] - here[0], there[1] - here[1]) < 3.0


@pytest.mark.parametrize("depth", [np.zeros((SIZE, SIZE)), np.tile([300.0, 900.0], (SIZE, SIZE // 2))])
def test_depth_offset_is_none_without_a_surface(depth: np.ndarray) -> None:
    assert depth_offset_mm(depth.astype(np.float32)) is None


def picture_crops(shift_px: int) -> FaceCrops:
    rng = np.random.default_rng(5)
    grey = np.kron(rng.integers(40, 200, (28, 28)), np.ones((4, 4))).astype(np.uint8)
    rgb = np.stack([grey, np.roll(grey, 0), grey // 2], axis=-1)
    return FaceCrops(
        rgb=rgb, depth_mm=None, ir=np.roll(grey, shift_px, axis=1), distance_mm=600.0, inside=1.0, to_crop=np.eye(2, 3)
    )


def test_infrared_offset_follows_a_shift_of_the_details() -> None:
    found = infrared_offset_mm(picture_crops(4))
    assert found is not None
    assert found[0] == pytest.approx(4 * 225 / CROP, abs=1.0)
    assert abs(found[1]) < 1.0


def test_infrared_offset_is_none_without_infrared_or_with_other_details() -> None:
    crops = picture_crops(0)
    assert infrared_offset_mm(replace(crops, ir=None)) is None
    other = np.random.default_rng(6).integers(0, 255, (CROP, CROP)).astype(np.uint8)
    assert infrared_offset_mm(replace(crops, ir=other)) is None
