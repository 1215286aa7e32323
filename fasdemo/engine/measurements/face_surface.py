"""Fit a plane and a bent sheet to the depth of a face, and compare its relief with that of an average face.

Over the image, a plane is linear in the reciprocal of the distance, not in the distance: a flat sheet that leans back
by 65 degrees has a residual of 5 mm from the best plane in z and of 0.3 mm from the best plane in 1 / z. All residuals
are measured at right angles to the plane, so that they do not change with the rotation of a face.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Grid = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_OVAL_CENTRE = (0.50, 0.54)
_OVAL_RADII = (0.21, 0.28)
"""Radii of the face's front in x and y, in a unit square; it is about 95 x 125 mm in a `keypoints-v1` crop of 225
mm."""
_NOSE_CENTRE = (0.50, 0.555)
_NOSE_RADII = (0.085, 0.135)
_NOSE_TIP_RADIUS = 0.045
FIELD_MM = 225.0
"""Width of the scene at the face that a crop of scale 1 shows, see `fasdemo.models.crop`."""
_MIN_POINTS = 60
_MAX_DEPTH_MM = 120.0
"""Points farther than this from the median of a face's front do not belong to it, even if it is tilted by 45
degrees."""
_MAX_RELIEF_MM = 60.0
"""Points farther from the best plane are not compared with the average face."""
_TRIM = 3.0
"""Robust fits exclude points beyond this number of standard deviations (estimated from the median deviation), e.g. in
holes of a print or on a strand of hair."""
_WHITE_SHARE = 0.87
"""Standard deviation of white noise minus its Gaussian mean (sigma: one block), divided by that of the noise."""

NAMES = (
    "plane_residual_mm", "sheet_residual_mm", "relief_mm", "nose_mm", "depth_noise_mm", "face_relief",
    "relief_correlation",
)  # fmt: skip
"""Names of the measurements of `surface`."""


@dataclass(frozen=True, slots=True)
class DepthView:
    """The pinhole camera of a depth grid.

    Attributes:
        focal: focal length in grid blocks.
        cx, cy: the principal point in grid coordinates; (0, 0) is the centre of the first block.
    """

    focal: float
    cx: float
    cy: float


@dataclass(frozen=True, slots=True)
class FaceFront:
    """A face's front and the best plane through it.

    Attributes:
        use: blocks of the front with known depth, bool (N, N).
        in_plane: which of these blocks the robust fit used, bool (use.sum(),).
        off_plane_mm: distance behind the plane, (N, N); 0 for unused blocks.
        normal: reciprocal of the plane's distance from the camera, 1 / mm.
    """

    use: Mask
    in_plane: Mask
    off_plane_mm: Floats
    normal: float


@lru_cache(maxsize=4)
def oval(size: int) -> Mask:
    """Return the mask of a face's front in an upright crop of size x size."""
    return _ellipse(size, _OVAL_CENTRE, _OVAL_RADII)


def surface(depth_mm: Grid, view: DepthView | None = None) -> dict[str, float | None]:
    """Measure the face's front of a depth grid.

    Args:
        depth_mm: float32 (N, N), 0 = no depth value.
        view: the camera; None assumes that the crop shows 225 mm around the optical axis.

    Returns:
        The values named in `NAMES`, all None if too little of the front is known:

        - `plane_residual_mm`, `sheet_residual_mm`: standard deviation from the best plane and the best bent sheet.
        - `relief_mm`: range from the 2nd to the 98th percentile of the distance to the plane.
        - `nose_mm`: height of the tip of the nose above a bent surface through its surroundings; None if the depth of
          the tip is unknown.
        - `depth_noise_mm`: standard deviation of the fine structure: noise of the sensor and, on a face, its edges.
        - `face_relief`: factor by which the average face's relief fits this surface best: 0 = plane, 1 = average adult,
          see `mean_relief`.
        - `relief_correlation`: correlation of the distance to the plane with that of the average face.
    """
    front = plane_distances(depth_mm, view)
    if front is None:
        return dict.fromkeys(NAMES)
    use, in_plane, off_plane = front.use, front.in_plane, front.off_plane_mm
    size = depth_mm.shape[0]
    distances, terms, z = off_plane[use], _quadratic(size)[use], depth_mm[use].astype(np.float64)
    sheet, in_sheet = _robust_fit(terms, z)
    ordered = np.sort(distances[in_plane])
    low, high = ordered[round(0.02 * (len(ordered) - 1))], ordered[round(0.98 * (len(ordered) - 1))]
    around = ~_ellipse(size, _NOSE_CENTRE, _NOSE_RADII)[use]
    tip = _ellipse(size, _NOSE_CENTRE, (_NOSE_TIP_RADIUS, _NOSE_TIP_RADIUS))[use]
    nose = None
    if tip.any() and np.count_nonzero(around) >= _MIN_POINTS // 2:
        bent = _robust_fit(terms[around], z[around])[0]
        nose = median(-_distance(z[tip], terms[tip], bent, front.normal))
    share, likeness = _compare(distances, use)
    return {
        "plane_residual_mm": deviation(distances[in_plane]),
        "sheet_residual_mm": deviation(_distance(z[in_sheet], terms[in_sheet], sheet, front.normal)),
        "relief_mm": float(high - low),
        "nose_mm": nose,
        "depth_noise_mm": _noise(off_plane, distances, use),
        "face_relief": share,
        "relief_correlation": likeness,
    }


