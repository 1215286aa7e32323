"""People made of a portrait and a head model: a fitted mesh for the face, a closed relief for hair and shoulders.

The relief is a grid over the portrait's matte. Its depth is an inflated outline that a Laplace equation pulls onto the
face mesh at the joint and to the middle of the head along the outline, without steps or gaps.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import RBFInterpolator
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve
from scipy.spatial import cKDTree

from fasdemo.atomic_file import replacing
from trainer.synth.heads.headmodel import Floats, HeadModel, Ints
from trainer.synth.people.fit import HeadFit
from trainer.synth.people.landmarks import MEDIAPIPE_68
from trainer.synth.people.portrait import Portrait
from trainer.synth.scene import geometry, raster

PERSON_VERSION = 4
_GRID = 150
_BACK_M = -0.012
"""Head coordinate z in metres of the outline of head and hair, about at the ears."""
_BODY_BACK_M = -0.05


@dataclass(frozen=True, eq=False)
class Person:
    """A portrait fitted to a head model, ready to be posed. Coordinates are head coordinates in metres.

    Attributes:
        name: person, the unit of the data split; `portrait`: name of the photograph.
        identity: fitted weights; `expression`: expression of the portrait.
        uv: (V, 2): portrait pixels of the head's vertices.
        front: bool (V,): vertices of the head mesh that belong to the face and are drawn.
        relief: (R, 3): vertices of hair, neck and shoulders; `relief_uv`: (R, 2); `relief_triangles`: their triangles.
        back: (R, 3): the same outline from behind.
        anchor: (R, 4): nearest head vertices, weighted by `anchor_weight` (R, 4); the relief follows them.
        texture: uint8 (h, w, 3) sRGB; `matte`, `region`: uint8 (h, w), see `Portrait`; `skin`: linear RGB (3,).
    """

    name: str
    portrait: str
    identity: Floats
    expression: dict[str, float]
    uv: Floats
    front: npt.NDArray[np.bool_]
    relief: Floats
    relief_uv: Floats
    relief_triangles: Ints
    back: Floats
    anchor: Ints
    anchor_weight: Floats
    texture: npt.NDArray[np.uint8]
    matte: npt.NDArray[np.uint8]
    region: npt.NDArray[np.uint8]
    skin: Floats
    residual: float

    def save(self, path: Path) -> None:
        """Write the person as `.npz`, in one step."""
        values = {key: value for key, value in self.__dict__.items() if isinstance(value, np.ndarray)}
        rest = {"name": self.name, "portrait": self.portrait, "expression": self.expression, "residual": self.residual}
        with replacing(path) as temporary:
            np.savez_compressed(temporary, allow_pickle=False, meta=np.array(json.dumps(rest)), **values)

    @classmethod
    def load(cls, path: Path) -> Person:
        """Read a person that `save` wrote."""
        with np.load(path, allow_pickle=False) as data:
            values = {key: data[key] for key in data.files if key != "meta"}
            return cls(**json.loads(str(data["meta"])), **values)


def stable_hash(text: str) -> int:
    """Return a 32-bit hash that depends only on the text and is the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def face_vertices(model: HeadModel) -> npt.NDArray[np.bool_]:
    """Return a mask (V,) of the mean head's vertices of the face, without hair, ears and sides of the neck."""
    x, y, z = model.vertices.T
    first, last = model.parts["skin"]
    is_skin = np.zeros(len(model.vertices), bool)
    is_skin[first:last] = True
    top = 0.095 - 0.9 * np.abs(x) ** 1.5 / 0.07**0.5 * 0.6
    front = (z > 0.030) & (y < top) & (y > -0.11)
    return np.asarray(is_skin & front, np.bool_)


def build_person(name: str, portrait_name: str, portrait: Portrait, model: HeadModel, fit: HeadFit) -> Person:
    """Combine portrait, head model and fit."""
    vertices = model.shape(fit.identity, fit.expression)
    pixels = fit.project(vertices)
    uv = pixels + _correction(model, portrait, pixels)
    face = face_vertices(model)
    skin_first, skin_last = model.parts["skin"]
    # Everything behind the ears is covered by the back of the relief.
    drawn = np.ones(len(vertices), bool)
    drawn[skin_first:skin_last] = model.vertices[skin_first:skin_last, 2] > -0.02
    relief, relief_uv, triangles, back = _relief(portrait, model, fit, vertices, face)
    tree = cKDTree(vertices[face])
    distance, nearest = tree.query(relief, k=4)
    weight = 1.0 / (distance + 0.004)
    weight /= weight.sum(1, keepdims=True)
    weight *= np.exp(-((distance.min(1) / 0.06) ** 2))[:, None]
    anchor = np.flatnonzero(face)[nearest].astype(np.int32)
    return Person(
        name=name,
        portrait=portrait_name,
        identity=fit.identity.astype(np.float32),
        expression=fit.expression,
        uv=uv.astype(np.float32),
        front=drawn,
        relief=relief.astype(np.float32),
        relief_uv=relief_uv.astype(np.float32),
        relief_triangles=triangles,
        back=back.astype(np.float32),
        anchor=anchor,
        anchor_weight=weight.astype(np.float32),
        texture=portrait.rgb,
        matte=portrait.matte,
        region=portrait.region,
        skin=portrait.skin,
        residual=fit.residual,
    )


