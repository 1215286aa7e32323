"""Rooms and lights: procedural panoramas and walls, or environment maps from a folder.

Live faces and attacks are rendered in the same surroundings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from fasdemo.errors import UserError
from trainer.synth.people.portrait import to_linear
from trainer.synth.scene import geometry, raster
from trainer.synth.scene.scene import Light, Material, Mesh
from trainer.synth.sensors.noise_fields import noise_window

Floats = npt.NDArray[np.float32]
Rng = np.random.Generator

LIGHTS = ("even", "side", "window", "top", "back", "dim", "warm")


@dataclass(frozen=True)
class Surroundings:
    """Lights and background meshes, and the kind of light for the table of samples."""

    light: Light
    meshes: list[Mesh]
    kind: str


@lru_cache(maxsize=2)
def _harmonic_basis(height: int, width: int) -> npt.NDArray[np.float64]:
    """Return the nine basis functions times the solid angle at each pixel of a panorama, (9, h, w)."""
    theta = (np.arange(height) + 0.5) / height * np.pi
    phi = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    t, p = np.meshgrid(theta, phi, indexing="ij")
    x, y, z = np.sin(t) * np.sin(p), -np.cos(t), np.sin(t) * np.cos(p)
    area = np.sin(t) * (np.pi / height) * (2 * np.pi / width)
    basis = np.stack(
        [
            np.full_like(x, 0.282095), 0.488603 * y, 0.488603 * z, 0.488603 * x,
            1.092548 * x * y, 1.092548 * y * z, 0.315392 * (3 * z * z - 1), 1.092548 * x * z,
            0.546274 * (x * x - y * y),
        ]
    )  # fmt: skip
    return np.asarray(basis * area, np.float64)


def harmonics_of(panorama: Floats) -> Floats:
    """Return irradiance / pi of a panorama (h, w, 3) as second-order spherical harmonics (9, 3) for `raster.shade`.

    Ramamoorthi and Hanrahan, An Efficient Representation for Irradiance Environment Maps, 2001.
    """
    coefficients = np.tensordot(_harmonic_basis(*panorama.shape[:2]), panorama, axes=2)
    cosine = np.array([np.pi, *([2 * np.pi / 3] * 3), *([np.pi / 4] * 5)])
    constants = np.array([0.282095, 0.488603, 0.488603, 0.488603, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274])
    return np.asarray(coefficients * (cosine * constants / np.pi)[:, None], np.float32)


def _colour(rng: Rng, saturation: float = 0.35) -> npt.NDArray[np.float64]:
    hue = rng.uniform(0, 1)
    rgb = np.clip(np.abs(((hue + np.array([0, 2 / 3, 1 / 3])) % 1) * 6 - 3) - 1, 0, 1)
    value = float(np.exp(rng.normal(np.log(0.35), 0.5)))
    s = rng.beta(1.0, 4.5) * saturation * 2
    return np.asarray(np.clip(value * (1 - s + s * rgb), 0.01, 0.9), np.float64)


def _texture(rng: Rng, size: tuple[int, int]) -> Floats:
    """Draw a texture (h, w, 6) of a wall, shelf, curtain or picture."""
    height, width = size
    base = _colour(rng)
    image = np.full((height, width, 3), base, np.float32)
    kind = rng.integers(0, 6)
    if kind == 1:  # stripes, curtains
        period = rng.uniform(8, 60)
        wave = 0.5 + 0.5 * np.sin(np.arange(width) / period * 2 * np.pi + rng.uniform(0, 6))
        image *= (0.6 + 0.5 * wave).astype(np.float32)[None, :, None]
    elif kind == 2:  # shelves with books
        shelf = int(rng.integers(40, 110))
        for top in range(0, height, shelf):
            x = 0
            while x < width:
                w, h = int(rng.integers(4, 22)), int(shelf * rng.uniform(0.6, 0.92))
                image[max(0, top + shelf - h) : top + shelf - 4, x : x + w] = _colour(rng, 0.8)
                x += w + int(rng.integers(0, 3))
            image[top + shelf - 4 : top + shelf] = base * 0.6
    elif kind == 3:  # tiles or bricks
        a, b = int(rng.integers(20, 80)), int(rng.integers(12, 60))
        joint = base * rng.uniform(0.5, 1.4)
        for row, top in enumerate(range(0, height, b)):
            image[top : top + 2] = joint
            for left in range((row % 2) * a // 2, width, a):
                image[top : top + b, left : left + 2] = joint
    elif kind == 4:  # two-coloured room: wall, floor, door
        image[int(height * rng.uniform(0.55, 0.9)) :] = _colour(rng)
        left = int(rng.uniform(0, width * 0.8))
        image[int(height * 0.2) :, left : left + int(width * 0.15)] = _colour(rng)
    elif kind == 5:  # patches
        for _ in range(int(rng.integers(4, 30))):
            x, y = int(rng.uniform(0, width)), int(rng.uniform(0, height))
            w, h = int(rng.uniform(10, width / 3)), int(rng.uniform(10, height / 3))
            image[y : y + h, x : x + w] = _colour(rng, 0.7)
    for _ in range(int(rng.integers(0, 7))):  # pictures on the wall
        x, y = int(rng.uniform(0, width)), int(rng.uniform(0, height))
        w, h = int(rng.uniform(20, 140)), int(rng.uniform(20, 120))
        image[y : y + h, x : x + w] = _colour(rng, 0.8) * 0.5
        image[y + 3 : y + h - 3, x + 3 : x + w - 3] = _colour(rng, 0.8)
    coarse = cv2.resize(rng.standard_normal((6, 8), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    fine = cv2.GaussianBlur(noise_window(size, 0.0, rng), (0, 0), float(rng.uniform(0.6, 3)))
    result = np.empty((height, width, raster.TEXEL), np.float32)
    shares = float(rng.uniform(0.02, 0.12)), float(rng.uniform(0.2, 0.9)), float(rng.uniform(0.15, 0.75))
    _paint(image, np.asarray(coarse, np.float32), np.asarray(fine, np.float32), *shares, result)
    return result


@njit(cache=True, fastmath=True, error_model="numpy")
def _paint(
    image: Floats, coarse: Floats, fine: Floats, fine_share: float, mix: float, level: float, result: Floats
) -> None:  # fmt: skip
    """Fill texels (h, w, 6) of a wall with colours (h, w, 3), uneven by two noise fields, of any opacity."""
    small, own, paint = np.float32(fine_share), np.float32(mix), np.float32((1 - mix) * level)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            uneven = np.float32(1.0) + np.float32(0.10) * coarse[y, x] + small * fine[y, x]
            uneven = min(max(uneven, np.float32(0.3)), np.float32(1.8))
            total = np.float32(0.0)
            for c in range(3):
                value = min(max(image[y, x, c] * uneven, np.float32(0.005)), np.float32(0.95))
                result[y, x, c] = value
                total += value
            # Most paints and dyes are brighter in infrared, and differ less.
            grey = np.float32(0.8) + np.float32(0.4 / 3) * total
            result[y, x, 3] = own * result[y, x, 0] + paint * grey
            result[y, x, 4] = 1.0
            result[y, x, 5] = 0.3


def _panorama(rng: Rng, kind: str) -> tuple[Floats, npt.NDArray[np.float64] | None]:
    """Draw the radiance of the surroundings (48 x 96), and direction and colour of the brightest lamp (or None)."""
    height, width = 48, 96
    base = _colour(rng, 0.2) * 0.5 + 0.3
    image = np.ones((height, width, 3)) * base
    image[: height // 4] *= rng.uniform(0.9, 1.6)
    image[3 * height // 4 :] *= rng.uniform(0.3, 0.8)
    warm = {"warm": (1.25, 1.0, 0.62), "window": (0.92, 1.0, 1.12)}.get(kind, (1.0, 1.0, 1.0))
    tint = np.array(warm) * (1 + rng.normal(0, 0.04, 3))
    image *= tint
    for _ in range(int(rng.integers(1, 5))):  # lamps and windows that are reflected
        y, x = int(rng.uniform(0, height * 0.6)), int(rng.uniform(0, width))
        h, w = int(rng.integers(2, 12)), int(rng.integers(2, 14))
        image[y : y + h, x : x + w] = tint * rng.uniform(2, 14)
    azimuth, height_angle, strength, fill = {
        "even": (rng.uniform(-0.6, 0.6), rng.uniform(0.1, 0.6), 0.3, 1.0),
        "side": (rng.choice([-1, 1]) * rng.uniform(0.8, 1.4), rng.uniform(0.0, 0.6), 1.4, 0.5),
        "window": (rng.choice([-1, 1]) * rng.uniform(0.3, 1.2), rng.uniform(0.1, 0.7), 1.0, 0.8),
        "top": (rng.uniform(-0.5, 0.5), rng.uniform(0.8, 1.2), 1.2, 0.6),
        "back": (np.pi + rng.uniform(-0.9, 0.9), rng.uniform(0.2, 0.8), 1.2, 0.9),
        "dim": (rng.uniform(-1.2, 1.2), rng.uniform(0.0, 1.0), 0.5, 0.35),
        "warm": (rng.uniform(-0.9, 0.9), rng.uniform(0.3, 1.0), 0.8, 0.7),
    }[kind]
    image *= fill
    strength = strength * float(np.exp(rng.normal(0, 0.25)))
    # At azimuth 0 a lamp is on the camera's side (-z).
    direction = np.array(
        [np.sin(azimuth) * np.cos(height_angle), -np.sin(height_angle), -np.cos(azimuth) * np.cos(height_angle)]
    )
    return image.astype(np.float32), np.concatenate([direction, tint * strength])


@lru_cache(maxsize=64)
def _environment(path: Path) -> Floats:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3:
        raise UserError(
            f"{path}: cannot be read as an environment map; use equirectangular .hdr, .exr, .jpg or .png pictures."
        )
    if image.dtype == np.uint8:
        linear = to_linear(image[..., 2::-1])
    else:
        linear = np.ascontiguousarray(image[..., 2::-1]).astype(np.float32)
    if linear.shape[1] > 2048:
        linear = np.asarray(cv2.resize(linear, (2048, 1024), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(linear / max(float(np.median(linear)), 1e-3) * 0.35, np.float32)


@lru_cache(maxsize=64)
def _reduced_environment(path: Path) -> Floats:
    """Return an environment map of 48 x 768 pixels, from which a turned panorama is made quickly."""
    return np.asarray(cv2.resize(_environment(path), (768, 48), interpolation=cv2.INTER_AREA), np.float32)


def environment_view(rng: Rng, path: Path, shape: tuple[int, int]) -> Floats:
    """Return a random view of an environment map near its horizon, linear light float32 (h, w, 3)."""
    full = _environment(path)
    height, width = full.shape[:2]
    full = np.roll(full, int(rng.integers(width)), axis=1)
    high = float(rng.uniform(0.12, 0.45))
    top = float(rng.uniform(0.2, max(0.21, 0.8 - high)))
    wide = min(high * 0.5 * shape[1] / shape[0] * float(rng.uniform(0.8, 1.2)), 0.6)
    view = full[int(top * height) : int((top + high) * height), : max(int(wide * width), 4)]
    return np.asarray(cv2.resize(view, shape[::-1], interpolation=cv2.INTER_CUBIC).clip(0.002, 3), np.float32)


def wall_texture(rng: Rng, shape: tuple[int, int]) -> Floats:
    """Return the colours of a random wall, shelf or curtain, linear light float32 (h, w, 3)."""
    return np.ascontiguousarray(_texture(rng, shape)[..., :3])


def environment_files(folder: Path | None) -> list[Path]:
    """Return the pictures in a folder of environment maps, sorted.

    Raises:
        UserError: the folder does not exist or has no pictures.
    """
    if folder is None:
        return []
    files = sorted(p for p in folder.glob("**/*") if p.suffix.lower() in (".hdr", ".exr", ".jpg", ".jpeg", ".png"))
    if not files:
        raise UserError(
            f"environments {folder}: no .hdr, .exr, .jpg or .png picture found; give a folder with environment maps.",
            parameter="environments",
        )
    return files


def _draw_ir_light(rng: Rng) -> dict[str, Any]:
    """Draw the ambient infrared, the beam's shape and the place of the lamp."""
    # Half of the rooms have light without infrared (LED); daylight and bulbs contain it and also come from the side.
    day = rng.random() < 0.5
    beside = rng.random() < 0.6
    return {
        "ir_ambient": float(rng.beta(1.0, 12.0)) * (0.6 if day else 0.1),
        "ir_sun": float(rng.beta(1.0, 5.0)) * 0.8 if day and rng.random() < 0.6 else 0.0,
        "ir_falloff": float(np.exp(rng.uniform(np.log(0.1), np.log(4.0)))),
        "ir_lamp": (float(rng.normal(0, 0.06)), float(rng.normal(0, 0.04))) if beside else (0.0, 0.0),
    }


