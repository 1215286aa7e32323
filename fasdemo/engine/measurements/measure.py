"""Measure physical properties of one face from the aligned crops and the calibration.

Surfaces are fitted to block means inside an oval that contains the face's front without hair, ears or background, see
`fasdemo.engine.measurements.face_surface`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.cross_modal import depth_agreement
from fasdemo.engine.measurements.face_surface import DepthView, Grid, deviation, middle, oval, surface
from fasdemo.engine.measurements.limits import MIN_AMBIENT
from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, FrameSet
from fasdemo.models.crop import FaceCrops, to_stream
from fasdemo.models.infrared import full_scale, working_range

GRID = 32


@dataclass(frozen=True, slots=True)
class Grids:
    """The crops of a face, reduced to means of GRID x GRID blocks, float32.

    Attributes:
        luma: brightness of RGB, 0 to 255; None without RGB.
        red: red channel, 0 to 255; None without RGB.
        ir: infrared, 0 to 255; None without infrared.
        depth_mm: mean of the valid pixels, 0 if most pixels are invalid; None without depth.
    """

    luma: Grid | None
    red: Grid | None
    ir: Grid | None
    depth_mm: Grid | None


def grids(crops: FaceCrops) -> Grids:
    """Return the crops reduced to block means."""
    luma = red = None
    if crops.rgb is not None:
        small = _mean(crops.rgb)
        luma = np.asarray(small @ np.array([0.299, 0.587, 0.114], np.float32), np.float32)
        red = np.ascontiguousarray(small[..., 0])
    ir = None if crops.ir is None else _mean(crops.ir) * np.float32(255.0 / full_scale(crops.ir))
    depth = None if crops.depth_mm is None else depth_grid(crops.depth_mm)
    return Grids(luma, red, ir, depth)


def depth_grid(depth_mm: npt.NDArray[np.float32]) -> Grid:
    """Return block means of valid depth, float32 (GRID, GRID); 0 if fewer than half of a block's pixels are valid."""
    valid = (depth_mm > 0).astype(np.float32)
    share = _mean(valid)
    return np.where(share >= 0.5, _mean(depth_mm * valid) / np.maximum(share, 1e-6), 0.0).astype(np.float32)


def measure(frame: FrameSet, face: Face, crops: FaceCrops, small: Grids) -> dict[str, float | None]:
    """Return all measurements that the frame's streams allow; a value is None if it could not be measured.

    Returns:
        `distance_m`: median distance of the face's middle from the depth camera.
        `depth_coverage`: share of the face's front with a depth value, in [0, 1].
        `plane_residual_mm`, `sheet_residual_mm`, `nose_mm`, `relief_mm`, `depth_noise_mm`, `face_relief`,
            `relief_correlation`: see `fasdemo.engine.measurements.face_surface.surface`.
        `lower_residual_mm`, `upper_residual_mm`, `upper_relief`, `depth_yaw_deg`, `relief_offset_mm`,
            `relief_offset_gain`: see `fasdemo.engine.measurements.cross_modal.depth_agreement`.
        `interpupil_mm`: distance between the eyes; needs the RGB camera's calibration.
        `ir_level`: mean infrared brightness of the face's front; 1 = full scale or the range that a 16-bit camera uses.
        `ir_contrast`: standard deviation of the infrared brightness divided by its mean.
        `ir_rgb_ratio`: infrared brightness of the face's front divided by its red brightness.
        `ir_rgb_correlation`: correlation of infrared and RGB brightness over the face's front, in [-1, 1].
        `ir_ambient_ratio`, `ir_clipped`: see `_ambient`; only for cameras that separate lamp and room.
    """
    result: dict[str, float | None] = {}
    if crops.depth_mm is not None and small.depth_mm is not None:
        result["distance_m"] = crops.distance_mm / 1000.0 if crops.distance_mm > 0 else None
        front = crops.depth_mm[oval(crops.depth_mm.shape[0])]
        result["depth_coverage"] = np.count_nonzero(front > 0) / front.size if front.size else 0.0
        result.update(surface(small.depth_mm, depth_view(frame, crops)))
        result.update(depth_agreement(small.depth_mm))
        result["interpupil_mm"] = interpupil_mm(face, crops, frame.calibration, frame.rgb.shape[1])
    if small.ir is not None:
        used = 1.0 if frame.ir is None else working_range(frame.ir)
        result.update(infrared(small.ir / np.float32(used), small.red, small.luma))
        if crops.ir_ambient is not None:
            result.update(_ambient(crops, small.ir))
    return result


