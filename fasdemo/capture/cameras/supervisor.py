"""Supervise a camera: detect faults, report them on the frames, and restart the device.

This module uses no thread and no sleep: `Supervisor.step` does one bounded piece of work and the clock is an argument,
so that every fault can be tested in milliseconds. `fasdemo.capture.cameras.live` runs it in a thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from fasdemo.capture.device_clock import CaptureAge, CaptureMarks, ClockUnwrapper
from fasdemo.capture.source import SourceInfo
from fasdemo.frames import STREAMS, FrameSet, Stream, StreamTime

STALLED = "stream_stalled"
LOST = "device_lost"
JUMP = "timestamp_jump"
LATE = "frames_late"
USB2 = "usb2"


Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the RGB image."""


class DeviceError(Exception):
    """A device that cannot be started or was disconnected. The message is a sentence for the user."""


class Grabber(Protocol):
    """One run of a device. After `stop` or any error it must not be used again."""

    @property
    def standing_faults(self) -> tuple[str, ...]:
        """Faults of every frame of this run, e.g. `usb2`."""
        ...

    def start(self) -> SourceInfo:
        """Start the device.

        Raises:
            DeviceError: the device cannot be started.
        """
        ...

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the next frame set with the device's times; None after the timeout.

        Raises:
            DeviceError: the device has failed.
        """
        ...

    def stop(self) -> None:
        """Stop the device; raise nothing."""
        ...

    def set_exposure_roi(self, box: Box) -> None:
        """Set the auto-exposure region in the RGB image if the device can; raise nothing."""
        ...


@dataclass(frozen=True, slots=True)
class WatchdogTimeouts:
    """The time limits of a `Supervisor` in seconds, and its limit on restarts."""

    wait_s: float = 0.1
    """Longest wait for a frame in one step."""
    stalled_s: float = 0.5
    """After this time without a frame, fault frames are returned."""
    dead_s: float = 2.5
    """After this time without a frame, the device is stopped and restarted."""
    stream_stalled_s: float = 0.15
    """A stream without a new image for this time, while others continue, is missing."""
    fault_every_s: float = 0.1
    """Time between two fault frames."""
    roi_every_s: float = 0.5
    """Minimum time between two changes of the auto-exposure region."""
    first_back_off_s: float = 0.5
    """Wait before the first restart; it doubles with every further one."""
    max_back_off_s: float = 8.0
    restarts_per_minute: int = 8
    look_every_s: float = 0.5
    """Time between two checks whether a disconnected device is connected again."""
    healthy_s: float = 5.0
    """After this time without a fault, the back-off is reset."""
    jump_s: float = 0.5
    """If the device's clock gains more than this on the host's between two frames, it was reset."""
    late_s: float = 0.5
    """Frames that are older than this on arrival come from a growing queue."""
    late_restart_s: float = 60.0
    """After this time with late frames, the device is restarted, which empties its queue."""


class Supervisor:
    """A loop over grabbers that returns frame sets whose time never decreases.

    While no frames arrive, `step` returns black frames with the fault. They contain no face, and no old image can be
    mistaken for a current one.

    Args:
        make: returns a new grabber; called at the start and for every restart.
        present: returns whether the device is connected; must be quick and must not disturb a running device.
        clock: returns a time in seconds that never decreases.
        timeouts: time limits; None for the defaults.
    """

    def __init__(
        self,
        make: Callable[[], Grabber],
        present: Callable[[], bool],
        clock: Callable[[], float],
        timeouts: WatchdogTimeouts | None = None,
    ) -> None:
        self._make = make
        self._present = present
        self._clock = clock
        self._timeouts = timeouts or WatchdogTimeouts()
        self._grabber: Grabber | None = None
        self.info: SourceInfo | None = None
        self.fault = ""
        """The current fault; empty while frames arrive."""
        self.message = ""
        """The last error of the device."""
        self.restarts = 0
        self._restart_times: deque[float] = deque()
        self._back_off_s = self._timeouts.first_back_off_s
        self._next_try_s = 0.0
        self._last_good_s = 0.0
        self._last_fault_s = -1e9
        self._healthy_since_s = 0.0
        self._index = 0
        self._out_s = 0.0
        self._out_at_s = 0.0
        self._raw: tuple[float, float] | None = None
        self._restarted = False
        self._offset_s = 0.0
        self._unwrapper = ClockUnwrapper()
        self._age = CaptureAge()
        self._on_time_s = 0.0
        self._marks = CaptureMarks()
        self._moved_s: dict[Stream, float] = {}
        self._device_frames = 1
        self.exposure_roi: Box | None = None
        """Box of the face; set by another thread and applied at the next frame."""
        self._roi_set: Box | None = None
        self._roi_set_s = -1e9

    def start(self) -> SourceInfo:
        """Start the device for the first time.

        Raises:
            DeviceError: the device cannot be started; it is not retried.
        """
        grabber = self._make()
        try:
            self.info = grabber.start()
        except DeviceError:
            grabber.stop()
            raise
        self._begin(grabber, self.info)
        return self.info

    def _begin(self, grabber: Grabber, info: SourceInfo) -> None:
        self._grabber = grabber
        self._device_frames = info.device_frames
        # A restarted device has no exposure region, so the last one is set again.
        self.exposure_roi = self.exposure_roi or self._roi_set
        self._last_good_s = self._healthy_since_s = self._on_time_s = self._clock()

    def stop(self) -> None:
        """Release the device."""
        if self._grabber is not None:
            self._grabber.stop()
            self._grabber = None

    @property
    def idle_s(self) -> float:
        """Seconds that the caller may sleep before the next `step`; 0 while a device runs."""
        if self._grabber is not None:
            return 0.0
        now = self._clock()
        return max(min(self._next_try_s - now, self._last_fault_s + self._timeouts.fault_every_s - now), 0.0)

    def step(self) -> FrameSet | None:
        """Wait for a frame, or try to restart the device.

        Returns:
            A frame, or a black frame with the fault; None if neither is due yet.
        """
        if self._grabber is None:
            self._try_again()
            return self._fault_frame() if self._grabber is None else None
        try:
            frame = self._grabber.wait(self._timeouts.wait_s)
        except DeviceError as error:
            self._give_up(LOST, str(error))
            return self._fault_frame()
        now = self._clock()
        if frame is not None:
            return self._accept(frame, now, self._grabber)
        return self._silence(now)

    def _silence(self, now: float) -> FrameSet | None:
        silent_s = now - self._last_good_s
        if silent_s < self._timeouts.stalled_s:
            return None
        self.fault = STALLED
        if silent_s >= self._timeouts.dead_s:
            self._give_up(STALLED if self._present() else LOST, "no more frames arrived")
        return self._fault_frame()

    def _give_up(self, fault: str, message: str) -> None:
        self.fault, self.message = fault, message
        self.stop()
        self._marks = CaptureMarks()
        self._moved_s.clear()
        self._restarted = True
        self._next_try_s = self._clock() + self._back_off_s
        self._back_off_s = min(self._back_off_s * 2, self._timeouts.max_back_off_s)

    def _try_again(self) -> None:
        now = self._clock()
        if now < self._next_try_s:
            return
        if not self._present():
            self.fault = LOST
            self._next_try_s = now + self._timeouts.look_every_s
            return
        while self._restart_times and now - self._restart_times[0] >= 60.0:
            self._restart_times.popleft()
        if len(self._restart_times) >= self._timeouts.restarts_per_minute:
            self._next_try_s = self._restart_times[0] + 60.0
            return
        self._restart_times.append(now)
        self.restarts += 1
        grabber = self._make()
        try:
            info = grabber.start()
        except DeviceError as error:
            grabber.stop()
            self._give_up(LOST, str(error))
            return
        self._begin(grabber, info)

    def _accept(self, frame: FrameSet, now: float, grabber: Grabber) -> FrameSet | None:
        rgb_time = frame.times.get("rgb")
        previous = self._marks.last("rgb")
        if rgb_time is not None and not self._marks.is_new("rgb", rgb_time):
            # The SDK repeats the last image of a delayed stream, so a repeated colour image is not a new frame.
            return self._silence(now)
        lost = frame.lost_before
        if rgb_time is not None and previous is not None and 1 < rgb_time.counter - previous.counter < 10_000:
            lost += (rgb_time.counter - previous.counter - 1) // self._device_frames
        faults = [*frame.faults, *grabber.standing_faults]
        missing = self._standing_streams(frame, now)
        if missing:
            faults.append(STALLED)
        raw_s = self._unwrapper.unwrap(frame.timestamp_s)
        timestamp_s, jumped = self._time(raw_s, now)
        times = {
            stream: StreamTime(self._unwrapper.unwrap(time.timestamp_s) + self._offset_s, time.counter)
            for stream, time in frame.times.items()
        }
        if jumped:
            faults.append(JUMP)
        age_s = self._age.update(raw_s + self._offset_s, now if frame.received_s is None else frame.received_s)
        if age_s <= self._timeouts.late_s:
            self._on_time_s = now
        else:
            faults.append(LATE)
        if faults:
            self._healthy_since_s = now
        elif now - self._healthy_since_s >= self._timeouts.healthy_s:
            self._back_off_s = self._timeouts.first_back_off_s
        self.fault = ""
        self._last_good_s = now
        result = replace(
            frame,
            index=self._index,
            timestamp_s=timestamp_s,
            times=times,
            depth=None if "depth" in missing else frame.depth,
            ir=None if "ir" in missing else frame.ir,
            received_s=now if frame.received_s is None else frame.received_s,
            lost_before=lost,
            faults=tuple(dict.fromkeys(faults)),
        )
        self._index += 1
        if self.exposure_roi is not None and now - self._roi_set_s >= self._timeouts.roi_every_s:
            self._roi_set, self.exposure_roi = self.exposure_roi, None
            self._roi_set_s = now
            grabber.set_exposure_roi(self._roi_set)
        if now - self._on_time_s >= self._timeouts.late_restart_s:
            self._give_up(LATE, "its frames arrived late")
        return result

    def _standing_streams(self, frame: FrameSet, now: float) -> set[Stream]:
        """Return the declared streams that are missing or have delivered no new image for too long."""
        missing: set[Stream] = set()
        for stream in STREAMS:
            time = frame.times.get(stream)
            if stream not in frame.declared:
                continue
            if time is None:
                if getattr(frame, stream) is None:
                    missing.add(stream)
                continue
            if self._marks.is_new(stream, time):
                self._marks.note(stream, time)
                self._moved_s[stream] = now
            elif now - self._moved_s[stream] > self._timeouts.stream_stalled_s:
                missing.add(stream)
        return missing

    def _time(self, raw_s: float, now: float) -> tuple[float, bool]:
        """Return the device's time, continuous over restarts and jumps, and whether it jumped.

        A device time that falls behind the host's clock is not a jump: the frames are late.
        """
        jumped = False
        if self._raw is None:
            if self._out_at_s > 0:
                # Fault frames were returned before the first frame; continue their time.
                self._offset_s = self._out_s + now - self._out_at_s - raw_s
        else:
            device_s, host_s = raw_s - self._raw[0], now - self._raw[1]
            set_anew = device_s < 0 or device_s - host_s > self._timeouts.jump_s
            if set_anew or self._restarted:
                jumped = not self._restarted
                # The frame counts as just captured: a new pipeline has an empty queue, and after a reset of the clock
                # the true age is unknown.
                since_s = self._age.offset_s
                fresh_s = self._out_s + now - self._out_at_s if since_s is None else now - since_s
                self._offset_s = max(fresh_s, self._out_s) - raw_s
        self._restarted = False
        self._raw = (raw_s, now)
        self._out_s, self._out_at_s = max(raw_s + self._offset_s, self._out_s), now
        return self._out_s, jumped

    def _fault_frame(self) -> FrameSet | None:
        now = self._clock()
        if now - self._last_fault_s < self._timeouts.fault_every_s or self.info is None:
            return None
        self._last_fault_s = now
        self._healthy_since_s = now
        timestamp_s = self._out_s + max(now - self._out_at_s, 0.0)
        frame = FrameSet(
            index=self._index,
            timestamp_s=timestamp_s,
            rgb=np.zeros((self.info.height, self.info.width, 3), np.uint8),
            depth_scale=self.info.depth_scale,
            calibration=self.info.calibration,
            declared=self.info.declared,
            live_source=self.info.live,
            received_s=now,
            faults=(self.fault or STALLED,),
        )
        self._index += 1
        self._out_s, self._out_at_s = timestamp_s, now
        return frame
