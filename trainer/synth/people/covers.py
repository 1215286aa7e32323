"""Objects that cover parts of a face, in head coordinates: a fringe of hair over the brows, a hand."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from trainer.synth.heads.headmodel import Floats, HeadModel
from trainer.synth.people.body import Worn, eyes_middle
from trainer.synth.people.person import Person
from trainer.synth.people.portrait import HAIR, to_linear
from trainer.synth.scene import geometry, raster
from trainer.synth.scene.scene import Material

Rng = np.random.Generator


def _hair_colour(person: Person) -> Floats:
    """Return the linear RGB (3,) of the portrait's hair; a dark one if it shows none."""
    hair = person.texture[(person.region == HAIR) & (person.matte > 200)]
    if len(hair) < 200:
        return np.array([0.02, 0.015, 0.012], np.float32)
    return np.asarray(np.median(to_linear(hair[::7]), axis=0), np.float32)


def _strands(rng: Rng, colour: Floats, hair_ir: float) -> Floats:
    """Return a texture (80, 120, 6) of hanging strands with gaps towards their tips."""
    height, width = 80, 120
    fine = cv2.GaussianBlur(rng.standard_normal((1, width)).astype(np.float32), (0, 0), float(rng.uniform(0.6, 2.0)))
    fine = np.repeat(fine / max(float(fine.std()), 1e-6), height, 0)
    lean = float(rng.normal(0, 0.25))
    shift = np.array([[1, lean, -lean * height / 2], [0, 1, 0]], np.float32)
    fine = cv2.warpAffine(fine, shift, (width, height), borderMode=cv2.BORDER_REFLECT)
    tip = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    ragged = cv2.GaussianBlur(rng.standard_normal((1, width)).astype(np.float32), (0, 0), 4.0) * 3.0
    result = np.empty((height, width, raster.TEXEL), np.float32)
    shade = np.clip(1 + 0.35 * fine, 0.3, 2.2)
    result[..., :3] = np.clip(colour * shade[..., None], 0.002, 0.9)
    result[..., 3] = hair_ir * shade
    closed = float(rng.uniform(0.2, 1.2))
    open_tips = fine - closed - 2.0 * (1 - tip) > 0
    beyond = tip + 0.12 * ragged > 0.97
    result[..., 4] = 1.0 - (open_tips | beyond)
    result[..., 5] = 1.0
    return result


def draw_fringe(rng: Rng, person: Person, model: HeadModel, shape: Floats, hair_ir: float) -> tuple[Worn, ...]:
    """Draw hair over the forehead, down to the brows or over them, on the whole width or on one side."""
    middle = eyes_middle(model, shape)
    low = middle[1] + float(rng.uniform(-0.004, 0.028))
    high = middle[1] + 0.078
    left, right = -0.066, 0.066
    if rng.random() < 0.4:
        if rng.random() < 0.5:
            left = float(rng.uniform(-0.02, 0.02))
        else:
            right = float(rng.uniform(-0.02, 0.02))
    rows, columns = 14, 26
    x, y = np.meshgrid(np.linspace(left, right, columns), np.linspace(high, low, rows))
    first, last = model.parts["skin"]
    skin = shape[first:last]
    front = skin[skin[:, 2] > 0.0]
    distance, nearest = cKDTree(front[:, :2]).query(np.column_stack([x.ravel(), y.ravel()]))
    z = front[nearest, 2].reshape(rows, columns) - 0.5 * np.maximum(distance.reshape(rows, columns) - 0.004, 0)
    z = (
        cv2.GaussianBlur(z, (0, 0), 1.2)
        + 0.004
        + 0.006 * np.linspace(0.3, 1, rows)[:, None] * float(rng.uniform(0.4, 1.6))
    )
    vertices = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
    texels = _strands(rng, _hair_colour(person), hair_ir)
    u, v = np.meshgrid(np.linspace(0, texels.shape[1] - 1, columns), np.linspace(0, texels.shape[0] - 1, rows))
    shine = float(rng.uniform(0.0, 0.25))
    material = Material(texels, specular=shine, power=30, specular_ir=shine, retro=20, cut=True)
    uv = np.column_stack([u.ravel(), v.ravel()]).astype(np.float32)
    return (Worn(vertices, geometry.grid(rows, columns), material, uv),)


