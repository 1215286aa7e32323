"""Keep the last seconds of a camera in memory, encoded, so that they can still be saved as a session."""

from __future__ import annotations

import math
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, FrameSet, Stream
from fasdemo.record.labels import Labels, session_of
from fasdemo.sessions.image_codec import encode_image
from fasdemo.sessions.writer import SessionWriter, is_time

LAST_S = 10.0
MAX_BYTES = 256 * 1024 * 1024
"""Limit of the encoded images in memory; ten seconds of three streams of 640 x 480 need about 170 MB."""
_MAX_WAITING_S = 0.5
_EMPTY = np.zeros((1, 1), np.uint16)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A frame without its images, and these encoded."""

    frame: FrameSet
    images: dict[Stream, bytes]
    size: int


@dataclass(frozen=True, slots=True)
class LastSecondsStatus:
    """Length in seconds, number of frames and encoded size in megabytes of the kept frames."""

    seconds: float
    frames: int
    megabytes: float


class LastSeconds:
    """The newest frames of a camera, at most `seconds` and at most `max_bytes`; older ones are dropped.

    One thread encodes. Frames that it cannot encode in time are counted as lost in the next one.

    Args:
        info: the camera.
        seconds: longest time that is kept.
        max_bytes: limit of the memory for encoded images.
    """

    def __init__(self, info: SourceInfo, seconds: float = LAST_S, max_bytes: int = MAX_BYTES) -> None:
        self.info = info
        self._seconds, self._max_bytes = seconds, max_bytes
        self._max_waiting = max(math.ceil(info.fps * _MAX_WAITING_S), 2)
        self._encoder = ThreadPoolExecutor(1, thread_name_prefix="last seconds encode")
        self._lock = threading.Lock()
        self._kept: deque[_Kept] = deque()
        self._bytes = self._waiting = self._lost = 0
        self._closed = False

    def put(self, frame: FrameSet) -> None:
        """Keep a frame without waiting; black frames that report a fault are left out."""
        if (frame.faults and not frame.times) or not is_time(frame.timestamp_s):
            return
        with self._lock:
            if self._closed:
                return
            if self._waiting >= self._max_waiting:
                self._lost += 1 + max(frame.lost_before, 0)
                return
            lost, self._lost = self._lost + max(frame.lost_before, 0), 0
            self._waiting += 1
        try:
            done = self._encoder.submit(self._encode, replace(frame, lost_before=lost, truth=None))
        except RuntimeError:
            # Closed in the meantime.
            return
        # A callback of a finished future runs at once, so this must not hold the lock.
        done.add_done_callback(self._add)

    @staticmethod
    def _encode(frame: FrameSet) -> _Kept:
        images = {
            stream: encode_image(image, stream, "jpg")
            for stream in STREAMS
            if (image := getattr(frame, stream)) is not None and f"{stream}_missing" not in frame.faults
        }
        bare = replace(
            frame,
            rgb=np.zeros((1, 1, 3), np.uint8),
            depth=None if frame.depth is None else _EMPTY,
            ir=None if frame.ir is None else _EMPTY,
        )
        return _Kept(bare, images, sum(map(len, images.values())))

    def _add(self, done: Future[_Kept]) -> None:
        with self._lock:
            self._waiting -= 1
            if done.cancelled() or self._closed:
                return
            if done.exception() is not None:
                self._lost += 1
                return
            kept = done.result()
            if self._kept and kept.frame.timestamp_s < self._kept[-1].frame.timestamp_s:
                # The camera's clock has started again, so the order of older frames is unknown.
                self._forget_all()
            self._kept.append(kept)
            self._bytes += kept.size
            while self._kept and (
                self._bytes > self._max_bytes
                or kept.frame.timestamp_s - self._kept[0].frame.timestamp_s > self._seconds
            ):
                self._bytes -= self._kept.popleft().size

    def _forget_all(self) -> None:
        self._kept.clear()
        self._bytes = 0

    @property
    def status(self) -> LastSecondsStatus:
        """The length and size of the kept frames."""
        with self._lock:
            if not self._kept:
                return LastSecondsStatus(0.0, 0, 0.0)
            seconds = self._kept[-1].frame.timestamp_s - self._kept[0].frame.timestamp_s
            return LastSecondsStatus(seconds, len(self._kept), self._bytes / 1e6)

    def save(self, root: Path, labels: Labels) -> Path:
        """Write the kept frames as a complete session below `root`, drop them, and return the session's folder.

        Raises:
            UserError: nothing is kept, or the session cannot be written; an incomplete one stays readable. If no
                session could be created, everything is kept.
            OSError: the session's folder cannot be created; everything is kept.
        """
        with self._lock:
            taken = list(self._kept)
            self._forget_all()
        if not taken:
            raise UserError("There are no last seconds yet; wait until the camera has delivered frames.")
        length_s = taken[-1].frame.timestamp_s - taken[0].frame.timestamp_s
        try:
            session = session_of(labels, self.info, datetime.now(UTC) - timedelta(seconds=length_s))
            writer = SessionWriter.create(root, session)
        except (OSError, UserError):
            self._keep_again(taken)
            raise
        try:
            for number, kept in enumerate(taken):
                # What was lost before the first frame does not belong to the session.
                frame = replace(kept.frame, lost_before=0) if number == 0 else kept.frame
                writer.append(frame, writer.write_encoded(number, kept.images))
            writer.complete()
        except OSError as error:
            writer.close()
            raise UserError(
                f"{writer.folder}: cannot be written ({error.strerror}); run `fasdemo sessions repair` on it."
            ) from None
        return writer.folder

    def _keep_again(self, taken: list[_Kept]) -> None:
        """Put frames back that could not be saved, unless they cannot precede the frames since then."""
        with self._lock:
            if self._closed or (self._kept and self._kept[0].frame.timestamp_s < taken[-1].frame.timestamp_s):
                return
            self._kept.extendleft(reversed(taken))
            self._bytes += sum(kept.size for kept in taken)

    def close(self) -> None:
        """Drop all frames, and end the encoder."""
        with self._lock:
            self._closed = True
            self._forget_all()
        self._encoder.shutdown(cancel_futures=True)
