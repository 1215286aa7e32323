"""Lenses of glasses in a rendered picture: they darken the surfaces behind them and reflect the lamp and windows.

The rasteriser does not support transparency, so lenses are drawn over its images where no surface is in front of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Intrinsics
from trainer.synth.scene.scene import Light, Rendering

Floats = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True)
class Lens:
    """The optical properties of the lenses of a pair of glasses.

    Attributes:
        clear: share of visible light that passes the lens twice; `clear_ir`: the same for infrared.
        haze_ir: diffuse reflection of the lamp's light, relative to a white surface.
        curve_m: radii of the two surfaces; `glint`: radiance of the lamp's mirror image on each, relative to a white
        surface; `glint_m`: radius of that image.
        window: brightness of a mirrored window in infrared, relative to a white surface, 0 = none; `window_at`: its
            left, top, right and bottom edges in half widths of the lens; `bars`: number of bars of the window's frame.
    """

    clear: float
    clear_ir: float
    haze_ir: float
    curve_m: tuple[float, float]
    glint: tuple[float, float]
    glint_m: float
    window: float
    window_at: tuple[float, float, float, float]
    bars: int


def draw_lens(rng: Rng) -> Lens:
    """Draw random lenses: clear, tinted or dark, with and without coating."""
    dark = rng.random() < 0.12
    strong = float(np.exp(rng.uniform(np.log(1.0), np.log(60.0)))) if rng.random() < 0.75 else 0.0
    left, top = rng.uniform(-1.1, 0.2, 2)
    return Lens(
        clear=float(rng.uniform(0.08, 0.5) if dark else rng.uniform(0.86, 1.0)),
        # Many dark lenses are clear in infrared, and some clear ones absorb it.
        clear_ir=float(rng.uniform(0.3, 0.85) if dark or rng.random() < 0.15 else rng.uniform(0.82, 1.0)),
        haze_ir=float(rng.beta(1.0, 8.0)) * 0.3,
        curve_m=(float(rng.uniform(0.04, 0.13)), float(rng.uniform(0.02, 0.09))),
        glint=(strong, strong * float(rng.uniform(0.0, 0.8))),
        glint_m=float(rng.uniform(0.0005, 0.0022)),
        window=float(rng.uniform(0.3, 4.0)) if rng.random() < 0.15 else 0.0,
        window_at=(float(left), float(top), float(left + rng.uniform(0.5, 1.8)), float(top + rng.uniform(0.5, 1.6))),
        bars=int(rng.integers(0, 4)),
    )


@dataclass(frozen=True)
class Pane:
    """A lens in camera coordinates: its outline (K, 3) in metres."""

    outline: Vector
    lens: Lens


def reflect(picture: Rendering, panes: tuple[Pane, ...], camera: Intrinsics, light: Light) -> None:
    """Draw `panes` over the noiseless images, in place."""
    for pane in panes:
        outline = pane.outline
        if outline[:, 2].min() < 0.03:
            continue
        focal, centre = np.array([camera.fx, camera.fy]), np.array([camera.cx, camera.cy])
        pixel = outline[:, :2] / outline[:, 2:] * focal + centre
        low = np.maximum(np.floor(pixel.min(0)).astype(int) - 2, 0)
        high = np.minimum(np.ceil(pixel.max(0)).astype(int) + 3, (camera.width, camera.height))
        if (high - low < 3).any():
            continue
        part = (slice(low[1], high[1]), slice(low[0], high[0]))
        size = (int(high[1] - low[1]), int(high[0] - low[0]))
        mask = np.zeros(size, np.uint8)
        cv2.fillPoly(mask, [np.round((pixel - low) * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
        depth = picture.depth_m[part]
        before = (depth > 0) & (depth < outline[:, 2].min() - 0.004)
        cover = np.where(before, np.float32(0), mask.astype(np.float32) / 255)
        _lay(picture, pane, part, low, cover, camera, light)


def _lay(
    picture: Rendering, pane: Pane, part: tuple[slice, slice], low: npt.NDArray[np.int_], cover: Floats,
    camera: Intrinsics, light: Light,
) -> None:  # fmt: skip
    lens, outline = pane.lens, pane.outline
    middle = outline.mean(0)
    distance = float(np.linalg.norm(middle))
    white = min(light.ir_intensity / distance**2, light.ir_intensity / 0.15**2) + light.ir_ambient
    picture.rgb[part] *= (1 - cover * np.float32(1 - lens.clear))[..., None]
    infrared = picture.ir[part] * (1 - cover * np.float32(1 - lens.clear_ir**2))
    added = np.full(cover.shape, lens.haze_ir, np.float32)
    pixel_m = distance / camera.fx
    y, x = np.mgrid[: cover.shape[0], : cover.shape[1]].astype(np.float32)
    at = middle[:2] / middle[2] * (camera.fx, camera.fy) + (camera.cx, camera.cy) - low
    half = max(float(np.ptp(outline[:, 0])) / 2 / pixel_m, 1.0)
    if lens.window:
        u, v = (x - at[0]) / half, (y - at[1]) / half
        left, top, right, bottom = lens.window_at
        inside = (u > left) & (u < right) & (v > top) & (v < bottom)
        for bar in range(lens.bars):
            inside &= np.abs(u - left - (bar + 1) / (lens.bars + 1) * (right - left)) > 0.05
        added += np.float32(lens.window) * cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.8)
    # The lens reflects the lamp where its curved surface faces the middle between camera and lamp.
    across, up = outline[0] - outline[len(outline) // 2], outline[len(outline) // 4] - middle
    normal = np.cross(across, up)
    normal /= max(float(np.linalg.norm(normal)), 1e-9)
    lamp = np.array([*light.ir_lamp, 0.0]) - middle
    view = -middle / distance + lamp / max(float(np.linalg.norm(lamp)), 1e-6)
    view /= np.linalg.norm(view)
    if normal @ view < 0:
        normal = -normal
    aside = (view - normal * (normal @ view)) / max(float(normal @ view), 0.2)
    for curve, glint in zip(lens.curve_m, lens.glint, strict=True):
        spot = at + (aside * curve)[:2] / pixel_m
        r = np.hypot(x - spot[0], y - spot[1]) * pixel_m
        # An image smaller than a pixel covers only a part of it.
        radius = max(lens.glint_m, 0.6 * pixel_m)
        added += np.float32(glint * (lens.glint_m / radius) ** 2) * np.exp(-((r / radius) ** 2))
    picture.ir[part] = infrared + cover * added * np.float32(white)
