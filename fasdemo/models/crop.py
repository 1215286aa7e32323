"""Cut small aligned crops of a face from a frame set, with one similarity transform per stream.

Only the crop is projected between cameras, not the whole frame: the crop's corners, placed at the face's median
distance, are projected into the depth and IR images with the calibration. The trainer uses these functions too, so
training and inference have the same crops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.faces.face import Face, Points
from fasdemo.frames import Calibration, Extrinsics, FrameSet, Intrinsics, Ir, Rgb
from fasdemo.models.card import CropSpec
from fasdemo.models.warp import Transform, warp, warp_all, warp_all_halved, warp_halved

DepthMm = npt.NDArray[np.float32]

TEMPLATE = np.array([[0.36, 0.40], [0.64, 0.40], [0.50, 0.57], [0.50, 0.69]])
"""`keypoints-v1`: right eye, left eye, nose tip and mouth in a unit square. An adult's eyes are about 63 mm apart, so
that the square shows about 225 mm: the whole face, its outline and some of the background."""

ADULT_EYE_DISTANCE_M = 0.063
"""Mean distance between the pupils of adults."""
_DEPTH_STEPS = 3
_CORE = (0.30, 0.70)
"""Range of the crop, along both axes, whose median depth is the face's distance."""


@dataclass(frozen=True, slots=True)
class FaceCrops:
    """Aligned square crops of one face, all of the same size.

    Attributes:
        rgb: uint8 (S, S, 3) RGB; None if not captured.
        depth_mm: float32 (S, S), distance from the depth camera in millimetres, 0 = no depth value; only of pictures
            that are scored as a whole also uint8 grey, as in CASIA-SURF.
        ir: uint8 or uint16 (S, S), in the camera's bit depth, full range of its type.
        distance_mm: median depth of the face, 0 if unknown.
        to_crop: transform of RGB pixels to crop pixels, (2, 3).
        inside: share of the crop that is inside the RGB image, in [0, 1].
        ir_ambient: as `ir`, in the infrared light of the room; None if the camera does not separate it.
    """

    rgb: Rgb | None
    depth_mm: DepthMm | None
    ir: Ir | None
    distance_mm: float
    to_crop: Transform
    inside: float = 1.0
    ir_ambient: Ir | None = None


def similarity(source: npt.NDArray[np.floating], target: npt.NDArray[np.floating]) -> Transform:
    """Return the least-squares similarity transform of (N, 2) points (Umeyama 1991, without reflection).

    Raises:
        ValueError: the points coincide.
    """
    a, b = np.asarray(source, np.float64), np.asarray(target, np.float64)
    a_mean, b_mean = a.sum(0) / len(a), b.sum(0) / len(b)
    a, b = a - a_mean, b - b_mean
    power = float(np.vdot(a, a))
    if power < 1e-9:
        raise ValueError("the points coincide")
    cosine = float(np.vdot(a, b)) / power
    sine = float(a[:, 0] @ b[:, 1] - a[:, 1] @ b[:, 0]) / power
    linear = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([linear, b_mean - linear @ a_mean])


def face_transform(face: Face, spec: CropSpec, size: int) -> Transform:
    """Return the transform of RGB pixels to the pixels of a crop of side `size`.

    `keypoints-v1` aligns eyes, nose and mouth with `TEMPLATE`; `box-v1` is an upright square around the box's centre.
    """
    if spec.template == "box-v1":
        x, y, width, height = face.box
        side = max(width, height) * spec.scale
        corner = np.array([x + width / 2 - side / 2, y + height / 2 - side / 2])
        return np.column_stack([np.eye(2) * size / side, -corner * size / side])
    return keypoint_transform(face.keypoints, spec.scale, size)


def face_view(spec: CropSpec) -> CropSpec:
    """Return the crop in which a face is measured: a network's crop, without surroundings that a wide crop adds."""
    if spec.template == "keypoints-v1" and spec.scale > 1.0:
        return spec.model_copy(update={"scale": 1.0})
    return spec


