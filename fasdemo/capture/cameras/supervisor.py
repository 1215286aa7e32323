"""Keeps a camera going: notices what goes wrong, says so on the frames, and starts the device again.

No thread and no sleep here: `Supervisor.step` does one bounded piece of work and the clock is passed in, so that every
fault can be tested in milliseconds. `fasdemo.capture.cameras.live` runs it in a thread.
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
    """The device cannot be started or has gone. The message is a sentence for the user."""


class Grabber(Protocol):
    """One run of a device. After `stop`, or after any error, it is thrown away and never used again."""

    @property
    def standing_faults(self) -> tuple[str, ...]:
        """Faults that hold for every frame of this run, e.g. `usb2`."""
        ...

    def start(self) -> SourceInfo:
        """Begin; raises DeviceError."""
        ...

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the next frame set with the device's times; None after the timeout; raise DeviceError on failure."""
        ...

    def stop(self) -> None:
        """End; never raises."""
        ...

    def set_exposure_roi(self, box: Box) -> None:
        """Expose for this part of the RGB image, where the device can; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class WatchdogTimeouts:
    """When a silent device counts as stalled or dead, and how eagerly it is started again. All in seconds."""

    wait_s: float = 0.1
    stalled_s: float = 0.5
    """Without a frame for this long, fault frames are given."""
    dead_s: float = 2.5
    """Without a frame for this long, the pipeline is stopped and the device is restarted."""
    stream_stalled_s: float = 0.15
    """A stream whose counter stands still for this long, while others go on, is missing."""
    fault_every_s: float = 0.1
    roi_every_s: float = 0.5
    """Between two changes of the region that auto-exposure looks at."""
    first_back_off_s: float = 0.5
    max_back_off_s: float = 8.0
    restarts_per_minute: int = 8
    look_every_s: float = 0.5
    """Between looks for a device that is away."""
    healthy_s: float = 5.0
    """After this long without a fault the back-off starts from its beginning."""
    jump_s: float = 0.5
    """The device's clock may run ahead of the host's by this much between two frames; further, it was set anew."""
    late_s: float = 0.5
    """Pictures that arrive this late come out of a queue that grows."""
    late_restart_s: float = 60.0
    """After this time with late pictures the device is restarted, which empties its queue."""


class Supervisor:
    """Runs grabbers one after another and gives frame sets whose time never decreases.

    While nothing comes, `step` gives black frames with the fault: nothing to be judged, and no old picture that could
    be taken for the present.

    Args:
        make: a fresh grabber; called for the start and for every restart.
        present: whether the device is there; must be quick and must not touch a running one.
        clock: seconds, not decreasing.
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
        """What is wrong at the moment; empty while frames come."""
        self.message = ""
        """The device's last error, a sentence."""
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
        """Where the face is; set by another thread, taken at the next frame."""
        self._roi_set: Box | None = None
        self._roi_set_s = -1e9

    def start(self) -> SourceInfo:
        """Start the device for the first time.

        Raises:
            DeviceError: the device cannot be started; nothing is retried here.
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
        # A restarted device has lost its exposure region.
        self.exposure_roi = self.exposure_roi or self._roi_set
        self._last_good_s = self._healthy_since_s = self._on_time_s = self._clock()

    def stop(self) -> None:
        """Release the device."""
        if self._grabber is not None:
            self._grabber.stop()
            self._grabber = None

    @property
    def idle_s(self) -> float:
        """How long the caller may sleep before the next `step`; 0 while a device runs."""
        if self._grabber is not None:
            return 0.0
        now = self._clock()
        return max(min(self._next_try_s - now, self._last_fault_s + self._timeouts.fault_every_s - now), 0.0)

    def step(self) -> FrameSet | None:
        """Wait a little for a frame, or try to get the device back; None where there is nothing to say yet."""
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
            self._give_up(STALLED if self._present() else LOST, "no frame came any more")
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
            # The SDK repeats the last image of a delayed stream; a frame with the same colour image is not a new frame.
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
            self._give_up(LATE, "its pictures arrived late")
        return result

    def _standing_streams(self, frame: FrameSet, now: float) -> set[Stream]:
        """Return the declared streams that are missing or have given no new image for too long."""
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
        """Return the device's time, made continuous over restarts and jumps, and whether it jumped.

        A device that falls behind the host's clock has not jumped: its pictures are late.
        """
        jumped = False
        if self._raw is None:
            if self._out_at_s > 0:
                # Fault frames came before the first picture, and their time goes on.
                self._offset_s = self._out_s + now - self._out_at_s - raw_s
        else:
            device_s, host_s = raw_s - self._raw[0], now - self._raw[1]
            set_anew = device_s < 0 or device_s - host_s > self._timeouts.jump_s
            if set_anew or self._restarted:
                jumped = not self._restarted
                # The picture counts as just taken: a fresh pipeline has an empty queue, and of a clock that was set
                # anew nothing else is known.
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