def _correction(model: HeadModel, portrait: Portrait, pixels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a smooth shift of uv that aligns eyes, nose and mouth with the texture and fades out around the face."""
    target = portrait.points[list(MEDIAPIPE_68)][17:]
    source = pixels[model.landmarks[17:]]
    eyes = float(np.linalg.norm(target[19:25].mean(0) - target[25:31].mean(0)))
    middle = target.mean(0)
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = middle + np.stack([np.cos(angle), np.sin(angle)], -1) * 1.75 * eyes
    known = np.concatenate([source, ring])
    shift = np.concatenate([target - source, np.zeros_like(ring)])
    rbf = RBFInterpolator(known / eyes, shift, kernel="thin_plate_spline", smoothing=2e-3)
    inside = np.linalg.norm((pixels - middle) / eyes, axis=1) < 1.75
    result = np.zeros_like(pixels)
    result[inside] = rbf(pixels[inside] / eyes)
    return result


def _portrait_depth(
    portrait: Portrait, fit: HeadFit, vertices: Floats, triangles: Ints, step: float
) -> tuple[npt.NDArray[np.float64], Ints]:
    """Return depth of the head mesh in the portrait camera on a grid of `step` pixels (0 = none), and triangle ids."""
    camera = fit.to_camera(vertices)
    pixel = camera[:, :2] / camera[:, 2:] * fit.focal + np.array(fit.centre)
    height, width = portrait.matte.shape
    shape = (int(np.ceil(height / step)), int(np.ceil(width / step)))
    inverse, ids = np.zeros(shape, np.float32), np.full(shape, -1, np.int32)
    screen = np.column_stack([pixel / step, 1.0 / camera[:, 2]]).astype(np.float32)
    raster.raster(
        screen, np.zeros((len(vertices), 2), np.float32), triangles, np.zeros(len(triangles), np.int32),
        np.zeros((1, raster.MATERIAL_COLUMNS), np.float32), np.zeros((1, raster.TEXEL), np.float32), inverse, ids,
    )  # fmt: skip
    with np.errstate(divide="ignore"):
        return np.where(inverse > 0, 1.0 / inverse, 0.0), ids


def _relief(
    portrait: Portrait, model: HeadModel, fit: HeadFit, vertices: Floats, face: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats, Ints, Floats]:
    height, width = portrait.matte.shape
    step = max(height, width) / _GRID
    first, last = model.parts["skin"]
    skin_triangles = model.triangles[(model.triangles >= first).all(1) & (model.triangles < last).all(1)]
    depth, ids = _portrait_depth(portrait, fit, vertices, skin_triangles, step)
    rows, columns = depth.shape
    matte = cv2.resize(portrait.matte, (columns, rows), interpolation=cv2.INTER_AREA)
    person = matte > 100
    is_face = np.zeros(depth.shape, bool)
    hit = ids >= 0
    is_face[hit] = face[skin_triangles[ids[hit]]].all(1)
    contours, _ = cv2.findContours(is_face.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outlined = np.zeros(is_face.shape, np.uint8)
    cv2.drawContours(outlined, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    # Eyes and mouth are part of the face; the relief's depth there is that of their surroundings.
    opening = (outlined > 0) & ~is_face
    is_face = outlined > 0
    # z points to the viewer, relative to the middle of the head, along the portrait's optical axis.
    middle_z = fit.translation_m[2]
    metre = step * middle_z / fit.focal
    towards = np.where(depth > 0, middle_z - depth, -1.0)
    towards = np.where(opening, -1.0, towards)
    towards = np.where(opening, _harmonic(towards, ~opening), towards)
    d_out = (
        cv2.distanceTransform(np.pad(person, ((0, 1), (0, 0)), mode="edge").astype(np.uint8), cv2.DIST_L2, 5)[:rows]
        * metre
    )
    # Front and back must meet inside the edge of the matte, or a gap shows when the head turns.
    d_out = np.maximum(d_out - 1.0 * metre, 0.0)
    chin = portrait.points[152] / step
    y = np.arange(rows)[:, None] * np.ones((1, columns))
    down = np.clip((y - chin[1]) * metre / 0.10, 0.0, 1.0)
    outline = (1 - down) * _BACK_M + down * _BODY_BACK_M
    reach = (1 - down) * 0.075 + down * 0.12
    rise = (1 - down) * 0.085 + down * 0.115
    u = np.clip(d_out / reach, 0.0, 1.0)
    inflated = outline + rise * np.sqrt(1 - (1 - u) ** 2)
    fixed = is_face | ~person
    value = np.where(is_face, towards - inflated, 0.0)
    z = inflated + _harmonic(value, fixed)
    # Hair must lie outside the skull.
    skull = (towards > -0.5) & person & ~is_face & (down < 0.4)
    hair = 0.010 * np.clip(_distance(~is_face) * metre / 0.03, 0, 1)
    z = np.where(skull, np.maximum(z, np.minimum(towards + hair, z + 0.03)), z)
    z = np.where(is_face, towards, z)
    blurred = cv2.GaussianBlur(z, (0, 0), 1.2)
    z = np.where(is_face, towards, np.where(person, blurred, z))
    inner = cv2.erode(is_face.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=3) > 0
    z = np.where(is_face, towards - 0.0008, z)
    behind = np.minimum(z - 0.001, outline - 0.75 * (np.maximum(z, outline) - outline))
    behind = np.where(cv2.erode(person.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, behind, z)
    keep = cv2.dilate(person.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    # Bodies continue below the lower edge of the picture, where their texture is mirrored.
    extra = 8
    fall = np.concatenate([np.arange(rows), rows - 1 + np.cumsum(np.linspace(2, 14, extra))])
    z, behind, keep, inner = (np.concatenate([a, np.repeat(a[-1:], extra, 0)]) for a in (z, behind, keep, inner))
    rows += extra
    uv = np.stack(np.broadcast_arrays(np.arange(columns)[None, :] * step, fall[:, None] * step), -1)
    front = _rays(fit, uv, middle_z - z)
    rear = _rays(fit, uv, middle_z - behind)
    triangles = geometry.grid(rows, columns)
    last_row = height - 1.0
    uv[..., 1] = np.where(uv[..., 1] > last_row, np.maximum(2 * last_row - uv[..., 1], last_row * 0.95), uv[..., 1])
    flat_keep, flat_inner = keep.ravel(), inner.ravel()
    triangles = triangles[flat_keep[triangles].all(1) & ~flat_inner[triangles].all(1)]
    used, inverse = np.unique(triangles, return_inverse=True)
    return (
        front.reshape(-1, 3)[used].astype(np.float32),
        uv.reshape(-1, 2)[used].astype(np.float32),
        inverse.reshape(-1, 3).astype(np.int32),
        rear.reshape(-1, 3)[used].astype(np.float32),
    )


def _distance(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _rays(fit: HeadFit, uv: npt.NDArray[np.float64], depth: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    xy = (uv - np.array(fit.centre)) / fit.focal * depth[..., None]
    camera = np.concatenate([xy, depth[..., None]], -1).reshape(-1, 3)
    return fit.to_head(camera)


def _harmonic(value: npt.NDArray[np.float64], fixed: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Solve Laplace's equation with the value `value` on `fixed` and a free border of the picture."""
    rows, columns = value.shape
    unknown = ~fixed
    number = np.full(value.shape, -1)
    number[unknown] = np.arange(unknown.sum())
    count = int(unknown.sum())
    if not count:
        return value
    i, j, data = [], [], []
    rhs = np.zeros(count)
    degree = np.zeros(count)
    where = np.argwhere(unknown)
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        other = where + (dy, dx)
        valid = (other[:, 0] >= 0) & (other[:, 0] < rows) & (other[:, 1] >= 0) & (other[:, 1] < columns)
        mine = np.flatnonzero(valid)
        o = other[valid]
        degree[mine] += 1
        neighbour = number[o[:, 0], o[:, 1]]
        free = neighbour >= 0
        i.append(mine[free])
        j.append(neighbour[free])
        data.append(-np.ones(int(free.sum())))
        rhs[mine[~free]] += value[o[~free, 0], o[~free, 1]]
    i.append(np.arange(count))
    j.append(np.arange(count))
    data.append(degree + 1e-9)
    matrix = coo_matrix((np.concatenate(data), (np.concatenate(i), np.concatenate(j))), shape=(count, count)).tocsc()
    result = value.copy()
    result[unknown] = spsolve(matrix, rhs)
    return result
