"""Frames of a person and of attacks on it, from a public-domain photograph (NASA, in scikit-image) and analytic depth.

The face's relief is a half ellipsoid with a nose; an attack has the same colour image on a plane.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypedDict, Unpack

import cv2
import numpy as np
from skimage import data

from fasdemo.faces.face import Face
from fasdemo.frames import Calibration, Depth, FrameSet, Intrinsics, Ir, Rgb, Stream, StreamTime

WIDTH, HEIGHT, FOCAL = 640, 480, 600.0
CALIBRATION = Calibration(rgb=Intrinsics(WIDTH, HEIGHT, FOCAL, FOCAL, (WIDTH - 1) / 2, (HEIGHT - 1) / 2))
EYE_DISTANCE_MM = 63.0
# Of the astronaut in the photograph's pixels, as MediaPipe's detector marks them and in its order.
_PHOTO_POINTS = np.array(
    [[203.9, 101.5], [246.0, 104.5], [223.3, 129.8], [222.2, 149.0], [180.8, 107.3], [268.6, 113.0]]
)


class FrameChanges(TypedDict, total=False):
    """Fields of a frame set that differ from the scene's."""

    timestamp_s: float
    rgb: Rgb
    depth: Depth | None
    depth_scale: float
    ir: Ir | None
    calibration: Calibration | None
    times: dict[Stream, StreamTime]
    live_source: bool
    received_s: float | None
    lost_before: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the face is: metres before the camera, and its middle in pixels."""

    distance_m: float = 0.6
    x: float = WIDTH / 2
    y: float = HEIGHT / 2


@lru_cache(maxsize=1)
def photograph() -> np.ndarray:
    return np.ascontiguousarray(data.astronaut())


def relief_mm(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Depth behind the tip of the nose at u, v millimetres from the middle between the eyes; NaN beside the head."""
    head = 1.0 - (u / 85.0) ** 2 - ((v - 25.0) / 125.0) ** 2
    skull = 110.0 - 95.0 * np.sqrt(np.maximum(head, 0.0))
    nose = 26.0 * np.exp(-((u / 11.0) ** 2) - ((v - 38.0) / 20.0) ** 2)
    left, right = (np.exp(-(((u - side * 31.5) / 12.0) ** 2) - (v / 9.0) ** 2) for side in (-1, 1))
    return np.asarray(np.where(head > 0.0, skull - nose + 6.0 * (left + right), np.nan))


def _under_lamp(grey: np.ndarray, depth_mm: np.ndarray, pose: Pose) -> np.ndarray:
    """Infrared of skin: half of what colour shows has faded, and the camera's own lamp falls off with the slope."""
    down, across = np.gradient(depth_mm, pose.distance_m * 1000.0 / FOCAL)
    lit = 1.0 / (1.0 + np.minimum(down**2 + across**2, 4.0))
    return np.asarray((0.5 * grey + 90.0) * (0.35 + 0.65 * lit), np.float32)


@lru_cache(maxsize=12)
def _clean(kind: str, pose: Pose) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Colour, depth in millimetres and infrared without noise, float32."""
    millimetre_px = FOCAL / (pose.distance_m * 1000.0)
    scale = EYE_DISTANCE_MM * millimetre_px / 42.2
    middle = _PHOTO_POINTS[:2].mean(0)
    move = np.array([[scale, 0.0, pose.x - scale * middle[0]], [0.0, scale, pose.y - scale * middle[1]]])
    flags = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
    rgb = cv2.warpAffine(photograph(), move, (WIDTH, HEIGHT), flags=flags, borderValue=(100, 105, 110))
    v, u = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    u, v = (u - pose.x) / millimetre_px, (v - pose.y) / millimetre_px
    if kind == "live":
        depth_mm = np.nan_to_num(relief_mm(u, v) + pose.distance_m * 1000.0 - 35.0, nan=pose.distance_m * 1000 + 300.0)
    else:
        depth_mm = pose.distance_m * 1000.0 + 0.05 * u
    ir = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if kind == "live":
        ir = _under_lamp(ir, depth_mm, pose)
    elif kind == "screen":
        ir = np.where((np.abs(u) < 90) & (np.abs(v - 20) < 120), np.float32(3.0), ir)
    return rgb.astype(np.float32), depth_mm.astype(np.float32), ir


@lru_cache(maxsize=1)
def _noise() -> np.ndarray:
    return np.random.default_rng(7).standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32)


def frame(
    index: int = 0,
    kind: str = "live",
    pose: Pose = Pose(),
    declared: frozenset[Stream] = frozenset({"rgb", "depth", "ir"}),
    fps: float = 30.0,
    noise: bool = True,
    **changes: Unpack[FrameChanges],
) -> FrameSet:
    """One frame set: `live`, `print` (plane, bright in infrared) or `screen` (plane, black in infrared)."""
    rgb, depth_mm, ir = _clean(kind, pose)
    if noise:
        # The same noise, moved on by a step: no two frames are alike, and none costs a new draw.
        grain = np.roll(_noise(), (7 * index, 13 * index), (0, 1))
        rgb = rgb + 2.0 * grain
        depth_mm = depth_mm + grain[..., 0]
        ir = ir + grain[..., 1]
    time = index / fps
    taken = FrameSet(
        index=index,
        timestamp_s=time,
        rgb=np.clip(rgb, 0, 255).astype(np.uint8),
        depth=np.clip(depth_mm + 0.5, 0, 65535).astype(np.uint16) if "depth" in declared else None,
        ir=np.clip(ir, 0, 255).astype(np.uint8) if "ir" in declared else None,
        calibration=CALIBRATION,
        declared=declared,
        times={stream: StreamTime(time, index) for stream in declared},
    )
    return replace(taken, **changes)


def true_face(pose: Pose = Pose()) -> Face:
    """The face of `frame` as a perfect detector would see it."""
    scale = EYE_DISTANCE_MM * FOCAL / (pose.distance_m * 1000.0) / 42.2
    points = (_PHOTO_POINTS - _PHOTO_POINTS[:2].mean(0)) * scale + (pose.x, pose.y)
    side = 101.0 * scale
    return Face(
        box=(pose.x - side / 2, pose.y - 0.38 * side, side, side),
        score=0.95,
        keypoints=points.astype(np.float32),
    )
