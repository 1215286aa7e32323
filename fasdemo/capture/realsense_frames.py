"""Convert objects of the RealSense SDK: images, intrinsics, extrinsics, times and the emitter's state."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import cv2
import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import Calibration, Depth, Extrinsics, FrameSet, Intrinsics, Ir, Rgb, Stream, StreamTime

_COLOR_CODES: dict[str, int | None] = {
    "rgb8": None,
    "bgr8": cv2.COLOR_BGR2RGB,
    "rgba8": cv2.COLOR_RGBA2RGB,
    "bgra8": cv2.COLOR_BGRA2RGB,
    "yuyv": cv2.COLOR_YUV2RGB_YUYV,
    "uyvy": cv2.COLOR_YUV2RGB_UYVY,
    "y8": cv2.COLOR_GRAY2RGB,
}
COLOR_FORMATS = tuple(_COLOR_CODES)
"""The SDK's names of formats that can be converted to RGB, best first."""
IR_FORMATS = ("y8", "y16")
_GRID = 12


def load_sdk() -> ModuleType:
    """Return the module pyrealsense2.

    Raises:
        UserError: it is not installed, or a system library is missing.
    """
    try:
        import pyrealsense2
    except ImportError as error:
        if "libusb" in str(error):
            raise UserError(
                "The RealSense SDK needs the system library libusb; install it (Debian: apt-get install libusb-1.0-0)."
            ) from None
        raise UserError(
            "The RealSense SDK (pyrealsense2) is not installed; run `pip install pyrealsense2` if there is a package "
            "for this system, or use a webcam or a recorded session."
        ) from None
    sdk: ModuleType = pyrealsense2
    return sdk


def intrinsics_of(sdk: Any, profile: Any) -> Intrinsics:
    """Return the intrinsics of a video stream's profile, with OpenCV's distortion coefficients.

    OpenCV's five coefficients describe distortion. The SDK also has models for undistortion (inverse Brown-Conrady,
    used by D4xx colour) and with scaled tangential terms (modified Brown-Conrady). For these, OpenCV's coefficients are
    fitted to the SDK's undistortion on a grid of pixels by linear least squares, because the model is linear in them.
    """
    value = profile.as_video_stream_profile().get_intrinsics()
    coefficients = tuple(float(one) for one in value.coeffs)
    models = sdk.distortion
    if not any(coefficients) or value.model == models.none:
        bend: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
    elif value.model == models.brown_conrady:
        bend = coefficients
    else:
        bend = _fitted(sdk, value)
    k1, k2, p1, p2, k3 = bend
    return Intrinsics(
        width=int(value.width),
        height=int(value.height),
        fx=float(value.fx),
        fy=float(value.fy),
        cx=float(value.ppx),
        cy=float(value.ppy),
        distortion=(k1, k2, p1, p2, k3),
    )


def _fitted(sdk: Any, value: Any) -> tuple[float, ...]:
    columns = np.linspace(0, value.width - 1, _GRID)
    rows = np.linspace(0, value.height - 1, _GRID)
    pixels = np.array([(u, v) for v in rows for u in columns])
    rays = np.array([sdk.rs2_deproject_pixel_to_point(value, [float(u), float(v)], 1.0)[:2] for u, v in pixels])
    seen = (pixels - (value.ppx, value.ppy)) / (value.fx, value.fy)
    x, y = rays[:, 0], rays[:, 1]
    r2 = x * x + y * y
    left = np.column_stack([x * r2, x * r2**2, 2 * x * y, r2 + 2 * x * x, x * r2**3])
    right = np.column_stack([y * r2, y * r2**2, r2 + 2 * y * y, 2 * x * y, y * r2**3])
    solution, *_ = np.linalg.lstsq(np.vstack([left, right]), (seen - rays).T.ravel(), rcond=None)
    return tuple(float(one) for one in solution)


def extrinsics_between(start: Any, target: Any) -> Extrinsics:
    """Return the transform from one stream's camera to another; the SDK stores rotations column by column.

    Raises:
        UserError: the device has no extrinsics.
    """
    try:
        value = start.get_extrinsics_to(target)
    except RuntimeError:
        raise UserError(
            "the transforms between the device's cameras (extrinsics) are missing, so depth and infrared cannot be "
            "registered to colour; record again with the SDK's own recorder, or export the streams aligned to colour "
            "and give them with --video, --depth and --ir"
        ) from None
    rotation = np.reshape(value.rotation, (3, 3)).T.ravel()
    x, y, z = (float(one) for one in value.translation)
    return Extrinsics(tuple(float(one) for one in rotation), (x, y, z))


def calibration_of(sdk: Any, profiles: dict[Stream, Any]) -> Calibration:
    """Return the calibration of a device's streams, each in its own pixel grid."""
    rgb = profiles["rgb"]
    depth, ir = profiles.get("depth"), profiles.get("ir")
    return Calibration(
        rgb=intrinsics_of(sdk, rgb),
        depth=None if depth is None else intrinsics_of(sdk, depth),
        ir=None if ir is None else intrinsics_of(sdk, ir),
        rgb_to_depth=Extrinsics() if depth is None else extrinsics_between(rgb, depth),
        rgb_to_ir=Extrinsics() if ir is None else extrinsics_between(rgb, ir),
        registered=False,
    )


