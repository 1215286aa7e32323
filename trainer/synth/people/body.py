"""A posed person: meshes in camera coordinates from fitted portrait, head model, expression and turn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from numba import njit

from trainer.synth.heads.headmodel import Floats, HeadModel
from trainer.synth.people.fit import FLIP
from trainer.synth.people.person import Person
from trainer.synth.people.surface import Appearance, texels
from trainer.synth.scene.panes import Lens, Pane
from trainer.synth.scene.scene import Material, Mesh

Vector = npt.NDArray[np.float64]

_NECK_PIVOT = np.array([0.0, -0.11, -0.01])

WITHDRAWN_EYE_M = 0.003
"""Way in metres by which an eyeball is moved back when its lids are closed."""
MAX_LID_GAIN = 1.5
"""Largest factor by which a blink is enlarged so that the lids of a person meet."""
_MULTI_PIE = 68
_LIDS = {"eyeBlink_R": ((37, 41), (38, 40)), "eyeBlink_L": ((43, 47), (44, 46))}
"""Landmarks on the upper and the lower lid that meet in a blink."""


@dataclass(frozen=True)
class Pose:
    """The position, rotation, shape and expression of a head. Angles in radians, see `geometry.turn`.

    Attributes:
        rotation: (3, 3): head rotation in camera axes; the body follows by the share `follow`.
        position: (3,): point between the eyes in camera coordinates, metres.
        identity: (K,): identity weights added to those of the portrait.
        expression: weights by name, added to the neutral face of the portrait.
    """

    rotation: npt.NDArray[np.float64]
    position: npt.NDArray[np.float64]
    identity: npt.NDArray[np.floating] = field(default_factory=lambda: np.zeros(0))
    expression: dict[str, float] = field(default_factory=dict)
    follow: float = 0.35
    stature: float = 1.0
    """Factor of the size of the whole head."""


@dataclass(frozen=True)
class Worn:
    """An object worn on the head, in head coordinates (metres).

    `uv` (V, 2) are pixels of the material's texture; None uses the first pixel. With a `lens`, `vertices` are its
    outline and nothing else is drawn.
    """

    vertices: Floats
    triangles: npt.NDArray[np.int32]
    material: Material
    uv: Floats | None = None
    lens: Lens | None = None


@dataclass(frozen=True)
class Posed:
    """The meshes of a posed person and the position of the face.

    Attributes:
        meshes: head, eyes, mouth, relief and its back, in camera coordinates.
        head: (V, 3): all vertices of the head model in camera coordinates.
        keypoints: (4, 3): right eye, left eye, nose tip, mouth in camera coordinates.
        face, eyes, cover: indices into `meshes` of the face, of the eyes (-1 if the model has none), and of the first
            of hair, neck and shoulders, which things worn follow; `panes`: lenses.
    """

    meshes: list[Mesh]
    head: Floats
    keypoints: npt.NDArray[np.float64]
    face: int
    eyes: int
    cover: int
    panes: tuple[Pane, ...] = ()


def head_shape(person: Person, model: HeadModel, pose: Pose) -> Floats:
    """Return the posed head's vertices (V, 3) in head coordinates, metres."""
    identity = person.identity.astype(np.float64).copy()
    count = min(len(pose.identity), len(identity))
    identity[:count] += pose.identity[:count]
    expression = dict(person.expression)
    for name, value in pose.expression.items():
        expression[name] = float(np.clip(expression.get(name, 0.0) + value, 0.0, 1.0))
    vertices = model.shape(identity, expression)
    _meet_lids(vertices, model, pose.expression)
    _withdraw_eyes(vertices, model, expression)
    return vertices * np.float32(pose.stature)


def _meet_lids(vertices: Floats, model: HeadModel, expression: dict[str, float]) -> None:
    """Close lids as far as those of the mean head, in place: a blink is too small for eyes that are wide open.

    Args:
        vertices: head with the expression, (V, 3).
        model: its model.
        expression: weights that were added to the person's neutral face, which stays as it is.
    """
    if len(model.landmarks) < _MULTI_PIE:
        return
    for name, pairs in _LIDS.items():
        weight = expression.get(name, 0.0)
        if weight <= 0.0 or name not in model.expression_names:
            continue
        offsets = model.expression[model.expression_names.index(name)]
        marks = model.landmarks[np.array(pairs)]
        here = 1.0 - _unclosed(vertices[marks] - np.float32(weight) * offsets[marks], offsets[marks])
        usual = 1.0 - _unclosed(model.vertices[marks], offsets[marks])
        gain = float(np.clip(usual / max(here, 1e-3), 1.0, MAX_LID_GAIN))
        vertices += np.float32((gain - 1.0) * weight) * offsets


