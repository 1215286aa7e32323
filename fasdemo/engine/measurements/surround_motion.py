"""Measure whether a face and what is around it move as one flat picture, in colour alone.

On a print or a display that is moved, the face and the surroundings that the picture shows follow one homography. A
person moves in front of surroundings that stand still, and the face changes its shape while it moves: it turns, blinks
and speaks. Nothing is concluded from a face that hardly moves. This evidence can only prevent LIVE.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.limits import MAX_FLAT_RESIDUAL
from fasdemo.engine.measurements.rigid_border import eyes_to
from fasdemo.engine.reasons import Reason
from fasdemo.faces.face import Points

EVERY_S = 0.3
"""Time between two samples, each of which takes some milliseconds of a busy core."""
LAG_S = 0.55
"""Minimum time between two samples that are compared; two samples further on at `EVERY_S`."""
MAX_LAG_S = 0.95
WINDOW_S = 3.0
"""Time over which comparisons count."""
MIN_COMPARED = 2
MIN_MOVED = 0.2
"""Minimum motion of the face between two samples, as a share of the distance between the eyes."""
MIN_AROUND = 6
"""Minimum number of points around the face that move with it."""
MIN_AROUND_SHARE = 0.25
"""Their minimum share of the points around the face. Hair and collars are left out, see `_masks`."""

_EYES_SHARE = 0.75
"""Share of `MIN_MOVED` by which the key points must move; they vary more than the followed points."""
_SIZE = 320
_EYES_PX = 40.0
"""Distance between the eyes in the crop, so the crop shows half a metre."""
_MIDDLE = 160.0, 140.0
"""Position of the middle between the eyes in the crop."""
_POINTS = 120
"""Maximum number of points in the face and around it."""
_QUALITY = 0.005
_APART_PX = 4
_MARGIN_PX = 8
"""No points are searched nearer to the edge of the picture, pixels of the crop."""
_BACK_PX = 0.3
"""A point is dropped if tracking it back ends farther away, in x or y."""
_TOGETHER_PX = 1.0
_MIN_FACE, _MIN_POINTS = 15, 15
_FACE_PERCENTILE = 70.0
"""Percentile of the residuals of the points in the face: the eyelids and lips of a person are part of it, a reflection
or a finger on a picture is not."""

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]
Places = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture, aligned by the eyes.

    Attributes:
        crop: grey levels, uint8 (320, 320).
        seen: 255 inside the picture, uint8 (320, 320).
        transform: similarity from the picture to the crop, float64 (2, 3).
    """

    crop: Gray
    seen: Mask
    transform: Places


class SurroundMotion:
    """The motion of one tracked face and its surroundings in the last `WINDOW_S` seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Sample]] = deque()
        self._residuals: deque[tuple[float, float | None]] = deque()

    def is_due(self, now_s: float) -> bool:
        """Return whether the next sample is due at a time on the source's clock."""
        # Frame times vary by some milliseconds, and three frames at ten a second must count as 0.3 s.
        return not self._samples or not 0.0 <= now_s - self._samples[-1][0] < EVERY_S - 0.01

    def add(self, timestamp_s: float, sample: Sample) -> None:
        """Add a sample; its time must be later than that of the previous one."""
        if self._samples and timestamp_s <= self._samples[-1][0]:
            self._samples.clear()
            self._residuals.clear()
        while self._samples and timestamp_s - self._samples[0][0] > MAX_LAG_S:
            self._samples.popleft()
        while self._residuals and timestamp_s - self._residuals[0][0] > WINDOW_S:
            self._residuals.popleft()
        earlier = [before for before_s, before in self._samples if timestamp_s - before_s >= LAG_S]
        if earlier:
            self._residuals.append((timestamp_s, flat_residual(earlier[-1], sample)))
        self._samples.append((timestamp_s, sample))

    @property
    def residual(self) -> float | None:
        """Median of `flat_residual`; None while fewer than `MIN_COMPARED` pairs of samples can be compared."""
        known = [residual for _, residual in self._residuals if residual is not None]
        return float(np.median(known)) if len(known) >= MIN_COMPARED else None

    @property
    def codes(self) -> list[Reason]:
        """Return `flat_motion` if one plane explains the motion of the face and of what is around it."""
        residual = self.residual
        return [Reason.FLAT_MOTION] if residual is not None and residual < MAX_FLAT_RESIDUAL else []


