"""RealSense cameras of any model (D4xx, SR300, later ones), used according to what each reports it can do."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.realsense.devices import RealSenseSettings, choose_modes, describe, find_device
from fasdemo.capture.cameras.realsense.interleave import Interleaver
from fasdemo.capture.cameras.realsense.run_controls import RunControls
from fasdemo.capture.cameras.supervisor import USB2, Box, DeviceError, WatchdogTimeouts
from fasdemo.capture.controls import CameraControls
from fasdemo.capture.realsense_frames import Reader, calibration_of, intrinsics_of, load_sdk, recorded_profiles
from fasdemo.capture.source import SourceInfo, streams_of_device
from fasdemo.frames import Calibration, FrameSet, Stream
from fasdemo.models.crop import project

_PRESETS = ("Hand", "Face Login", "Face Analytics", "Short Range", "Default")
"""Names of the device's visual presets that suit a face at 0.25 to 1.5 m, best first."""
_SILENT_SETS = 10
"""After this many consecutive frame sets without an emitter state, the device counts as one that does not report it."""
_PROBE_TRIES, _PROBE_MS = 30, 100
NO_EMITTER_STATE = (
    "The camera does not report whether its projector lit a frame, so the projector stays on for all frames; "
    "on Linux, install the RealSense SDK's kernel patches or use its user-space backend to get this metadata."
)