def _unclosed(opened: Floats, offsets: Floats) -> float:
    """Return the share of an eye's opening that a full blink leaves, from pairs of points of its lids (P, 2, 3)."""
    before, after = (np.linalg.norm(one[:, 0] - one[:, 1], axis=-1) for one in (opened, opened + offsets))
    return float((after / np.maximum(before, 1e-6)).mean())


def _withdraw_eyes(vertices: Floats, model: HeadModel, expression: dict[str, float]) -> None:
    """Move the eyeballs back behind closing lids, in place, as many head shapes leave them in front of the lids."""
    first, last = model.parts.get("eyes", (0, 0))
    eyes = vertices[first:last]
    left = eyes[:, 0] > 0.0
    for name, side in (("eyeBlink_L", left), ("eyeBlink_R", ~left)):
        if name in model.expression_names:
            eyes[side, 2] -= np.float32(WITHDRAWN_EYE_M * expression.get(name, 0.0))


def eyes_middle(model: HeadModel, vertices: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return the point between the eyes (3,)."""
    marks = vertices[model.landmarks]
    return np.asarray((marks[36:42].mean(0) + marks[42:48].mean(0)) / 2, np.float64)


def keypoints(model: HeadModel, vertices: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return right eye, left eye, nose tip and mouth (4, 3), as MediaPipe's detector marks them."""
    marks = vertices[model.landmarks].astype(np.float64)
    return np.stack([marks[36:42].mean(0), marks[42:48].mean(0), marks[30], marks[[51, 57]].mean(0)])


def place_points(points: npt.NDArray[np.floating], pose: Pose, origin: npt.NDArray[np.float64]) -> Floats:
    """Convert head to camera coordinates; points below the root of the neck follow the turn only partly."""
    axis, _ = cv2.Rodrigues(pose.rotation)
    body, _ = cv2.Rodrigues(axis * pose.follow)
    offset = pose.position - ((origin - _NECK_PIVOT) @ FLIP.T) @ pose.rotation.T
    result = np.empty((len(points), 3), np.float32)
    _place(
        np.asarray(points, np.float32), _NECK_PIVOT, pose.rotation @ FLIP, np.asarray(body @ FLIP, np.float64), offset,
        result,
    )  # fmt: skip
    return result


@njit(cache=True, fastmath=True, error_model="numpy")
def _place(points: Floats, pivot: Vector, head: Vector, body: Vector, offset: Vector, result: Floats) -> None:
    """Turn points around the pivot by `head` above the chin and by `body` below the root of the neck, then move."""
    for i in range(len(points)):
        weight = min(max((points[i, 1] + 0.15) / 0.08, 0.0), 1.0)
        weight = weight * weight * (3 - 2 * weight)
        x, y, z = points[i, 0] - pivot[0], points[i, 1] - pivot[1], points[i, 2] - pivot[2]
        for k in range(3):
            turned = head[k, 0] * x + head[k, 1] * y + head[k, 2] * z
            follows = body[k, 0] * x + body[k, 1] * y + body[k, 2] * z
            result[i, k] = weight * turned + (1 - weight) * follows + offset[k]


def _flat(colour: tuple[float, float, float], ir: float, gloss: float = 1.0) -> Floats:
    return np.array([[[*colour, ir, 1.0, gloss]]], np.float32)


def posed(
    person: Person,
    model: HeadModel,
    pose: Pose,
    appearance: Appearance,
    skin_texels: Floats | None = None,
    worn: tuple[Worn, ...] = (),
) -> Posed:
    """Return the person's meshes at `pose`. `skin_texels` replaces the texture made by `texels`."""
    surface = texels(person, appearance) if skin_texels is None else skin_texels
    own = _own_shape(person, model)
    shape = head_shape(person, model, pose)
    origin = eyes_middle(model, shape)
    head = place_points(shape, pose, origin)
    skin = Material(
        surface,
        specular=appearance.oil * 0.35,
        power=14.0,
        specular_ir=appearance.oil * appearance.shine_ir,
        retro=24.0,
        wrap=0.25,
    )
    eye = replace(skin, specular=0.9, power=220.0, specular_ir=2.5, retro=600.0, wrap=0.0)
    lit = float(np.clip(person.skin.mean() * appearance.gain / 0.28, 0.25, 1.2))
    inside = {
        "socket": Material(_flat((0.16 * lit, 0.05 * lit, 0.045 * lit), 0.16, 0.1)),
        "gums": Material(_flat((0.22 * lit, 0.075 * lit, 0.07 * lit), 0.22, 0.6), specular=0.1, power=40),
        "teeth": Material(_flat((0.50 * lit, 0.45 * lit, 0.37 * lit), 0.42, 1.0), specular=0.12, power=40, wrap=0.3),
    }
    meshes: list[Mesh] = []
    drawn: list[str] = []
    for part in _parts(person, model):
        material = skin if part.name == "skin" else eye if part.name == "eyes" else inside.get(part.name)
        if material is None:
            # The photograph shows the upper teeth; the lower ones move with the jaw.
            material = replace(skin, specular=0.1, power=40.0)
        drawn.append(part.name)
        meshes.append(Mesh(head[part.used], part.triangles, part.uv, material))
    names = {part: index for index, part in enumerate(drawn)}
    cover_at = len(meshes)
    relief = np.empty_like(person.relief)
    _follow(person.relief, person.anchor, person.anchor_weight, shape, own, pose.stature, relief)
    cover = replace(skin, cut=True, specular=appearance.oil * 0.2)
    meshes.append(Mesh(place_points(relief, pose, origin), person.relief_triangles, person.relief_uv, cover))
    back = place_points(person.back * np.float32(pose.stature), pose, origin)
    meshes.append(Mesh(back, _turned_over(person), person.relief_uv, cover))
    things, panes = place_worn(worn, pose, origin)
    meshes += things
    return Posed(meshes, head, keypoints(model, head), names["skin"], names.get("eyes", -1), cover_at, panes)


def place_worn(
    worn: tuple[Worn, ...], pose: Pose, origin: npt.NDArray[np.float64]
) -> tuple[list[Mesh], tuple[Pane, ...]]:
    """Return things worn, and their lenses, in camera coordinates; `origin` is the point between the wearer's eyes."""
    meshes: list[Mesh] = []
    panes: list[Pane] = []
    for thing in worn:
        vertices = place_points(thing.vertices, pose, origin)
        if thing.lens is not None:
            panes.append(Pane(vertices.astype(np.float64), thing.lens))
            continue
        uv = np.zeros((len(vertices), 2), np.float32) if thing.uv is None else thing.uv
        meshes.append(Mesh(vertices, thing.triangles, uv, thing.material))
    return meshes, tuple(panes)


def _mouth_open_m(model: HeadModel, shape: Floats) -> float:
    """Return the gap between the inner lips in metres."""
    upper, lower = shape[model.landmarks[[61, 62, 63]]], shape[model.landmarks[[65, 66, 67]]]
    return float(np.linalg.norm(upper.mean(0) - lower.mean(0)))


@dataclass(frozen=True)
class _Part:
    """A part of a head's mesh: its name, indices of its vertices (N,), triangles of these (T, 3), and uv (N, 2)."""

    name: str
    used: npt.NDArray[np.int32]
    triangles: npt.NDArray[np.int32]
    uv: Floats


@lru_cache(maxsize=128)
def _own_shape(person: Person, model: HeadModel) -> Floats:
    """Return the vertices (V, 3) of the head in the portrait, which must not be changed."""
    result = model.shape(person.identity, person.expression)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=128)