def keypoint_transform(keypoints: Points, scale: float, size: int) -> Transform:
    """Return the `keypoints-v1` transform for (>=4, 2) key points in the order of `fasdemo.faces.face.KEYPOINTS`."""
    target = ((TEMPLATE - 0.5) / scale + 0.5) * size - 0.5
    return similarity(keypoints[:4], target)


def corners(transform: Transform, size: int) -> npt.NDArray[np.float64]:
    """Return the positions of the crop's corner pixels in the source image of `transform`, float64 (4, 2)."""
    inverse = cv2.invertAffineTransform(transform)
    square = np.array([[0, 0], [size - 1, 0], [size - 1, size - 1], [0, size - 1]], np.float64)
    return np.asarray(square @ inverse[:, :2].T + inverse[:, 2])


def project(
    points: npt.NDArray[np.floating],
    distance_m: float,
    source: Intrinsics,
    target: Intrinsics,
    move: Extrinsics,
) -> npt.NDArray[np.float64]:
    """Project pixels (N, 2) of one camera, at `distance_m` in front of it, to pixels (N, 2) of another camera."""
    flat = np.asarray(points, np.float64).reshape(-1, 2)
    if any(source.distortion):
        rays = cv2.undistortPoints(flat[:, None], source.matrix(), np.array(source.distortion)).reshape(-1, 2)
    else:
        rays = (flat - (source.cx, source.cy)) / (source.fx, source.fy)
    rotation = np.reshape(move.rotation, (3, 3))
    xyz = rays @ (distance_m * rotation[:, :2].T) + (distance_m * rotation[:, 2] + move.translation_m)
    if any(target.distortion):
        zero = np.zeros(3)
        pixels, _ = cv2.projectPoints(xyz, zero, zero, target.matrix(), np.array(target.distortion))
        return np.asarray(pixels.reshape(-1, 2), np.float64)
    return np.asarray(xyz[:, :2] / xyz[:, 2:] * (target.fx, target.fy) + (target.cx, target.cy), np.float64)


def to_stream(
    to_crop: Transform,
    size: int,
    rgb_shape: tuple[int, int],
    stream_shape: tuple[int, int],
    distance_m: float,
    calibration: Calibration | None,
    stream: str,
) -> Transform:
    """Return the transform of a stream's pixels to the crop, for a face at `distance_m` from the RGB camera.

    Without calibration, or with registered streams, both images have the same field of view and differ only in size.
    """
    target = None if calibration is None else (calibration.depth if stream == "depth" else calibration.ir)
    if calibration is None or calibration.registered or target is None:
        ratio = np.array([rgb_shape[1] / stream_shape[1], rgb_shape[0] / stream_shape[0]])
        result = to_crop.copy()
        result[:, :2] = to_crop[:, :2] * ratio
        result[:, 2] += to_crop[:, :2] @ (0.5 * ratio - 0.5)
        return result
    move = calibration.rgb_to_depth if stream == "depth" else calibration.rgb_to_ir
    quad = project(corners(to_crop, size), distance_m, calibration.rgb, target, move)
    square = np.array([[0, 0], [size - 1, 0], [size - 1, size - 1], [0, size - 1]], np.float64)
    return similarity(quad, square)


def core_median_mm(depth_mm: DepthMm) -> float:
    """Return the median of the valid depth in the middle of a depth crop, millimetres; 0 if there is none."""
    size = depth_mm.shape[0]
    low, high = int(size * _CORE[0]), int(size * _CORE[1])
    core = depth_mm[low:high, low:high]
    valid = core[core > 0]
    if not valid.size:
        return 0.0
    # The result equals np.median, whose checks take longer than the sorting.
    middle = (valid.size - 1) // 2, valid.size // 2
    valid.partition(middle)
    return (float(valid[middle[0]]) + float(valid[middle[1]])) / 2


