"""Measure the parallax of a moving face from colour alone, to detect a flat picture.

Between two views of a rotating head, near and far parts move differently. On a print or a screen, all points follow one
homography, with any camera. This evidence can only prevent LIVE.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.limits import MIN_PARALLAX_RATIO
from fasdemo.engine.reasons import Reason

WINDOW_S = 5.0
"""Time over which landmarks are compared; up to 20 sets at four per second."""
MIN_SHAPE_CHANGE = 0.05
"""Minimum change of shape between two compared sets of landmarks, as a share of the distance between the outer corners
of the eyes. Landmarks of a still face vary by 0.01."""
MIN_PAIRS = 5

_RIGID = (
    1, 2, 4, 5, 6, 168, 197, 195, 8, 9, 10, 151, 98, 327, 48, 278, 122, 351, 50, 280, 36, 266, 101, 330, 117, 346,
    123, 352, 116, 345, 34, 264, 127, 356, 54, 284, 103, 332, 67, 297, 69, 299, 108, 337, 21, 251, 71, 301, 187,
    411, 205, 425,
)  # fmt: skip
"""MediaPipe's landmarks of nose, cheeks, forehead and temples, which do not move with blinking or speech."""
_OUTER_EYE_CORNERS = (33, 263)

Points = npt.NDArray[np.float64]


class MotionEvidence:
    """The landmarks of one tracked face in the last `WINDOW_S` seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Points, float]] = deque()
        self._compared = 0
        self._ratios: dict[tuple[float, float], float] = {}

    def add(self, timestamp_s: float, landmarks: npt.NDArray[np.floating]) -> None:
        """Add landmarks; their time must be later than that of the previous ones.

        Args:
            timestamp_s: time of the frame on the source's clock in seconds.
            landmarks: (478, 2 or 3), x and y in pixels.
        """
        if self._samples and timestamp_s <= self._samples[-1][0]:
            self._samples.clear()
            self._ratios.clear()
            self._compared = 0
        while self._samples and timestamp_s - self._samples[0][0] > WINDOW_S:
            oldest, _, _ = self._samples.popleft()
            self._compared = max(self._compared - 1, 0)
            self._ratios = {pair: ratio for pair, ratio in self._ratios.items() if pair[0] != oldest}
        self._samples.append((timestamp_s, *shape_of(landmarks)))

    @property
    def ratio(self) -> float | None:
        """Median parallax ratio of the pairs with enough change; None while there are fewer than `MIN_PAIRS`."""
        # Pairs are compared here, because sources with depth add landmarks but never need the ratio.
        samples = list(self._samples)
        for number in range(self._compared, len(samples)):
            now_s, points, eye_px = samples[number]
            for before_s, before, _ in samples[:number]:
                ratio = parallax_ratio(before, points, eye_px)
                if ratio is not None:
                    self._ratios[before_s, now_s] = ratio
        self._compared = len(samples)
        return float(np.median(list(self._ratios.values()))) if len(self._ratios) >= MIN_PAIRS else None

    @property
    def codes(self) -> list[Reason]:
        """Return `flat_motion` if one plane explains the motion of the face."""
        ratio = self.ratio
        return [Reason.FLAT_MOTION] if ratio is not None and ratio < MIN_PARALLAX_RATIO else []


def shape_of(landmarks: npt.NDArray[np.floating]) -> tuple[Points, float]:
    """Return the compared part of a sample: rigid points, (N, 2), and the distance of the eyes' outer corners, pixels.

    Args:
        landmarks: (478, 2 or 3), x and y in pixels.
    """
    right, left = np.asarray(landmarks[list(_OUTER_EYE_CORNERS), :2], np.float64)
    return np.asarray(landmarks[list(_RIGID), :2], np.float64), float(np.linalg.norm(right - left))


def parallax_ratio(a: Points, b: Points, eye_px: float) -> float | None:
    """Return the share of the change of shape from `a` to `b` that no homography can explain.

    Args:
        a: points in one image, (N, 2) pixels, N at least 5.
        b: the same points in another image.
        eye_px: distance between the outer corners of the eyes in the image of `b`.

    Returns:
        Root mean square residual of the best homography divided by that of the best similarity transform: 0 for a plane
        without measurement errors. None if the shape changed by less than `MIN_SHAPE_CHANGE` or cannot be compared.
    """
    change_px = _rms(_by_similarity(a, b) - b)
    if not change_px >= MIN_SHAPE_CHANGE * eye_px > 0.0:
        return None
    plane, _ = cv2.findHomography(a, b, 0)
    if plane is None or not np.isfinite(plane).all():
        return None
    return _rms(cv2.perspectiveTransform(a[None], plane)[0] - b) / change_px


def _by_similarity(a: Points, b: Points) -> Points:
    """Transform `a` to `b` by the least-squares similarity, which is one factor and one shift of complex numbers."""
    from_a, to_b = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    centred = from_a - from_a.mean()
    spread = float((centred * centred.conj()).real.sum())
    factor = (centred.conj() @ (to_b - to_b.mean())) / spread if spread > 0.0 else 0.0
    moved = factor * centred + to_b.mean()
    return np.stack([moved.real, moved.imag], axis=1)


def _rms(difference: npt.NDArray[np.floating]) -> float:
    return float(np.sqrt((difference**2).sum(axis=1).mean()))
