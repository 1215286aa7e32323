"""Where the judging thread leaves what it found, and the window takes it when it has time.

Views never queue: the slot holds the newest one. Samples, a few numbers a frame, do queue (bounded), so that time
line and statistics miss nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import FrameResult, Latency, Status
from fasdemo.frames import FrameSet, Truth
from fasdemo.models.card import ModelCard, Threshold
from fasdemo.runtime.requests import EngineRequest

_SAMPLES = 4096


class Phase(Enum):
    """What a source is doing."""

    OPENING = "opening"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What judges, for people: set once the engine is ready."""

    model: str
    policy: str
    provider: str
    card: ModelCard
    threshold: Threshold
    warnings: tuple[str, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A frame and what the engine said about it; None while there is no engine."""

    frame: FrameSet
    result: FrameResult | None
    judged_s: float
    """`time.monotonic()` when it was posted."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One judged frame in numbers."""

    frame: int
    timestamp_s: float
    judged_s: float
    latency_ms: Latency
    track_id: int | None
    status: Status | None
    score: float | None
    frame_score: float | None
    truth: Truth | None
    lost: int
    """Frames lost by the camera before this one."""
    skipped: int
    """Frames that were left out because judging took longer than a frame."""
    fresh: bool
    """The frame before this one in time was not the one judged before: a seek, a loop, another engine."""


@dataclass(slots=True)
class UiUpdate:
    """All that happened since the last `take`."""

    view: View | None = None
    samples: list[Sample] = field(default_factory=list)
    phase: Phase | None = None
    info: SourceInfo | None = None
    facts: EngineFacts | None = None
    engine: EngineRequest | None = None
    """The request that is in force."""
    messages: list[str] = field(default_factory=list)
    """Sentences for the user."""


class UpdateQueue:
    """One slot between two threads.

    Args:
        notify: called from the posting thread when something waits and nobody was told yet: once between two
            `take`s, however much is posted.
    """

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        self._lock = threading.Lock()
        self._waiting = UiUpdate()
        self._samples: deque[Sample] = deque(maxlen=_SAMPLES)
        self._notified = False
        self._closed = False

    def put_view(self, view: View, sample: Sample | None) -> None:
        """Leave the newest view; one that was not taken is gone."""
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
        """Leave news about the source or the engine."""
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
        """Everything that waits; empties the slot."""
        with self._lock:
            update, self._waiting = self._waiting, UiUpdate()
            update.samples = list(self._samples)
            self._samples.clear()
            self._notified = False
        return update

    def close(self) -> None:
        """Nobody is told any more."""
        with self._lock:
            self._closed = True

    def _tell(self) -> None:
        with self._lock:
            if self._notified or self._closed:
                return
            self._notified = True
        self._notify()
