"""Streams are registered with their own earlier images; late ones move differently from colour after about a second."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.engine.measurements.face_surface import mean_relief
from fasdemo.engine.measurements.stream_steps import (
    StepComparison,
    StepWindow,
    StreamSteps,
    compare_steps,
    images_of,
    step_mm,
)
from fasdemo.frames import Stream
from fasdemo.models.crop import FaceCrops

CROP, PIXEL_MM = 112, 225.0 / 112
ENLARGED = 0.75
"""Pixels of a crop for one of the colour image."""


def sway_mm(at_s: float) -> float:
    """A sway of 6 mm with a period of two and a half seconds."""
    return 6.0 * float(np.sin(2 * np.pi * at_s / 2.5))


def followed(delay_s: float, count: int = 20, amplitude: float = 1.0, noise_mm: float = 0.2) -> StepComparison | None:
    rng, steps = np.random.default_rng(2), []
    for index in range(count):
        at_s = index / 10
        step = (sway_mm(at_s) - sway_mm(at_s - 0.2)) * amplitude
        late = (sway_mm(at_s - delay_s) - sway_mm(at_s - delay_s - 0.2)) * amplitude
        apart = (late - step + rng.normal(0, noise_mm), rng.normal(0, noise_mm))
        steps.append(StreamSteps(at_s, (step, 0.0), {"ir": apart}))
    return compare_steps(steps, "ir")


@pytest.mark.parametrize("delay_s", [0.5, 1.0, 1.3])
def test_compare_steps_finds_a_late_stream_within_a_second(delay_s: float) -> None:
    for count in (9, 20):
        found = followed(delay_s, count)
        assert found is not None
        assert found.apart
        assert not found.agree


@pytest.mark.parametrize("stream", ["depth", "ir"])
def test_compare_steps_finds_a_stream_that_does_not_move(stream: Stream) -> None:
    rng, steps = np.random.default_rng(4), []
    for index in range(12):
        step = sway_mm(index / 10) - sway_mm(index / 10 - 0.2)
        steps.append(StreamSteps(index / 10, (step, 0.0), {stream: (rng.normal(0, 0.3) - step, rng.normal(0, 0.3))}))
    found = compare_steps(steps, stream)
    assert found is not None
    assert (found.apart, found.agree) == (True, False)


@pytest.mark.parametrize("delay_s", [0.0, 0.04])
def test_compare_steps_accepts_streams_within_the_allowed_delay(delay_s: float) -> None:
    found = followed(delay_s)
    assert found is not None
    assert not found.apart
    assert found.agree


def test_compare_steps_needs_a_second_before_streams_are_known_to_move_together() -> None:
    early = followed(0.0, 8)
    assert early is not None
    assert not early.agree


def test_compare_steps_claims_nothing_about_a_person_who_stands_still() -> None:
    for delay_s in (0.0, 1.0):
        found = followed(delay_s, amplitude=0.05, noise_mm=0.4)
        assert found is not None
        assert not found.apart
        assert not found.agree


def test_compare_steps_claims_nothing_with_few_steps_or_without_the_stream() -> None:
    assert followed(0.0, 3) is None
    assert compare_steps([StreamSteps(index / 10, (1.0, 0.0), {}) for index in range(20)], "depth") is None


def picture(across_mm: float, noise: float = 1.0, seed: int = 0, gain: float = 1.0) -> npt.NDArray[np.uint8]:
    """Return a smooth random texture that is moved, with noise in grey levels."""
    random = np.random.default_rng(5).standard_normal((CROP, CROP)).astype(np.float32)
    texture = np.asarray(cv2.GaussianBlur(random, (0, 0), 4.0), np.float32)
    moved = cv2.warpAffine(
        texture, np.array([[1.0, 0.0, across_mm / PIXEL_MM], [0.0, 1.0, 0.0]]), (CROP, CROP), borderMode=cv2.BORDER_WRAP
    )
    grey = gain * (120.0 + 40.0 * moved / texture.std()) + np.random.default_rng(seed).normal(0, noise, moved.shape)
    return np.asarray(np.clip(np.rint(grey), 0, 255), np.uint8)


def depth(across_mm: float, noise_mm: float = 1.0, seed: int = 0) -> npt.NDArray[np.float32]:
    relief = cv2.resize(mean_relief(64).astype(np.float32), (CROP, CROP), interpolation=cv2.INTER_CUBIC)
    moved = cv2.warpAffine(
        relief,
        np.array([[1.0, 0.0, across_mm / PIXEL_MM], [0.0, 1.0, 0.0]]),
        (CROP, CROP),
        borderMode=cv2.BORDER_REPLICATE,
    )
    return (600.0 + moved + np.random.default_rng(seed).normal(0, noise_mm, moved.shape)).astype(np.float32)


def crops(across_mm: float, ir_mm: float, depth_mm: float, seed: int) -> FaceCrops:
    colour = np.repeat(picture(across_mm, seed=3 * seed)[..., None], 3, axis=2)
    infrared, distance = picture(ir_mm, seed=3 * seed + 1), depth(depth_mm, seed=3 * seed + 2)
    return FaceCrops(colour, distance, infrared, 600.0, ENLARGED * np.eye(2, 3))


@pytest.mark.parametrize("gain", [1.0, 0.7])
def test_step_mm_measures_the_motion_of_a_picture_in_any_light(gain: float) -> None:
    before, now = (
        images_of(crops(0.0, 0.0, 0.0, 1)),
        images_of(replace(crops(0.0, 0, 0, 2), ir=picture(4.0, 1, 9, gain))),
    )
    step = step_mm(before["ir"], now["ir"])
    assert step == pytest.approx((4.0, 0.0), abs=0.5)


def test_step_mm_measures_the_motion_of_depth() -> None:
    before, now = (images_of(crops(0.0, 0.0, mm, seed))["depth"] for mm, seed in ((0.0, 1), (4.0, 2)))
    step = step_mm(before, now)
    assert step == pytest.approx((4.0, 0.0), abs=1.0)


def test_step_mm_is_unknown_without_details_or_depth() -> None:
    flat = np.full((64, 64), 4.0)
    assert step_mm(flat, flat) is None
    assert step_mm(np.zeros((64, 64)), np.zeros((64, 64))) is None


def test_images_of_leaves_out_streams_that_are_missing() -> None:
    whole = crops(0.0, 0.0, 0.0, 1)
    assert set(images_of(whole)) == {"rgb", "depth", "ir"}
    assert set(images_of(replace(whole, ir=None, depth_mm=None))) == {"rgb"}


def window(late_s: float, count: int = 14) -> StepWindow:
    made = StepWindow()
    for index in range(count):
        at_s = index / 10
        # The key points place the face at the same position of each crop, except for an error of a millimetre.
        error_mm = float(np.random.default_rng(index).normal(0, 1.0))
        behind_mm = sway_mm(at_s - late_s) - sway_mm(at_s)
        made.add(
            at_s,
            ((sway_mm(at_s) - error_mm) / (ENLARGED * PIXEL_MM), 0.0),
            crops(error_mm, error_mm + behind_mm, error_mm, index),
        )
    return made


def test_step_window_finds_infrared_that_is_late_and_depth_that_is_not() -> None:
    found = window(1.0)
    infrared, distance = found.compare("ir"), found.compare("depth")
    assert infrared is not None
    assert distance is not None
    assert (infrared.apart, infrared.agree) == (True, False)
    assert (distance.apart, distance.agree) == (False, True)


def test_step_window_starts_again_after_a_gap_or_when_the_clock_goes_back() -> None:
    for at_s in (5.0, 0.1, float("nan")):
        made = window(0.0)
        made.add(at_s, (0.0, 0.0), crops(0.0, 0.0, 0.0, 1))
        assert made.compare("ir") is None


def test_step_window_does_not_compare_small_faces() -> None:
    made = window(1.0)
    small = replace(crops(0.0, 0.0, 0.0, 1), to_crop=0.9 * np.eye(2, 3))
    made.add(1.4, (0.0, 0.0), small)
    assert made.compare("ir") is None
