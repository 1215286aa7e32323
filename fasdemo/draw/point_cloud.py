"""The points of a depth image in space, with the colours of the colour image, and as a PLY file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import write_atomically
from fasdemo.frames import Floats, FrameSet, Intrinsics, Rgb

_GREY = 160
"""Colour of a point that the colour camera does not see."""


@dataclass(frozen=True, slots=True)
class PointCloud:
    """Points with colours.

    Attributes:
        points_m: float32 (N, 3) metres in the coordinates of the depth camera: x right, y down, z forward.
        colours: uint8 (N, 3) RGB.
    """

    points_m: npt.NDArray[np.float32]
    colours: Rgb


def depth_intrinsics(frame: FrameSet) -> Intrinsics | None:
    """Return the intrinsics of a frame's depth image; None without depth or calibration."""
    if frame.depth is None or frame.calibration is None:
        return None
    own = frame.calibration.depth
    height, width = frame.depth.shape
    if own is not None and not frame.calibration.registered:
        return own
    camera = frame.calibration.rgb
    x, y = width / camera.width, height / camera.height
    return Intrinsics(
        width, height, camera.fx * x, camera.fy * y,
        (camera.cx + 0.5) * x - 0.5, (camera.cy + 0.5) * y - 0.5, camera.distortion,
    )  # fmt: skip


def point_at_mm(frame: FrameSet, x: int, y: int, z_mm: float) -> tuple[float, float, float] | None:
    """Return the point at a pixel of the depth image in millimetres, in the coordinates of the depth camera.

    Args:
        frame: the frame.
        x: column of the pixel.
        y: row of the pixel.
        z_mm: depth at this pixel.

    Returns:
        x right, y down and z forward; None without calibration.
    """
    camera = depth_intrinsics(frame)
    if camera is None:
        return None
    ray = _rays(np.array([[float(x), float(y)]]), camera)[0]
    return float(ray[0]) * z_mm, float(ray[1]) * z_mm, z_mm


def point_cloud(frame: FrameSet, max_distance_m: float = 4.0) -> PointCloud | None:
    """Return all points of a frame up to a distance; None without depth or calibration."""
    camera, depth = depth_intrinsics(frame), frame.depth
    if camera is None or depth is None:
        return None
    z_m = depth.astype(np.float32) * np.float32(frame.depth_scale)
    rows, columns = np.nonzero((depth > 0) & (z_m <= max_distance_m))
    pixels = np.stack([columns, rows], 1).astype(np.float64)
    z = z_m[rows, columns].astype(np.float64)
    points = np.column_stack([_rays(pixels, camera) * z[:, None], z])
    return PointCloud(points.astype(np.float32), _colours(frame, points, pixels))


def _rays(pixels: Floats, camera: Intrinsics) -> Floats:
    """Return x and y at a distance of 1 of pixels (N, 2), float64 (N, 2)."""
    if any(camera.distortion) and len(pixels):
        bent = cv2.undistortPoints(pixels[:, None], camera.matrix(), np.array(camera.distortion))
        return np.asarray(bent.reshape(-1, 2), np.float64)
    return np.asarray((pixels - (camera.cx, camera.cy)) / (camera.fx, camera.fy), np.float64)


def _colours(frame: FrameSet, points_m: Floats, pixels: Floats) -> Rgb:
    """Return the colours of points of the depth camera, uint8 (N, 3); grey outside the colour image."""
    height, width = frame.rgb.shape[:2]
    calibration = frame.calibration
    assert calibration is not None
    assert frame.depth is not None
    if calibration.registered or calibration.depth is None:
        scale = np.array([width / frame.depth.shape[1], height / frame.depth.shape[0]])
        seen = (pixels + 0.5) * scale - 0.5
    elif len(points_m) == 0:
        seen = pixels
    else:
        # p_depth = R p_rgb + t, so p_rgb = R^T (p_depth - t).
        rotation = np.reshape(calibration.rgb_to_depth.rotation, (3, 3))
        moved = (points_m - np.array(calibration.rgb_to_depth.translation_m)) @ rotation
        camera, zero = calibration.rgb, np.zeros(3)
        found, _ = cv2.projectPoints(moved, zero, zero, camera.matrix(), np.array(camera.distortion))
        seen = np.asarray(found.reshape(-1, 2), np.float64)
    x, y = np.rint(seen[:, 0]).astype(np.int64), np.rint(seen[:, 1]).astype(np.int64)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    colours = np.full((len(pixels), 3), _GREY, np.uint8)
    colours[inside] = frame.rgb[y[inside], x[inside]]
    return colours


def write_ply(path: Path, cloud: PointCloud) -> None:
    """Write a point cloud as a binary PLY file, in metres, atomically.

    Raises:
        OSError: the file cannot be written.
    """
    header = (
        "ply\nformat binary_little_endian 1.0\ncomment metres; x right, y down, z forward\n"
        f"element vertex {len(cloud.points_m)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n"
    )
    table = np.empty(len(cloud.points_m), [("xyz", "<f4", 3), ("rgb", "u1", 3)])
    table["xyz"], table["rgb"] = cloud.points_m, cloud.colours
    write_atomically(path, header.encode("ascii") + table.tobytes())
