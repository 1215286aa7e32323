"""The driver's filters, the noise that repeats, and instruments that lean."""

from __future__ import annotations

from dataclasses import replace
from math import degrees

import numpy as np
import pytest

from fasdemo.frames import Intrinsics
from trainer.data.transforms.delivered import deliver
from trainer.synth.dataset.depth_statistics import measure_crop
from trainer.synth.people.actor import MAX_LEAN_DEG, draw_lean, draw_turn
from trainer.synth.scene.subject import draw_pose_sample
from trainer.synth.sensors import filters
from trainer.synth.sensors.depth import DepthQuality, draw_quality, measure_depth
from trainer.synth.sensors.noise import board, neighbour_correlation, plane_residuals, static_share
from trainer.synth.sensors.sensor import PRESETS

CALM = DepthQuality(noise=1.0, holes=0.002, filled=0.0)


def exposures(quality: DepthQuality, count: int = 5) -> np.ndarray:
    frames = [board(PRESETS["d415"], 0.195, quality, seed)[120:360, 160:480] for seed in range(count)]
    return np.stack([plane_residuals(frame) for frame in frames])


def test_noise_repeats_over_the_exposures_of_a_setup_only() -> None:
    preset_state = replace(CALM, static=0.9, pattern=7)
    assert static_share(exposures(preset_state)) > 0.5
    other = np.stack([exposures(replace(preset_state, pattern=k), 1)[0] for k in range(1, 6)])
    assert static_share(other) < 0.1


def test_grain_of_a_board_is_as_measured() -> None:
    states = [draw_quality(np.random.default_rng(k)) for k in range(12)]
    raw = [s for s in states if not s.smoothing and s.decimation == 1 and not s.step_m]
    grain = [neighbour_correlation(exposures(replace(s, limit_m=0.0), 1)[0]) for s in raw]
    assert 0.3 < float(np.median(grain)) < 0.8


def test_filling_leaves_no_hole_and_keeps_readings() -> None:
    rng = np.random.default_rng(1)
    depth = rng.uniform(0.4, 0.5, (120, 90)).astype(np.float32)
    holed = depth.copy()
    holed[30:60, 20:70] = 0
    filled = filters.fill_all(holed)
    assert (filled > 0).all()
    np.testing.assert_array_equal(filled[holed > 0], depth[holed > 0])
    assert filled[30:60, 20:70].min() > 0.39
    assert filled[30:60, 20:70].max() < 0.51


def test_decimation_does_not_mix_face_and_background() -> None:
    depth = np.full((40, 40), 2.0, np.float32)
    depth[:, :21] = 0.5
    small = filters.decimate(depth, 2)
    assert small.shape == (20, 20)
    assert set(np.unique(small)) <= {np.float32(0.5), np.float32(2.0)}


def test_coarse_steps_and_the_limit_show_in_the_image() -> None:
    camera = Intrinsics(320, 240, 308.0, 308.0, 159.5, 119.5)
    depth = np.full((240, 320), 1.5, np.float32)
    depth[:, 100:220] = np.linspace(0.5, 0.6, 120, dtype=np.float32)
    quality = replace(CALM, step_m=0.008, limit_m=1.0, saturated=True)
    ones = np.ones_like(depth)
    raw = measure_depth(depth, 0.5 * ones, None, PRESETS["d435"], camera, quality, "on", ones, np.random.default_rng(1))
    values = np.unique(raw[raw > 0])
    assert values.max() == 1000
    assert np.all(values % 8 == 0)


def test_kinect_has_fewer_pixels_than_its_picture() -> None:
    camera = Intrinsics(640, 480, 530.0, 530.0, 319.5, 239.5)
    depth = np.full((480, 640), 0.9, np.float32)
    ones = np.ones_like(depth)
    quality = draw_quality(np.random.default_rng(3), PRESETS["kinect2"], 0.9)
    raw = measure_depth(
        depth, 0.5 * ones, None, PRESETS["kinect2"], camera, quality, "on", ones, np.random.default_rng(1)
    )
    assert raw.shape == (480, 640)
    # 365 / 530 of the columns are distinct: the others repeat a neighbour.
    repeated = (raw[:, 1:] == raw[:, :-1]).all(0).mean()
    assert repeated == pytest.approx(1 - 365 / 530, abs=0.03)


def test_phone_depth_has_no_holes_on_a_face() -> None:
    quality = draw_quality(np.random.default_rng(5), PRESETS["truedepth"], 0.33)
    assert quality.filled == 1.0
    assert (board(PRESETS["truedepth"], 0.33, quality)[120:360, 160:480] > 0).all()


def test_heads_turn_to_35_degrees_and_sheets_lean_to_65() -> None:
    rng = np.random.default_rng(2)
    turns = np.degrees([draw_turn(rng) for _ in range(2000)])
    assert np.abs(turns[:, :2]).max() <= 35
    assert np.abs(turns[:, 2]).max() <= 20
    assert np.percentile(np.abs(turns[:, 1]), 98) > 28
    leans = [lean for _ in range(3000) if (lean := draw_lean(rng)) is not None]
    assert 0.25 < len(leans) / 3000 < 0.45
    largest = np.abs(np.degrees(leans)).max(0)
    assert (largest <= MAX_LEAN_DEG + 1e-9).all()
    assert (largest > 62).all()


def test_leaning_pose_turns_flat_instruments_only() -> None:
    pose_sample = replace(draw_pose_sample(np.random.default_rng(1)), lean=(0.1, 1.0))
    assert pose_sample.flat(0.5)[:2] == (0.1, 1.0)
    assert max(abs(degrees(a)) for a in pose_sample.narrowed(1.0)) <= 35
    assert replace(pose_sample, lean=None).flat(0.5) == pose_sample.narrowed(0.5)


def test_filled_and_smoothed_depth_has_a_smaller_residual_and_no_holes() -> None:
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:128, :128] - 63.5
    face = (500 - 40 * np.exp(-(x**2 + y**2) / 2500) + rng.normal(0, 2, (128, 128))).astype(np.float32)
    face[rng.random((128, 128)) < 0.1] = 0
    rough, clean = measure_crop(face), measure_crop(filters.filled_and_smoothed(face))
    assert rough is not None
    assert clean is not None
    assert rough.holes > 0.05
    assert clean.holes == 0
    assert clean.fine_mm < 0.5 * rough.fine_mm
    assert clean.relief_mm == pytest.approx(rough.relief_mm, rel=0.25)


def test_deliver_moves_no_face_away() -> None:
    y, x = np.mgrid[:128, :128] - 63.5
    face = (500 - 40 * np.exp(-(x**2 + y**2) / 2500)).astype(np.float32)
    for seed in range(40):
        shown = deliver(face, np.random.default_rng(seed))
        middle = shown[48:80, 48:80]
        assert (middle > 0).all()
        assert abs(float(np.median(middle)) - float(np.median(face[48:80, 48:80]))) < 6
