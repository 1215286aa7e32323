"""Record frames in the background: `put` never waits, memory is bounded, and every lost frame is counted."""

from __future__ import annotations

import contextlib
import errno
import math
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from fasdemo.frames import FrameSet, Stream, Truth
from fasdemo.record.amend import move_to_label
from fasdemo.sessions.schema import Session
from fasdemo.sessions.writer import RESERVE_FILE, SessionWriter, is_time

_ENCODERS = 2
"""Encoder threads. OpenCV releases Python's lock, so two threads encode 30 frame sets of 640 x 480 per second."""
_HURRY = 1 / 3
"""Share of the queue that waits for an encoder, above which frames are stored without compression."""
_RESERVE_BYTES = 8 * 1024 * 1024
"""Space reserved at the start, so that a session can be completed on a full disk."""
_MIN_FREE_BYTES = 64 * 1024 * 1024
_CHECK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """The current figures of a recording."""

    folder: Path
    written: int
    lost: int
    """Frames lost by the camera, plus frames that did not fit into the queue, since the start."""
    waiting: int
    megabytes: float
    seconds: float
    """Time between the first and the last written frame."""
    problem: str
    """The error that stopped the recording; empty without one."""


class Recorder:
    """A recorder that writes a new session in `root`.

    Frames wait in a queue of at most one second. While a third of it waits for an encoder, depth and infrared are
    stored without compression, which needs an eighth of the processor time and twice the disk space. If the queue is
    full, the frame is counted as lost in the next row and in the session. Black frames that a source inserts to report
    a fault are not written. The truth of the frames is not stored, because the session's label applies; after `show`,
    each row has its own.

    Args:
        root: folder of all sessions.
        session: description of the session, from `fasdemo.record.labels.session_of`.
        limit: number of frames after which the recording is `full`.
        free_bytes: returns the free space on a folder's disk; an argument for tests.
        clock: returns a time in seconds that never decreases.

    Raises:
        UserError: the folder cannot be written.
    """

    def __init__(
        self,
        root: Path,
        session: Session,
        *,
        limit: int | None = None,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer = SessionWriter.create(root, session.model_copy(update={"container": "files"}))
        self._free_bytes = free_bytes
        self._clock = clock
        self._capacity = max(math.ceil(session.fps), 2)
        self._encoders = ThreadPoolExecutor(_ENCODERS, thread_name_prefix="record encode")
        self._queue: deque[tuple[FrameSet, Future[dict[Stream, bytes]]]] = deque()
        self._changed = threading.Condition()
        self._in_hand = 0
        self._stopping = False
        self._limit = limit
        self._taken = 0
        self._unencoded = 0
        self._unsaid_loss = 0
        self._marked = False
        self._folder = self._writer.folder
        self._root = root
        self._shown = Truth("spoof" if session.label == "spoof" else "live", session.species or "")
        self._several = False
        """Whether something else was shown during the recording."""
        self.markers = 0
        """Number of requested markers."""
        self._problem = ""
        self._first_s: float | None = None
        self._last_s = 0.0
        self._checked_s = -math.inf
        self._reserve = self.folder / RESERVE_FILE
        with contextlib.suppress(OSError):
            self._reserve.write_bytes(bytes(_RESERVE_BYTES))
        self._thread = threading.Thread(target=self._run, name="record write", daemon=True)
        self._thread.start()

    @property
    def folder(self) -> Path:
        """The session's folder; `stop` moves a session in which several things are shown to the folder `mixed`."""
        return self._folder

    @property
    def full(self) -> bool:
        """Whether the limit of frames is reached."""
        return self._limit is not None and self._taken >= self._limit

    @property
    def taken(self) -> int:
        """Number of frames that are written or wait to be written."""
        return self._taken

    @property
    def status(self) -> RecorderStatus:
        """The current figures; thread-safe and fast."""
        with self._changed:
            return RecorderStatus(
                folder=self.folder,
                written=self._writer.frames,
                lost=self._writer.lost + self._unsaid_loss + sum(frame.lost_before for frame, _ in self._queue),
                waiting=len(self._queue),
                megabytes=self._writer.bytes_written / 1e6,
                seconds=0.0 if self._first_s is None else self._last_s - self._first_s,
                problem=self._problem,
            )

    def put(self, frame: FrameSet) -> bool:
        """Record a frame without waiting; return False if it is lost (full queue, or recording has stopped)."""
        if frame.faults and not frame.times:
            return True
        with self._changed:
            if self.full:
                return True
            if self._stopping or self._problem or len(self._queue) + self._in_hand >= self._capacity:
                self._unsaid_loss += 1 + max(frame.lost_before, 0)
                return False
            if not is_time(frame.timestamp_s):
                # The order of such a frame is unknown, and the rows after it could not be read in order.
                self._unsaid_loss += 1 + max(frame.lost_before, 0)
                return False
            loss, self._unsaid_loss = max(frame.lost_before, 0) + self._unsaid_loss, 0
            given = replace(frame, lost_before=loss, truth=self._shown if self._several else None)
            self._queue.append((given, self._encoders.submit(self._encode, given)))
            self._taken += 1
            self._unencoded += 1
            self._changed.notify()
        return True

    def mark(self) -> bool:
        """Mark the next frame that is written; return False if the recording has stopped."""
        with self._changed:
            if self._stopping or self._problem or self.full:
                return False
            self.markers += not self._marked
            self._marked = True
        return True

    def show(self, truth: Truth) -> bool:
        """Set what is shown from the next frame on; return False if the recording has stopped or nothing changes.

        The session becomes `mixed`, with a label for each frame.
        """
        with self._changed:
            if self._stopping or self._problem or self.full or truth == self._shown:
                return False
            self._shown, self._several = truth, True
        return True

    @property
    def shown(self) -> Truth:
        """What is shown at present."""
        return self._shown

    def _encode(self, frame: FrameSet) -> dict[Stream, bytes]:
        # Frames that wait for the disk do not count, because larger files would make the disk slower still.
        quick = self._unencoded >= self._capacity * _HURRY
        try:
            return self._writer.encode(frame, quick=quick)
        finally:
            with self._changed:
                self._unencoded -= 1

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._stopping:
                    self._changed.wait()
                if not self._queue:
                    return
                frame, encoded = self._queue.popleft()
                self._in_hand = 1
            try:
                self._write(frame, encoded)
            except OSError as error:
                full = error.errno in (errno.ENOSPC, errno.EDQUOT)
                reason = "the disk is full" if full else (error.strerror or str(error))
                self._fail(frame, f"Recording stopped ({reason}); all frames so far are kept.")
            except Exception as error:
                # Stop after any error, because a recording that continues without writing would lose frames unnoticed.
                self._fail(frame, f"Recording stopped ({error}); all frames so far are kept.")
            finally:
                with self._changed:
                    self._in_hand = 0
                    self._changed.notify_all()

    def _write(self, frame: FrameSet, encoded: Future[dict[Stream, bytes]]) -> None:
        data = encoded.result()
        if self._problem:
            raise OSError(errno.ENOSPC, "recording has stopped")
        now = self._clock()
        if now - self._checked_s >= _CHECK_EVERY_S:
            self._checked_s = now
            if self._free_bytes(self.folder) < _MIN_FREE_BYTES:
                raise OSError(errno.ENOSPC, "the disk is full")
        if frame.truth is not None:
            self._writer.begin_labels()
        number = self._writer.frames
        try:
            names = self._writer.write_encoded(number, data)
            self._writer.append(frame, names)
        except OSError:
            self._writer.discard(number)
            raise
        with self._changed:
            marked, self._marked = self._marked, False
        if marked:
            self._writer.mark(number)
        with self._changed:
            self._first_s = frame.timestamp_s if self._first_s is None else self._first_s
            self._last_s = frame.timestamp_s

    def _fail(self, frame: FrameSet, sentence: str) -> None:
        with self._changed:
            self._problem = self._problem or sentence
            self._unsaid_loss += 1 + frame.lost_before
            for waiting, future in self._queue:
                future.cancel()
                self._unsaid_loss += 1 + waiting.lost_before
            self._queue.clear()
        self._reserve.unlink(missing_ok=True)

    def stop(self) -> Session:
        """Write the waiting frames and complete the session; must be called only once.

        Raises:
            OSError: the session cannot be completed; it remains readable, and `fasdemo sessions repair` completes it.
            UserError: the session is complete, but could not be moved to the folder `mixed`.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()
        self._encoders.shutdown()
        self._reserve.unlink(missing_ok=True)
        session = self._writer.complete(lost_after=self._unsaid_loss)
        if session.label == "mixed":
            self._folder = move_to_label(self._folder, self._root, session)
        return session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