def draw_hand(
    rng: Rng, model: HeadModel, shape: Floats, colour: npt.NDArray[np.floating], hand_ir: float
) -> tuple[Worn, ...]:
    """Draw a hand at the temple (adjusting glasses), brow, cheek, mouth or chin; or two hands."""
    marks = shape[model.landmarks].astype(np.float64)
    spot = str(rng.choice(["temples", "temple", "brow", "nose", "cheek", "mouth", "chin"]))
    sides = [-1.0, 1.0] if spot == "temples" else [float(rng.choice([-1.0, 1.0]))]
    paint = np.array([[[*np.clip(colour, 0.02, 0.8), hand_ir, 1.0, 0.5]]], np.float32)
    material = Material(paint, specular=0.12, power=18, specular_ir=float(rng.uniform(0.0, 0.2)), wrap=0.25)
    worn: list[Worn] = []
    for side in sides:
        eye = marks[36:42].mean(0) if marks[36, 0] * side > 0 else marks[42:48].mean(0)
        brow = marks[19] if marks[19, 0] * side > 0 else marks[24]
        corner = marks[48] if marks[48, 0] * side > 0 else marks[54]
        jaw = marks[4] if marks[4, 0] * side > 0 else marks[12]
        target = {
            "temple": np.array([side * 0.068, eye[1] - 0.002, 0.045]),
            "temples": np.array([side * 0.066, eye[1] - 0.002, 0.050]),
            "brow": brow + (0, 0.0, 0.004),
            "nose": marks[28] + (0, 0, 0.004),
            "cheek": (eye + jaw) / 2 + (0, 0, 0.008),
            "mouth": (marks[51] + corner) / 2 + (0, 0, 0.006),
            "chin": marks[8] + (side * 0.01, 0.004, 0.006),
        }[spot]
        away = np.array([side * rng.uniform(0.25, 0.9), -rng.uniform(0.5, 1.0), rng.uniform(0.1, 0.5)])
        if spot.startswith("temple"):
            away = np.array([side * rng.uniform(0.8, 1.2), -rng.uniform(0.2, 0.7), rng.uniform(0.0, 0.3)])
        worn += _one_hand(rng, target, away / np.linalg.norm(away), spot, material)
    return tuple(worn)


def _one_hand(
    rng: Rng, target: npt.NDArray[np.float64], away: npt.NDArray[np.float64], spot: str, material: Material
) -> list[Worn]:
    """Return fingers at `target`, with the hand in the direction `away` from it."""
    across = np.cross(away, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    count = int(rng.integers(1, 3)) if spot in ("nose", "brow") else int(rng.integers(2, 5))
    length = float(rng.uniform(0.065, 0.085))
    palm = target + away * (length + 0.03) + (0, 0, 0.012)
    found: list[Worn] = []
    t = np.linspace(0, 1, 9)[:, None]
    for k in range(count):
        aside = across * (k - (count - 1) / 2) * float(rng.uniform(0.015, 0.021))
        tip = target + aside - away * float(rng.uniform(-0.008, 0.012)) + (0, 0, 0.007)
        root = palm + aside * 1.1 - away * 0.03
        path = root * (1 - t) + tip * t
        path[:, 2] += 0.012 * np.sin(np.pi * t[:, 0])
        radius = float(rng.uniform(0.0072, 0.0095))
        taper = radius * np.sqrt(np.clip(1.02 - t[:, 0] ** 6, 0.02, 1))
        found.append(Worn(*geometry.tube(path, taper, 10), material))
    # The palm is a short thick tube between fingers and wrist, the forearm a longer tube.
    for start, end, wide in ((-0.035, 0.045, 0.034), (0.03, 0.25, 0.026)):
        path = palm + away * (start * (1 - t) + end * t)
        taper = wide * np.sqrt(np.clip(np.sin(np.pi * np.clip(t[:, 0], 0.06, 0.94)), 0.25, 1))
        vertices, triangles = geometry.tube(path, taper, 14)
        flat = (vertices - palm) @ np.cross(across, away)
        vertices = (vertices - 0.45 * flat[:, None] * np.cross(across, away)).astype(np.float32)
        found.append(Worn(vertices, triangles, material))
    return found
