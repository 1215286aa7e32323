"""The current state of a source with its age; an old verdict is never LIVE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fasdemo.engine.result import FrameResult, Status
from fasdemo.runtime.headline import STALE_S, main_face
from fasdemo.runtime.updates import Phase

MAX_AGE_S = STALE_S
"""Verdicts on older frames are not reported, because the person can have left."""
STALE = "stale_frame"


@dataclass(frozen=True, slots=True)
class TimedResult:
    """A result and the `time.monotonic()` at which its frame arrived."""

    result: FrameResult
    arrived_s: float

    def age_s(self, now_s: float) -> float:
        """Return the age of the frame in seconds."""
        return max(now_s - self.arrived_s, 0.0)

    def is_stale(self, now_s: float) -> bool:
        """Return whether the verdict is too old to be reported."""
        return not self.age_s(now_s) <= MAX_AGE_S

    def to_json(self, source_id: str, now_s: float, dropped: int = 0) -> dict[str, Any]:
        """Return the event of `docs/events.md`; a stale one has no faces and the reason `stale_frame`."""
        event = self.result.to_json()
        if self.is_stale(now_s):
            reasons = [code for code in event["reasons"] if code != STALE]
            event |= {"faces": [], "reasons": [STALE, *reasons]}
        return event | {"source_id": source_id, "age_s": round(self.age_s(now_s), 3), "dropped": dropped}

    def ended_json(self, source_id: str, now_s: float, dropped: int = 0) -> dict[str, Any]:
        """Return the same event without faces and with the reason `stale_frame`, because the source has stopped."""
        event = self.to_json(source_id, now_s, dropped)
        reasons = [code for code in event["reasons"] if code != STALE]
        return event | {"faces": [], "reasons": [STALE, *reasons]}


def current_state(
    source_id: str, name: str, phase: Phase | None, message: str, timed: TimedResult | None, now_s: float
) -> dict[str, Any]:
    """Return the state of a source as a JSON object.

    `status` is None if there is no face, and UNCERTAIN without a current verdict. `accept` is True only for a current
    LIVE of a running camera, never for a file.
    """
    fresh = timed is not None and phase is Phase.RUNNING and not timed.is_stale(now_s)
    status: Status | None = Status.UNCERTAIN
    reasons: list[str] = [STALE]
    accept = False
    event = None
    if fresh and timed is not None:
        event = timed.to_json(source_id, now_s)
        face = main_face(timed.result)
        status = None if face is None else face.status
        reasons = list(timed.result.reasons if face is None else face.reasons)
        # `main_face` is the worst of several faces, so all of them must be LIVE.
        accept = status is Status.LIVE and timed.result.live_source
    return {
        "source_id": source_id,
        "source": name,
        "phase": None if phase is None else phase.value,
        "message": message,
        "status": None if status is None else status.value,
        "accept": accept,
        "live_source": None if timed is None else timed.result.live_source,
        "age_s": None if timed is None else round(timed.age_s(now_s), 3),
        "reasons": reasons,
        "event": event,
    }
