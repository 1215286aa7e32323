"""What a camera gives: one synchronized capture with its calibration.

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
    """Pinhole camera with Brown-Conrady distortion, all in pixels of an image of `width` x `height`."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)

    def matrix(self) -> Floats:
        """Camera matrix K, (3, 3) float64."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, slots=True)
class Extrinsics:
    """Rigid transform: `point_to = rotation @ point_from + translation_m`."""

    rotation: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    """Row-major 3 x 3."""
    translation_m: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def matrix(self) -> Floats:
        """Homogeneous transform, (4, 4) float64."""
        transform = np.eye(4)
        transform[:3, :3] = np.reshape(self.rotation, (3, 3))
        transform[:3, 3] = self.translation_m
        return transform


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the streams of one device relate.

    `rgb` may stand alone (a registered session: depth and IR share the RGB camera's geometry and the extrinsics
    are identities); a raw device has all three and the transforms from the RGB camera to the others.
    """

    rgb: Intrinsics
    depth: Intrinsics | None = None
    ir: Intrinsics | None = None
    rgb_to_depth: Extrinsics = Extrinsics()
    rgb_to_ir: Extrinsics = Extrinsics()
    registered: bool = True
    """True: depth and IR pixels coincide with RGB pixels (up to a scale of the image size)."""


@dataclass(frozen=True, slots=True)
class StreamTime:
    """When one stream's image was taken, by the device's clock, and its running number."""

    timestamp_s: float
    counter: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known to stand before the camera."""

    label: Literal["live", "spoof"]
    species: str = ""
    """Presentation attack instrument species, e.g. `print-flat`; empty when live."""


@dataclass(frozen=True, slots=True)
class FrameSet:
    """One synchronized capture.

    Attributes:
        index: running number within the source, from 0.
        timestamp_s: capture time on the source's clock, seconds, not decreasing.
        rgb: uint8 (H, W, 3), channel order R, G, B.
        depth: uint16 (h, w) in the depth sensor's own grid, 0 = no reading; None if not captured.
        depth_scale: metres per depth unit.
        ir: uint8 or uint16 (h, w); None if not captured.
        calibration: None where nothing is known; depth and IR are then registered to RGB.
        declared: the streams that this source promises. A declared stream that is None in a frame is missing,
            and the engine must not answer LIVE.
        times: hardware timestamp and counter per stream, where known.
        live_source: True for a camera, False for anything read from a file.
        emitter_on: state of the IR dot projector, None if unknown.
        received_s: `time.monotonic()` at which the frame reached this process; None for files.
        lost_before: frames known to be lost between the previous set and this one.
        faults: machine-readable capture faults that hold for this frame, e.g. `stream_stalled`.
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
