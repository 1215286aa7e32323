"""Light a scene with a display that faces the subject, for simulated light challenges.

The light of the display is near and large, so it is not part of `Light`: it is computed from the rasteriser's passes of
albedo, normals and depth, as a grid of small sources. Shadows of this light and light that is reflected twice are left
out; both are small, because the display surrounds the camera.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Intrinsics
from trainer.synth.scene.scene import Light, Mesh, Scene

Floats = npt.NDArray[np.float32]

_COLUMNS, _ROWS = 6, 4
_PANE_ALBEDO = 0.01
"""Diffuse reflection of a switched-off display."""


@dataclass(frozen=True)
class Display:
    """A display in the plane of the camera that faces the subject.

    Attributes:
        width_m, height_m: size of the lit area.
        luminance: of white, cd/m2.
        below_m: distance of its middle below the camera, metres.
    """

    width_m: float
    height_m: float
    luminance: float
    below_m: float


@dataclass(frozen=True)
class LitPictures:
    """Two noiseless pictures of one scene, in lux times albedo.

    Attributes:
        ambient: float32 (h, w, 3): with the room's light, and what displays in the scene emit.
        display: float32 (h, w, 3): with a white display as the only light.
        emits: bool (h, w): pixels of displays in the scene.
    """

    ambient: Floats
    display: Floats
    emits: npt.NDArray[np.bool_]


def render_lit(
    camera: Intrinsics, light: Light, meshes: list[Mesh], display: Display, ambient_lux: float, screen_nits: float,
    supersample: int = 2,
) -> LitPictures:  # fmt: skip
    """Render a scene with its ambient light, and with the display alone.

    Args:
        camera: the camera.
        light: the room's light, of any strength.
        meshes: subject and room.
        display: the display.
        ambient_lux: illuminance of the room's light on a vertical plane that faces the camera.
        screen_nits: luminance of white of displays in the scene (replays), cd/m2.
        supersample: samples per pixel and axis.
    """
    factor = ambient_lux / frontal_irradiance(light)
    emission = np.pi * screen_nits
    scaled = [_with(mesh, emissive=emission / factor if mesh.material.emissive else 0.0) for mesh in meshes]
    ambient = Scene(camera, light, scaled).render(supersample).rgb * np.float32(factor)
    bare = [_with(mesh, emissive=0.0, specular=0.0, mirror=0.0, wrap=0.0) for mesh in meshes]
    albedo = Scene(camera, _even(1.0), bare).render(supersample).rgb
    white = [_with(mesh, texels=_painted(mesh.material.texels, 1.0)) for mesh in bare]
    passes = Scene(camera, _even(2.0, along=True), white).render(supersample)
    glossy = [_with(mesh, texels=_painted(mesh.material.texels, None)) for mesh in bare]
    gloss = Scene(camera, _even(1.0), glossy).render(1).rgb[..., 0]
    normals = passes.rgb - 2.0
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
    table = np.array(
        [(m.material.emissive > 0.0, m.material.specular, m.material.power, m.material.wrap, m.material.mirror)
         for m in meshes] + [(0.0, 0.0, 1.0, 0.0, 0.0)],
        np.float32,
    )  # fmt: skip
    kinds = table[passes.surface]
    emits = kinds[..., 0] > 0.0
    albedo = np.where(emits[..., None], np.float32(_PANE_ALBEDO), albedo)
    points = _points(passes.depth_m, camera)
    lit = _lit(points, normals, albedo, gloss, kinds, display)
    lit[emits] += (kinds[emits, 4] * _mirrored(points[emits], normals[emits], display))[:, None]
    lit[passes.depth_m <= 0.0] = 0.0
    return LitPictures(np.asarray(ambient, np.float32), lit, np.asarray(emits, np.bool_))


def frontal_irradiance(light: Light) -> float:
    """Return the irradiance (mean of the channels) on a plane that faces the camera, in the scene's unit."""
    h = light.harmonics
    diffuse = h[0] - h[2] + 2 * h[6]
    lamps = light.lamps
    direct = (np.maximum(-lamps[:, 2:3], 0.0) * lamps[:, 3:]).sum(axis=0) if len(lamps) else np.zeros(3)
    return max(float((diffuse + direct).mean()), 0.02)