def crop_face(frame: FrameSet, face: Face, spec: CropSpec, size: int, rough: bool = False) -> FaceCrops:
    """Return aligned crops of one face from all streams of the frame.

    Args:
        frame: the frame.
        face: a face of its colour image.
        spec: the crop.
        size: side of the crops in pixels.
        rough: use the faster `fasdemo.models.warp.warp_halved` for colour and infrared.

    Raises:
        ValueError: the key points of the face coincide.
    """
    warped, warped_all = (warp_halved, warp_all_halved) if rough else (warp, warp_all)
    to_crop = face_transform(face, spec, size)
    rgb_shape = (frame.rgb.shape[0], frame.rgb.shape[1])
    guess_m = _distance_from_eyes_m(face.keypoints, frame.calibration, rgb_shape)
    depth_mm, distance_mm = _depth_crop(frame, to_crop, size, rgb_shape, guess_m)
    rgb: Rgb | None = None
    ir: Ir | None = None
    ir_ambient: Ir | None = None
    if frame.ir is not None:
        at_m = distance_mm / 1000.0 if distance_mm > 0 else guess_m
        shape = (frame.ir.shape[0], frame.ir.shape[1])
        transform = to_stream(to_crop, size, rgb_shape, shape, at_m, frame.calibration, "ir")
        if shape == rgb_shape and np.array_equal(transform, to_crop):
            rgb, ir = cast("tuple[Rgb, Ir]", tuple(warped_all((frame.rgb, frame.ir), to_crop, size)))
        else:
            ir = warped(frame.ir, transform, size)
        if frame.ir_ambient is not None and frame.ir_ambient.shape == frame.ir.shape:
            ir_ambient = warp(frame.ir_ambient, transform, size)
    return FaceCrops(
        rgb=warped(frame.rgb, to_crop, size) if rgb is None else rgb,
        depth_mm=depth_mm,
        ir=ir,
        distance_mm=distance_mm,
        to_crop=to_crop,
        inside=_inside(to_crop, size, rgb_shape),
        ir_ambient=ir_ambient,
    )


def _depth_crop(
    frame: FrameSet, to_crop: Transform, size: int, rgb_shape: tuple[int, int], guess_m: float
) -> tuple[DepthMm | None, float]:
    if frame.depth is None:
        return None, 0.0
    shape = (frame.depth.shape[0], frame.depth.shape[1])
    fixed = frame.calibration is None or frame.calibration.registered
    at_m, crop, median = guess_m, np.zeros((size, size), np.float32), 0.0
    for _ in range(1 if fixed else _DEPTH_STEPS):
        transform = to_stream(to_crop, size, rgb_shape, shape, at_m, frame.calibration, "depth")
        raw = warp(frame.depth, transform, size, nearest=True)
        crop = raw.astype(np.float32) * np.float32(frame.depth_scale * 1000.0)
        median = core_median_mm(crop)
        if median <= 0 or abs(median / 1000.0 - at_m) < 0.002:
            break
        at_m = median / 1000.0
    return crop, median


def _distance_from_eyes_m(keypoints: Points, calibration: Calibration | None, rgb_shape: tuple[int, int]) -> float:
    """Estimate the face's distance from the eye distance in pixels, as the start value of the projection."""
    focal = calibration.rgb.fx if calibration is not None else rgb_shape[1] * 0.95
    pixels = float(np.hypot(*(keypoints[1] - keypoints[0])))
    return min(max(ADULT_EYE_DISTANCE_M * focal / max(pixels, 1.0), 0.1), 5.0)


def _inside(to_crop: Transform, size: int, rgb_shape: tuple[int, int]) -> float:
    height, width = rgb_shape
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    square = (corners(to_crop, size)).astype(np.float32)
    area, _ = cv2.intersectConvexConvex(square, frame)
    return float(min(1.0, area / max(float(cv2.contourArea(square)), 1e-6)))
