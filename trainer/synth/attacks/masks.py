"""Masks with relief: cast from a victim's head in resin, plaster or silicone, or folded from a paper print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import LinearNDInterpolator
from scipy.sparse import csr_array

from trainer.synth.attacks.flat_media import draw_printing
from trainer.synth.heads.headmodel import Floats, HeadModel, Ints
from trainer.synth.people.actor import Actor
from trainer.synth.people.body import Pose, eyes_middle, place_points
from trainer.synth.people.portrait import SKIN
from trainer.synth.people.surface import texels
from trainer.synth.scene.geometry import vertex_normals
from trainer.synth.scene.scene import Material, Mesh

Rng = np.random.Generator
Kind = Literal["resin", "plaster", "silicone", "paper", "white", "half"]
HALF_MATERIALS = ("resin", "plaster", "silicone", "paper", "white", "white")
"""Materials of half masks, each as often as it is listed."""


@dataclass(frozen=True)
class Mask:
    """A mask in the head coordinates of the person it shows, with its material.

    `open_eyes`: whether the wearer's own eyes are visible.
    """

    vertices: Floats
    triangles: Ints
    uv: Floats
    material: Material
    open_eyes: bool
    description: str


def _neighbours(triangles: Ints, count: int) -> tuple[Ints, Ints]:
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    return edges[:, 0], edges[:, 1]


def smooth(vertices: Floats, triangles: Ints, rounds: int) -> Floats:
    """Smooth a mesh by Laplacian smoothing."""
    if rounds <= 0:
        return vertices
    i, j = _neighbours(triangles, len(vertices))
    count = len(vertices)
    degree = np.bincount(i, minlength=count)
    used = (degree > 0)[:, None]
    means = csr_array((1.0 / degree[i], (i, j)), (count, count))
    result = vertices.astype(np.float64)
    for _ in range(rounds):
        result = np.where(used, 0.5 * result + 0.5 * (means @ result), result)
    return result.astype(np.float32)


def _faceted(vertices: Floats, cell: float) -> Floats:
    """Replace depth by flat facets between the mean points of a coarse grid, like folds of paper."""
    nodes: dict[tuple[int, int], list[Floats]] = {}
    for key, vertex in zip(np.round(vertices[:, :2] / cell).astype(int), vertices, strict=True):
        nodes.setdefault((int(key[0]), int(key[1])), []).append(vertex)
    means = np.array([np.mean(members, axis=0) for members in nodes.values()])
    flat = LinearNDInterpolator(means[:, :2], means[:, 2])(vertices[:, :2])
    z = np.where(np.isfinite(flat), flat, vertices[:, 2])
    return np.column_stack([vertices[:, :2], z]).astype(np.float32)


def _surface(stuff: str, victim: Actor, rng: Rng) -> tuple[Material, str]:
    """Return material and description of a mask of `stuff` that shows `victim`."""
    if stuff == "white":
        return plain_surface(victim, rng)
    surface = texels(victim.person, victim.appearance)
    blur = {"resin": (0.3, 1.2), "plaster": (0.8, 2.2), "silicone": (0.6, 2.0), "paper": (0.3, 0.9)}[stuff]
    surface[..., :4] = cv2.GaussianBlur(surface[..., :4], (0, 0), float(rng.uniform(*blur)))
    luminance = surface[..., :3].mean(-1, keepdims=True)
    surface[..., 4] = 1.0
    if stuff == "paper":
        printing = draw_printing(rng)
        key = np.clip(1 - surface[..., :3].max(-1), 0, 1)
        depth = {"dye": 0.07, "photo": 0.15, "pigment": rng.uniform(0.35, 0.8), "toner": rng.uniform(0.55, 0.92)}[
            printing.ink
        ]
        surface[..., :3] = printing.black + (printing.white - printing.black) * surface[..., :3]
        surface[..., 3] = printing.paper_ir * (1 - depth * key**1.2)
        surface[..., 5] = 1.0
        material = Material(surface, specular=printing.gloss * 0.4, power=40, specular_ir=printing.gloss, retro=80)
        note = f"ink={printing.ink}"
    else:
        fade = {"resin": (0.75, 1.0), "plaster": (0.45, 0.85), "silicone": (0.7, 1.0)}[stuff]
        keep = float(rng.uniform(*fade))
        surface[..., :3] = luminance + keep * (surface[..., :3] - luminance)
        surface[..., :3] *= (float(rng.uniform(0.85, 1.15)) * (1 + rng.normal(0, 0.04, 3))).astype(np.float32)
        contrast = float(rng.uniform(0.85, 1.15))
        mean = surface[..., :3].mean((0, 1))
        surface[..., :3] = np.clip(mean + contrast * (surface[..., :3] - mean), 0.01, 1.0)
        # Paints follow visible colours only partly at 850 nm; the body's own reflectance dominates.
        base = {
            "resin": rng.uniform(0.28, 0.75),
            "plaster": rng.uniform(0.6, 0.9),
            "silicone": rng.uniform(0.2, 0.42) if rng.random() < 0.6 else rng.uniform(0.55, 0.75),
        }[stuff]
        follow = float(rng.uniform(0.05, 0.45))
        relative = surface[..., 0] / max(float(np.median(surface[..., 0])), 0.02)
        surface[..., 3] = base * (1 - follow + follow * np.clip(relative, 0.1, 1.4))
        surface[..., 5] = 1.0
        shine = {"resin": (0.25, 0.8), "plaster": (0.0, 0.05), "silicone": (0.05, 0.35)}[stuff]
        gloss = float(rng.uniform(*shine))
        material = Material(
            surface, specular=gloss * 0.5, power={"resin": 60.0, "plaster": 8.0, "silicone": 22.0}[stuff],
            specular_ir=gloss * 0.8, retro={"resin": 60.0, "plaster": 8.0, "silicone": 24.0}[stuff],
            wrap={"resin": 0.0, "plaster": 0.05, "silicone": 0.3}[stuff],
        )  # fmt: skip
        note = f"ir={base:.2f} gloss={gloss:.2f}"
    return material, note


def plain_surface(victim: Actor, rng: Rng) -> tuple[Material, str]:
    """Return a surface of one colour (white, grey, black, skin-like or any), with or without faintly painted features.

    It is matt or glossy; its infrared reflectance is independent of its colour.
    """
    appearance = texels(victim.person, victim.appearance)
    skin = np.maximum(victim.person.skin, 0.02)
    colours = {
        "white": rng.uniform(0.6, 0.9) * (1 + rng.normal(0, 0.03, 3)),
        "grey": np.full(3, rng.uniform(0.12, 0.5)),
        "black": np.full(3, rng.uniform(0.01, 0.05)),
        "skin": skin * rng.uniform(0.8, 1.4),
        "colour": rng.uniform(0.03, 0.8, 3),
    }
    name = str(rng.choice(list(colours), p=[0.4, 0.12, 0.08, 0.25, 0.15]))
    painted = float(rng.uniform(0.3, 1.0)) if rng.random() < 0.5 else 0.0
    ratio = np.clip(appearance[..., 0] / skin[0], 0.0, 1.15)
    ratio = cv2.GaussianBlur(ratio, (0, 0), float(rng.uniform(0.6, 2.5)))
    dark = np.clip(1.0 - ratio, 0, 1) * (victim.person.region == SKIN)
    result = np.empty_like(appearance)
    paint = painted * np.clip(dark * float(rng.uniform(1.0, 2.0)), 0, 0.97)
    result[..., :3] = np.clip(colours[name], 0.01, 0.95) * (1 - paint[..., None])
    base = float(rng.uniform(0.5, 0.9) if name == "white" or rng.random() < 0.3 else rng.uniform(0.08, 0.85))
    result[..., 3] = base * (1 - float(rng.uniform(0.0, 1.0)) * paint)
    result[..., 4] = result[..., 5] = 1.0
    gloss = float(rng.uniform(0.1, 0.9)) if rng.random() < 0.55 else float(rng.uniform(0.0, 0.06))
    power = float(rng.uniform(15, 120))
    material = Material(
        result, specular=gloss * 0.5, power=power, specular_ir=gloss * 0.8, retro=power,
        wrap=float(rng.uniform(0.0, 0.2)),
    )  # fmt: skip
    return material, f"{name} painted={painted:.2f} ir={base:.2f} gloss={gloss:.2f}"


def _half(model: HeadModel, rng: Rng) -> npt.NDArray[np.bool_]:
    """Select the vertices of one half of a face: a side, the upper or the lower part, with a slanted edge."""
    x, y, _ = model.vertices.T
    marks = model.vertices[model.landmarks] if len(model.landmarks) else model.vertices[:1]
    kind = str(rng.choice(["side", "upper", "lower"]))
    slant = float(rng.normal(0, 0.12))
    if kind == "side":
        return np.asarray(float(rng.choice([-1.0, 1.0])) * (x + slant * y) > rng.uniform(-0.01, 0.008))
    edge = float(marks[30, 1] if len(marks) > 30 else 0.0)
    if kind == "upper":
        return np.asarray(y + slant * x > edge + rng.uniform(-0.02, 0.008))
    return np.asarray(y + slant * x < edge + rng.uniform(-0.005, 0.022))


def make_mask(kind: Kind, victim: Actor, model: HeadModel, rng: Rng) -> Mask:
    """Make a mask of `victim`: rigid, neutral, 2-4 mm larger than the face, with its own infrared reflectance.

    A `half` mask covers a side, the upper or the lower part of the face and consists of any of the materials; a `white`
    one has a single colour (white, grey or other), sometimes with painted lips and brows.
    """
    person = victim.person
    stuff = str(rng.choice(HALF_MATERIALS)) if kind == "half" else kind
    identity = person.identity.astype(np.float64).copy()
    identity[: len(victim.identity)] += victim.identity
    own = {name: value * 0.6 for name, value in person.expression.items()}
    shape = model.shape(identity, own) * np.float32(victim.stature)
    first, last = model.parts["skin"]
    _, y, z = model.vertices.T
    chosen = np.zeros(len(shape), bool)
    chosen[first:last] = True
    low, back = rng.uniform(-0.115, -0.09), rng.uniform(0.0, 0.022)
    chosen &= (z > back) & (y > low) & (y < rng.uniform(0.09, 0.105))
    if "socket" in model.parts:
        chosen[model.parts["socket"][0] : model.parts["socket"][1]] = True
    if kind == "half":
        chosen &= _half(model, rng)
    triangles = model.triangles[chosen[model.triangles].all(1) & person.front[model.triangles].all(1)]
    has_eyes = "eyes" in model.parts
    open_eyes = (kind == "half" or bool(rng.random() < 0.55)) and has_eyes
    if not open_eyes and has_eyes:  # painted eyes: the eyeballs belong to the cast
        e0, e1 = model.parts["eyes"]
        eyes = model.triangles[(model.triangles >= e0).all(1) & (model.triangles < e1).all(1)]
        triangles = np.concatenate([triangles, eyes])
    used, inverse = np.unique(triangles, return_inverse=True)
    triangles = inverse.reshape(-1, 3).astype(np.int32)
    vertices, uv = shape[used], person.uv[used]
    rounds = {
        "resin": int(rng.integers(0, 3)),
        "plaster": int(rng.integers(1, 5)),
        "silicone": int(rng.integers(2, 10)),
        "paper": int(rng.integers(25, 90)),
        "white": int(rng.integers(0, 12)),
    }[stuff]
    vertices = smooth(vertices, triangles, rounds)
    if stuff == "paper":
        vertices = _faceted(vertices, float(rng.uniform(0.016, 0.032)))
        vertices[:, 2] = vertices[:, 2].mean() + (vertices[:, 2] - vertices[:, 2].mean()) * np.float32(
            rng.uniform(0.55, 0.95)
        )
        if kind == "half":
            # The wearer's face is drawn too, and a flatter mask would lie inside it.
            vertices[:, 2] += np.quantile(shape[used][:, 2] - vertices[:, 2], 0.95)
    normals = vertex_normals(vertices, triangles)
    vertices = vertices + normals * np.float32(rng.uniform(0.002, 0.004))
    vertices[:, 2] += np.float32(0.002)
    if stuff == "plaster":
        bumps = cv2.GaussianBlur(rng.standard_normal((64, 64)), (0, 0), 1.5)
        u = ((vertices[:, :2] + 0.2) / 0.4 * 63).astype(int).clip(0, 63)
        vertices[:, 2] += (bumps[u[:, 1], u[:, 0]] * 0.0008).astype(np.float32)
    material, note = _surface(stuff, victim, rng)
    return Mask(
        vertices, triangles, uv, material, open_eyes, f"{kind} {stuff} {note} eyes={'open' if open_eyes else 'painted'}"
    )


def worn_mask(mask: Mask, model: HeadModel, pose: Pose, victim: Actor) -> Mesh:
    """Return the mask at the pose of the head that wears it."""
    identity = victim.person.identity.astype(np.float64).copy()
    identity[: len(victim.identity)] += victim.identity
    shape = model.shape(identity, {}) * np.float32(victim.stature)
    vertices = place_points(mask.vertices, pose, eyes_middle(model, shape))
    return Mesh(vertices, mask.triangles, mask.uv, mask.material)
