"""Frame sets: synchronized captures of a camera with their calibration.

Conventions: pixel (0, 0) is the centre of the top left pixel; camera coordinates are metres, x right, y down,
z forward; distortion is OpenCV's (k1, k2, p1, p2, k3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Stream = Literal["rgb", "depth", "ir"]
STREAMS: tuple[Stream, ...] = ("rgb", "depth", "ir")

Rgb = npt.NDArray[np.uint8]
Depth = npt.NDArray[np.uint16]
Ir = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """A pinhole camera with Brown-Conrady distortion, in pixels of an image of `width` x `height`."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)

    def matrix(self) -> Floats:
        """Return the camera matrix K, float64 (3, 3)."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, slots=True)
class Extrinsics:
    """A rigid transform between two cameras: `point_to = rotation @ point_from + translation_m`."""

    rotation: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    """Rotation matrix 3 x 3, row-major."""
    translation_m: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def matrix(self) -> Floats:
        """Return the homogeneous transform, float64 (4, 4)."""
        transform = np.eye(4)
        transform[:3, :3] = np.reshape(self.rotation, (3, 3))
        transform[:3, 3] = self.translation_m
        return transform


@dataclass(frozen=True, slots=True)
class Calibration:
    """The geometry of a device's streams.

    Registered streams need only `rgb`: depth and IR have the geometry of the RGB camera. Other devices have the
    intrinsics of all streams and the transforms from the RGB camera to the other cameras.
    """

    rgb: Intrinsics
    depth: Intrinsics | None = None
    ir: Intrinsics | None = None
    rgb_to_depth: Extrinsics = Extrinsics()
    rgb_to_ir: Extrinsics = Extrinsics()
    registered: bool = True
    """Whether depth and IR pixels coincide with RGB pixels, up to the ratio of the image sizes."""


@dataclass(frozen=True, slots=True)
class StreamTime:
    """The capture time of a stream's image on the device's clock in seconds, and its frame counter."""

    timestamp_s: float
    counter: int


@dataclass(frozen=True, slots=True)
class Truth:
    """The ground truth of a frame."""

    label: Literal["live", "spoof"]
    species: str = ""
    """Presentation attack instrument species, e.g. `print-flat`; empty if live."""


@dataclass(frozen=True, slots=True)
class FrameSet:
    """One synchronized capture of all streams.

    Attributes:
        index: number of the frame in the source, from 0.
        timestamp_s: capture time on the source's clock in seconds, not decreasing.
        rgb: uint8 (H, W, 3) RGB.
        depth: uint16 (h, w) in the depth sensor's own grid, 0 = no depth value; None if not captured.
        depth_scale: metres per depth unit.
        ir: uint8 or uint16 (h, w); None if not captured.
        calibration: geometry of the streams; None if unknown, and depth and IR are then registered to RGB.
        declared: the streams that the source must deliver. If a declared stream is None in a frame, it is missing, and
            the verdict must not be LIVE.
        times: device time stamp and counter per stream, if known.
        live_source: True for a camera, False for a file.
        emitter_on: state of the IR dot projector, None if unknown.
        received_s: `time.monotonic()` at which the frame reached this process; None for files.
        truth: ground truth; None if unknown.
        lost_before: number of frames lost between the previous frame set and this one.
        faults: codes of the capture faults in this frame, e.g. `stream_stalled`.
        depth_filters: the camera's filters through which depth has gone, with their parameters, in order.
        ir_ambient: the infrared light of the room, as `ir` and with its brightness; then `ir` shows the light of the
            camera's lamp alone. None if the camera does not separate the two.
    """

    index: int
    timestamp_s: float
    rgb: Rgb
    depth: Depth | None = None
    depth_scale: float = 0.001
    ir: Ir | None = None
    calibration: Calibration | None = None
    declared: frozenset[Stream] = frozenset({"rgb"})
    times: dict[Stream, StreamTime] = field(default_factory=dict)
    live_source: bool = False
    emitter_on: bool | None = None
    truth: Truth | None = None
    received_s: float | None = None
    lost_before: int = 0
    faults: tuple[str, ...] = ()
    depth_filters: tuple[str, ...] = ()
    ir_ambient: Ir | None = None