class DepthFilter(Protocol):
    """A chain of filters for depth frames of the SDK."""

    @property
    def names(self) -> tuple[str, ...]:
        """The filters with their parameters."""
        ...

    def process(self, depth: Any) -> Any:
        """Return the filtered depth frame."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """A converter from frame sets of the SDK to `FrameSet`.

    Attributes:
        sdk: the module pyrealsense2.
        profiles: profiles of the expected streams.
        calibration: calibration of these streams.
        depth_scale: metres per unit of depth, for frames that do not contain it.
        sensor_calibration: calibration of the unfiltered images, if it is another one.
        filters: filters for depth; None for unchanged depth.
    """

    sdk: Any
    profiles: dict[Stream, Any]
    calibration: Calibration
    depth_scale: float
    sensor_calibration: Calibration | None = None
    filters: DepthFilter | None = None

    def read(self, frames: Any, index: int, *, live: bool) -> FrameSet | None:
        """Convert one frame set; return None if it has no colour.

        The images are copied, because the SDK has few buffers.
        """
        color = frames.get_color_frame()
        if not color:
            return None
        times: dict[Stream, StreamTime] = {"rgb": _time(color)}
        depth: Depth | None = None
        ir: Ir | None = None
        scale = self.depth_scale
        if "depth" in self.profiles and (found := frames.get_depth_frame()):
            times["depth"] = _time(found)
            if self.filters is not None:
                found = self.filters.process(found)
            depth = np.asanyarray(found.get_data()).copy()
            scale = float(found.get_units()) or scale
        if "ir" in self.profiles and (found := self._infrared(frames)):
            ir = np.asanyarray(found.get_data()).copy()
            times["ir"] = _time(found)
        return FrameSet(
            index=index,
            timestamp_s=times["rgb"].timestamp_s,
            rgb=rgb_image(color),
            depth=depth,
            depth_scale=scale,
            ir=ir,
            calibration=self.calibration,
            declared=frozenset(self.profiles),
            times=times,
            live_source=live,
            emitter_on=self.emitter_of(frames),
            depth_filters=() if self.filters is None else self.filters.names,
        )

    def emitter_of(self, frames: Any) -> bool | None:
        """Return whether the projector lit the depth and infrared images of a frame set.

        Returns None if their metadata does not contain it, or if the two images differ.
        """
        states = set()
        if "depth" in self.profiles and (depth := frames.get_depth_frame()):
            states.add(self._emitter(depth))
        if "ir" in self.profiles and (ir := self._infrared(frames)):
            states.add(self._emitter(ir))
        states.discard(None)
        return states.pop() if len(states) == 1 else None

    def _infrared(self, frames: Any) -> Any:
        return frames.get_infrared_frame(self.profiles["ir"].stream_index())

    def _emitter(self, frame: Any) -> bool | None:
        values = self.sdk.frame_metadata_value
        for key in (values.frame_emitter_mode, values.frame_laser_power_mode):
            if frame.supports_frame_metadata(key):
                return bool(frame.get_frame_metadata(key) != 0)
        return None


def rgb_image(frame: Any) -> Rgb:
    """Return a copy of a colour frame, uint8 (H, W, 3) RGB.

    Raises:
        UserError: the pixel format is not supported.
    """
    name = frame.get_profile().format().name
    if name not in _COLOR_CODES:
        raise UserError(f"The colour stream's pixel format {name} is not supported; choose rgb8.")
    data = np.asanyarray(frame.get_data())
    if name in ("yuyv", "uyvy") and data.ndim == 2:
        data = data.view(np.uint8).reshape(data.shape[0], data.shape[1], -1)
    code = _COLOR_CODES[name]
    return data.copy() if code is None else np.asarray(cv2.cvtColor(data, code), np.uint8)


def _time(frame: Any) -> StreamTime:
    return StreamTime(float(frame.get_timestamp()) / 1000.0, int(frame.get_frame_number()))


def recorded_profiles(sdk: Any, device: Any) -> dict[Stream, Any]:
    """Return the colour, depth and infrared profiles of a device or file; with two infrared imagers, the left one."""
    found: dict[Stream, Any] = {}
    for sensor in device.query_sensors():
        for profile in sensor.get_stream_profiles():
            kind, form = profile.stream_type(), profile.format().name
            if kind == sdk.stream.color and "rgb" not in found:
                found["rgb"] = profile
            elif kind == sdk.stream.depth and form == "z16" and "depth" not in found:
                found["depth"] = profile
            elif kind == sdk.stream.infrared and form in IR_FORMATS:
                known = found.get("ir")
                if known is None or profile.stream_index() < known.stream_index():
                    found["ir"] = profile
    return found
