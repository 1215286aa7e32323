"""A camera as a source; its capture runs in a separate thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from fasdemo.capture.cameras.supervisor import Box, DeviceError, Grabber, Supervisor, WatchdogTimeouts
from fasdemo.capture.frame_slot import FrameJob, FrameSlot
from fasdemo.capture.source import Source, SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet

Tap = Callable[[FrameSet], object]


class LiveSource:
    """A camera as a `Source`; `fasdemo.capture.cameras.supervisor` handles its faults.

    It never ends by itself. One frame waits for the reader and is replaced by a newer one; frames that a slow reader
    missed are counted in `lost_before`.

    Args:
        make: returns a new grabber for each start.
        present: returns whether the device is connected.
        absent: message for the user if the device is not connected at the start.
        timeouts: time limits of the supervisor; None for the defaults.
    """

    def __init__(
        self,
        make: Callable[[], Grabber],
        present: Callable[[], bool],
        absent: str,
        *,
        timeouts: WatchdogTimeouts | None = None,
    ) -> None:
        self._present = present
        self._absent = absent
        self._supervisor = Supervisor(make, present, time.monotonic, timeouts)
        self._arrived = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._info: SourceInfo | None = None
        self._crash: BaseException | None = None
        self._tap: Tap | None = None
        self._slot: FrameSlot | None = None

    @property
    def info(self) -> SourceInfo:
        """Facts about the device; valid after `__enter__`."""
        if self._info is None:
            raise RuntimeError("the source has not been entered")
        return self._info

    @property
    def warnings(self) -> tuple[str, ...]:
        """Settings that the device could not apply, and its restarts so far."""
        found = list(self.info.notes)
        if self._supervisor.restarts:
            reason = f" ({self._supervisor.message})" if self._supervisor.message else ""
            times = "once" if self._supervisor.restarts == 1 else f"{self._supervisor.restarts} times"
            found.append(f"{self.info.name}: restarted {times}{reason}.")
        return tuple(found)

    @property
    def fault(self) -> str:
        """The current fault, e.g. `device_lost`; empty while frames arrive."""
        return self._supervisor.fault

    def set_exposure_roi(self, box: Box) -> None:
        """Set the region for auto-exposure, in pixels of the RGB image; devices without this function ignore it."""
        self._supervisor.exposure_roi = box

    def tap(self, tap: Tap | None) -> None:
        """Call `tap` with every frame, in the capture thread and before the frame can be dropped.

        Recordings use this, because a slow reader misses frames. `tap` must not block. None removes it: it is not
        called again after this method has returned.
        """
        with self._arrived:
            self._tap = tap

    def send_to(self, slot: FrameSlot | None) -> None:
        """Put every frame into `slot`, in the capture thread; iteration has a separate slot.

        The slot is closed when the capture ends. None removes it: no frame is put after this method has returned.
        """
        with self._arrived:
            self._slot = slot

    def wait(self, timeout_s: float) -> bool:
        """Wait up to `timeout_s` seconds for the end of the capture; return False if it has ended.

        Raises:
            BaseException: the error that ended the capture thread.
        """
        with self._arrived:
            self._arrived.wait_for(lambda: self._crash is not None or self._stopping.is_set(), timeout_s)
            if self._crash is not None:
                raise self._crash
            return not self._stopping.is_set()

    def __enter__(self) -> Self:
        if not self._present():
            raise UserError(self._absent)
        try:
            self._info = self._supervisor.start()
        except DeviceError as error:
            raise UserError(str(error)) from None
        self._thread = threading.Thread(target=self._run, name=f"capture {self._info.name}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._end_reading()
        if self._thread is not None:
            self._thread.join(10.0)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                frame = self._supervisor.step()
                if frame is not None:
                    self._put(frame)
                elif (idle_s := self._supervisor.idle_s) > 0:
                    self._stopping.wait(idle_s)
        except BaseException as error:
            # The reading thread raises it, because a capture thread that ends silently would look like a still scene.
            self._crash = error
        finally:
            self._supervisor.stop()
            self._end_reading()

    def _end_reading(self) -> None:
        """Wake the threads that wait for a frame or for the end of the capture."""
        with self._arrived:
            if self._slot is not None:
                self._slot.close()
            self._arrived.notify_all()

    def _put(self, frame: FrameSet) -> None:
        with self._arrived:
            if self._tap is not None:
                self._tap(frame)
            if self._slot is not None:
                self._slot.put_newest(FrameJob(frame, lost=frame.lost_before))

    def __iter__(self) -> Iterator[FrameSet]:
        # A new slot, so that the first frame was captured after iteration started.
        slot = FrameSlot()
        self.send_to(slot)
        try:
            while self.wait(0.0) and (job := slot.take()) is not None:
                yield job.frame
            self.wait(0.0)
        finally:
            with self._arrived:
                if self._slot is slot:
                    self._slot = None


def tap_camera(source: Source, tap: Tap | None) -> bool:
    """Also pass every frame of a camera to `tap`, in the capture thread and before any frame is dropped.

    Args:
        source: an open source.
        tap: called with each frame; it must not block. None ends this, and no call follows.

    Returns:
        False for a file, which is not tapped: its frames are never dropped.
    """
    if not isinstance(source, LiveSource):
        return False
    source.tap(tap)
    return True
