"""Flat media: paper and screens with a photograph on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.models.crop import ADULT_EYE_DISTANCE_M
from trainer.synth.people.photo import Photo
from trainer.synth.people.portrait import to_linear
from trainer.synth.scene import geometry, raster
from trainer.synth.scene.scene import Material, Mesh

Floats = npt.NDArray[np.float32]
Rng = np.random.Generator
Ink = Literal["dye", "pigment", "toner", "photo"]
_INKS: tuple[Ink, ...] = ("dye", "pigment", "toner", "photo")


@dataclass(frozen=True)
class Sheet:
    """A flat rectangle with a photograph, in camera axes around the middle of the printed eyes.

    Attributes:
        texels: (h, w, 6): texture; `scale`: metres per texel.
        origin: middle of the eyes in texels.
        keypoints: (4, 2): right eye, left eye, nose, mouth in metres on the sheet.
        points: (68, 2): landmarks in texels.
        angles: yaw, pitch, roll of the head in the photograph, radians.
    """

    texels: Floats
    scale: float
    origin: npt.NDArray[np.float64]
    keypoints: npt.NDArray[np.float64]
    points: npt.NDArray[np.float64]

    def mesh(self, material: Material, rows: int = 36, columns: int = 28) -> Mesh:
        """Return the mesh of the flat sheet, facing the camera."""
        height, width = self.texels.shape[:2]
        vertices, triangles, uv = geometry.plane(
            width * self.scale, height * self.scale, (height, width), rows, columns
        )
        middle = (np.array([width - 1, height - 1]) / 2 - self.origin) * self.scale
        vertices[:, 0] += np.float32(middle[0])
        vertices[:, 1] += np.float32(middle[1])
        return Mesh(vertices, triangles, uv, material)


Window = tuple[float, float, float, float]
"""Left, top, right and bottom in eye distances from the middle of the eyes."""


def _frame(
    points: npt.NDArray[np.float64], size: tuple[int, int], window: Window
) -> tuple[float, tuple[int, int, int, int]]:
    """Return the eye distance and the window's left, top, right, bottom in pixels of a (width, height) picture."""
    right, left = points[36:42].mean(0), points[42:48].mean(0)
    middle = (left + right) / 2
    mouth = points[[51, 57]].mean(0)
    # The eyes of a turned head appear closer, so the size follows from the larger of eye distance and eyes-to-mouth
    # distance.
    eyes = max(float(np.linalg.norm(left - right)), float(np.linalg.norm(mouth - middle)) * 0.95)
    x0, x1 = (int(np.clip(middle[0] + window[k] * eyes, 0, size[0])) for k in (0, 2))
    y0, y1 = (int(np.clip(middle[1] + window[k] * eyes, 0, size[1])) for k in (1, 3))
    return eyes, (x0, y0, x1, y1)


def cut_out(photo: Photo, points: npt.NDArray[np.float64], window: Window) -> npt.NDArray[np.uint8]:
    """Return the part of a photograph that `lay_out` shows for a photograph with these points."""
    height, width = photo.rgb.shape[:2]
    _, (x0, y0, x1, y1) = _frame(points, (width, height), window)
    return photo.rgb[y0:y1, x0:x1]


def lay_out(photo: Photo, scale: float, window: Window, border: float) -> tuple[npt.NDArray[np.uint8], Sheet]:
    """Crop `photo` to a window around the face and scale it.

    Args:
        photo: the photograph.
        scale: printed eye distance relative to an adult's 63 mm.
        window: visible part of the photograph.
        border: width of the white border in metres.

    Returns:
        The picture (h, w, 3) with its border, and the sheet with empty texels.
    """
    height, width = photo.rgb.shape[:2]
    eyes, (x0, y0, x1, y1) = _frame(photo.points, (width, height), window)
    metres = scale * ADULT_EYE_DISTANCE_M / eyes
    pad = round(border / metres)
    picture = cv2.copyMakeBorder(
        photo.rgb[y0:y1, x0:x1], pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(255, 255, 255)
    )
    offset = np.array([x0 - pad, y0 - pad])
    points = photo.points - offset
    right, left = points[36:42].mean(0), points[42:48].mean(0)
    origin = (right + left) / 2
    keys = np.stack([right, left, points[30], points[[51, 57]].mean(0)])
    empty = np.zeros((*picture.shape[:2], raster.TEXEL), np.float32)
    return np.asarray(picture, np.uint8), Sheet(empty, metres, origin, (keys - origin) * metres, points)


@dataclass(frozen=True)
class Printing:
    """The optical properties of a print."""

    ink: Ink
    paper_ir: float
    white: float
    black: float
    gloss: float
    cast: tuple[float, float, float]


