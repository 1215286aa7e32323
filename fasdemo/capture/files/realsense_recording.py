"""Recordings of the RealSense SDK: `.db3` (version 2.58 and later) and `.bag` (earlier versions)."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fasdemo.capture.files.playback import PlayedSource
from fasdemo.capture.files.recorded_clock import RESTARTED, RecordedClock
from fasdemo.capture.realsense_frames import Reader, calibration_of, load_sdk, recorded_profiles
from fasdemo.capture.source import SourceInfo, streams_of_device
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Stream, StreamTime

_TIMEOUT_MS = 200
_SILENT_TRIES = 25
"""After this many consecutive time-outs without a reported end, playback counts as stuck."""
_MAX_FRAMES = 2**31 - 1
"""Limit of the frame count, because a damaged time stamp can give centuries; a slider counts this far."""


def recorded_streams(sdk: Any, device: Any) -> frozenset[Stream]:
    """Return all streams of a device or file, including those in unsupported formats."""
    names: dict[Any, Stream] = {sdk.stream.color: "rgb", sdk.stream.depth: "depth", sdk.stream.infrared: "ir"}
    kinds = {profile.stream_type() for sensor in device.query_sensors() for profile in sensor.get_stream_profiles()}
    return frozenset(names[kind] for kind in kinds if kind in names)


class RealSenseRecording(PlayedSource):
    """A recording of the SDK, played with its native streams and the device's calibration.

    Frame numbers follow the colour stream's counter. A frame that was not recorded leaves a gap in the numbers, which
    `lost_before` counts.

    Raises:
        UserError: the file is not a recording or has no colour stream.
    """

    def __init__(self, path: Path, *, realtime: bool = False, loop: bool = False) -> None:
        super().__init__(realtime=realtime, loop=loop)
        self._sdk = load_sdk()
        self._path = path
        self._pipeline: Any = None
        self._start_s: float | None = None
        self._numbering = RecordedClock()
        self._breaks = 0
        self._expected: int | None = None
        self._stuck = False
        self._skip_below: int | None = None
        self._jumped = False
        sdk = self._sdk
        config = sdk.config()
        try:
            sdk.config.enable_device_from_file(config, str(path), repeat_playback=False)
            pipeline = sdk.pipeline()
            device = config.resolve(sdk.pipeline_wrapper(pipeline)).get_device()
            profiles = recorded_profiles(sdk, device)
            duration_s = device.as_playback().get_duration().total_seconds()
            name = device.get_info(sdk.camera_info.name) if device.supports(sdk.camera_info.name) else ""
        except RuntimeError as error:
            raise UserError(
                f"{path}: is not a RealSense recording that the SDK can read, or is damaged ({_brief(error)}); "
                "copy it again, or record it again."
            ) from None
        if "rgb" not in profiles:
            raise UserError(f"{path}: has no colour stream, which is needed to find faces; record with colour.")
        self._profiles = profiles
        self._open()
        fps = float(profiles["rgb"].fps()) or 30.0
        calibration = self._reader.calibration
        self._info = SourceInfo(
            name=f"{path.name} ({name})" if name else path.name,
            kind="recording",
            live=False,
            declared=frozenset(profiles),
            capable=frozenset(profiles) | recorded_streams(sdk, device) | streams_of_device(name),
            width=calibration.rgb.width,
            height=calibration.rgb.height,
            fps=fps,
            frame_count=min(max(round(duration_s * fps) + 1, 1), _MAX_FRAMES),
            calibration=calibration,
            depth_scale=self._reader.depth_scale,
        )

    def _open(self) -> None:
        sdk = self._sdk
        config = sdk.config()
        sdk.config.enable_device_from_file(config, str(self._path), repeat_playback=False)
        for profile in self._profiles.values():
            config.enable_stream(profile.stream_type(), profile.stream_index())
        pipeline = sdk.pipeline()
        try:
            # In real time the SDK would drop frames for a slow reader; PlayedSource waits between frames instead.
            playback = config.resolve(sdk.pipeline_wrapper(pipeline)).get_device().as_playback()
            playback.set_real_time(False)
            # Paused until the pipeline has started; otherwise about half of the starts lose the first frame set.
            playback.pause()
            started = pipeline.start(config)
        except RuntimeError as error:
            raise UserError(f"{self._path}: cannot be played ({_brief(error)}).") from None
        self._pipeline = pipeline
        try:
            self._playback = started.get_device().as_playback()
            self._playback.resume()
            scale = 0.001
            for sensor in started.get_device().query_sensors():
                if sensor.is_depth_sensor():
                    scale = float(sensor.as_depth_sensor().get_depth_scale()) or scale
            # Only the profiles of the running device have the extrinsics.
            running: dict[Stream, Any] = {}
            for stream, profile in self._profiles.items():
                running[stream] = started.get_stream(profile.stream_type(), profile.stream_index())
            self._reader = Reader(sdk, running, calibration_of(sdk, running), scale)
        except RuntimeError as error:
            self._stop()
            raise UserError(f"{self._path}: cannot be played ({_brief(error)}).") from None

    @property
    def info(self) -> SourceInfo:
        """Facts about the recording; `frame_count` is computed from its duration."""
        return self._info

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about playback that got stuck and about restarts of the device's counter."""
        found = []
        if self._stuck:
            found.append(f"{self._path.name}: the SDK stopped before the end of the file.")
        if self._breaks:
            times = "once" if self._breaks == 1 else f"{self._breaks} times"
            found.append(
                f"{self._path.name}: the device restarted its frame counter {times}; evidence starts again each time."
            )
        return tuple(found)

    def _next(self) -> FrameSet | None:
        while True:
            frames = self._arrive()
            if frames is None:
                return None
            try:
                frame = self._reader.read(frames, 0, live=False)
            except RuntimeError:
                self._stuck = True
                return None
            if frame is None:
                continue
            placed = self._numbering.place(frame)
            if placed is None:
                # The SDK's syncer repeats a frame set if one stream is delayed.
                continue
            frame, index, broken = placed
            if self._start_s is None:
                self._start_s = frame.timestamp_s
            if self._skip_below is not None:
                if 0 <= index < self._skip_below:
                    continue
                if index != self._skip_below and self._jumped:
                    # The clocks of the file and of the frames differ, so read from the start up to the frame.
                    wanted, self._jumped = self._skip_below, False
                    self._go_to(wanted, jump=False)
                    continue
            self._skip_below = None
            lost = 0 if self._expected is None else max(index - self._expected, 0)
            self._expected = index + 1
            self._breaks += broken
            return self._placed(frame, index, lost, broken)

    def _placed(self, frame: FrameSet, index: int, lost: int, broken: bool) -> FrameSet:
        faults = [
            f"{stream}_missing"
            for stream in ("depth", "ir")
            if stream in frame.declared and getattr(frame, stream) is None
        ]
        if broken:
            faults.append(RESTARTED)
        start_s = self._start_s or 0.0
        return replace(
            frame,
            index=index,
            timestamp_s=frame.timestamp_s - start_s,
            times={
                stream: StreamTime(time.timestamp_s - start_s, time.counter) for stream, time in frame.times.items()
            },
            lost_before=lost,
            faults=tuple(faults),
        )

    def _arrive(self) -> Any:
        for _ in range(_SILENT_TRIES):
            if self._closed:
                return None
            try:
                arrived, frames = self._pipeline.try_wait_for_frames(_TIMEOUT_MS)
            except RuntimeError:
                return None
            if arrived:
                return frames
            if self._playback.current_status() == self._sdk.playback_status.stopped:
                return None
        self._stuck = True
        return None

    def _go_to(self, index: int, jump: bool = True) -> None:
        # A pipeline that has reached the end delivers no more frames, so start a new one.
        self._stop()
        self._open()
        self._numbering.start_over()
        self._expected = None
        self._breaks = 0
        self._skip_below = index or None
        self._jumped = jump and index > int(self._info.fps)
        if self._jumped:
            # Seek 0.5 s too early, because the SDK seeks only approximately; the frames before `index` are skipped.
            self._playback.seek(timedelta(seconds=max(index / self._info.fps - 0.5, 0.0)))

    def _stop(self) -> None:
        if self._pipeline is not None:
            # The pipeline raises if it has already stopped.
            with contextlib.suppress(RuntimeError):
                self._pipeline.stop()
            self._pipeline = None

    def _close(self) -> None:
        self._stop()


def _brief(error: BaseException) -> str:
    text = str(error).strip()
    # The SDK's message repeats the request before the reason.
    return (text.rpartition("Reason: ")[2].splitlines() or ["no reason given"])[0].strip(" .")[:160]
