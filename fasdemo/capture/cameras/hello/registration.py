"""Estimate the geometry between the colour and the infrared camera from faces.

The two cameras are a few centimetres apart, so a face is shifted between the pictures by an amount that decreases with
its distance, and one fixed transform of the picture cannot be right at all distances. The model is

    infrared = A @ colour + t + e * d

with a similarity A, an offset t, the distance e between the eyes in colour pixels, and a vector d. Because e is
inversely proportional to the distance, e * d is the parallax of two cameras with parallel axes, up to the yaw of the
head. The model is exact for pinhole cameras with parallel axes and approximate for small angles between them. A
fundamental matrix would be more general, but it gives only a line on which a point lies, and the crop of a face needs
the point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, Extrinsics, Intrinsics
from fasdemo.models.crop import ADULT_EYE_DISTANCE_M

Size = tuple[int, int]
"""Width and height of an image in pixels."""

_Floats = npt.NDArray[np.float64]

_POINTS = 4
"""Eyes, nose tip and mouth, as for the crop."""
_PARAMETERS = 6
_FOCAL_OVER_WIDTH = 0.95
"""Assumed focal length of the colour camera. It cancels out, because only the ratio to the infrared camera matters."""
MIN_FACES = 12
_MAX_FACES = 60
_MIN_MOVED = 0.2
"""Distance from all earlier faces, in eye distances, for a face that adds information."""
_MIN_RESIZED = 1.08
"""Ratio of the eye distances for the same."""
_MAX_YAW_SHARE = 0.25
"""Largest offset of the nose from the middle between the eyes, in eye distances, along the line between the eyes; for
more turned faces, the eye distance does not give the distance."""
_OUTLIER = 3.0
"""Faces with a residual above this multiple of the median are not used."""
MAX_RESIDUAL = 0.1
"""Maximum median residual in eye distances. The detector's key points have 0.04 to 0.06 in each picture."""
MAX_ERROR = 0.06
"""Maximum standard error of a predicted position in eye distances, within `_WORKING_EYE`."""
_WORKING_EYE = (0.07, 0.22)
"""Eye distances over the width of the colour image for which the error is limited: 0.27 to 0.86 m for a usual field of
view."""
_MAX_BASELINE_M = 0.15
_MAX_ROLL_DEG = 15.0
_FOCAL_RATIO = (0.4, 2.5)
"""Plausible ratios of the focal lengths, each as a share of the image width."""


@dataclass(frozen=True, slots=True)
class PairGeometry:
    """The estimated geometry between the two cameras.

    Attributes:
        color_size, ir_size: width and height of the images for which it is valid.
        parameters: a, b, t_x, t_y, d_x, d_y with A = ((a, -b), (b, a)).
        faces: number of faces from which it was estimated.
        residual: median offset between predicted and found key points in eye distances.
        error: largest standard error of a predicted position in eye distances.
    """

    color_size: Size
    ir_size: Size
    parameters: tuple[float, float, float, float, float, float]
    faces: int
    residual: float
    error: float

    @property
    def problem(self) -> str:
        """Why it is not a plausible geometry of one device; empty if it is."""
        a, b, *rest = self.parameters
        if not all(math.isfinite(value) for value in (a, b, *rest, self.residual, self.error)):
            return "it is not finite"
        scale = math.hypot(a, b)
        ratio = scale * self.color_size[0] / self.ir_size[0]
        if not _FOCAL_RATIO[0] <= ratio <= _FOCAL_RATIO[1]:
            return "the fields of view differ too much"
        if abs(math.degrees(math.atan2(b, a))) > _MAX_ROLL_DEG:
            return "the pictures are rotated against each other"
        if math.hypot(*rest[2:]) * ADULT_EYE_DISTANCE_M / scale > _MAX_BASELINE_M:
            return "the cameras are too far apart"
        ir = self.calibration().ir
        if ir is None or not (0 <= ir.cx <= ir.width and 0 <= ir.cy <= ir.height):
            return "the pictures show different directions"
        return ""

    def calibration(self) -> Calibration:
        """Return it as a calibration, in which distances are exact for an eye distance of an adult."""
        (width, height), (ir_width, ir_height) = self.color_size, self.ir_size
        a, b, t_x, t_y, d_x, d_y = self.parameters
        scale = math.hypot(a, b)
        focal = width * _FOCAL_OVER_WIDTH
        c_x, c_y = (width - 1) / 2, (height - 1) / 2
        metres = ADULT_EYE_DISTANCE_M / scale
        cos, sin = a / scale, b / scale
        return Calibration(
            rgb=Intrinsics(width, height, focal, focal, c_x, c_y),
            ir=Intrinsics(
                ir_width,
                ir_height,
                focal * scale,
                focal * scale,
                a * c_x - b * c_y + t_x,
                b * c_x + a * c_y + t_y,
            ),
            rgb_to_ir=Extrinsics((cos, -sin, 0.0, sin, cos, 0.0, 0.0, 0.0, 1.0), (d_x * metres, d_y * metres, 0.0)),
            registered=False,
        )