def depth_view(frame: FrameSet, crops: FaceCrops) -> DepthView | None:
    """Return the pinhole camera of the depth crop, in blocks of the grid; None without calibration or distance."""
    calibration = frame.calibration
    if calibration is None or frame.depth is None or crops.depth_mm is None or crops.distance_mm <= 0:
        return None
    size, transform, camera, width = crops.depth_mm.shape[0], crops.to_crop, calibration.rgb, frame.rgb.shape[1]
    if not calibration.registered and calibration.depth is not None:
        rgb_shape, shape = (frame.rgb.shape[0], width), (frame.depth.shape[0], frame.depth.shape[1])
        transform = to_stream(transform, size, rgb_shape, shape, crops.distance_mm / 1000.0, calibration, "depth")
        camera, width = calibration.depth, shape[1]
    # The intrinsics can be for another image size; pixel centres have integer coordinates in both.
    scale, blocks = width / camera.width, GRID / size
    axis = (np.array([camera.cx, camera.cy]) + 0.5) * scale - 0.5
    at = (transform[:, :2] @ axis + transform[:, 2] + 0.5) * blocks - 0.5
    focal = camera.fx * scale * float(np.hypot(transform[0, 0], transform[1, 0])) * blocks
    return DepthView(focal, float(at[0]), float(at[1]))


def infrared(ir: Grid, red: Grid | None, luma: Grid | None) -> dict[str, float | None]:
    """Return `ir_level`, `ir_contrast`, `ir_rgb_ratio` and `ir_rgb_correlation` of the face's front."""
    front = oval(ir.shape[0])
    values = ir[front].astype(np.float64)
    mean, contrast = float(np.add.reduce(values)) / len(values), deviation(values)
    result: dict[str, float | None] = {
        "ir_level": mean / 255.0,
        "ir_contrast": contrast / mean if mean > 0 else None,
        "ir_rgb_ratio": None,
        "ir_rgb_correlation": None,
    }
    if red is not None and luma is not None:
        reds = red[front]
        level = float(np.add.reduce(reds) / np.float32(len(reds)))
        result["ir_rgb_ratio"] = mean / level if level > 1.0 else None
        other = luma[front].astype(np.float64)
        if contrast > 0.5 and deviation(other) > 0.5:
            result["ir_rgb_correlation"] = correlation(values, other)
    return result


def _ambient(crops: FaceCrops, lamp: Grid) -> dict[str, float | None]:
    """Compare the light of the room with that of the lamp, for cameras that separate the two.

    Returns:
        `ir_ambient_ratio`: brightness of the face's front in the light of the room divided by that in the lamp's.
        `ir_clipped`: share of the face's front on which both lights together saturate the sensor although that of the
            room is bright; there, the light of the lamp is unknown.
    """
    assert crops.ir is not None
    assert crops.ir_ambient is not None
    full = full_scale(crops.ir)
    front = oval(GRID)
    level = float(lamp[front].mean())
    ambient = _mean(crops.ir_ambient)
    # The mean of a saturated block can be slightly below full scale at its border.
    clipped = (ambient + _mean(crops.ir) >= 0.98 * full) & (ambient >= MIN_AMBIENT * full)
    ratio = float(ambient[front].mean()) * 255.0 / full / level if level > 0.5 else None
    return {"ir_ambient_ratio": ratio, "ir_clipped": float(clipped[front].mean())}


def interpupil_mm(face: Face, crops: FaceCrops, calibration: Calibration | None, width: int) -> float | None:
    """Return the distance between the eyes in millimetres, from their pixels and their depth.

    The depth of an eye is the median over a tenth of the crop around it, or that of the face if glasses leave no depth.
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
        depth_mm = middle(valid) if known else crops.distance_mm
        points.append(np.array([ray[0], ray[1], 1.0]) * (depth_mm - shift_m * 1000.0))
    return float(np.linalg.norm(points[0] - points[1]))


def ir_landmark_error(ir_face: Face, crops: FaceCrops, rgb_face: Face) -> float:
    """Return the offset of eyes, nose and mouth in infrared from colour, divided by the distance between the eyes."""
    expected = np.asarray(rgb_face.keypoints[:4], np.float64) @ crops.to_crop[:, :2].T + crops.to_crop[:, 2]
    eye_distance = float(np.linalg.norm(expected[0] - expected[1]))
    found = np.asarray(ir_face.keypoints[:4], np.float64)
    return float(np.linalg.norm(found - expected, axis=1).mean()) / max(eye_distance, 1.0)


def correlation(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    """Return Pearson's correlation of two vectors that are not constant."""
    x, y = a - np.add.reduce(a) / len(a), b - np.add.reduce(b) / len(b)
    return float(x @ y) / math.sqrt(float(x @ x) * float(y @ y))


def _mean(image: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    array = np.asarray(image, np.float32)
    return np.asarray(cv2.resize(array, (GRID, GRID), interpolation=cv2.INTER_AREA), np.float32)
