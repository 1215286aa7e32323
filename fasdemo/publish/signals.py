"""Send the signals of cameras: an output on LIVE, and a heartbeat while frames are captured and processed."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from fasdemo.engine.reasons import Effect, effect
from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.publish.accepted import AcceptedAttempts
from fasdemo.publish.addresses import target_of
from fasdemo.publish.sender import Sender
from fasdemo.publish.target import MAX_DELAY_S, Content, Target, TargetStatus

RecordSignal = Callable[[str, int, str, str], object]
"""Receives the output's name, the face's track, why the signal was not sent (or an empty text), and the source's id."""
_log = logging.getLogger(__name__)

HOLD_OFF_S = 3.0
HEARTBEAT_S = 10.0
_EXCHANGE_S = 0.5
"""Wait for the old targets when others are chosen; if a serial line is still open, opening it is repeated later."""
_STOP_S = 3.0


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """The receivers of signals.

    Attributes:
        on_live: addresses that get a signal for every accepted attempt, see `docs/door.md`.
        hold_off_s: shortest time between two accepted attempts, seconds.
        heartbeat: addresses and files that get a heartbeat.
        heartbeat_s: time between two heartbeats, seconds.
    """

    on_live: tuple[str, ...] = ()
    hold_off_s: float = HOLD_OFF_S
    heartbeat: tuple[str, ...] = ()
    heartbeat_s: float = HEARTBEAT_S


class Signals:
    """Sends the signals; a `fasdemo.engine.loop.frame_loop.ResultListener` that never waits and never raises.

    Args:
        clock: seconds, as `time.monotonic`.
        sources: ids of the sources; heartbeats require healthy frames of all of them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, sources: tuple[str, ...] = ("",)) -> None:
        self._clock = clock
        self._sources = sources
        self._healthy_s: dict[str, float] = {}
        self._lock = threading.Lock()
        self.settings = SignalSettings()
        self._outputs: list[Sender] = []
        self._heartbeats: list[Sender] = []
        self._attempts: dict[str, AcceptedAttempts] = {}
        self._beaten_s = float("-inf")
        self.alive: Callable[[float], object] = lambda now_s: None
        """Called with the time of every frame that was captured and processed without a fault."""
        self.record: RecordSignal = lambda output, track_id, problem, source_id: None
        """Called with the outcome of every signal to an output on LIVE, e.g. to write it into the event log."""

    def configure(self, settings: SignalSettings) -> None:
        """Use other addresses from now on; nothing changes if one of them cannot be used.

        Raises:
            UserError: an address cannot be used, or a package for it is missing.
        """
        if settings == self.settings:
            return
        outputs = [target_of(address, "on_live") for address in settings.on_live]
        heartbeats = [target_of(address, "heartbeat") for address in settings.heartbeat]
        self._end(_EXCHANGE_S)
        self._begin(settings, outputs, heartbeats)

    def _begin(self, settings: SignalSettings, outputs: list[Target], heartbeats: list[Target]) -> None:
        started = [
            [Sender(target, self._clock, partial(self._done, target.name)) for target in outputs],
            [Sender(target, self._clock) for target in heartbeats],
        ]
        for sender in (*started[0], *started[1]):
            sender.start()
        with self._lock:
            if settings.hold_off_s != self.settings.hold_off_s:
                self._attempts.clear()
            self.settings = settings
            self._outputs, self._heartbeats = started
            self._beaten_s = float("-inf")

    def _end(self, timeout_s: float) -> None:
        with self._lock:
            ended, self._outputs, self._heartbeats = [*self._outputs, *self._heartbeats], [], []
        for sender in ended:
            sender.stop()
        end_s = time.monotonic() + timeout_s
        for sender in ended:
            sender.join(max(0.0, end_s - time.monotonic()))

    def stop(self) -> None:
        """End all threads; a signal that is being sent is completed if this takes only a few seconds."""
        self._end(_STOP_S)
        self.settings = SignalSettings()

    @property
    def outputs(self) -> tuple[TargetStatus, ...]:
        """State of the outputs on LIVE."""
        with self._lock:
            return tuple(sender.status for sender in self._outputs)

    @property
    def heartbeats(self) -> tuple[TargetStatus, ...]:
        """State of the receivers of heartbeats."""
        with self._lock:
            return tuple(sender.status for sender in self._heartbeats)

    def on_result(self, result: FrameResult, facts: EngineFacts, source_id: str = "") -> None:
        """Process the result of a frame of one source."""
        try:
            now_s = self._clock()
            with self._lock:
                self._take(result, now_s, source_id)
        except Exception:
            _log.exception("cannot send signals for the result of frame %d", result.frame)

    def on_no_result(self, source_id: str = "") -> None:
        """React to a frame that could not be processed, or to the end of the source."""
        with self._lock:
            if source_id in self._attempts:
                self._attempts[source_id].end()

    def _take(self, result: FrameResult, now_s: float, source_id: str) -> None:
        if self._outputs:
            attempts = self._attempts.setdefault(source_id, AcceptedAttempts(self.settings.hold_off_s))
            face = attempts.update(result, now_s)
            if face is not None:
                score = None if face.score is None else round(face.score, 5)
                content = _content("accepted", result) | {"track_id": face.track_id, "score": score}
                content |= {"source_id": source_id} if source_id else {}
                for sender in self._outputs:
                    sender.offer(content, now_s)
        if not _is_healthy(result):
            return
        self.alive(now_s)
        self._healthy_s[source_id] = now_s
        due = now_s - self._beaten_s >= self.settings.heartbeat_s
        if self._heartbeats and due and self._all_healthy(now_s):
            self._beaten_s = now_s
            for sender in self._heartbeats:
                sender.offer(_content("heartbeat", result), now_s)

    def _done(self, output: str, content: Content, problem: str) -> None:
        self.record(output, content["track_id"], problem, content.get("source_id", ""))

    def _all_healthy(self, now_s: float) -> bool:
        return all(now_s - self._healthy_s.get(one, float("-inf")) <= MAX_DELAY_S for one in self._sources)


def _is_healthy(result: FrameResult) -> bool:
    """Return whether this frame is from a camera, in time and without a fault."""
    return (
        result.live_source
        and 0.0 <= result.latency_ms.total <= MAX_DELAY_S * 1000.0
        and not any(effect(code) is Effect.RESTART for code in result.reasons)
    )


def _content(event: str, result: FrameResult) -> Content:
    return {
        "event": event,
        "number": uuid.uuid4().hex,
        "utc": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "source": result.source,
        "frame": result.frame,
        "model": result.model,
        "policy": result.policy,
    }
