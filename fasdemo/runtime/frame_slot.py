"""Between capture and judging: one frame, either the newest or the next."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from fasdemo.frames import FrameSet


@dataclass(frozen=True, slots=True)
class Work:
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


class HandOver:
    """Holds one frame. A camera replaces what nobody took, a file waits until it is taken."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._work: Work | None = None
        self._closed = False

    def put_newest(self, work: Work) -> None:
        """Replace whatever waits: the present matters. What was replaced is counted, also in `lost_before`."""
        with self._changed:
            old = self._work
            if old is not None:
                gap = old.frame.lost_before + 1
                frame = replace(work.frame, lost_before=work.frame.lost_before + gap)
                work = Work(frame, work.fresh or old.fresh, old.skipped + 1, old.lost + work.lost)
            self._work = work
            self._changed.notify_all()

    def put_next(self, work: Work) -> None:
        """Wait until the frame before was taken: nothing of a file is left out."""
        with self._changed:
            self._changed.wait_for(lambda: self._work is None or self._closed)
            if not self._closed:
                self._work = work
                self._changed.notify_all()

    def take(self) -> Work | None:
        """The frame, once there is one; None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._work is not None or self._closed)
            if self._closed:
                return None
            work, self._work = self._work, None
            self._changed.notify_all()
            return work

    def close(self) -> None:
        """Wake everybody; nothing is taken any more."""
        with self._changed:
            self._closed = True
            self._work = None
            self._changed.notify_all()