def draw_printing(rng: Rng) -> Printing:
    """Draw a random printer and paper."""
    ink = _INKS[int(rng.choice(len(_INKS), p=[0.3, 0.25, 0.3, 0.15]))]
    glossy = ink == "photo" or rng.random() < 0.2
    return Printing(
        ink=ink,
        paper_ir=float(rng.uniform(0.65, 0.9)),
        white=float(rng.uniform(0.7, 0.9)),
        black=float(rng.uniform(0.003, 0.025)),
        gloss=float(rng.uniform(0.25, 0.8)) if glossy else float(rng.uniform(0.0, 0.12)),
        cast=tuple(1 + rng.normal(0, 0.05, 3)),
    )


def _levels(linear: Floats, rng: Rng) -> Floats:
    """Adjust contrast and brightness by a random amount, as people do before they print or show a picture."""
    grey = linear.mean(-1)
    low, high = (float(np.percentile(grey[::3, ::3], q)) for q in (2.0, 98.5))
    strength = float(rng.uniform(0.6, 1.0))
    stretched = np.clip((linear - low) / max(high - low, 0.05), 0.0, 1.0)
    # Faces are printed at a pleasant brightness.
    middle = float(np.median(stretched[stretched.shape[0] // 4 : 3 * stretched.shape[0] // 4]))
    gamma = float(np.clip(np.log(rng.uniform(0.16, 0.32)) / np.log(np.clip(middle, 0.02, 0.9)), 0.6, 1.6))
    return np.asarray(linear * (1 - strength) + strength * stretched**gamma, np.float32)


def print_texels(picture: npt.NDArray[np.uint8], printing: Printing, rng: Rng) -> Floats:
    """Return the printed picture (h, w, 6) with the effect of ink on colour and on albedo at 850 nm.

    Dye inks are transparent at 850 nm, so the face vanishes; carbon black in pigment ink and toner absorbs there as in
    visible light, while coloured pigments and toners hardly do.
    """
    linear = _levels(to_linear(picture), rng)
    linear = np.asarray(cv2.GaussianBlur(linear, (0, 0), float(rng.uniform(0.3, 0.9))), np.float32)
    result = np.empty((*linear.shape[:2], raster.TEXEL), np.float32)
    span = printing.white - printing.black
    colour = (printing.black + span * linear**1.05) * np.asarray(printing.cast, np.float32)
    # Halftone and banding.
    grain = cv2.GaussianBlur(rng.standard_normal(linear.shape[:2], np.float32), (0, 0), 0.8) * 1.8
    colour *= (1 + float(rng.uniform(0.0, 0.035)) * grain)[..., None]
    if rng.random() < 0.3:
        period = rng.uniform(3, 40)
        band = 1 + rng.uniform(0.005, 0.03) * np.sin(np.arange(len(linear)) / period * 2 * np.pi)
        colour *= band[:, None, None].astype(np.float32)
    result[..., :3] = np.clip(colour, 0.003, 1.0)
    key = np.clip(1 - linear.max(-1), 0, 1)  # the share that black ink prints
    if printing.ink == "dye":
        ink_ir = 1 - 0.07 * key
    elif printing.ink == "photo":
        ink_ir = 1 - 0.15 * key
    elif printing.ink == "pigment":
        ink_ir = 1 - float(rng.uniform(0.35, 0.8)) * key**1.3
    else:
        ink_ir = 1 - float(rng.uniform(0.55, 0.92)) * key**1.2
    result[..., 3] = printing.paper_ir * ink_ir
    result[..., 4] = 1.0
    result[..., 5] = 1.0
    return result


def print_material(texels: Floats, printing: Printing, cut: bool) -> Material:
    """Return the material of paper with these texels."""
    return Material(
        texels, specular=printing.gloss * 0.5, power=12 + 90 * printing.gloss, specular_ir=printing.gloss * 1.2,
        retro=20 + 200 * printing.gloss, cut=cut,
    )  # fmt: skip


def cut_holes(texels: Floats, points: npt.NDArray[np.float64], parts: tuple[str, ...], rng: Rng) -> None:
    """Cut eyes, nose or mouth out of the sheet, slightly larger than printed."""
    hole = np.zeros(texels.shape[:2], np.uint8)
    for part in parts:
        if part == "eyes":
            for first, last in ((36, 42), (42, 48)):
                _cut(hole, points[first:last], np.array([rng.uniform(1.1, 1.5), rng.uniform(1.5, 2.6)]))
        elif part == "nose":
            _cut(
                hole,
                np.concatenate([points[28:36], points[31:32] + (-2, -4), points[35:36] + (2, -4)]),
                np.array([rng.uniform(1.05, 1.4), rng.uniform(1.05, 1.2)]),
            )
        else:
            _cut(hole, points[48:60], np.array([rng.uniform(1.05, 1.3), rng.uniform(1.1, 1.7)]))
    texels[..., 4] = np.minimum(texels[..., 4], 1.0 - cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 0.7))


def cut_half(texels: Floats, points: npt.NDArray[np.float64], rng: Rng) -> str:
    """Cut away one half of a printed face (a side, the upper or the lower part) and return which half is left."""
    left = str(rng.choice(["left", "right", "upper", "lower"], p=[0.3, 0.3, 0.2, 0.2]))
    eyes, mouth = points[36:48].mean(0), points[48:68].mean(0)
    down = mouth - eyes
    size = float(np.linalg.norm(down))
    down /= size
    turn = float(rng.normal(0, 0.15))
    c, s = np.cos(turn), np.sin(turn)
    down = np.array([c * down[0] - s * down[1], s * down[0] + c * down[1]])
    across = np.array([down[1], -down[0]])
    middle = eyes + down * size * float(rng.uniform(0.25, 0.75)) + across * size * float(rng.normal(0, 0.08))
    direction = {"left": -across, "right": across, "upper": -down, "lower": down}[left]
    y, x = np.mgrid[: texels.shape[0], : texels.shape[1]].astype(np.float32)
    keep = ((x - middle[0]) * direction[0] + (y - middle[1]) * direction[1] > 0).astype(np.float32)
    texels[..., 4] = np.minimum(texels[..., 4], cv2.GaussianBlur(keep, (0, 0), 0.7))
    return left


def _cut(hole: npt.NDArray[np.uint8], outline: npt.NDArray[np.float64], factor: npt.NDArray[np.float64]) -> None:
    middle = outline.mean(0)
    grown = (middle + (outline - middle) * factor).astype(np.int32)
    cv2.fillConvexPoly(hole, cv2.convexHull(grown), 1)


def trim_to_head(texels: Floats, points: npt.NDArray[np.float64], rng: Rng) -> None:
    """Cut the sheet along the outline of the head."""
    jaw = points[:17]
    brow = points[17:27]
    eyes = float(np.linalg.norm(points[36:42].mean(0) - points[42:48].mean(0)))
    top = brow + (brow.mean(0) - jaw[8]) * rng.uniform(0.35, 0.55)
    hull = cv2.convexHull(np.concatenate([jaw, top]).astype(np.float32))[:, 0]
    middle = hull.mean(0)
    grown = (middle + (hull - middle) * (1 + 0.25 * rng.random()) + rng.normal(0, 0.02 * eyes, hull.shape)).astype(
        np.int32
    )
    keep = np.zeros(texels.shape[:2], np.uint8)
    cv2.fillPoly(keep, [grown], 1)
    texels[..., 4] = np.minimum(texels[..., 4], cv2.GaussianBlur(keep.astype(np.float32), (0, 0), 0.7))


def bend(vertices: Floats, radius_m: float, axis: float, hollow: bool = False) -> Floats:
    """Roll a flat sheet onto a cylinder through the origin, convex to the camera; `axis` in radians, 0 = upright."""
    c, s = np.cos(axis), np.sin(axis)
    along = vertices[:, 0] * c + vertices[:, 1] * s
    across = -vertices[:, 0] * s + vertices[:, 1] * c
    angle = np.clip(along / radius_m, -2.4, 2.4)
    x = radius_m * np.sin(angle)
    z = radius_m * (1 - np.cos(angle)) * (-1.0 if hollow else 1.0)
    return np.stack([x * c - across * s, x * s + across * c, vertices[:, 2] + z], -1).astype(np.float32)


def crumple(vertices: Floats, amplitude_m: float, rng: Rng) -> Floats:
    """Add smooth waves to a sheet, as in paper that is held in a hand."""
    result = vertices.copy()
    for _ in range(4):
        direction, wavelength = rng.uniform(0, np.pi), rng.uniform(0.06, 0.25)
        phase = (vertices[:, 0] * np.cos(direction) + vertices[:, 1] * np.sin(direction)) / wavelength * 2 * np.pi
        result[:, 2] += np.float32(amplitude_m * rng.normal(0, 0.5)) * np.sin(phase + rng.uniform(0, 6.28)).astype(
            np.float32
        )
    return result


@dataclass(frozen=True)
class Screen:
    """The pane of a phone, tablet or monitor."""

    kind: Literal["phone", "tablet", "monitor"]
    radiance: float
    black: float
    pane_ir: float
    mirror_ir: float
    sharp_ir: float
    moire: float
    bezel: float
    confusing: float
    """How much the pane misleads a depth camera, 0 to 1."""


def draw_screen(rng: Rng, kind: Literal["phone", "tablet", "monitor"]) -> Screen:
    """Draw a random display."""
    matte = kind == "monitor" and rng.random() < 0.7
    return Screen(
        kind=kind,
        radiance=float(np.exp(rng.normal(np.log(1.0), 0.4))),
        black=float(rng.uniform(0.001, 0.02)),
        pane_ir=float(rng.uniform(0.012, 0.07)),
        mirror_ir=float(rng.uniform(0.1, 0.5) if matte else rng.uniform(2.0, 25.0)),
        sharp_ir=float(rng.uniform(8, 40) if matte else rng.uniform(800, 8000)),
        moire=float(rng.uniform(0.0, 0.06)) if rng.random() < 0.5 else 0.0,
        bezel={"phone": 0.004, "tablet": 0.012, "monitor": 0.018}[kind] * float(rng.uniform(0.6, 1.5)),
        confusing=float(rng.beta(1.0, 1.8)),
    )


def screen_texels(picture: npt.NDArray[np.uint8], screen: Screen, rng: Rng) -> Floats:
    """Return the displayed picture (h, w, 6)."""
    linear = _levels(to_linear(picture), rng)
    result = np.empty((*linear.shape[:2], raster.TEXEL), np.float32)
    result[..., :3] = linear * (1 + rng.normal(0, 0.04, 3)).astype(np.float32) + np.float32(screen.black)
    if screen.moire:
        y, x = np.mgrid[: linear.shape[0], : linear.shape[1]].astype(np.float32)
        for c in range(3):
            fx, fy = rng.normal(0, 0.9, 2)
            warp = 4 * np.sin(x / rng.uniform(80, 300)) + 4 * np.sin(y / rng.uniform(80, 300))
            result[..., c] *= 1 + np.float32(screen.moire) * np.sin(fx * (x + warp) + fy * (y + warp))
    result[..., 3] = screen.pane_ir
    result[..., 4] = 1.0
    result[..., 5] = 1.0
    return result


def screen_meshes(sheet: Sheet, screen: Screen, rng: Rng) -> list[Mesh]:
    """Return pane and body of the device, flat around the middle of the displayed eyes."""
    pane = Material(
        sheet.texels, emissive=screen.radiance, specular=1.0 if screen.sharp_ir > 100 else 0.05,
        power=800.0 if screen.sharp_ir > 100 else 12.0, specular_ir=screen.mirror_ir, retro=screen.sharp_ir,
        mirror=0.6 if screen.sharp_ir > 100 else 0.15,
    )  # fmt: skip
    flat = sheet.mesh(pane, 2, 2)
    height, width = np.array(sheet.texels.shape[:2]) * sheet.scale
    deep = {"phone": 0.008, "tablet": 0.008, "monitor": 0.03}[screen.kind]
    body, faces, _ = geometry.box(width + 2 * screen.bezel, height + 2 * screen.bezel, deep)
    middle = flat.vertices.mean(0)
    grey = float(rng.choice([rng.uniform(0.008, 0.04), rng.uniform(0.3, 0.7)], p=[0.8, 0.2]))
    paint = np.array([[[grey, grey, grey, rng.uniform(0.03, 0.5), 1.0, 1.0]]], np.float32)
    case = Material(paint, specular=0.3, power=60, specular_ir=0.5, retro=80)
    shift = np.array([middle[0], middle[1], middle[2] + deep / 2 + 0.0006], np.float32)
    return [flat, Mesh(body + shift, faces, np.zeros((len(body), 2), np.float32), case)]


def fingers(
    rng: Rng, edge: npt.NDArray[np.floating], inward: npt.NDArray[np.floating], skin: npt.NDArray[np.floating]
) -> list[Mesh]:
    """Return a thumb in front of and fingers behind a sheet at `edge` (3,); `inward` (3,) points to its middle."""
    ir = float(rng.uniform(0.45, 0.6))
    paint = np.array([[[*np.clip(skin, 0.02, 0.7), ir, 1.0, 0.5]]], np.float32)
    material = Material(paint, specular=0.1, power=20, specular_ir=0.1, wrap=0.25)
    meshes = []
    side = np.array([-inward[1], inward[0], 0.0])
    for k in range(4):
        thumb = k == 0
        radius = (0.0095 if thumb else 0.008) * rng.uniform(0.9, 1.1)
        depth = -radius * 0.9 if thumb else radius + 0.003
        start = edge + side * (0.0 if thumb else (k - 2) * 0.02) - inward * 0.05
        reach = rng.uniform(0.02, 0.035) if thumb else rng.uniform(0.0, 0.02)
        end = edge + side * (0.004 if thumb else (k - 2) * 0.019) + inward * reach
        t = np.linspace(0, 1, 10)[:, None]
        path = start * (1 - t) + end * t
        path[:, 2] = edge[2] + depth + (1 - t[:, 0]) * 0.012
        taper = radius * np.minimum(1.0, 0.25 + 3.0 * np.sqrt(np.clip(1 - t[:, 0], 0, 1)))
        vertices, triangles = geometry.tube(path, taper, 10)
        meshes.append(Mesh(vertices, triangles, np.zeros((len(vertices), 2), np.float32), material))
    return meshes