def _draw_ir_background(rng: Rng) -> float:
    """Draw the infrared brightness of the wall relative to its paint: a window, a lit hall, or night."""
    kind = rng.random()
    if kind < 0.16:
        return float(np.exp(rng.uniform(np.log(6.0), np.log(150.0))))
    if kind < 0.5:
        return float(np.exp(rng.uniform(np.log(0.01), np.log(0.6))))
    return float(np.exp(rng.normal(0, 0.5)))


def draw_surroundings(rng: Rng, subject_m: float, environments: list[Path], kind: str | None = None) -> Surroundings:
    """Draw a random room around a subject at `subject_m` metres: a wall behind it and objects in between."""
    kind = kind or str(rng.choice(LIGHTS, p=[0.28, 0.16, 0.16, 0.12, 0.08, 0.10, 0.10]))
    panorama, lamp = _panorama(rng, kind)
    distance = subject_m + float(rng.choice([rng.uniform(0.25, 1.0), rng.uniform(1.0, 4.0)], p=[0.35, 0.65]))
    texture = _texture(rng, (420, 560))
    if environments and rng.random() < 0.6:
        path = environments[int(rng.integers(len(environments)))]
        full = _environment(path)
        height, width = full.shape[:2]
        turn = float(rng.random())
        panorama = _reduced_environment(path)
        panorama = np.roll(panorama, int(turn * panorama.shape[1]), axis=1)
        panorama = np.asarray(cv2.resize(panorama, (96, 48), interpolation=cv2.INTER_AREA), np.float32).clip(0, 20)
        columns = np.arange(int(width * 0.36), int(width * 0.64)) - int(turn * width)
        view = full[int(height * 0.3) : int(height * 0.7)].take(columns, axis=1, mode="wrap")
        # Small maps are enlarged smoothly, since the background is out of focus.
        small = view.shape[1] < 560
        scaled = cv2.resize(view, (560, 420), interpolation=cv2.INTER_CUBIC if small else cv2.INTER_AREA)
        view = np.asarray(cv2.GaussianBlur(scaled, (0, 0), 2.0 if small else 0.7).clip(0, None), np.float32)
        texture[..., :3] = view.clip(0, 1.5)
        texture[..., 3] = 0.3 * view[..., 0].clip(0, 1) + 0.25
        peak = int(np.argmax(panorama[:36].sum(-1)))
        row, column = divmod(peak, 96)
        t, p = (row + 0.5) / 48 * np.pi, ((column + 0.5) / 96 - 0.5) * 2 * np.pi
        colour = panorama[row, column] / max(float(panorama[row, column].max()), 1e-3)
        direction = np.array([np.sin(t) * np.sin(p), -np.cos(t), np.sin(t) * np.cos(p)])
        lamp = np.concatenate([direction, colour * float(rng.uniform(0.2, 1.2))])
        kind = "environment"
    lamps = np.zeros((0, 6)) if lamp is None else lamp[None]
    if rng.random() < 0.5:  # a second, weaker lamp
        azimuth, up = rng.uniform(-1.5, 1.5), rng.uniform(-0.1, 1.0)
        second = np.array([np.sin(azimuth) * np.cos(up), -np.sin(up), -np.cos(azimuth) * np.cos(up)])
        lamps = np.concatenate([lamps, np.concatenate([second, lamps[0, 3:] * rng.uniform(0.1, 0.5)])[None]])
    light = Light(
        harmonics=harmonics_of(panorama),
        lamps=lamps.astype(np.float32),
        panorama=panorama.astype(np.float32),
        ir_intensity=float(np.exp(rng.normal(np.log(0.15), 0.2))),
        **_draw_ir_light(rng),
    )
    wall_width = 3.0 * distance + 1.0
    vertices, triangles, uv = geometry.plane(wall_width, wall_width * 0.75, texture.shape[:2])
    tilt = geometry.turn(float(rng.normal(0, 0.2)), 0.0, float(rng.normal(0, 0.03)))
    lit = _draw_ir_background(rng)
    wall = Mesh(vertices, triangles, uv, Material(texture, plain=True, ir_gain=lit), casts_shadow=False)
    meshes = [wall.moved(tilt, np.array([0, 0, distance]))]
    for _ in range(int(rng.integers(0, 8))):  # furniture, door frames, other things behind the subject
        size = rng.uniform([0.1, 0.1, 0.05], [0.9, 1.6, 0.5])
        depth = float(rng.uniform(subject_m + 0.3, max(distance - 0.1, subject_m + 0.35)))
        side = rng.choice([-1, 1]) * rng.uniform(0.12, 0.7) * depth
        body, faces, flat = geometry.box(*size)
        small = _texture(rng, (96, 96))
        place = np.array([side, rng.uniform(-0.3, 0.5) * depth, depth])
        shade = float(np.exp(rng.normal(0, 0.6))) * max(lit, 0.02) ** 0.5
        mesh = Mesh(body, faces, flat * 95, Material(small, plain=True, ir_gain=shade), casts_shadow=False)
        meshes.append(mesh.moved(geometry.turn(float(rng.uniform(-0.7, 0.7)), 0.0, 0.0), place))
    return Surroundings(light, meshes, kind)
