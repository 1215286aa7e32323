"""The infrared camera, lenses and eyes at 850 nm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fasdemo.frames import Intrinsics
from trainer.synth.scene.panes import Lens, Pane, reflect
from trainer.synth.scene.scene import Light, Rendering
from trainer.synth.sensors.infrared import IrCamera, draw_ir_camera, exposed

CAMERA = Intrinsics(160, 120, 150.0, 150.0, 79.5, 59.5)
CLEAN = IrCamera(noise=0.0, shot_noise=0.0, gamma=1.0)


def picture(camera: IrCamera, value: float = 0.4, gain: float = 1.0) -> np.ndarray:
    image = np.full((120, 160), value, np.float32)
    return exposed(image, gain, camera, np.random.default_rng(1)).astype(float)


def test_ir_camera_without_faults_shows_what_it_gets() -> None:
    assert picture(CLEAN).mean() == pytest.approx(0.4 * 255, abs=1)
    assert picture(CLEAN, gain=10.0).min() == 255


@pytest.mark.parametrize(
    ("changes", "brighter"),
    [({"gamma": 0.5}, True), ({"black": 0.1}, True), ({"veil": 0.5}, True), ({"black": -0.1}, False)],
)
def test_tone_and_stray_light_move_the_level(changes: dict[str, Any], brighter: bool) -> None:
    difference = picture(replace(CLEAN, **changes)).mean() - picture(CLEAN).mean()
    assert difference > 5 if brighter else difference < -5


def test_lamp_and_lens_leave_the_corners_darker() -> None:
    image = picture(IrCamera(noise=0.0, shot_noise=0.0, gamma=1.0, vignette=0.5, spot=1.0, spot_size=0.5))
    assert image[60, 80] > 1.4 * image[2, 2]


def test_few_bits_give_few_levels() -> None:
    image = np.tile(np.linspace(0, 1, 160, dtype=np.float32), (120, 1))
    coarse = exposed(image, 1.0, IrCamera(noise=0.0, shot_noise=0.0, bits=6), np.random.default_rng(1))
    assert len(np.unique(coarse)) <= 64


def test_ir_camera_flares_for_a_small_light_only() -> None:
    def around(size: int) -> float:
        image = np.full((120, 160), 0.2, np.float32)
        image[60 - size : 60 + size, 80 - size : 80 + size] = 30.0
        camera = IrCamera(noise=0.0, shot_noise=0.0, gamma=1.0, flare=1.0, star=0.5)
        return float(exposed(image, 1.0, camera, np.random.default_rng(1))[60, 80 + size + 4])

    assert around(2) > 0.2 * 255 + 60
    assert around(40) < around(2)


def test_drawn_cameras_cover_dark_and_burnt_faces() -> None:
    cameras = [draw_ir_camera(np.random.default_rng(k)) for k in range(400)]
    exposures = np.array([camera.exposure for camera in cameras])
    gammas = np.array([camera.gamma for camera in cameras])
    assert np.percentile(exposures, 5) < 0.10
    assert np.percentile(exposures, 95) > 0.35
    assert gammas.min() < 0.5
    assert gammas.max() > 1.0
    assert {camera.bits for camera in cameras} == {6, 7, 8}


def pane(clear_ir: float = 0.5, glint: tuple[float, float] = (0.0, 0.0)) -> Pane:
    angle = np.linspace(0, 2 * np.pi, 40)
    outline = np.stack([0.025 * np.cos(angle), 0.02 * np.sin(angle), np.full(40, 0.4)], -1)
    lens = Lens(
        clear=0.5, clear_ir=clear_ir, haze_ir=0.0, curve_m=(0.1, 0.1), glint=glint, glint_m=0.002,
        window=0.0, window_at=(0.0, 0.0, 1.0, 1.0), bars=0,
    )  # fmt: skip
    return Pane(outline, lens)


def scene(depth: float = 0.42) -> Rendering:
    shape = (120, 160)
    return Rendering(
        np.full((*shape, 3), 0.4, np.float32), np.full(shape, 0.4, np.float32), np.full(shape, depth, np.float32),
        np.zeros(shape, np.int32),
    )  # fmt: skip


LIGHT = Light(np.zeros((9, 3), np.float32), np.zeros((0, 6), np.float32), np.zeros((8, 16, 3), np.float32))


def test_reflect_darkens_only_what_lies_behind_a_dark_lens() -> None:
    image = scene()
    reflect(image, (pane(),), CAMERA, LIGHT)
    assert image.rgb[60, 80, 0] == pytest.approx(0.2, abs=0.01)
    assert image.ir[60, 80] == pytest.approx(0.1, abs=0.01)
    assert image.ir[5, 5] == pytest.approx(0.4)


def test_reflect_mirrors_the_lamp_in_the_middle_of_a_lens() -> None:
    image = scene()
    reflect(image, (pane(glint=(20.0, 0.0), clear_ir=1.0),), CAMERA, LIGHT)
    y, x = np.unravel_index(int(image.ir.argmax()), image.ir.shape)
    assert (abs(int(x) - 80), abs(int(y) - 60)) <= (1, 1)
    assert image.ir.max() > 2.0
    assert (image.ir > 1.0).mean() < 0.005


def test_reflect_leaves_a_hand_before_the_lens() -> None:
    image = scene(depth=0.3)
    reflect(image, (pane(),), CAMERA, LIGHT)
    assert image.ir[60, 80] == pytest.approx(0.4)
