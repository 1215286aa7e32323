"""A scene and its noiseless image: meshes, materials, light, pinhole camera."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Intrinsics
from trainer.synth.scene import raster
from trainer.synth.scene.geometry import vertex_normals
from trainer.synth.scene.textures import TexturePack

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Material:
    """The optical properties of a surface.

    Attributes:
        texels: float32 (h, w, 6): linear red, green, blue, infrared albedo, opacity, gloss.
        emissive: radiance of a white texel of a screen; 0 for a surface that is lit.
        specular: strength of highlights of the lamps in RGB; `power` is their Blinn-Phong exponent.
        specular_ir: strength of the highlight of the infrared light near the camera; `retro` is its exponent.
        wrap: 0 = Lambert; 0.5 = light wraps around edges as in skin.
        mirror: share of the surroundings that a glossy pane reflects, multiplied by the Fresnel term.
        ir_gain: factor of the infrared albedo.
        glow_ir: emitted infrared radiance.
        cut: whether texels with opacity below 0.5 are holes.
        repeat: whether the texture repeats beyond its border.
        plain: whether the mesh belongs to the background, for which one sample per pixel suffices.
    """

    texels: Floats
    emissive: float = 0.0
    specular: float = 0.0
    power: float = 20.0
    specular_ir: float = 0.0
    retro: float = 30.0
    wrap: float = 0.0
    mirror: float = 0.0
    ir_gain: float = 1.0
    glow_ir: float = 0.0
    cut: bool = False
    repeat: bool = False
    plain: bool = False


@dataclass(frozen=True)
class Mesh:
    """Triangles of one material in camera coordinates (metres; x right, y down, z forward).

    `uv` is (V, 2) in pixels of the material's texture. `normals` (V, 3) are computed when None.
    """

    vertices: Floats
    triangles: Ints
    uv: Floats
    material: Material
    normals: Floats | None = None
    casts_shadow: bool = True

    def moved(self, rotation: npt.NDArray[np.floating], translation: npt.NDArray[np.floating]) -> Mesh:
        """Return the mesh after `rotation @ x + translation`."""
        vertices = (self.vertices @ np.asarray(rotation, np.float32).T + np.asarray(translation, np.float32)).astype(
            np.float32
        )
        normals = None if self.normals is None else (self.normals @ np.asarray(rotation, np.float32).T)
        return Mesh(vertices, self.triangles, self.uv, self.material, normals, self.casts_shadow)


@dataclass(frozen=True)
class Light:
    """All lights of a scene.

    Attributes:
        harmonics: float32 (9, 3): irradiance as second-order spherical harmonics of the normal, in camera axes.
        lamps: float32 (L, 6): direction to each lamp and its colour; the first one casts a shadow.
        panorama: float32 (h, w, 3): radiance for reflections; the middle column is behind the scene.
        ir_intensity: irradiance of the 850 nm light near the camera on a white surface at 1 m.
        ir_ambient: infrared irradiance from lamps and the sun.
        ir_falloff: strength of the beam's fall-off towards the corners.
    """

    harmonics: Floats
    lamps: Floats
    panorama: Floats
    ir_intensity: float = 0.2
    ir_ambient: float = 0.01
    ir_falloff: float = 0.5
    ir_lamp: tuple[float, float] = (0.0, 0.0)
    """Position of the infrared light relative to the camera, metres to the right and down."""
    ir_sun: float = 0.0
    """Infrared of the lamps in `lamps` (which include the sun), as a share of their red."""


@dataclass
class Rendering:
    """Noiseless images on the grid of the RGB camera: linear radiance, and depth in metres (0 = no surface)."""

    rgb: Floats
    ir: Floats
    depth_m: Floats
    surface: Ints
    """Index of the visible mesh, -1 where there is none."""


@dataclass
class Scene:
    """Meshes and lights in front of a pinhole camera at the origin."""

    camera: Intrinsics
    light: Light
    meshes: list[Mesh] = field(default_factory=list)
    textures: TexturePack = field(default_factory=TexturePack, repr=False)
    """Textures of the last scene, which need not be copied again if this one has the same."""

    def render(self, supersample: int = 2, lit_samples: int = 1) -> Rendering:
        """Render the whole frame with `supersample`^2 samples per pixel.

        Light is computed once for squares of `lit_samples`^2 samples of one surface, see `raster.shade`. 2 takes half
        the time and changes smooth surfaces by less than a camera's noise.
        """
        points = np.concatenate([mesh.vertices for mesh in self.meshes]).astype(np.float32)
        normals = np.concatenate(
            [
                vertex_normals(mesh.vertices, mesh.triangles) if mesh.normals is None else mesh.normals
                for mesh in self.meshes
            ]
        ).astype(np.float32)
        uv = np.concatenate([mesh.uv for mesh in self.meshes]).astype(np.float32)
        starts = np.cumsum([0] + [len(mesh.vertices) for mesh in self.meshes])
        triangles = np.concatenate([m.triangles + start for m, start in zip(self.meshes, starts, strict=False)]).astype(
            np.int32
        )
        material = np.repeat(np.arange(len(self.meshes), dtype=np.int32), [len(mesh.triangles) for mesh in self.meshes])
        texels, table = _pack([mesh.material for mesh in self.meshes], self.textures)
        camera, step = self.camera, supersample
        height, width = camera.height, camera.width
        screen = _project(points, camera, step)
        inverse_z = np.zeros((height * step, width * step), np.float32)
        ids = np.full((height * step, width * step), -1, np.int32)
        raster.raster(screen, uv, triangles, material, table, texels, inverse_z, ids)
        casting = np.repeat([mesh.casts_shadow for mesh in self.meshes], [len(mesh.triangles) for mesh in self.meshes])
        shadow, rows = _shadow(points, uv, triangles[casting], material[casting], table, texels, self.light.lamps)
        result = Rendering(
            np.zeros((height, width, 3), np.float32),
            np.zeros((height, width), np.float32),
            np.zeros((height, width), np.float32),
            np.full((height, width), -1, np.int32),
        )
        light = self.light
        ir_light = np.array(
            [
                light.ir_intensity, light.ir_ambient, light.ir_falloff, light.ir_intensity / 0.15**2, *light.ir_lamp,
                light.ir_sun,
            ],
            np.float32,
        )  # fmt: skip
        raster.shade(
            screen, points, normals, uv, triangles, material, table, texels, inverse_z, ids, light.harmonics,
            light.lamps, shadow, rows, light.panorama, ir_light, step, lit_samples, result.rgb, result.ir,
            result.depth_m, result.surface,
        )  # fmt: skip
        return result


def _project(points: Floats, camera: Intrinsics, step: int) -> Floats:
    near = 0.03
    z = points[:, 2]
    inverse = np.where(z > near, 1.0 / np.maximum(z, near), -1.0)
    x = points[:, 0] * inverse * camera.fx + camera.cx
    y = points[:, 1] * inverse * camera.fy + camera.cy
    offset = (step - 1) / 2
    return np.column_stack([x * step + offset, y * step + offset, inverse]).astype(np.float32)


def _pack(materials: list[Material], textures: TexturePack) -> tuple[Floats, Floats]:
    texels, offsets = textures.pack([material.texels for material in materials])
    table = np.zeros((len(materials), raster.MATERIAL_COLUMNS), np.float32)
    for row, (material, offset) in enumerate(zip(materials, offsets, strict=True)):
        height, width = material.texels.shape[:2]
        table[row] = (
            offset, width, height, material.cut, material.emissive, material.specular, material.power,
            material.specular_ir, material.wrap, material.mirror, material.ir_gain, material.repeat, material.retro,
            material.glow_ir, material.plain,
        )  # fmt: skip
    # Texel offsets are stored as float32, which is exact up to 2^24.
    assert len(texels) < 2**24
    return texels, table


_SHADOW_SIZE = 320


def _shadow(
    points: Floats, uv: Floats, triangles: Ints, material: Ints, table: Floats, texels: Floats, lamps: Floats
) -> tuple[Floats, Floats]:
    """Return a shadow map (depth along the first lamp's direction) and the rows that map a point into it."""
    rows = np.zeros((3, 4), np.float32)
    if not len(lamps) or not len(triangles):
        return np.zeros((1, 1), np.float32), rows
    towards = lamps[0, :3].astype(np.float64)
    side = np.cross([0.0, 1.0, 0.0] if abs(towards[1]) < 0.9 else [1.0, 0.0, 0.0], towards)
    side /= np.linalg.norm(side)
    up = np.cross(towards, side)
    visited = np.zeros(len(points), bool)
    visited[triangles] = True
    used = points[visited]
    middle = used.mean(0)
    half = 0.35
    scale = _SHADOW_SIZE / (2 * half)
    for row, axis in enumerate((side, up)):
        rows[row, :3] = axis * scale
        rows[row, 3] = -(axis @ middle) * scale + _SHADOW_SIZE / 2
    rows[2, :3], rows[2, 3] = towards, -(towards @ middle) + 10.0
    view = points @ rows[:, :3].T + rows[:, 3]
    nearness = np.zeros((_SHADOW_SIZE, _SHADOW_SIZE), np.float32)
    ids = np.full((_SHADOW_SIZE, _SHADOW_SIZE), -1, np.int32)
    raster.raster(view.astype(np.float32), uv, triangles, material, table, texels, nearness, ids)
    return nearness, rows
