"""Physical measurements of one face, each with its unit, from the aligned crops and the calibration.

They stand beside the network and can only lower trust. Surfaces are fitted on a grid of block means over an oval that
shows a face's front without hair, ears or background.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, FrameSet
from fasdemo.models.crop import FaceCrops
from fasdemo.models.infrared import full_scale, working_range

Grid = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

GRID = 32
_OVAL_CENTRE = (0.50, 0.54)
_OVAL_RADII = (0.21, 0.28)
"""x and y in a unit square: about 95 mm x 125 mm of the 225 mm that a `keypoints-v1` crop shows."""
_NOSE_CENTRE = (0.50, 0.555)
_NOSE_RADII = (0.085, 0.135)
_NOSE_TIP_RADIUS = 0.045
_LEAST_POINTS = 60
_DEEPEST_MM = 120.0
"""What lies farther than this from the median of a face's front is no part of it, even tilted by 45 degrees."""
_TRIM = 3.0
"""Robust fits leave out what lies beyond this many standard deviations (estimated from the median deviation): holes cut
into a print, a strand of hair."""


@dataclass(frozen=True, slots=True)
class Grids:
    """A face's crops as means of GRID x GRID blocks.

    Attributes:
        luma: of RGB, 0..255, float32; None without RGB.
        red: the red channel, 0..255.
        ir: 0..255; None without infrared.
        depth_mm: mean of the valid pixels, 0 where most are invalid; None without depth.
    """

    luma: Grid | None
    red: Grid | None
    ir: Grid | None
    depth_mm: Grid | None


def grids(crops: FaceCrops) -> Grids:
    """Reduce the crops."""
    luma = red = None
    if crops.rgb is not None:
        small = _mean(crops.rgb)
        luma = np.asarray(small @ np.array([0.299, 0.587, 0.114], np.float32), np.float32)
        red = np.ascontiguousarray(small[..., 0])
    ir = None if crops.ir is None else _mean(crops.ir) * np.float32(255.0 / full_scale(crops.ir))
    depth = None if crops.depth_mm is None else depth_grid(crops.depth_mm)
    return Grids(luma, red, ir, depth)


def depth_grid(depth_mm: npt.NDArray[np.float32]) -> Grid:
    """Block means of valid depth, 0 where fewer than half the pixels of a block are valid; float32 (GRID, GRID)."""
    valid = (depth_mm > 0).astype(np.float32)
    share = _mean(valid)
    return np.where(share >= 0.5, _mean(depth_mm * valid) / np.maximum(share, 1e-6), 0.0).astype(np.float32)


@lru_cache(maxsize=4)
def oval(size: int = GRID) -> Mask:
    """The face's front in an upright crop of size x size."""
    return _ellipse(size, _OVAL_CENTRE, _OVAL_RADII)


@lru_cache(maxsize=16)
def _ellipse(size: int, centre: tuple[float, float], radii: tuple[float, float]) -> Mask:
    x, y = _positions(size)
    inside = ((x + 0.5 - centre[0]) / radii[0]) ** 2 + ((y + 0.5 - centre[1]) / radii[1]) ** 2 <= 1.0
    return np.asarray(inside, np.bool_)