def _turned_over(person: Person) -> npt.NDArray[np.int32]:
    return np.ascontiguousarray(person.relief_triangles[:, ::-1])


@lru_cache(maxsize=128)
def _parts(person: Person, model: HeadModel) -> tuple[_Part, ...]:
    """Return the drawn parts of a person's head; the upper teeth of an open mouth have the portrait's texture."""
    own = _own_shape(person, model)
    found: list[_Part] = []
    for name, (first, last) in model.parts.items():
        chosen = (model.triangles >= first).all(1) & (model.triangles < last).all(1)
        if name == "skin":
            chosen = (model.triangles < model.parts["socket"][1]).all(1) if "socket" in model.parts else chosen
            chosen &= person.front[model.triangles].all(1)
        elif name == "socket":
            continue
        triangles = model.triangles[chosen]
        if not len(triangles):
            continue
        if name == "teeth" and _mouth_open_m(model, own) > 0.004:
            upper = own[triangles][:, :, 1].mean(1) > float(own[first:last, 1].mean())
            found.append(_compact("upper teeth", triangles[upper], person.uv))
            triangles = triangles[~upper]
        found.append(_compact(name, triangles, person.uv if name in ("skin", "eyes") else np.zeros_like(person.uv)))
    return tuple(found)


def _compact(name: str, triangles: npt.NDArray[np.int32], uv: Floats) -> _Part:
    used, inverse = np.unique(triangles, return_inverse=True)
    return _Part(name, used, inverse.reshape(-1, 3).astype(np.int32), uv[used])


@njit(cache=True, fastmath=True, error_model="numpy")
def _follow(
    relief: Floats, anchor: npt.NDArray[np.int32], weight: Floats, shape: Floats, own: Floats, stature: float,
    result: Floats,
) -> None:  # fmt: skip
    """Move the relief (R, 3) with the nearest vertices of the head, from the shape `own` times `stature` to `shape`."""
    size = np.float32(stature)
    for i in range(len(relief)):
        for k in range(3):
            moved = relief[i, k] * size
            for j in range(anchor.shape[1]):
                v = anchor[i, j]
                moved += weight[i, j] * (shape[v, k] - own[v, k] * size)
            result[i, k] = moved