class GeometryEstimator:
    """A collection of faces seen by both cameras at the same time, and the estimate from them.

    Args:
        color_size, ir_size: width and height of the images.
    """

    def __init__(self, color_size: Size, ir_size: Size) -> None:
        self._color_size = color_size
        self._ir_size = ir_size
        self._faces: list[tuple[_Floats, _Floats]] = []

    @property
    def faces(self) -> int:
        """Number of faces collected."""
        return len(self._faces)

    def add(self, color: Face, infrared: Face) -> PairGeometry | None:
        """Add the same face in both pictures.

        Returns:
            The geometry, as soon as the faces determine it well enough; None until then.
        """
        pair = (_points(color), _points(infrared))
        if not self._is_new(pair[0]):
            return None
        self._faces = [*self._faces, pair][-_MAX_FACES:]
        return self._estimate() if len(self._faces) >= MIN_FACES else None

    def _is_new(self, points: _Floats) -> bool:
        eye = _eye(points)
        if eye < 1.0 or not np.isfinite(points).all() or _turn(points) > _MAX_YAW_SHARE:
            return False
        middle = points.mean(0)
        for other, _ in self._faces:
            other_eye = _eye(other)
            moved = float(np.hypot(*(other.mean(0) - middle))) / max(eye, other_eye)
            if moved < _MIN_MOVED and max(eye, other_eye) / min(eye, other_eye) < _MIN_RESIZED:
                return False
        return True

    def _estimate(self) -> PairGeometry | None:
        color = np.array([pair[0] for pair in self._faces])
        infrared = np.array([pair[1] for pair in self._faces])
        eyes = np.array([_eye(points) for points in color])
        use = np.ones(len(eyes), np.bool_)
        parameters: _Floats = np.zeros(_PARAMETERS)
        offsets: _Floats = np.zeros(len(eyes))
        for _ in range(3):
            if np.count_nonzero(use) < MIN_FACES:
                return None
            design = _design(color[use], eyes[use])
            # Every face counts equally: the error of key points increases with the size of the face.
            weight = np.repeat(1.0 / eyes[use], 2 * _POINTS)
            solved, _, rank, _ = np.linalg.lstsq(
                design * weight[:, None], infrared[use].reshape(-1) * weight, rcond=None
            )
            if rank < _PARAMETERS:
                return None
            parameters = np.asarray(solved, np.float64)
            predicted = (_design(color, eyes) @ parameters).reshape(infrared.shape)
            offsets = np.asarray(np.linalg.norm(predicted - infrared, axis=2).mean(1) / eyes, np.float64)
            use = offsets <= _OUTLIER * max(float(np.median(offsets)), 1e-3)
        residual = float(np.median(offsets))
        geometry = PairGeometry(
            self._color_size,
            self._ir_size,
            tuple(float(value) for value in parameters),  # type: ignore[arg-type]  # six of them
            int(np.count_nonzero(use)),
            residual,
            self._error(color[use], eyes[use], offsets[use]),
        )
        good = residual <= MAX_RESIDUAL and geometry.error <= MAX_ERROR and not geometry.problem
        return geometry if good else None

    def _error(
        self, color: npt.NDArray[np.float64], eyes: npt.NDArray[np.float64], offsets: npt.NDArray[np.float64]
    ) -> float:
        """Return the largest standard error of a predicted position within the working range, in eye distances."""
        design = _design(color, eyes) * np.repeat(1.0 / eyes, 2 * _POINTS)[:, None]
        # The four points of a face share their error, so a face counts as one point.
        covariance = np.linalg.inv(design.T @ design) * _POINTS * float((offsets**2).mean()) / 2
        width, height = self._color_size
        largest = 0.0
        for share in _WORKING_EYE:
            eye = share * width
            for x in (0.3 * width, 0.7 * width):
                for y in (0.3 * height, 0.7 * height):
                    rows = _design(np.array([[[x, y]]]), np.array([eye])) / eye
                    largest = max(largest, float(np.trace(rows @ covariance @ rows.T)))
        return math.sqrt(largest)


def _design(color: npt.NDArray[np.float64], eyes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the rows of the linear model for points (N, P, 2) of N faces, float64 (2 N P, 6)."""
    x, y = color[..., 0], color[..., 1]
    e = np.broadcast_to(eyes[:, None], x.shape)
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.stack(
        [np.stack([x, -y, one, zero, e, zero], -1), np.stack([y, x, zero, one, zero, e], -1)],
        axis=2,
    )
    return np.asarray(rows.reshape(-1, _PARAMETERS), np.float64)


def _points(face: Face) -> _Floats:
    return np.asarray(face.keypoints[:_POINTS], np.float64)


def _eye(points: _Floats) -> float:
    return float(np.hypot(*(points[1] - points[0])))


def _turn(points: _Floats) -> float:
    """Return the offset of the nose from the middle between the eyes, along the line between the eyes, as a share."""
    across = points[1] - points[0]
    middle = (points[0] + points[1]) / 2
    return abs(float((points[2] - middle) @ across)) / max(float(across @ across), 1e-9)