def take_sample(rgb: npt.NDArray[np.uint8], keypoints: Points) -> Sample:
    """Return the sample of a face and what is around it.

    Args:
        rgb: uint8 (H, W, 3).
        keypoints: (6, 2) pixels, order `fasdemo.faces.face.KEYPOINTS`.

    Raises:
        ValueError: the eyes coincide.
    """
    transform = eyes_to(keypoints, _EYES_PX, _MIDDLE)
    size = _SIZE, _SIZE
    crop = cv2.cvtColor(cv2.warpAffine(rgb, transform, size), cv2.COLOR_RGB2GRAY)
    height, width = rgb.shape[:2]
    corners = (
        np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)]) @ transform[:, :2].T
        + transform[:, 2]
    )
    # A point's neighbourhood must be inside the picture as well.
    seen = np.zeros((_SIZE, _SIZE), np.uint8)
    cv2.fillConvexPoly(seen, np.rint(corners).astype(np.int32), 255)
    inner = cv2.erode(seen, np.ones((2 * _MARGIN_PX + 1, 2 * _MARGIN_PX + 1), np.uint8))
    return Sample(np.asarray(crop, np.uint8), np.asarray(inner, np.uint8), transform)


def flat_residual(before: Sample, after: Sample) -> float | None:
    """Return how far the points in the face are from the homography of face and surroundings.

    Returns:
        Their distance divided by the motion of the face: 0 for a plane without measurement errors. None if the face
        moved by less than `MIN_MOVED`, or if too few points around it move with it.
    """
    # Points are followed only if the eyes moved: that takes ten times as long, and most people stand still.
    eyes = np.array([_MIDDLE])
    if not _moved(before, eyes, after, eyes) >= _EYES_SHARE * MIN_MOVED:
        return None
    face, around = (_tracked(before, after, mask) for mask in _masks())
    if len(face[0]) < _MIN_FACE or len(around[0]) < _MIN_POINTS:
        return None
    origin, target = np.vstack([face[0], around[0]]), np.vstack([face[1], around[1]])
    moved = _moved(before, face[0], after, face[1])
    if not moved >= MIN_MOVED:
        return None
    plane, _ = cv2.findHomography(origin, target, cv2.RANSAC, _TOGETHER_PX, maxIters=500)
    if plane is None or not np.isfinite(plane).all():
        return None
    apart = np.linalg.norm(cv2.perspectiveTransform(origin[None], plane)[0] - target, axis=1)
    together = apart[len(face[0]) :] < _TOGETHER_PX
    if together.sum() < MIN_AROUND or together.mean() < MIN_AROUND_SHARE:
        return None
    return float(np.percentile(apart[: len(face[0])], _FACE_PERCENTILE)) / (moved * _EYES_PX)


def _moved(before: Sample, origin: Places, after: Sample, target: Places) -> float:
    """Return the median motion of points in the picture, as a share of the distance between the eyes."""
    motion = np.linalg.norm(_in_picture(before, origin) - _in_picture(after, target), axis=1)
    return float(np.median(motion)) * float(np.hypot(*before.transform[:, 0])) / _EYES_PX


@cache
def _masks() -> tuple[Mask, Mask]:
    """Return where points are searched in the crop: in the face, and around the head and above the shoulders."""
    y, x = np.mgrid[:_SIZE, :_SIZE]
    across, down = (x - _MIDDLE[0]) / _EYES_PX, (y - _MIDDLE[1]) / _EYES_PX
    face = (across / 0.95) ** 2 + ((down - 0.45) / 1.3) ** 2 < 1
    head = (across / 1.65) ** 2 + ((down - 0.3) / 2.3) ** 2 < 1
    return np.asarray(face * 255, np.uint8), np.asarray((~head & (down < 1.5)) * 255, np.uint8)


def _tracked(before: Sample, after: Sample, mask: Mask) -> tuple[Places, Places]:
    """Return points that are found in both crops, each float64 (N, 2)."""
    none = np.zeros((0, 2))
    corners: Any = cv2.goodFeaturesToTrack(before.crop, _POINTS, _QUALITY, _APART_PX, mask=mask & before.seen)
    # OpenCV returns None without any corner, which its types do not say.
    if corners is None:
        return none, none
    options = {"winSize": (31, 31), "maxLevel": 3}
    there, ahead, _ = cv2.calcOpticalFlowPyrLK(before.crop, after.crop, corners, None, **options)  # type: ignore[call-overload]
    back, behind, _ = cv2.calcOpticalFlowPyrLK(after.crop, before.crop, there, None, **options)  # type: ignore[call-overload]
    ok = (ahead.ravel() > 0) & (behind.ravel() > 0) & (np.abs(back - corners).max(axis=(1, 2)) < _BACK_PX)
    column, row = np.rint(there[:, 0]).clip(0, _SIZE - 1).astype(int).T
    ok &= after.seen[row, column] > 0
    return corners[ok, 0].astype(np.float64), there[ok, 0].astype(np.float64)


def _in_picture(sample: Sample, points: Places) -> Places:
    inverse = cv2.invertAffineTransform(sample.transform)
    return np.asarray(points @ inverse[:, :2].T + inverse[:, 2], np.float64)
