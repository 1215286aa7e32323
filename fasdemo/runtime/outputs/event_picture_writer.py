"""Store a picture at every LIVE, SPOOF and lock-out, in a separate thread, so that verdicts never wait for the disk."""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.event_log.events import VerdictChanges
from fasdemo.engine.reasons import Reason
from fasdemo.engine.result import EngineFacts, FaceVerdict, FrameResult, Status
from fasdemo.frames import FrameSet, Stream
from fasdemo.runtime.outputs.event_picture_store import EventPictureStore, Kind, StoredEvent

_log = logging.getLogger(__name__)

CONSENT = (
    "Pictures of the people in front of the camera are stored on this computer when a face is accepted, refused or "
    "locked out. They must be told so before they are seen, for example by a sign at the camera, and in many countries "
    "they must agree."
)
MAX_PER_MINUTE = 12
"""Maximum number of stored events of a source per minute, so that nobody can fill the disk by showing attacks."""
MAX_SIDE_PX = 640
JPEG_QUALITY = 80
_MAX_DEPTH_M = 2.0
"""Distance shown as white in the grey picture of the depth."""
_MAX_WAITING = 8
_DELETE_EVERY_S = 3600.0
_WAIT_S = 60.0
_CLOSE_S = 5.0


@dataclass(frozen=True, slots=True)
class EventPictureSettings:
    """The folder of the pictures and the number of days for which they are kept."""

    folder: Path
    keep_days: int


@dataclass(frozen=True, slots=True)
class PictureStatus:
    """The state of the pictures.

    Attributes:
        stored: number of stored events since the start.
        dropped: number of events that were not stored because there were too many.
        problem: why nothing more is stored; empty if storing works.
    """

    stored: int = 0
    dropped: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    event: StoredEvent
    frame: FrameSet


class _Source:
    """What is known about one source."""

    def __init__(self) -> None:
        self.changes, self.locked = VerdictChanges(), False
        self.frame: FrameSet | None = None
        self.times_s: deque[float] = deque()
        """Times of the events of the last minute."""
        self.unreported = 0


