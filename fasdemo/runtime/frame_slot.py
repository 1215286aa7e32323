"""Between capture and judging: one frame, either the newest or the next."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from fasdemo.frames import FrameSet


@dataclass(frozen=True, slots=True)
class FrameJob:
    """A frame to judge."""

    frame: FrameSet
    fresh: bool = False
    """It does not follow the one before in time."""
    skipped: int = 0
    """Frames replaced by this one because nobody took them."""
    lost: int = 0
    """Frames that the source itself lost before this one."""
    capture_ms: float = 0.0
    """Time to read and decode it, of a file."""


class FrameSlot:
    """Holds one frame. A camera replaces what nobody took, a file waits until it is taken."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._job: FrameJob | None = None
        self._closed = False

    def put_newest(self, job: FrameJob) -> None:
        """Replace whatever waits: the present matters. What was replaced is counted, also in `lost_before`."""
        with self._changed:
            old = self._job
            if old is not None:
                gap = old.frame.lost_before + 1
                frame = replace(job.frame, lost_before=job.frame.lost_before + gap)
                job = FrameJob(frame, job.fresh or old.fresh, old.skipped + 1, old.lost + job.lost)
            self._job = job
            self._changed.notify_all()

    def put_next(self, job: FrameJob) -> None:
        """Wait until the frame before was taken: nothing of a file is left out."""
        with self._changed:
            self._changed.wait_for(lambda: self._job is None or self._closed)
            if not self._closed:
                self._job = job
                self._changed.notify_all()

    def take(self) -> FrameJob | None:
        """The frame, once there is one; None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._job is not None or self._closed)
            if self._closed:
                return None
            job, self._job = self._job, None
            self._changed.notify_all()
            return job

    def close(self) -> None:
        """Wake everybody; nothing is taken any more."""
        with self._changed:
            self._closed = True
            self._job = None
            self._changed.notify_all()
