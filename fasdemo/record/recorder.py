"""Records frames beside the live path: `put` never waits, memory is bounded, nothing is lost in silence."""

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

from fasdemo.frames import FrameSet, Stream
from fasdemo.sessions.schema import Session
from fasdemo.sessions.writer import RESERVE_FILE, SessionWriter, is_time

_ENCODERS = 2
"""OpenCV releases the GIL while it encodes; two keep 30 sets of 640 x 480 a second well within two cores."""
_HURRY = 1 / 3
"""Share of the queue that waits for an encoder, from which on speed counts more than size."""
_RESERVE_BYTES = 8 * 1024 * 1024
"""Kept free from the start, so that a session on a full disk can still be completed."""
_LEAST_FREE_BYTES = 64 * 1024 * 1024
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """A moment's figures, for the window and the log."""

    folder: Path
    written: int
    lost: int
    """Frames that the camera lost, plus those that did not get into the queue, since the start."""
    waiting: int
    megabytes: float
    seconds: float
    """Between the first and the last written frame."""
    problem: str
    """Why the recording has stopped by itself; empty while all is well."""


class Recorder:
    """Records into a fresh session below `root`.

    Frames wait in a queue of at most one second. While a third of it waits for an encoder, depth and infrared are
    stored without compression, which needs an eighth of the processor's time and twice the disk; when it is full, the
    frame is counted as lost in the next row and in the session. Black frames that a source makes up to carry a fault
    are no captures and are not written. The frames' own truth is dropped: the session's label counts.

    Args:
        root: folder of all sessions.
        session: see `fasdemo.record.labels.session_of`.
        limit: frames after which the recording is `full` and takes no more.
        free_bytes: free space of a folder's disk, for tests.
        clock: seconds, not decreasing.

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
        self._problem = ""
        self._first_s: float | None = None
        self._last_s = 0.0
        self._looked_s = -math.inf
        self._reserve = self.folder / RESERVE_FILE
        with contextlib.suppress(OSError):
            self._reserve.write_bytes(bytes(_RESERVE_BYTES))
        self._thread = threading.Thread(target=self._run, name="record write", daemon=True)
        self._thread.start()

    @property
    def folder(self) -> Path:
        """The session's folder."""
        return self._writer.folder

    @property
    def full(self) -> bool:
        """As many frames were taken as were wanted."""
        return self._limit is not None and self._taken >= self._limit

    @property
    def taken(self) -> int:
        """Frames that are written or wait to be."""
        return self._taken

    @property
    def status(self) -> RecorderStatus:
        """The figures of this moment; cheap, from any thread."""
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
        """Hand over a frame; returns at once. False if it was lost (the queue is full, or recording has stopped)."""
        if frame.faults and not frame.times:
            return True
        with self._changed:
            if self.full:
                return True
            if self._stopping or self._problem or len(self._queue) + self._in_hand >= self._capacity:
                self._unsaid_loss += 1 + max(frame.lost_before, 0)
                return False
            if not is_time(frame.timestamp_s):
                # Where such a frame belongs is unknown; the rows after it could not be read in order.
                self._unsaid_loss += 1 + max(frame.lost_before, 0)
                return False
            loss, self._unsaid_loss = max(frame.lost_before, 0) + self._unsaid_loss, 0
            given = replace(frame, lost_before=loss, truth=None)
            self._queue.append((given, self._encoders.submit(self._encode, given)))
            self._taken += 1
            self._unencoded += 1
            self._changed.notify()
        return True

    def _encode(self, frame: FrameSet) -> dict[Stream, bytes]:
        # Of what waits, what is encoded already waits for the disk, which larger files would not help.
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
                self._fail(frame, f"Recording stopped: {reason}; all frames before are kept.")
            except Exception as error:
                # Whatever it is: a recording that goes on without writing would lose frames in silence.
                self._fail(frame, f"Recording stopped: {error}; all frames before are kept.")
            finally:
                with self._changed:
                    self._in_hand = 0
                    self._changed.notify_all()

    def _write(self, frame: FrameSet, encoded: Future[dict[Stream, bytes]]) -> None:
        data = encoded.result()
        if self._problem:
            raise OSError(errno.ENOSPC, "recording has stopped")
        now = self._clock()
        if now - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = now
            if self._free_bytes(self.folder) < _LEAST_FREE_BYTES:
                raise OSError(errno.ENOSPC, "the disk is full")
        number = self._writer.frames
        try:
            names = self._writer.write_encoded(number, data)
            self._writer.append(frame, names)
        except OSError:
            self._writer.discard(number)
            raise
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
        """Write what waits and complete the session; may be called once.

        Raises:
            OSError: the session could not be completed; it stays readable, and `fasdemo sessions repair` completes it.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()
        self._encoders.shutdown()
        self._reserve.unlink(missing_ok=True)
        return self._writer.complete(lost_after=self._unsaid_loss)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
