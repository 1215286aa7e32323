"""A queue of updates from the processing thread to the window.

It keeps only the newest view. Samples, a few numbers per frame, are queued up to a limit, so that time line and
statistics are complete.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import EngineFacts, FrameResult, Latency, Status
from fasdemo.frames import FrameSet, Truth
from fasdemo.runtime.requests import EngineRequest

_SAMPLES = 4096


class Phase(Enum):
    """The state of a source."""

    OPENING = "opening"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class View:
    """A frame with its result; the result is None if there is no engine or the frame could not be processed."""

    frame: FrameSet
    result: FrameResult | None
    processed_s: float
    """`time.monotonic()` at which the frame was processed."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The numbers of one processed frame, for time line and statistics."""

    frame: int
    timestamp_s: float
    processed_s: float
    latency_ms: Latency
    track_id: int | None
    status: Status | None
    score: float | None
    frame_score: float | None
    truth: Truth | None
    lost: int
    """Frames lost by the camera before this one."""
    skipped: int
    """Frames that were skipped because processing took longer than a frame."""
    fresh: bool
    """Whether the frame does not follow the previous one, because of a seek, a loop or another engine."""
    faces: tuple[tuple[int, Status, float | None], ...] = ()
    """Track, status and score of every face."""


@dataclass(slots=True)
class UiUpdate:
    """Everything that has happened since the last `UpdateQueue.take`."""

    view: View | None = None
    samples: list[Sample] = field(default_factory=list)
    phase: Phase | None = None
    info: SourceInfo | None = None
    facts: EngineFacts | None = None
    engine: EngineRequest | None = None
    """The request of the running engine."""
    messages: list[str] = field(default_factory=list)
    """Sentences for the user."""


class UpdateQueue:
    """A thread-safe queue that combines updates until they are taken.

    Args:
        notify: called in the posting thread for the first update after each `take`.
    """

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._waiting = UiUpdate()
        self._samples: deque[Sample] = deque(maxlen=_SAMPLES)
        self._notified = False
        self._closed = False

    def put_view(self, view: View, sample: Sample | None) -> None:
        """Put the newest view, which replaces a waiting one, and queue its sample."""
        with self._lock:
            self._waiting.view = view
            if sample is not None:
                self._samples.append(sample)
        self._tell()

    def put(
        self,
        *,
        phase: Phase | None = None,
        info: SourceInfo | None = None,
        facts: EngineFacts | None = None,
        engine: EngineRequest | None = None,
        message: str = "",
    ) -> None:
        """Put news about the source or the engine."""
        with self._lock:
            waiting = self._waiting
            waiting.phase = phase or waiting.phase
            waiting.info = info or waiting.info
            waiting.facts = facts or waiting.facts
            waiting.engine = engine or waiting.engine
            if message:
                waiting.messages.append(message)
        self._tell()

    def take(self) -> UiUpdate:
        """Return all waiting updates and empty the queue."""
        with self._lock:
            update, self._waiting = self._waiting, UiUpdate()
            update.samples = list(self._samples)
            self._samples.clear()
            self._notified = False
        return update

    def close(self) -> None:
        """Stop the notifications."""
        with self._lock:
            self._closed = True

    def _tell(self) -> None:
        with self._lock:
            if self._notified or self._closed:
                return
            self._notified = True
        self._notify()
