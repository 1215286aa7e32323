"""Glasses and hats, in the coordinates of the head that wears them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trainer.synth.heads.headmodel import Floats, HeadModel
from trainer.synth.people.body import Worn, eyes_middle
from trainer.synth.scene import geometry
from trainer.synth.scene.panes import draw_lens
from trainer.synth.scene.scene import Material

Rng = np.random.Generator


def _paint(colour: npt.NDArray[np.floating] | tuple[float, float, float], ir: float, gloss: float = 1.0) -> Floats:
    return np.array([[[*colour, ir, 1.0, gloss]]], np.float32)


def draw_glasses(rng: Rng, model: HeadModel, shape: Floats) -> tuple[Worn, ...]:
    """Draw rims, bridge, temples and lenses of glasses."""
    marks = shape[model.landmarks].astype(np.float64)
    right, left = marks[36:42].mean(0), marks[42:48].mean(0)
    front = max(marks[27, 2], marks[36:48, 2].max()) + rng.uniform(0.006, 0.012)
    half = np.array([rng.uniform(0.021, 0.028), rng.uniform(0.015, 0.024)])
    squareness = rng.uniform(2.0, 5.0)
    thick = rng.uniform(0.0007, 0.0023)
    dark = rng.random() < 0.6
    colour = rng.uniform(0.01, 0.06, 3) if dark else rng.uniform(0.1, 0.6, 3)
    frame = Material(_paint(colour, float(rng.uniform(0.02, 0.5))), specular=0.5, power=60, specular_ir=0.4, retro=60)
    worn: list[Worn] = []
    lens = draw_lens(rng)
    angle = np.linspace(0, 2 * np.pi, 40)
    for eye in (right, left):
        out = np.sign(eye[0])
        c, s = np.cos(angle), np.sin(angle)
        x = np.sign(c) * np.abs(c) ** (2 / squareness) * half[0]
        y = np.sign(s) * np.abs(s) ** (2 / squareness) * half[1]
        z = front - 0.25 * np.maximum(0, out * x) - 0.1 * half[0]
        ring = np.stack([eye[0] + out * 0.001 + x, eye[1] - 0.002 + y, z], -1)
        worn.append(Worn(*geometry.tube(ring, thick, 6), frame))
        hinge = np.array([eye[0] + out * half[0], eye[1] + 0.004, front - 0.3 * half[0]])
        ear = np.array([out * (np.abs(shape[:, 0]).max() * 0.0 + 0.076), hinge[1] + 0.004, -0.005])
        worn.append(Worn(*geometry.tube(np.linspace(hinge, ear, 8), max(thick, 0.0012), 6), frame))
        worn.append(Worn(ring.astype(np.float32), np.zeros((0, 3), np.int32), frame, lens=lens))
    middle = eyes_middle(model, shape)
    bridge = np.stack(
        [
            np.linspace(right[0] + half[0], left[0] - half[0], 7),
            np.full(7, middle[1] + 0.004),
            np.full(7, front + 0.001),
        ],
        -1,
    )
    bridge[:, 1] += 0.003 * np.sin(np.linspace(0, np.pi, 7))
    worn.append(Worn(*geometry.tube(bridge, thick, 6), frame))
    return tuple(worn)


def draw_hat(rng: Rng, model: HeadModel, shape: Floats, relief: Floats) -> tuple[Worn, ...]:
    """Draw a woollen hat, or a cap with a peak, over head and hair."""
    middle = eyes_middle(model, shape)
    low = middle[1] + rng.uniform(0.045, 0.06)
    band = relief[(relief[:, 1] > low) & (relief[:, 1] < low + 0.03)]
    half_x = float(np.clip(np.abs(band[:, 0]).max() if len(band) else 0.085, 0.078, 0.105)) + 0.004
    front = float(np.percentile(shape[(shape[:, 1] > low) & (shape[:, 1] < low + 0.03), 2], 98)) + 0.014
    rear = -0.10
    centre = np.array([0.0, low, (front + rear) / 2])
    crown = float(np.clip(relief[:, 1].max() - low, 0.05, 0.12)) + rng.uniform(0.002, 0.012)
    axes = np.array([half_x, crown, (front - rear) / 2])
    vertices, triangles = geometry.ellipsoid(centre, axes, 20, 36)
    vertices[:, 1] = np.maximum(vertices[:, 1], low - 0.004)
    colour = np.clip(rng.beta(1.0, 2.5, 3), 0.01, 0.8)
    wool = Material(_paint(colour, float(rng.uniform(0.15, 0.7)), 0.1))
    worn = [Worn(vertices, triangles, wool)]
    if rng.random() < 0.5:
        u, v = np.meshgrid(np.linspace(-0.9, 0.9, 15), np.linspace(0, 1, 6))
        reach = rng.uniform(0.04, 0.07)
        x = np.sin(u) * half_x
        z = centre[2] + np.cos(u) * axes[2] + v * reach * np.cos(u * 1.3)
        y = low + 0.006 - v * 0.016 + 0.0 * u
        peak = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
        worn.append(Worn(peak, geometry.grid(6, 15)[:, ::-1].copy(), wool))
    return tuple(worn)