@lru_cache(maxsize=4)
def mean_relief(size: int) -> Floats:
    """Return the distance of an average face behind its best plane in millimetres, (size, size).

    It is the average of rendered live faces that look at the camera, computed by
    `tools/measure/surface/mean_face_relief.py`.
    """
    stored = np.load(Path(__file__).with_name("mean_face_relief.npy"))
    return np.asarray(cv2.resize(stored, (size, size), interpolation=cv2.INTER_LINEAR), np.float64)


def plane_distances(depth_mm: Grid, view: DepthView | None = None) -> FaceFront | None:
    """Fit a plane to the face's front of a depth grid (N, N); return None if too little of it is known."""
    size = depth_mm.shape[0]
    use = oval(size) & (depth_mm > 0)
    if use.any():
        use &= np.abs(depth_mm - median(depth_mm[use])) <= _MAX_DEPTH_MM
    if int(use.sum()) < _MIN_POINTS:
        return None
    z, terms = depth_mm[use].astype(np.float64), _quadratic(size)[use][:, :3]
    plane, in_plane = _robust_fit(terms, z)
    normal = _normal_length(plane, size, view or _assumed_view(median(depth_mm[use]), size))
    off_plane = np.zeros((size, size))
    off_plane[use] = _distance(z, terms, plane, normal)
    return FaceFront(use, in_plane, off_plane, normal)


def median(values: npt.NDArray[np.floating]) -> float:
    """Return the upper median; `np.median` is slower because of cases that do not occur here."""
    middle, ordered = values.size // 2, values.flatten()
    ordered.partition(middle)
    return float(ordered[middle])


def deviation(values: Floats) -> float:
    """Return the standard deviation of a vector; `np.std` is slower because of cases that do not occur here."""
    away = values - np.add.reduce(values) / len(values)
    return math.sqrt(float(away @ away) / len(away))


def middle(values: npt.NDArray[np.floating]) -> float:
    """Return the same as `np.median` for finite values; its checks take longer than the sorting."""
    low, high, ordered = (values.size - 1) // 2, values.size // 2, values.flatten()
    ordered.partition((low, high))
    return float((ordered[low] + ordered[high]) / 2)


def least_squares(design: Floats, values: Floats) -> Floats:
    """Return the coefficients (U, V) with which the columns of `design`, (P, U), fit `values`, (P, V), best.

    The normal equations are solved, whose conditioning is sufficient for six unknowns of similar size. The ridge is far
    smaller than the smallest variance of positions on the face's front.

    Raises:
        ValueError: the columns of `design` depend on each other.
    """
    # For small matrices, OpenCV takes a quarter of the time of `np.linalg.solve`.
    solved, found = cv2.solve(design.T @ design + _ridge(design.shape[1]), design.T @ values)
    if not solved:
        raise ValueError("the terms of a fit depend on each other")
    return np.asarray(found, np.float64)