@lru_cache(maxsize=4)
def _positions(size: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """X and y of the pixels' centres in a square from -0.5 to 0.5."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    return x, y


def measure(frame: FrameSet, face: Face, crops: FaceCrops, small: Grids) -> dict[str, float | None]:
    """Every measurement that the frame's streams allow; None where one could not be made.

    Returns:
        `distance_m`: median distance of the face's middle from the depth camera.
        `depth_coverage`: share of the face's front with a depth reading, in [0, 1].
        `plane_residual_mm`: standard deviation from the best plane through the face's front.
        `sheet_residual_mm`: the same from the best surface that a sheet of paper can be bent to.
        `nose_mm`: how far the nose's tip (a centimetre around it) stands before the bent surface through what surrounds
            the nose.
        `relief_mm`: from the 2nd to the 98th percentile of the distance to the plane.
        `interpupil_mm`: distance of the eyes; needs the RGB camera's calibration.
        `ir_level`: mean infrared on the face's front, 1 = full scale, or the range that a 16-bit camera uses.
        `ir_contrast`: standard deviation of the infrared over its mean.
        `ir_rgb_ratio`: infrared over red on the face's front.
        `ir_rgb_correlation`: of infrared and RGB brightness over the face's front, in [-1, 1].
    """
    result: dict[str, float | None] = {}
    if crops.depth_mm is not None and small.depth_mm is not None:
        result["distance_m"] = crops.distance_mm / 1000.0 if crops.distance_mm > 0 else None
        front = crops.depth_mm[oval(crops.depth_mm.shape[0])]
        result["depth_coverage"] = float((front > 0).mean()) if front.size else 0.0
        result.update(surface(small.depth_mm))
        result["interpupil_mm"] = interpupil_mm(face, crops, frame.calibration, frame.rgb.shape[1])
    if small.ir is not None:
        used = 1.0 if frame.ir is None else working_range(frame.ir)
        result.update(infrared(small.ir / np.float32(used), small.red, small.luma))
    return result


def surface(depth_mm: Grid) -> dict[str, float | None]:
    """`plane_residual_mm`, `sheet_residual_mm`, `relief_mm` and `nose_mm` of a depth grid, 0 = no reading."""
    size = depth_mm.shape[0]
    use = oval(size) & (depth_mm > 0)
    if use.any():
        use &= np.abs(depth_mm - _median(depth_mm[use])) <= _DEEPEST_MM
    if int(use.sum()) < _LEAST_POINTS:
        return dict.fromkeys(("plane_residual_mm", "sheet_residual_mm", "relief_mm", "nose_mm"))
    z = depth_mm[use].astype(np.float64)
    quadratic = _quadratic(size)
    plane, kept, _ = _robust_fit(quadratic[use][:, :3], z)
    sheet, kept_sheet, _ = _robust_fit(quadratic[use], z)
    ordered = np.sort(plane[kept])
    low, high = ordered[round(0.02 * (len(ordered) - 1))], ordered[round(0.98 * (len(ordered) - 1))]
    around = use & ~_ellipse(size, _NOSE_CENTRE, _NOSE_RADII)
    tip = use & _ellipse(size, _NOSE_CENTRE, (_NOSE_TIP_RADIUS, _NOSE_TIP_RADIUS))
    nose = None
    if tip.any() and int(around.sum()) >= _LEAST_POINTS // 2:
        _, _, surface_around = _robust_fit(quadratic[around], depth_mm[around].astype(np.float64))
        nose = _median(quadratic[tip] @ surface_around - depth_mm[tip])
    return {
        "plane_residual_mm": float(plane[kept].std()),
        "sheet_residual_mm": float(sheet[kept_sheet].std()),
        "relief_mm": float(high - low),
        "nose_mm": nose,
    }


def infrared(ir: Grid, red: Grid | None, luma: Grid | None) -> dict[str, float | None]:
    """`ir_level`, `ir_contrast`, `ir_rgb_ratio` and `ir_rgb_correlation` over the face's front."""
    front = oval(ir.shape[0])
    values = ir[front].astype(np.float64)
    mean, deviation = float(values.mean()), float(values.std())
    result: dict[str, float | None] = {
        "ir_level": mean / 255.0,
        "ir_contrast": deviation / mean if mean > 0 else None,
        "ir_rgb_ratio": None,
        "ir_rgb_correlation": None,
    }
    if red is not None and luma is not None:
        level = float(red[front].mean())
        result["ir_rgb_ratio"] = mean / level if level > 1.0 else None
        other = luma[front].astype(np.float64)
        if deviation > 0.5 and float(other.std()) > 0.5:
            result["ir_rgb_correlation"] = correlation(values, other)
    return result


def interpupil_mm(face: Face, crops: FaceCrops, calibration: Calibration | None, width: int) -> float | None:
    """Distance of the eyes in millimetres, from their pixels and their depth.

    The depth at an eye is the median over a tenth of the crop around it, or the face's own where glasses leave a hole.
    Adults have 54 to 74 mm.
    """
    if calibration is None or crops.depth_mm is None or crops.distance_mm <= 0:
        return None
    eyes = np.asarray(face.keypoints[:2], np.float64)
    size = crops.depth_mm.shape[0]
    radius = max(int(size * 0.05), 1)
    in_crop = eyes @ crops.to_crop[:, :2].T + crops.to_crop[:, 2]
    shift_m = 0.0 if calibration.registered else calibration.rgb_to_depth.translation_m[2]
    scale = calibration.rgb.width / width
    rays = cv2.undistortPoints(
        ((eyes + 0.5) * scale - 0.5).reshape(-1, 1, 2), calibration.rgb.matrix(), np.array(calibration.rgb.distortion)
    ).reshape(-1, 2)
    points = []
    for (u, v), ray in zip(np.round(in_crop).astype(int), rays, strict=True):
        patch = crops.depth_mm[max(v - radius, 0) : v + radius + 1, max(u - radius, 0) : u + radius + 1]
        valid = patch[patch > 0]
        known = valid.size >= max(patch.size // 10, 1)
        depth_mm = float(np.median(valid)) if known else crops.distance_mm
        points.append(np.array([ray[0], ray[1], 1.0]) * (depth_mm - shift_m * 1000.0))
    return float(np.linalg.norm(points[0] - points[1]))


def ir_landmark_error(ir_face: Face, crops: FaceCrops, rgb_face: Face) -> float:
    """How far eyes, nose and mouth in an infrared crop lie from where colour has them, over the eyes' distance."""
    expected = np.asarray(rgb_face.keypoints[:4], np.float64) @ crops.to_crop[:, :2].T + crops.to_crop[:, 2]
    eye_distance = float(np.linalg.norm(expected[0] - expected[1]))
    found = np.asarray(ir_face.keypoints[:4], np.float64)
    return float(np.linalg.norm(found - expected, axis=1).mean()) / max(eye_distance, 1.0)


@lru_cache(maxsize=4)
def _quadratic(size: int) -> npt.NDArray[np.float64]:
    """1, x, y, x^2, xy, y^2 at every pixel, (size, size, 6)."""
    x, y = _positions(size)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _median(values: npt.NDArray[np.floating]) -> float:
    """The upper median; NumPy's own spends most of its time on cases that do not occur here."""
    middle = values.size // 2
    return float(np.partition(values, middle, axis=None)[middle])


def correlation(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    """Pearson's, of two vectors that vary."""
    x, y = a - a.mean(), b - b.mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def _robust_fit(
    design: npt.NDArray[np.float64], z: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], Mask, npt.NDArray[np.float64]]:
    """Residuals of a trimmed least-squares fit, which points took part, and the coefficients."""
    kept: Mask = np.ones(len(z), np.bool_)
    ridge = 1e-9 * np.eye(design.shape[1])
    while True:
        inside = design[kept]
        # Normal equations: six unknowns of order one, where their conditioning does no harm.
        # The ridge is far below the smallest variance of positions on the face's front.
        coefficients = np.asarray(np.linalg.solve(inside.T @ inside + ridge, inside.T @ z[kept]), np.float64)
        residual = z - design @ coefficients
        distance = np.abs(residual)
        now: Mask = kept & (distance <= max(_TRIM * 1.4826 * _median(distance), 0.5))
        remaining = int(np.count_nonzero(now))
        # Points only leave, so this ends.
        if remaining < len(z) // 2 or remaining == np.count_nonzero(kept):
            return residual, kept, coefficients
        kept = now


def _mean(image: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    array = np.asarray(image, np.float32)
    return np.asarray(cv2.resize(array, (GRID, GRID), interpolation=cv2.INTER_AREA), np.float32)
