"""A slot with room for one frame between the capture thread and the processing thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from fasdemo.frames import FrameSet

_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class FrameJob:
    """A frame to process."""

    frame: FrameSet
    fresh: bool = False
    """Whether the frame does not follow the previous one in time, e.g. after a seek."""
    skipped: int = 0
    """Frames that were replaced by this one because they were not processed in time."""
    lost: int = 0
    """Frames that the source lost before this one."""
    capture_ms: float = 0.0
    """Time to read and decode the frame of a file, milliseconds."""


class FrameSlot:
    """A slot for one frame: a camera replaces a waiting frame, a file waits until it is taken."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._job: FrameJob | None = None
        self._closed = False

    def put_newest(self, job: FrameJob) -> None:
        """Put a camera's frame and replace a waiting one, which is counted in `skipped` and `lost_before`."""
        with self._changed:
            old = self._job
            if old is not None:
                gap = old.frame.lost_before + 1
                frame = replace(job.frame, lost_before=job.frame.lost_before + gap)
                job = FrameJob(frame, job.fresh or old.fresh, old.skipped + 1, old.lost + job.lost)
            self._job = job
            self._changed.notify_all()

    def put_next(self, job: FrameJob) -> None:
        """Put a file's frame after the previous one was taken, so that no frame of a file is skipped."""
        with self._changed:
            self._changed.wait_for(lambda: self._job is None or self._closed)
            if not self._closed:
                self._job = job
                self._changed.notify_all()

    def wait(self) -> bool:
        """Wait for a frame without taking it; return False after `close`."""
        with self._changed:
            # A wait without a limit cannot be interrupted by Ctrl-C on Windows.
            while not self._changed.wait_for(lambda: self._job is not None or self._closed, _WAIT_S):
                pass
            return not self._closed

    def take(self) -> FrameJob | None:
        """Wait for a frame and take it; return None after `close`."""
        with self._changed:
            # A wait without a limit cannot be interrupted by Ctrl-C on Windows.
            while not self._changed.wait_for(lambda: self._job is not None or self._closed, _WAIT_S):
                pass
            if self._closed:
                return None
            job, self._job = self._job, None
            self._changed.notify_all()
            return job

    def close(self) -> None:
        """Wake all waiting threads; from now on `take` returns None."""
        with self._changed:
            self._closed = True
            self._job = None
            self._changed.notify_all()
