"""The SDK's own recordings: `.db3` (2.58 and later) and `.bag` (before)."""

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
"""So many time-outs in a row without the end being reported mean that the file is stuck."""
_MAX_FRAMES = 2**31 - 1
"""A damaged time stamp may claim centuries; a slider counts this far."""


def recorded_streams(sdk: Any, device: Any) -> frozenset[Stream]:
    """Return every stream of a device or file, also one in a format that cannot be used."""
    names: dict[Any, Stream] = {sdk.stream.color: "rgb", sdk.stream.depth: "depth", sdk.stream.infrared: "ir"}
    kinds = {profile.stream_type() for sensor in device.query_sensors() for profile in sensor.get_stream_profiles()}
    return frozenset(names[kind] for kind in kinds if kind in names)


class RealSenseRecording(PlayedSource):
    """Plays a recording in its native streams with the device's calibration.

    Frame numbers follow the colour stream's counter, so that a frame that was not recorded leaves a gap that
    `lost_before` counts.

    Raises:
        UserError: not a recording, or one without colour.
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
                f"{path}: is no RealSense recording that the SDK can read, or a damaged one ({_brief(error)}); "
                "copy it again, or record it again."
            ) from None
        if "rgb" not in profiles:
            raise UserError(f"{path}: holds no colour stream, and faces are found in colour; record with colour.")
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
            # Its own pace would drop frames for a slow reader; PlayedSource does the waiting.
            playback = config.resolve(sdk.pipeline_wrapper(pipeline)).get_device().as_playback()
            playback.set_real_time(False)
            # Held until the pipeline listens: else the first set is lost in every other start.
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
            # Extrinsics live in the running device's profiles.
            running: dict[Stream, Any] = {}
            for stream, profile in self._profiles.items():
                running[stream] = started.get_stream(profile.stream_type(), profile.stream_index())
            self._reader = Reader(sdk, running, calibration_of(sdk, running), scale)
        except RuntimeError as error:
            self._stop()
            raise UserError(f"{self._path}: cannot be played ({_brief(error)}).") from None

    @property
    def info(self) -> SourceInfo:
        """Facts about the recording; `frame_count` follows from its duration."""
        return self._info

    @property
    def warnings(self) -> tuple[str, ...]:
        """Whether the file got stuck, and whether the device started its counter or clock again."""
        found = []
        if self._stuck:
            found.append(f"{self._path.name}: the SDK stopped before the end of the file.")
        if self._breaks:
            times = "once" if self._breaks == 1 else f"{self._breaks} times"
            found.append(
                f"{self._path.name}: the device started its counter again {times}; the evidence starts afresh there."
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
                # The syncer gives a set again when one stream lags behind.
                continue
            frame, index, broken = placed
            if self._start_s is None:
                self._start_s = frame.timestamp_s
            if self._skip_below is not None:
                if 0 <= index < self._skip_below:
                    continue
                if index != self._skip_below and self._jumped:
                    # The file's own clock and the frames' disagree: read over everything from the start.
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
        # A pipeline that has reached the end never gives another frame: start a fresh one.
        self._stop()
        self._open()
        self._numbering.start_over()
        self._expected = None
        self._breaks = 0
        self._skip_below = index or None
        self._jumped = jump and index > int(self._info.fps)
        if self._jumped:
            # A little early: the SDK lands near the moment, the rest is read over.
            self._playback.seek(timedelta(seconds=max(index / self._info.fps - 0.5, 0.0)))

    def _stop(self) -> None:
        if self._pipeline is not None:
            # It may have stopped by itself.
            with contextlib.suppress(RuntimeError):
                self._pipeline.stop()
            self._pipeline = None

    def _close(self) -> None:
        self._stop()


def _brief(error: BaseException) -> str:
    text = str(error).strip()
    # The SDK repeats the request before it says what was wrong.
    return (text.rpartition("Reason: ")[2].splitlines() or ["no reason given"])[0].strip(" .")[:160]
