"""A RealSense made of the SDK's own parts: a software device whose frames its recorder writes to a `.db3` file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pyrealsense2 as rs

WIDTH, HEIGHT, FPS = 640, 480, 30
BASELINE_M = 0.015


def intrinsics(focal: float, model: Any = None, coefficients: list[float] | None = None) -> Any:
    value = rs.intrinsics()
    value.width, value.height, value.ppx, value.ppy = WIDTH, HEIGHT, WIDTH / 2 + 1.5, HEIGHT / 2 - 2.5
    value.fx = value.fy = focal
    value.model = rs.distortion.brown_conrady if model is None else model
    value.coeffs = coefficients or [0.0] * 5
    return value


def stream(kind: Any, index: int, uid: int, form: Any, bytes_per_pixel: int, lens: Any) -> Any:
    value = rs.video_stream()
    value.type, value.index, value.uid, value.fmt, value.bpp = kind, index, uid, form, bytes_per_pixel
    value.width, value.height, value.fps, value.intrinsics = WIDTH, HEIGHT, FPS, lens
    return value


def extrinsics(x: float = 0.0, rotation: list[float] | None = None) -> Any:
    value = rs.extrinsics()
    value.rotation, value.translation = rotation or [1, 0, 0, 0, 1, 0, 0, 0, 1], [x, 0, 0]
    return value


class Recorder:
    """Writes frames through the SDK's recorder; `close` finishes the file."""

    def __init__(
        self, path: Path, *, color: bool = True, color_lens: Any = None, rotation: list[float] | None = None
    ) -> None:
        self.device = rs.software_device()
        self.device.register_info(rs.camera_info.name, "Software D400")
        self.device.register_info(rs.camera_info.serial_number, "SOFT0001")
        stereo, color_sensor = self.device.add_sensor("Stereo Module"), self.device.add_sensor("RGB Camera")
        self.sensors = {"depth": stereo, "ir": stereo, "rgb": color_sensor}
        self.profiles = {
            "depth": stereo.add_video_stream(stream(rs.stream.depth, 0, 1, rs.format.z16, 2, intrinsics(380.0)), True),
            "ir": stereo.add_video_stream(stream(rs.stream.infrared, 1, 2, rs.format.y8, 1, intrinsics(380.0)), True),
        }
        stereo.add_read_only_option(rs.option.depth_units, 0.001)
        if color:
            lens = color_lens or intrinsics(610.0)
            self.profiles["rgb"] = color_sensor.add_video_stream(
                stream(rs.stream.color, 0, 3, rs.format.bgr8, 3, lens), True
            )
            for name in ("depth", "ir"):
                self.profiles[name].register_extrinsics_to(self.profiles["rgb"], extrinsics(BASELINE_M, rotation))
        self.profiles["depth"].register_extrinsics_to(self.profiles["ir"], extrinsics())
        self.device.create_matcher(rs.matchers.default)
        self.recorder = rs.recorder(str(path), self.device)
        self.running = self.recorder.query_sensors()
        self.queue = rs.frame_queue(4)
        for sensor in self.running:
            if sensor.get_stream_profiles():
                sensor.open(sensor.get_stream_profiles())
                sensor.start(self.queue)

    def put(self, name: str, image: np.ndarray, number: int, time_ms: float, emitter: int | None = None) -> None:
        sensor = self.sensors[name]
        # Thousandths of frames a second: else the SDK's syncer never pairs.
        sensor.set_metadata(rs.frame_metadata_value.actual_fps, FPS * 1000)
        sensor.set_metadata(rs.frame_metadata_value.frame_timestamp, int(time_ms * 1000))
        if emitter is not None:
            sensor.set_metadata(rs.frame_metadata_value.frame_emitter_mode, emitter)
        frame = rs.software_video_frame()
        image = np.ascontiguousarray(image)
        frame.pixels, frame.stride = image, image.strides[0]
        frame.bpp = image.dtype.itemsize * (image.shape[2] if image.ndim == 3 else 1)
        frame.timestamp, frame.domain, frame.frame_number = time_ms, rs.timestamp_domain.hardware_clock, number
        frame.profile = self.profiles[name].as_video_stream_profile()
        if image.dtype == np.uint16:
            frame.depth_units = 0.001
        sensor.on_video_frame(frame)

    def write(
        self,
        number: int,
        bgr: np.ndarray | None,
        depth: np.ndarray,
        ir: np.ndarray,
        emitter: int | None = None,
        pace_s: float = 1 / FPS,
    ) -> None:
        time_ms = 1e6 + number * 1000 / FPS
        if bgr is not None:
            self.put("rgb", bgr, number, time_ms)
        self.put("depth", depth, number, time_ms, emitter)
        self.put("ir", ir, number, time_ms, emitter)
        time.sleep(pace_s)

    def close(self) -> None:
        for sensor in self.running:
            if sensor.get_stream_profiles():
                sensor.stop()
                sensor.close()
        del self.recorder, self.running