def _with(mesh: Mesh, **changes: object) -> Mesh:
    return replace(mesh, material=replace(mesh.material, **changes))  # type: ignore[arg-type]


def _painted(texels: Floats, value: float | None) -> Floats:
    """Return a texture with another colour; None = its gloss as the colour."""
    painted = texels.copy()
    painted[..., :3] = texels[..., 5:6] if value is None else value
    return painted


def _even(level: float, along: bool = False) -> Light:
    """Return light of the same irradiance everywhere; `along` adds x, y and z of the normal to red, green and blue."""
    harmonics = np.zeros((9, 3), np.float32)
    harmonics[0] = level
    if along:
        harmonics[3, 0] = harmonics[1, 1] = harmonics[2, 2] = 1.0
    return Light(harmonics, np.zeros((0, 6), np.float32), np.zeros((2, 2, 3), np.float32))


def _points(depth_m: Floats, camera: Intrinsics) -> Floats:
    y, x = np.mgrid[: camera.height, : camera.width].astype(np.float32)
    z = np.maximum(depth_m, 0.05)
    return np.stack([(x - camera.cx) / camera.fx * z, (y - camera.cy) / camera.fy * z, z], axis=-1).astype(np.float32)


def _lit(points: Floats, normals: Floats, albedo: Floats, gloss: Floats, kinds: Floats, display: Display) -> Floats:
    """Return diffuse and glossy reflection of a white display."""
    diffuse = np.zeros(points.shape[:2], np.float32)
    shine = np.zeros_like(diffuse)
    view = -points / np.linalg.norm(points, axis=-1, keepdims=True)
    wrap, power = kinds[..., 3], kinds[..., 2]
    area = display.width_m * display.height_m / (_COLUMNS * _ROWS)
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            source = np.array(
                [
                    display.width_m * ((column + 0.5) / _COLUMNS - 0.5),
                    display.below_m + display.height_m * ((row + 0.5) / _ROWS - 0.5),
                    0.0,
                ],
                np.float32,
            )
            to = source - points
            square = (to * to).sum(axis=-1)
            to /= np.sqrt(square)[..., None]
            arriving = display.luminance * area * np.maximum(-to[..., 2], 0.0) / square
            cosine = (normals * to).sum(axis=-1)
            diffuse += arriving * np.maximum(0.0, (cosine + wrap) / (1.0 + wrap))
            half = to + view
            half /= np.maximum(np.linalg.norm(half, axis=-1, keepdims=True), 1e-6)
            shine += arriving * np.maximum(cosine, 0.0) * np.maximum(0.0, (normals * half).sum(axis=-1)) ** power
    return np.asarray(albedo * diffuse[..., None] + (kinds[..., 1] * gloss * shine)[..., None], np.float32)


def _mirrored(points: Floats, normals: Floats, display: Display) -> Floats:
    """Return what a pane mirrors of a white display, (n,): Fresnel reflection times pi times its luminance."""
    view = -points / np.linalg.norm(points, axis=-1, keepdims=True)
    facing = (normals * view).sum(axis=-1)
    ray = 2 * facing[:, None] * normals - view
    away = ray[:, 2] < -1e-3
    reach = np.where(away, -points[:, 2] / np.where(away, ray[:, 2], -1.0), 0.0)
    at = points + reach[:, None] * ray
    hit = away & (np.abs(at[:, 0]) < display.width_m / 2) & (np.abs(at[:, 1] - display.below_m) < display.height_m / 2)
    fresnel = 0.04 + 0.96 * (1.0 - np.clip(facing, 0.0, 1.0)) ** 5
    return np.asarray(hit * fresnel * np.pi * display.luminance, np.float32)
