from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from fasdemo.frames import Intrinsics
from trainer.synth.sensors.depth import DepthQuality, measure_depth
from trainer.synth.sensors.infrared import IrCamera
from trainer.synth.sensors.noise import board, plane_residual_mm
from trainer.synth.sensors.sensor import (
    PRESETS,
    centre_weight,
    draw_exposure_params,
    expose_ir,
    expose_rgb,
)

CAMERA = Intrinsics(320, 240, 307.0, 307.0, 159.5, 119.5)
CALM = DepthQuality(noise=1.0, holes=0.002, filled=0.0)


def measured(
    depth: npt.NDArray[np.float32], sensor: str = "d435", confusing: npt.NDArray[np.float32] | None = None
) -> npt.NDArray[np.floating]:
    preset = PRESETS[sensor]
    raw = measure_depth(
        depth, np.full_like(depth, 0.5), confusing, preset, CAMERA, CALM, "on", np.ones_like(depth),
        np.random.default_rng(1),
    )  # fmt: skip
    return raw * preset.unit_m


@pytest.mark.parametrize("sensor", ["d415", "d435"])
def test_plane_residual_is_as_measured_on_real_cameras(sensor: str) -> None:
    patch = board(PRESETS[sensor], 0.31, CALM)[120:360, 160:480]
    # Measured on real cameras at this distance, see docs/synth.md.
    low, high, max_holes = 0.48, 0.73, 0.092
    assert 0.75 * low < plane_residual_mm(patch) < 1.25 * high
    assert (patch == 0).mean() < max_holes


@pytest.mark.parametrize("sensor", ["d415", "d435", "d455"])
def test_noise_grows_with_distance_and_stays_within_the_data_sheet(sensor: str) -> None:
    near, far = (plane_residual_mm(board(PRESETS[sensor], z, CALM)[120:360, 160:480]) for z in (1.0, 2.0))
    assert far > 2.5 * near
    assert far < 0.02 * 2000


def test_active_stereo_casts_a_shadow_on_one_side_only() -> None:
    depth = np.full((240, 320), 1.2, np.float32)
    depth[60:180, 120:200] = 0.5
    z = measured(depth)
    left, right = z[80:160, 105:119], z[80:160, 201:215]
    assert (left == 0).mean() > 0.6
    assert (right == 0).mean() < 0.35


def test_out_of_range_and_empty_pixels_give_no_reading() -> None:
    depth = np.zeros((240, 320), np.float32)
    depth[:, 160:] = 0.05
    assert not measured(depth).any()


def test_sr300_counts_in_eighths_of_a_millimetre() -> None:
    depth = np.full((240, 320), 0.4, np.float32)
    assert np.median(measured(depth, "sr300")) == pytest.approx(0.4, rel=0.01)


def test_measure_depth_gives_a_mirroring_screen_more_holes_than_paper() -> None:
    depth = np.full((240, 320), 0.5, np.float32)
    paper, screen = measured(depth), measured(depth, confusing=np.ones_like(depth))
    assert (screen == 0).mean() > (paper == 0).mean() + 0.1


def test_exposure_makes_dark_and_bright_rooms_alike() -> None:
    rng = np.random.default_rng(2)
    params = replace(draw_exposure_params(rng, "off"), exposure=0.2, contrast=1.0, noise=0.002, shot_noise=0.002)
    scene = np.random.default_rng(3).uniform(0.2, 0.6, (240, 320, 3)).astype(np.float32)
    weight = centre_weight(240, 320, (160, 120), 50)
    dark = expose_rgb(scene * 0.05, params, weight, np.random.default_rng(4))
    bright = expose_rgb(scene * 5, params, weight, np.random.default_rng(4))
    assert abs(float(dark.mean()) - float(bright.mean())) < 3


def test_dots_show_with_the_projector_on_only() -> None:
    wall, depth = np.full((240, 320), 0.3, np.float32), np.full((240, 320), 0.6, np.float32)
    weight = np.ones_like(wall)
    spread = {}
    for projector in ("on", "off"):
        params = replace(
            draw_exposure_params(np.random.default_rng(5), "off"),
            projector=projector,
            dot_gain=0.5,
            ir=IrCamera(noise=0.003),
        )
        spread[projector] = expose_ir(
            wall, depth, PRESETS["d435"], CAMERA, params, weight, np.random.default_rng(6)
        ).std()
    assert spread["on"] > 4 * spread["off"]
