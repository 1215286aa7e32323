"""Fit of a head model to a portrait: identity, expression and pose from landmarks, by regularised Gauss-Newton.

Each linearised step is solved by `scipy.optimize.lsq_linear` and not all of them by `least_squares`, because the first
steps hold the coefficients fixed, rotations are relative to the last step, and rendered sets depend on the exact fits.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import lsq_linear

from fasdemo.models.crop import ADULT_EYE_DISTANCE_M
from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.people.landmarks import MEDIAPIPE_68, Points

PORTRAIT_DISTANCE_M = 1.6
"""Distance in metres that is assumed for portraits, to compute the focal length from the face's size in pixels."""

FITTED_EXPRESSIONS = (
    "browDown_L", "browDown_R", "browInnerUp_L", "browInnerUp_R", "browOuterUp_L", "browOuterUp_R", "eyeBlink_L",
    "eyeBlink_R", "eyeWide_L", "eyeWide_R", "jawOpen", "jawLeft", "jawRight", "mouthSmile_L", "mouthSmile_R",
    "mouthFrown_L", "mouthFrown_R", "mouthPucker", "mouthUpperUp_L", "mouthUpperUp_R", "mouthLowerDown_L",
    "mouthLowerDown_R", "mouthStretch_L", "mouthStretch_R",
)  # fmt: skip


