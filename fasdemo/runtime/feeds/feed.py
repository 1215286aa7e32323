"""A source with its engine, and the followers that receive its results."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from fasdemo.capture.source import SourceInfo
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.record.labels import Labels
from fasdemo.runtime.feeds.verdict_state import TimedResult, current_state
from fasdemo.runtime.headline import Headline, Translate, current_headline, no_picture
from fasdemo.runtime.outputs.recording import Recording
from fasdemo.runtime.pipeline import MakeProcessor, MakeSource, Pipeline, Turn
from fasdemo.runtime.playback_clock import PlaybackClock
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.rolling import Rolling, Timing
from fasdemo.runtime.updates import Phase, UpdateQueue, View

_log = logging.getLogger(__name__)

RETRY_S = 5.0
MAX_RETRY_S = 60.0
_STOP_S = 5.0


class Follower(Protocol):
    """The interface of a receiver of results; called in the processing thread, must not block or raise."""

    def on_result(self, feed: Feed, timed: TimedResult, by: EngineFacts) -> None:
        """Handle the result of a frame."""
        ...

    def on_no_result(self, feed: Feed) -> None:
        """Handle a frame without a result, the end of the source, or a verdict that became too old."""
        ...


@runtime_checkable
class FrameFollower(Protocol):
    """The interface of a follower that also needs the frames; it must not block or raise."""

    def on_frame(self, feed: Feed, frame: FrameSet) -> None:
        """Take the frame whose result follows."""
        ...


class Feed:
    """A source that is processed until `stop`; after a failure it is opened again with increasing delays.

    Args:
        source_id: short name for addresses and topics.
        request: the source.
        engine: model, policy and device.
        make_source: opens the source, see `Pipeline`.
        make_processor: creates the frame processor, see `Pipeline`.
        followers: receivers of every result.
        loop: start files again at their end.
        turn: returns the context in which a frame is processed, see `Pipeline`.
        clock: returns seconds, like `time.monotonic`.
    """

    def __init__(
        self,
        source_id: str,
        request: SourceRequest,
        engine: EngineRequest,
        make_source: MakeSource,
        make_processor: MakeProcessor,
        followers: tuple[Follower, ...] = (),
        loop: bool = False,
        turn: Turn = nullcontext,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.source_id = source_id
        self._request, self._engine = request, engine
        self._make_source, self._make_processor = make_source, make_processor
        self._followers = followers
        self._frame_followers = tuple(one for one in followers if isinstance(one, FrameFollower))
        self._loop = loop
        self._turn = turn
        self._clock = clock
        self._lock = threading.Lock()
        self._timed: TimedResult | None = None
        self._announced_stale = True
        self._view: View | None = None
        self._phase: Phase | None = None
        self._info: SourceInfo | None = None
        self._facts: EngineFacts | None = None
        self._message = ""
        self._rolling = Rolling()
        self._retry_s = RETRY_S
        self._failed_s = 0.0
        self._recording: Recording | None = None
        self._pipeline: Pipeline | None = None

    def start(self) -> None:
        """Open the source in the background."""
        updates = UpdateQueue(lambda: self._take(updates))
        self._pipeline = Pipeline(
            self._request,
            self._engine,
            self._make_source,
            self._make_processor,
            updates,
            PlaybackClock(loop=self._loop),
            self,
            self._turn,
        )
        self._pipeline.start()

    def request_stop(self) -> None:
        """Request the end of recording and threads, without waiting."""
        if self._recording is not None:
            self._recording.stop()
        if self._pipeline is not None:
            self._pipeline.stop()

    def stop(self) -> None:
        """Complete the recording and stop the threads; wait a few seconds at most."""
        recording = self._recording
        if recording is not None:
            recording.stop()
            recording.join(_STOP_S)
        if self._pipeline is not None:
            self._pipeline.stop()
            if not self._pipeline.join(_STOP_S):
                _log.warning("source %s did not stop within %.0f s", self.source_id, _STOP_S)
        self._set_phase(Phase.ENDED)

    @property
    def display(self) -> ChallengeDisplay | None:
        """The display of this source's light challenges; None if there are none."""
        return self._engine.display

    @property
    def name(self) -> str:
        """Name of the device or of the file without its folder; empty until the source is open."""
        info = self._info
        return "" if info is None else info.name

    @property
    def info(self) -> SourceInfo | None:
        """Facts about the source; None until it is open."""
        return self._info

    @property
    def facts(self) -> EngineFacts | None:
        """Facts about the engine; None until it is loaded."""
        return self._facts

    @property
    def shown(self) -> str:
        """Name of the source, or how it was requested until it is open; without passwords and keys."""
        return self.name or self._request.shown

    @property
    def title(self) -> str:
        """Number and name of the source."""
        return f"{self.source_id} · {self.shown}"

    @property
    def retry_in_s(self) -> float | None:
        """Seconds until a failed source is opened again; None if it has not failed."""
        with self._lock:
            if self._phase is not Phase.FAILED:
                return None
            return max(self._failed_s + self._retry_s - self._clock(), 0.0)

    def retry_now(self) -> None:
        """Open a failed source again at the next `watch`, without waiting for the end of the delay."""
        with self._lock:
            if self._phase is Phase.FAILED:
                self._failed_s = float("-inf")

    @property
    def phase(self) -> Phase | None:
        """The current phase; None before `start`."""
        return self._phase

    @property
    def message(self) -> str:
        """The last sentence about the source or the engine; empty if there is none since the source is running."""
        return self._message

    def timing(self) -> Timing | None:
        """Return rate, latencies, and lost and skipped frames of the last seconds; None without a frame."""
        with self._lock:
            return self._rolling.timing()

    def state(self) -> dict[str, Any]:
        """Return the current state of the source, see `fasdemo.runtime.feeds.verdict_state.current_state`."""
        with self._lock:
            return current_state(self.source_id, self.name, self._phase, self._message, self._timed, self._clock())

    def fresh_view(self) -> View | None:
        """Return the newest frame with its result; None if it is too old."""
        with self._lock:
            view, timed = self._view, self._timed
            if view is None or timed is None or timed.is_stale(self._clock()) or self._phase is not Phase.RUNNING:
                return None
            return view

    def headline(self, tr: Translate = str) -> Headline:
        """Return what to show: the verdict on the newest frame, or why there is none.

        Args:
            tr: translates the sentences.
        """
        with self._lock:
            now_s = self._clock()
            view, timed, info = self._view, self._timed, self._info
            running = self._phase is Phase.RUNNING and self._facts is not None
            if running and (view is None or timed is None or timed.is_stale(now_s)) and (view is None or view.result):
                return no_picture(tr)
            return current_headline(
                self.shown,
                self._phase,
                self._message,
                view,
                info is not None and info.live,
                now_s,
                model_loaded=self._facts is not None,
                tr=tr,
            )

    def watch(self) -> None:
        """Announce a verdict that became too old, and reopen a failed source; call it several times per second."""
        now = self._clock()
        with self._lock:
            became_stale = self._timed is not None and self._timed.is_stale(now) and not self._announced_stale
            self._announced_stale = self._announced_stale or became_stale
            retry = self._phase is Phase.FAILED and now - self._failed_s >= self._retry_s
            if retry:
                self._retry_s = min(self._retry_s * 2.0, MAX_RETRY_S)
                self._failed_s = now
        if became_stale:
            self._tell_no_result()
        pipeline = self._pipeline
        if retry and pipeline is not None:
            pipeline.stop()
            # While a thread hangs in a driver, no second one may open the same device.
            if pipeline.join(0.0):
                self.start()

    def record(self, root: Path, labels: Labels) -> Recording:
        """Start a recording of a camera.

        Raises:
            UserError: a recording is running already, or the source is not an open camera.
        """
        with self._lock:
            info, pipeline = self._info, self._pipeline
            if info is None or pipeline is None or self._phase is not Phase.RUNNING:
                raise UserError("The source is not running; wait until it delivers frames.")
            if not info.live:
                raise UserError("A file cannot be recorded; choose a camera.")
            if self._recording is not None and not self._recording.over:
                raise UserError("A recording is running; stop it first.")
            recording = self._recording = Recording(root, labels, info)
        pipeline.tap(recording.put)
        return recording

    @property
    def recording(self) -> Recording | None:
        """The current or last recording."""
        return self._recording

    def stop_recording(self) -> Recording | None:
        """Complete the recording in the background, and return it; None if there is none."""
        recording = self._recording
        if recording is not None:
            if self._pipeline is not None:
                self._pipeline.tap(None)
            recording.stop()
        return recording

    def on_frame(self, frame: FrameSet) -> None:
        """Pass on the frame whose result follows; called in the processing thread."""
        for follower in self._frame_followers:
            try:
                follower.on_frame(self, frame)
            except Exception:
                _log.exception("cannot pass on a frame of source %s", self.source_id)

    def on_result(self, result: FrameResult, facts: EngineFacts) -> None:
        """Store and pass on the result of a frame; called in the processing thread."""
        # The age of a file's frame counts from the start of its processing.
        waited_s = result.latency_ms.total / 1000.0
        timed = TimedResult(result, self._clock() - (waited_s if waited_s >= 0.0 else 0.0))
        with self._lock:
            self._timed, self._facts, self._announced_stale = timed, facts, False
        for follower in self._followers:
            try:
                follower.on_result(self, timed, facts)
            except Exception:
                _log.exception("cannot pass on a result of source %s", self.source_id)

    def on_no_result(self) -> None:
        """Discard the last result, because a frame could not be processed or the source ended."""
        with self._lock:
            self._timed, self._view, self._announced_stale = None, None, True
        self._tell_no_result()

    def _tell_no_result(self) -> None:
        for follower in self._followers:
            try:
                follower.on_no_result(self)
            except Exception:
                _log.exception("cannot pass on the end of source %s", self.source_id)

    def _take(self, updates: UpdateQueue) -> None:
        update = updates.take()
        for sentence in update.messages:
            # A text of its own, because the terminal shows each kind of message only once.
            _log.warning(f"source {self.source_id}: {sentence}")
        with self._lock:
            # A frame that was in process when the source failed arrives after the failure.
            if (update.phase or self._phase) is not Phase.FAILED:
                self._view = update.view or self._view
            self._info = update.info or self._info
            self._facts = update.facts or self._facts
            self._rolling.add(update.samples)
            if update.messages:
                self._message = update.messages[-1]
            if update.phase is Phase.RUNNING and self._phase is not Phase.RUNNING:
                self._retry_s = RETRY_S
                self._message = update.messages[-1] if update.messages else ""
        if update.phase is not None:
            self._set_phase(update.phase)

    def _set_phase(self, phase: Phase) -> None:
        with self._lock:
            changed, self._phase = phase is not self._phase, phase
            if phase is Phase.FAILED:
                self._failed_s = self._clock()
            if phase is not Phase.RUNNING:
                self._timed, self._view = None, None
        if changed and phase in (Phase.ENDED, Phase.FAILED):
            self._tell_no_result()