class PipelineGrabber:
    """One run of one camera through the SDK's pipeline; it must not be used again after `stop`.

    Args:
        serial: serial number of the camera; None for the first one.
        settings: see `RealSenseSettings`.
        recording: `.db3` or `.bag` file that is repeated in real time instead of a camera.
        controls: wanted options, and the state for other threads; None for a camera without any.
    """

    def __init__(
        self,
        serial: str | None,
        settings: RealSenseSettings | None = None,
        recording: Path | None = None,
        controls: CameraControls | None = None,
    ) -> None:
        self._sdk = load_sdk()
        self._serial = serial
        self._settings = settings or RealSenseSettings()
        self._recording = recording
        self._pipeline: Any = None
        self._device: Any = None
        self._reader: Reader | None = None
        self._index = 0
        self._interleaver: Interleaver | None = None
        self._board = controls or CameraControls()
        self._controls = RunControls(self._sdk, self._board)
        self._notes: tuple[str, ...] = ()
        self.standing_faults: tuple[str, ...] = ()

    def start(self) -> SourceInfo:
        """Configure and start the camera; see `Grabber`."""
        try:
            return self._start()
        except RuntimeError as error:
            raise DeviceError(_sentence(str(error))) from None

    def _start(self) -> SourceInfo:
        sdk = self._sdk
        context = sdk.context()
        config = sdk.config()
        streams: tuple[Stream, ...]
        capable: frozenset[Stream] = frozenset()
        if self._recording is not None:
            sdk.config.enable_device_from_file(config, str(self._recording), repeat_playback=True)
            pipeline = sdk.pipeline(context)
            profiles = recorded_profiles(sdk, config.resolve(sdk.pipeline_wrapper(pipeline)).get_device())
            streams = tuple(profiles)
            for profile in profiles.values():
                config.enable_stream(profile.stream_type(), profile.stream_index())
            indexes = {stream: profile.stream_index() for stream, profile in profiles.items()}
            fps = profiles["rgb"].fps() if "rgb" in profiles else 30
        else:
            device = find_device(sdk, context, self._serial)
            if device is None:
                raise DeviceError(absent_sentence(self._serial))
            about = describe(sdk, device)
            self.standing_faults = (USB2,) if about.usb2 else ()
            self._settings = self._controls.choose(about, self._settings)
            modes = choose_modes(about.modes, self._settings)
            capable = frozenset(mode.stream for mode in about.modes)
            config.enable_device(about.serial)
            for stream, mode in modes.items():
                kind = {"rgb": sdk.stream.color, "depth": sdk.stream.depth, "ir": sdk.stream.infrared}[stream]
                config.enable_stream(
                    kind, mode.index, mode.width, mode.height, getattr(sdk.format, mode.format), mode.fps
                )
            streams = tuple(modes)
            indexes = {stream: mode.index for stream, mode in modes.items()}
            fps = modes["rgb"].fps
            prepare(sdk, device, self._settings)
            self._controls.apply(device, about, self._settings)
            color = modes["rgb"]
            running_at = replace(self._settings, width=color.width, height=color.height, fps=color.fps)
            self._controls.set_running(running_at, about)
            pipeline = sdk.pipeline(context)
        started = pipeline.start(config)
        self._pipeline = pipeline
        self._device = started.get_device()
        kinds = {"rgb": sdk.stream.color, "depth": sdk.stream.depth, "ir": sdk.stream.infrared}
        running: dict[Stream, Any] = {stream: started.get_stream(kinds[stream], indexes[stream]) for stream in streams}
        if "rgb" not in running:
            raise DeviceError("The camera has no colour stream, which is needed to find faces; use one that has it.")
        scale = 0.001
        if "depth" in running:
            with contextlib.suppress(RuntimeError):
                scale = float(self._device.first_depth_sensor().get_depth_scale()) or scale
        if self._recording is not None:
            self._controls.apply(self._device, describe(sdk, self._device), self._settings)
        calibration = calibration_of(sdk, running)
        self._reader = Reader(sdk, running, calibration, scale)
        if self._controls.filters is not None and "depth" in running:
            calibration = self._filter_depth(self._reader)
        if self._settings.emitter == "interleaved" and {"depth", "ir"} <= running.keys():
            if not self._emitter_told():
                self.stop()
                self._notes = (NO_EMITTER_STATE,)
                self._settings = replace(self._settings, emitter="on", fps=max(self._settings.fps // 2, 1))
                return self._start()
            self._interleaver = Interleaver(1.0 / fps)
        about = describe(sdk, self._device)
        return SourceInfo(
            name=f"{about.name} {about.serial}".strip() or "RealSense",
            kind="realsense",
            live=self._recording is None,
            declared=frozenset(running),
            width=calibration.rgb.width,
            height=calibration.rgb.height,
            fps=float(fps) / (2 if self._interleaver else 1),
            frame_count=None,
            calibration=calibration,
            depth_scale=scale,
            device_frames=2 if self._interleaver else 1,
            capable=frozenset(running) | capable | streams_of_device(about.name),
            notes=(*self._notes, self._controls.problem) if self._controls.problem else self._notes,
            controls=self._board,
        )

    def _filter_depth(self, reader: Reader) -> Calibration:
        """Let depth go through the chosen filters; return the calibration of the filtered images.

        A decimated image has other intrinsics, which the SDK reports with the first image.

        Raises:
            DeviceError: no depth image arrives.
        """
        filters = self._controls.filters
        assert filters is not None
        for _ in range(_PROBE_TRIES):
            arrived, frames = self._pipeline.try_wait_for_frames(_PROBE_MS)
            depth = frames.get_depth_frame() if arrived else None
            if depth:
                geometry = intrinsics_of(self._sdk, filters.process(depth).get_profile())
                calibration = replace(reader.calibration, depth=geometry)
                self._reader = replace(
                    reader, calibration=calibration, sensor_calibration=reader.calibration, filters=filters
                )
                return calibration
        self.stop()
        raise DeviceError("No depth image arrived, so the depth filters cannot be set up; unplug the camera.")

    def _emitter_told(self) -> bool:
        """Return whether the first frames report their emitter state.

        True also if no frames arrive; the supervisor handles that case.
        """
        assert self._reader is not None
        silent = 0
        for _ in range(_PROBE_TRIES):
            arrived, frames = self._pipeline.try_wait_for_frames(_PROBE_MS)
            if not arrived:
                continue
            if self._reader.emitter_of(frames) is not None:
                return True
            silent += 1
            if silent == _SILENT_SETS:
                return False
        return silent == 0

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the next frame set; None after the timeout. The SDK releases Python's lock while it waits."""
        if self._pipeline is None or self._reader is None:
            raise DeviceError("the camera was not started")
        try:
            arrived, frames = self._pipeline.try_wait_for_frames(max(int(timeout_s * 1000), 1))
            if not arrived:
                return None
            self._controls.step(frames)
            frame = self._reader.read(frames, self._index, live=self._recording is None)
        except RuntimeError as error:
            raise DeviceError(_sentence(str(error))) from None
        if frame is None:
            return None
        self._index += 1
        return self._interleaver.push(frame) if self._interleaver is not None else frame

    def stop(self) -> None:
        """Stop the pipeline."""
        pipeline, self._pipeline = self._pipeline, None
        self._reader = None
        if pipeline is not None:
            with contextlib.suppress(RuntimeError):
                pipeline.stop()

    def set_exposure_roi(self, box: Box) -> None:
        """Set the auto-exposure regions: a box in the RGB image, and its projection on the stereo sensor."""
        reader = self._reader
        if reader is None or not all(math.isfinite(side) for side in box):
            return
        # A device that was just disconnected cannot even list its sensors.
        with contextlib.suppress(RuntimeError):
            for sensor in self._device.query_sensors():
                with contextlib.suppress(RuntimeError):
                    if not sensor.is_roi_sensor():
                        continue
                    stream: Stream = "depth" if sensor.is_depth_sensor() else "rgb"
                    _set_region(self._sdk, sensor, region_for(reader, box, stream))


def region_for(reader: Reader, box: Box, stream: Stream) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a box in a stream's image, clipped to the image.

    The box is projected for an assumed distance of 0.6 m.
    """
    x, y, width, height = box
    corners = np.array([[x, y], [x + width, y + height]])
    # The regions of the sensor are in its own pixels, not in those of a decimated image.
    calibration = reader.sensor_calibration or reader.calibration
    camera, target = calibration.rgb, calibration.depth
    if stream == "depth" and target is not None:
        corners = project(corners, 0.6, camera, target, calibration.rgb_to_depth)
        camera = target
    left, top = np.clip(corners[0], 0, (camera.width - 2, camera.height - 2))
    right, bottom = np.clip(corners[1], (left + 1, top + 1), (camera.width - 1, camera.height - 1))
    return int(left), int(top), int(right), int(bottom)


def _set_region(sdk: Any, sensor: Any, region: tuple[int, int, int, int]) -> None:
    value = sdk.region_of_interest()
    value.min_x, value.min_y, value.max_x, value.max_y = region
    sensor.as_roi_sensor().set_region_of_interest(value)


def prepare(sdk: Any, device: Any, settings: RealSenseSettings) -> None:
    """Set preset, exposure and emitter of each sensor that has them; options that cannot be set stay unchanged.

    Raises:
        DeviceError: the emitter has to be interleaved and the camera cannot do so.
    """
    option = sdk.option
    for sensor in device.query_sensors():
        if sensor.supports(option.enable_auto_exposure):
            _set(sensor, option.enable_auto_exposure, 1)
        if sensor.supports(option.auto_exposure_priority):
            # Otherwise the frame rate is halved in a dim room.
            _set(sensor, option.auto_exposure_priority, 0)
        if not sensor.is_depth_sensor():
            continue
        if sensor.supports(option.visual_preset):
            preset = _preset(sensor, option.visual_preset)
            if preset is not None:
                _set(sensor, option.visual_preset, preset)
        if sensor.supports(option.emitter_enabled):
            _set(sensor, option.emitter_enabled, 0 if settings.emitter == "off" else 1)
        if sensor.supports(option.emitter_on_off):
            _set(sensor, option.emitter_on_off, 1 if settings.emitter == "interleaved" else 0)
        elif settings.emitter == "interleaved":
            raise DeviceError("The camera cannot switch its emitter from frame to frame; choose on or off.")


def _preset(sensor: Any, option: Any) -> float | None:
    limits = sensor.get_option_range(option)
    names: dict[str, float] = {}
    value = limits.min
    while value <= limits.max:
        with contextlib.suppress(RuntimeError):
            names[str(sensor.get_option_value_description(option, value))] = value
        value += max(limits.step, 1.0)
    return next((names[name] for name in _PRESETS if name in names), None)


def _set(sensor: Any, option: Any, value: float) -> None:
    with contextlib.suppress(RuntimeError):
        sensor.set_option(option, float(value))


def absent_sentence(serial: str | None) -> str:
    """Return the message for a camera that is not connected."""
    if serial is None:
        return "No RealSense camera was found; plug one in (USB 3), or run `fasdemo doctor` to see what is wrong."
    return f"No RealSense camera with serial number {serial} was found; run `fasdemo doctor` for a list."


def _sentence(text: str) -> str:
    brief = text.strip().splitlines()[0][:160] if text.strip() else "unknown reason"
    if "busy" in text.lower() or "in use" in text.lower():
        return f"The RealSense camera is in use by another program; close it and try again ({brief})."
    if "resolve requests" in text.lower():
        return f"The RealSense camera cannot deliver these streams together; try another port or cable ({brief})."
    return f"The RealSense camera could not be used ({brief}); unplug it and plug it in again."


def open_realsense(
    serial: str | None = None,
    settings: RealSenseSettings | None = None,
    timeouts: WatchdogTimeouts | None = None,
    options: Mapping[str, str] | None = None,
) -> LiveSource:
    """Return a source for a RealSense camera; it reconnects after a disconnection.

    Args:
        serial: serial number of the camera; None for the first one.
        settings: see `RealSenseSettings`.
        timeouts: time limits of the supervisor; None for the defaults.
        options: values of the camera's own options by name, see `docs/cameras.md`; set at every start.

    Raises:
        UserError: the SDK is not installed. On entering: the camera is not connected, in use, or cannot start, or has
            no such option.
    """
    sdk = load_sdk()
    wanted = serial or None

    def present() -> bool:
        return find_device(sdk, sdk.context(), wanted) is not None

    # Check for the device first, because `pipeline.start` without one blocks for 15 s.
    controls = CameraControls(options)
    return LiveSource(
        lambda: PipelineGrabber(wanted, settings, controls=controls),
        present,
        absent_sentence(wanted),
        timeouts=timeouts,
    )
