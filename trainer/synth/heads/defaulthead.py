"""The built-in head: a smooth mesh defined by formulas, with the 68 landmarks and a few modes of variation.

It consists of an egg with nose, brows, lips, eye sockets and neck in an adult's size, so that no scan and no download
is needed; docs/synth.md describes morphable models with realistic shapes.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.scene import geometry

Floats = npt.NDArray[np.float64]

_ROWS, _COLUMNS = 110, 150
_HALF_WIDTH, _HALF_HEIGHT, _HALF_DEPTH = 0.076, 0.118, 0.094
_CENTRE_Y, _CENTRE_Z = 0.018, 0.002

# The 68 points in metres across (x) and up (y) on the front of the face; the right half is mirrored from the left.
_JAW = (
    (-0.0715, 0.036), (-0.071, 0.018), (-0.069, 0.0), (-0.065, -0.018), (-0.058, -0.036), (-0.048, -0.051),
    (-0.034, -0.064), (-0.018, -0.073), (0.0, -0.076),
)  # fmt: skip
_BROW = ((-0.058, 0.045), (-0.050, 0.052), (-0.039, 0.055), (-0.027, 0.053), (-0.015, 0.049))
_EYE = ((-0.045, 0.0343), (-0.037, 0.0395), (-0.027, 0.0395), (-0.019, 0.033), (-0.027, 0.0295), (-0.037, 0.029))
_BRIDGE = ((0.0, 0.035), (0.0, 0.025), (0.0, 0.015), (0.0, 0.004))
_NOSTRILS = ((-0.0125, -0.0095), (-0.0065, -0.0115), (0.0, -0.013), (0.0065, -0.0115), (0.0125, -0.0095))
_LIPS = (
    (-0.0253, -0.0352), (-0.016, -0.030), (-0.006, -0.027), (0.0, -0.0285), (0.006, -0.027), (0.016, -0.030),
    (0.0253, -0.0352), (0.016, -0.042), (0.007, -0.0455), (0.0, -0.0462), (-0.007, -0.0455), (-0.016, -0.042),
)  # fmt: skip
_INNER = (
    (-0.0215, -0.0352), (-0.008, -0.0342), (0.0, -0.0345), (0.008, -0.0342), (0.0215, -0.0352), (0.008, -0.0362),
    (0.0, -0.0365), (-0.008, -0.0362),
)  # fmt: skip


def _bump(x: Floats, y: Floats, at: tuple[float, float], size: tuple[float, float]) -> Floats:
    return np.exp(-(((x - at[0]) / size[0]) ** 2 + ((y - at[1]) / size[1]) ** 2))


def _relief(x: Floats, y: Floats) -> Floats:
    """Return the height in metres by which the face rises above the egg, towards the viewer."""
    side = np.abs(x)
    ridge = np.clip((0.040 - y) / 0.044, 0, 1) * np.clip((y + 0.016) / 0.012, 0, 1)
    nose = 0.024 * ridge**0.9 * np.exp(-((x / (0.0065 + 0.0085 * np.clip((0.040 - y) / 0.044, 0, 1))) ** 2))
    wings = 0.009 * (_bump(side, y, (0.012, -0.006), (0.0065, 0.007)))
    brow = 0.0055 * _bump(side, y, (0.030, 0.050), (0.028, 0.010))
    socket = -0.0095 * _bump(side, y, (0.031, 0.034), (0.017, 0.011))
    ball = 0.0065 * _bump(side, y, (0.0315, 0.0343), (0.011, 0.0075))
    cheek = 0.005 * _bump(side, y, (0.042, 0.004), (0.022, 0.024))
    lips = 0.0065 * _bump(x, y, (0.0, -0.0300), (0.022, 0.0055)) + 0.0072 * _bump(x, y, (0.0, -0.0425), (0.019, 0.0065))
    seam = -0.0040 * _bump(x, y, (0.0, -0.0352), (0.024, 0.0016))
    groove = -0.0030 * _bump(x, y, (0.0, -0.0535), (0.022, 0.005))
    chin = 0.0085 * _bump(x, y, (0.0, -0.0675), (0.020, 0.013))
    return nose + wings + brow + socket + ball + cheek + lips + seam + groove + chin


def _shape() -> Floats:
    v, u = np.meshgrid(np.linspace(0.02, 1.0, _ROWS), np.linspace(-np.pi, np.pi, _COLUMNS), indexing="ij")
    polar = v * np.pi * 0.86
    # Columns are denser at the front, where the face is.
    angle = u - 0.62 * np.sin(u)
    y = _CENTRE_Y + _HALF_HEIGHT * np.cos(polar)
    ring = np.sin(polar)
    low = np.clip((-y - 0.02) / 0.08, 0, 1)
    width = _HALF_WIDTH * ring * (1 - 0.16 * low)
    depth = _HALF_DEPTH * ring
    # The neck is straight.
    neck = np.clip((-y - 0.072) / 0.02, 0, 1)
    y = np.where(v > 0.93, -0.09 - (v - 0.93) / 0.07 * 0.10, y)
    neck = np.where(v > 0.93, 1.0, neck)
    width = (1 - neck) * width + neck * 0.056
    depth = (1 - neck) * depth + neck * 0.055
    x = width * np.sin(angle)
    z = _CENTRE_Z + depth * np.cos(angle) - 0.012 * neck
    front = np.clip(np.cos(angle) * 2.2, 0, 1) * (1 - neck)
    z = z + front * _relief(x, y)
    return np.stack([x, y, z], -1).reshape(-1, 3)


def _mirrored(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    return tuple((-x, y) for x, y in reversed(points))


def _landmark_places() -> Floats:
    eye = _EYE
    left_eye = tuple((-x, y) for x, y in (eye[3], eye[2], eye[1], eye[0], eye[5], eye[4]))
    jaw = _JAW + _mirrored(_JAW[:-1])
    points = jaw + _BROW + _mirrored(_BROW) + _BRIDGE + _NOSTRILS + eye + left_eye + _LIPS + _INNER
    return np.array(points)


def _modes(vertices: Floats) -> tuple[npt.NDArray[np.float32], tuple[str, ...], npt.NDArray[np.float32]]:
    """Return identity offsets (one standard deviation each), the names of expressions and their offsets."""
    x, y, z = vertices.T
    zero = np.zeros_like(x)
    low = np.clip((0.0 - y) / 0.08, 0, 1) * (y > -0.1)
    nose = _bump(x, y, (0.0, 0.006), (0.016, 0.02)) * (z > 0.03)
    eyes = (_bump(x, y, (0.031, 0.034), (0.02, 0.015)) + _bump(x, y, (-0.031, 0.034), (0.02, 0.015))) * (z > 0.03)
    mouth = _bump(x, y, (0.0, -0.036), (0.032, 0.018)) * (z > 0.03)
    face = (y < 0.1) & (y > -0.09)
    identity = [
        (0.05 * x, 0.05 * y, 0.05 * z),
        (0.06 * x, zero, zero),
        (zero, 0.05 * y, zero),
        (zero, zero, 0.05 * z * face),
        (0.07 * x * low, zero, zero),
        (zero, -0.006 * low, zero),
        (zero, zero, 0.0035 * nose),
        (zero, 0.0035 * nose, zero),
        (0.12 * x * nose, zero, zero),
        (0.05 * x * eyes, zero, zero),
        (zero, 0.002 * eyes, zero),
        (0.10 * x * mouth, zero, zero),
        (zero, 0.003 * mouth, zero),
        (zero, zero, 0.002 * mouth),
        (zero, zero, 0.004 * low * (z > 0)),
        (zero, zero, -0.0025 * eyes),
    ]
    lower = mouth * (y < -0.0352) + low * (y < -0.045) * (z > 0.0)
    corner = (_bump(np.abs(x), y, (0.026, -0.035), (0.012, 0.012))) * (z > 0.03)
    expressions = {
        "jawOpen": (zero, -0.020 * np.clip(lower, 0, 1), -0.004 * np.clip(lower, 0, 1)),
        "mouthSmile_L": (0.006 * corner * (x > 0), 0.006 * corner * (x > 0), zero),
        "mouthSmile_R": (-0.006 * corner * (x < 0), 0.006 * corner * (x < 0), zero),
        "mouthPucker": (-0.35 * x * mouth, zero, 0.006 * mouth),
        "browInnerUp_L": (zero, 0.006 * _bump(x, y, (0.018, 0.05), (0.014, 0.01)) * (z > 0.03), zero),
        "browInnerUp_R": (zero, 0.006 * _bump(x, y, (-0.018, 0.05), (0.014, 0.01)) * (z > 0.03), zero),
        # The skin of the upper lid moves over the eye.
        "eyeBlink_L": (zero, -0.0095 * _bump(x, y, (0.032, 0.0405), (0.014, 0.0045)) * (z > 0.03), zero),
        "eyeBlink_R": (zero, -0.0095 * _bump(x, y, (-0.032, 0.0405), (0.014, 0.0045)) * (z > 0.03), zero),
    }
    return _stacked(identity), tuple(expressions), _stacked(list(expressions.values()))


def _stacked(parts: list[tuple[Floats, Floats, Floats]]) -> npt.NDArray[np.float32]:
    return np.stack([np.stack(part, -1) for part in parts]).astype(np.float32)


def deformations(
    vertices: npt.NDArray[np.floating],
) -> tuple[npt.NDArray[np.float32], tuple[str, ...], npt.NDArray[np.float32]]:
    """Return identity and expression offsets for a head mesh in the same position (metres, origin inside the head)."""
    return _modes(np.asarray(vertices, np.float64))


@lru_cache(maxsize=1)
def default_head() -> HeadModel:
    """Return the built-in head model."""
    vertices = _shape()
    triangles = geometry.grid(_ROWS, _COLUMNS)
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    outward = np.einsum("ij,ij->i", np.cross(b - a, c - a), (a + b + c) / 3 - np.array([0, 0.0, 0.0]))
    if np.median(outward) < 0:
        triangles = triangles[:, ::-1].copy()
    front = np.flatnonzero(vertices[:, 2] > 0.01)
    places = _landmark_places()
    distance = np.linalg.norm(vertices[front][None, :, :2] - places[:, None], axis=2)
    landmarks = front[np.argmin(distance, axis=1)].astype(np.int32)
    identity, names, expression = _modes(vertices)
    return HeadModel(
        "default", vertices.astype(np.float32), triangles.astype(np.int32), identity, expression, names, landmarks,
        {"skin": (0, len(vertices))},
    )  # fmt: skip