def _compare(distances: Floats, use: Mask) -> tuple[float | None, float | None]:
    """Return the relief as a share of the average face's relief, and the correlation of both, without the plane."""
    near = np.abs(distances) <= _MAX_RELIEF_MM
    if np.count_nonzero(near) < _MIN_POINTS:
        return None, None
    size = use.shape[0]
    plane = _quadratic(size)[use][near, :3]
    pair = np.empty((len(plane), 2))
    pair[:, 0], pair[:, 1] = mean_relief(size)[use][near], distances[near]
    pair -= plane @ least_squares(plane, pair)
    expected, found = pair[:, 0], pair[:, 1]
    power, both = float(expected @ expected), float(expected @ found)
    if power <= 0.0:
        return None, None
    return both / power, both / float(np.sqrt(power * max(float(found @ found), 1e-12)))


def _noise(off_plane: Floats, distances: Floats, use: Mask) -> float:
    weight = cv2.GaussianBlur(use.astype(np.float64), (0, 0), 1.0)
    smooth = cv2.GaussianBlur(off_plane, (0, 0), 1.0)[use] / weight[use]
    return 1.4826 * median(np.abs(distances - smooth)) / _WHITE_SHARE


def _distance(z: Floats, terms: Floats, coefficients: Floats, normal: float) -> Floats:
    """Return the signed distance of points behind a fitted surface, at right angles to the plane, mm."""
    return np.asarray((z * (terms[:, : len(coefficients)] @ coefficients) - 1.0) / normal)


def _assumed_view(distance_mm: float, size: int) -> DepthView:
    middle = (size - 1) / 2
    return DepthView(distance_mm * size / FIELD_MM, middle, middle)


def _normal_length(plane: Floats, size: int, view: DepthView) -> float:
    """Return the reciprocal of the plane's distance from the camera, 1 / mm.

    The plane's equation is n . P = 1, so that 1 / z = n . ray; the fit gives 1 / z over the unit square instead.
    """
    at_axis = plane @ (1.0, (view.cx + 0.5) / size - 0.5, (view.cy + 0.5) / size - 0.5)
    return float(np.linalg.norm((at_axis, plane[1] * view.focal / size, plane[2] * view.focal / size)))


def _robust_fit(design: Floats, z: Floats) -> tuple[Floats, Mask]:
    """Return the coefficients of 1 / z over `design`, and which points the trimmed least-squares fit used.

    Residuals are weighted by z squared, so that they are errors of z and not of 1 / z.
    """
    kept: Mask = np.ones(len(z), np.bool_)
    count = len(z)
    scale = float(np.add.reduce(z)) / count
    weights = (z / scale) ** 2
    weighted, target = design * weights[:, None], scale / z * weights
    inside, wanted = weighted, target
    while True:
        coefficients = least_squares(inside, wanted[:, None])[:, 0]
        distance = scale * np.abs(target - weighted @ coefficients)
        now: Mask = kept & (distance <= max(_TRIM * 1.4826 * median(distance), 0.5))
        remaining = int(np.count_nonzero(now))
        # Points are only removed, so the loop ends.
        if remaining < len(z) // 2 or remaining == count:
            return coefficients / scale, kept
        kept, count = now, remaining
        inside, wanted = weighted[kept], target[kept]


@lru_cache(maxsize=4)
def _ridge(size: int) -> Floats:
    return np.asarray(1e-9 * np.eye(size), np.float64)


@lru_cache(maxsize=4)
def _quadratic(size: int) -> Floats:
    """Return 1, x, y, x^2, xy, y^2 of every block, (size, size, 6), with x and y in a square from -0.5 to 0.5."""
    x, y = _positions(size)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


@lru_cache(maxsize=16)
def _ellipse(size: int, centre: tuple[float, float], radii: tuple[float, float]) -> Mask:
    x, y = _positions(size)
    inside = ((x + 0.5 - centre[0]) / radii[0]) ** 2 + ((y + 0.5 - centre[1]) / radii[1]) ** 2 <= 1.0
    return np.asarray(inside, np.bool_)


@lru_cache(maxsize=4)
def _positions(size: int) -> tuple[Floats, Floats]:
    """Return x and y of the blocks' centres in a square from -0.5 to 0.5."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    return x, y