@dataclass(frozen=True)
class HeadFit:
    """The position of a head in a portrait.

    `camera = rotation @ head + translation_m` (OpenCV axes), `pixel = focal * camera[:2] / camera[2] + centre`.

    Attributes:
        identity: (K,) weights.
        expression: weights by name.
        focal: pixels.
        centre: principal point in pixels.
        residual: root mean square distance of the inner points, relative to the distance of the eyes.
    """

    identity: npt.NDArray[np.float64]
    expression: dict[str, float]
    rotation: npt.NDArray[np.float64]
    translation_m: npt.NDArray[np.float64]
    focal: float
    centre: tuple[float, float]
    residual: float

    def to_camera(self, points: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Convert head coordinates (N, 3) to those of the portrait's camera (N, 3), metres."""
        return np.asarray(points @ self.rotation.T + self.translation_m)

    def to_head(self, points: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Convert coordinates of the portrait's camera (N, 3) to head coordinates (N, 3), metres."""
        return np.asarray((points - self.translation_m) @ self.rotation)

    def project(self, points: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Project head coordinates (N, 3) to portrait pixels (N, 2)."""
        camera = self.to_camera(points)
        return np.asarray(camera[:, :2] / camera[:, 2:] * self.focal + np.array(self.centre))


FLIP = np.diag([1.0, -1.0, -1.0])
"""Rotation from head axes (y up, z towards the viewer) to camera axes (y down, z away)."""


def _weights() -> npt.NDArray[np.float64]:
    weights = np.ones(68)
    weights[:17] = 0.25  # the contour slides with the view
    weights[6:11] = 0.6  # but the chin is the chin
    weights[17:27] = 0.7
    return weights


def fit_head(model: HeadModel, points: Points, size: tuple[int, int], iterations: int = 10) -> HeadFit:
    """Fit identity, expression and pose to MediaPipe's points (478, 2) of a picture of `size` (width, height).

    Raises:
        ValueError: the model has no landmarks.
    """
    if not len(model.landmarks):
        raise ValueError("model.landmarks is empty; a fit needs the 68 landmarks")
    target = points[list(MEDIAPIPE_68)]
    eyes = float(np.linalg.norm(target[36:42].mean(0) - target[42:48].mean(0)))
    focal = eyes / ADULT_EYE_DISTANCE_M * PORTRAIT_DISTANCE_M
    centre = ((size[0] - 1) / 2, (size[1] - 1) / 2)
    names = [name for name in FITTED_EXPRESSIONS if name in model.expression_names]
    rows = [model.expression_names.index(name) for name in names]
    base = model.vertices[model.landmarks].astype(np.float64)
    id_basis = model.identity[:, model.landmarks].astype(np.float64)
    ex_basis = model.expression[rows][:, model.landmarks].astype(np.float64) if rows else np.zeros((0, 68, 3))
    basis = np.concatenate([id_basis, ex_basis])
    count_id, count = len(id_basis), len(basis)

    middle = target[27:48].mean(0)
    translation = np.array([*((middle - centre) / focal * PORTRAIT_DISTANCE_M), PORTRAIT_DISTANCE_M])
    translation -= FLIP @ base[27:48].mean(0)
    rotation = FLIP.copy()
    coefficients = np.zeros(count)
    root = np.sqrt(_weights())
    # An error of one pixel at an eye distance of 100 pixels weighs as much as 1 / prior sigmas of a coefficient.
    prior = np.concatenate([np.full(count_id, 1.6), np.full(count - count_id, 7.0)])
    lowest = np.concatenate([np.full(count_id, -2.5), np.zeros(count - count_id)])
    highest = np.concatenate([np.full(count_id, 2.5), np.ones(count - count_id)])
    scale = 100.0 / eyes
    for step in range(iterations):
        shape = base + np.tensordot(coefficients, basis, 1)
        local = shape @ rotation.T
        camera = local + translation
        inverse = 1.0 / camera[:, 2]
        pixel = camera[:, :2] * inverse[:, None] * focal + centre
        error = (target - pixel) * scale
        # d pixel / d camera, (68, 2, 3)
        jac = np.zeros((68, 2, 3))
        jac[:, 0, 0] = jac[:, 1, 1] = focal * inverse
        jac[:, 0, 2] = -focal * camera[:, 0] * inverse**2
        jac[:, 1, 2] = -focal * camera[:, 1] * inverse**2
        jac *= scale
        turn = np.zeros((68, 3, 3))  # camera = exp(w) local: d = -[local]x
        turn[:, 0, 1], turn[:, 0, 2] = local[:, 2], -local[:, 1]
        turn[:, 1, 0], turn[:, 1, 2] = -local[:, 2], local[:, 0]
        turn[:, 2, 0], turn[:, 2, 1] = local[:, 1], -local[:, 0]
        j_pose = np.concatenate([jac @ turn, jac], axis=2)  # (68, 2, 6)
        moved = basis @ rotation.T  # (C, 68, 3)
        j_shape = np.einsum("nij,cnj->nic", jac, moved)
        active = 6 if step < 3 else 6 + count
        matrix = (np.concatenate([j_pose, j_shape], axis=2) * root[:, None, None]).reshape(136, -1)[:, :active]
        rhs = (error * root[:, None]).reshape(136)
        # Distance and size cannot be distinguished, so the distance is kept close to the assumed one.
        damping = np.full(6, 1e-3)
        damping[5] = 100.0
        extra, wanted = np.diag(damping), np.zeros(6)
        low, high = np.full(6, -np.inf), np.full(6, np.inf)
        if active > 6:
            extra = np.diag(np.concatenate([damping, prior]))
            wanted = np.concatenate([wanted, -prior * coefficients])
            low = np.concatenate([low, lowest - coefficients - 1e-9])
            high = np.concatenate([high, highest - coefficients + 1e-9])
        delta = lsq_linear(np.vstack([matrix, extra]), np.concatenate([rhs, wanted]), (low, high)).x
        rotation = cv2.Rodrigues(delta[:3])[0] @ rotation
        translation = translation + delta[3:6]
        if active > 6:
            coefficients = coefficients + delta[6:]
    shape = base + np.tensordot(coefficients, basis, 1)
    camera = shape @ rotation.T + translation
    pixel = camera[:, :2] / camera[:, 2:] * focal + centre
    residual = float(np.sqrt(np.mean(np.sum((target - pixel)[17:] ** 2, axis=1))) / eyes)
    expression = {
        name: float(value) for name, value in zip(names, coefficients[count_id:], strict=True) if value > 1e-3
    }
    return HeadFit(coefficients[:count_id], expression, rotation, translation, focal, centre, residual)