class EventPictureWriter:
    """A listener to the results of one or several sources that stores events with pictures while it is started.

    Args:
        clock_s: the computer's clock, seconds since 1970.
    """

    def __init__(self, clock_s: Callable[[], float] = time.time) -> None:
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._store: EventPictureStore | None = None
        self._jobs: queue.Queue[_Job | None] = queue.Queue(_MAX_WAITING)
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._sources: dict[str, _Source] = {}
        self._status = PictureStatus()

    @property
    def status(self) -> PictureStatus:
        """The state of the pictures."""
        return self._status

    @property
    def running(self) -> bool:
        """Whether events are stored."""
        return self._store is not None and not self._status.problem

    def start(self, settings: EventPictureSettings) -> None:
        """Store events from now on, after those that are too old were deleted.

        Raises:
            UserError: the folder cannot be used; then nothing is stored.
        """
        self.stop()
        store = EventPictureStore(settings.folder, settings.keep_days, self._clock_s)
        with self._lock:
            self._store, self._status = store, PictureStatus()
            self._jobs, self._closing = queue.Queue(_MAX_WAITING), threading.Event()
            self._sources = {}
            self._thread = threading.Thread(
                target=self._work, args=(store, self._jobs, self._closing), name="fasdemo event pictures", daemon=True
            )
        self._thread.start()

    def stop(self) -> None:
        """Store what is waiting and release the folder; further calls do nothing."""
        with self._lock:
            thread, self._thread, self._store = self._thread, None, None
        if thread is None:
            return
        self._closing.set()
        with suppress(queue.Full):
            # A full queue ends too, because the thread looks at `_closing` after every job.
            self._jobs.put_nowait(None)
        thread.join(_CLOSE_S)

    def on_frame(self, frame: FrameSet, source_id: str = "") -> None:
        """Keep the frame of the next result of a source."""
        with self._lock:
            if self._store is not None:
                self._sources.setdefault(source_id, _Source()).frame = frame

    def on_result(self, result: FrameResult, facts: EngineFacts, source_id: str = "") -> None:
        """Queue the events of a frame; it never waits and never raises."""
        try:
            with self._lock:
                source = self._sources.get(source_id)
                if source is None:
                    return
                frame, source.frame = source.frame, None
                if not self.running or frame is None:
                    return
                for kind, face in _new_events(source, result, facts):
                    self._queue(source, kind, face, result, frame, source_id)
        except Exception as error:
            # A failure of the pictures must not stop the processing thread.
            _log.exception("the pictures of events failed")
            self._fail(f"The pictures of events stopped because of an error ({error}); switch them on again.")

    def on_no_result(self, source_id: str = "") -> None:
        """End the current verdicts of a source."""
        with self._lock:
            source = self._sources.get(source_id)
            if source is not None:
                source.frame, source.locked = None, False
                source.changes.end()

    def _queue(
        self, source: _Source, kind: Kind, face: FaceVerdict, result: FrameResult, frame: FrameSet, source_id: str
    ) -> None:
        assert self._store is not None
        now_s = self._clock_s()
        # A clock that was set back must not stop the pictures for longer than a minute.
        while source.times_s and not 0.0 <= now_s - source.times_s[0] < 60.0:
            source.times_s.popleft()
        if len(source.times_s) >= MAX_PER_MINUTE or self._store.full or self._jobs.full():
            self._drop(source)
            return
        event = StoredEvent(
            utc=self._store.now(),
            kind=kind,
            source=result.source,
            source_id=source_id,
            live_source=result.live_source,
            frame=result.frame,
            timestamp_s=round(result.timestamp_s, 6) if math.isfinite(result.timestamp_s) else 0.0,
            track_id=face.track_id,
            status=face.status,
            reasons=face.reasons,
            model=result.model,
            model_sha256=result.model_sha256,
            policy=result.policy,
            dropped=source.unreported,
        )
        source.times_s.append(now_s)
        source.unreported = 0
        self._jobs.put_nowait(_Job(event, frame))

    def _drop(self, source: _Source) -> None:
        if source.unreported == 0:
            _log.warning("too many events for pictures; those above %d per minute are only counted", MAX_PER_MINUTE)
        source.unreported += 1
        self._status = PictureStatus(self._status.stored, self._status.dropped + 1, self._status.problem)

    def _work(self, store: EventPictureStore, jobs: queue.Queue[_Job | None], closing: threading.Event) -> None:
        deleted_s = self._clock_s()
        try:
            while True:
                try:
                    job = jobs.get(timeout=0.0 if closing.is_set() else _WAIT_S)
                except queue.Empty:
                    if closing.is_set():
                        return
                    job = None
                # After a problem nothing is stored, but old pictures are still deleted.
                if job is not None and not self._status.problem:
                    self._add(store, job)
                if abs(self._clock_s() - deleted_s) >= _DELETE_EVERY_S:
                    deleted_s = self._clock_s()
                    self._delete_old(store)
        finally:
            store.close()

    def _add(self, store: EventPictureStore, job: _Job) -> None:
        try:
            store.add(job.event, pictures_of(job.frame))
        except OSError as error:
            why = error.strerror or error
            self._fail(
                f"{store.folder}: events are no longer stored ({why}); free some space and switch them on again."
            )
        except Exception as error:
            _log.exception("the pictures of events failed")
            self._fail(f"{store.folder}: events are no longer stored ({error}); switch them on again.")
        else:
            with self._lock:
                one = self._status
                self._status = PictureStatus(one.stored + 1, one.dropped, one.problem)

    def _delete_old(self, store: EventPictureStore) -> None:
        try:
            store.delete_old()
        except OSError as error:
            _log.warning(
                "%s: old events cannot be deleted (%s); trying again in an hour.", store.folder, error.strerror
            )

    def _fail(self, problem: str) -> None:
        _log.warning("%s", problem)
        with self._lock:
            self._status = PictureStatus(self._status.stored, self._status.dropped, problem)


def _new_events(source: _Source, result: FrameResult, facts: EngineFacts) -> list[tuple[Kind, FaceVerdict]]:
    faces = {face.track_id: face for face in result.faces}
    found: list[tuple[Kind, FaceVerdict]] = []
    for change in source.changes.add(result, facts):
        if change.event == "verdict" and change.track_id is not None and change.status is not Status.UNCERTAIN:
            kind: Kind = "LIVE" if change.status is Status.LIVE else "SPOOF"
            found.append((kind, faces[change.track_id]))
    locked = [face for face in result.faces if Reason.LOCKED_OUT in face.reasons]
    if locked and not source.locked:
        found = [one for one in found if one[1] is not locked[0]] + [("LOCKED", locked[0])]
    if result.faces:
        source.locked = bool(locked)
    return found


def pictures_of(frame: FrameSet) -> dict[Stream, bytes]:
    """Return small JPEG files of a frame by stream: colour, and depth and infrared as grey if there are any."""
    found: dict[Stream, bytes] = {"rgb": _jpeg(cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2BGR))}
    if frame.depth is not None:
        found["depth"] = _jpeg(cv2.convertScaleAbs(frame.depth, alpha=255.0 * frame.depth_scale / _MAX_DEPTH_M))
    if frame.ir is not None:
        # Infrared of 8 bits is stored as it is, one of 16 bits relative to its brightest values.
        top = 255.0 if frame.ir.dtype == np.uint8 else max(float(np.percentile(frame.ir, 99.5)), 1.0)
        found["ir"] = _jpeg(cv2.convertScaleAbs(frame.ir, alpha=255.0 / top))
    return found


def _jpeg(image: npt.NDArray[np.uint8] | cv2.typing.MatLike) -> bytes:
    factor = MAX_SIDE_PX / max(image.shape[:2])
    if factor < 1.0:
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError("a picture of an event cannot be encoded")
    return data.tobytes()
