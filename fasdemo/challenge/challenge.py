"""One challenge: a sequence of prompts that one tracked face must follow without a gap in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.analysis import TimedSample
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.challenge.light.response import LightResponse
from fasdemo.challenge.observation import Observation, eye_opening
from fasdemo.challenge.prompts import Prompt, Sequence
from fasdemo.engine.challenge_report import ChallengeReport, ChallengeResponse, Kind
from fasdemo.engine.measurements.limits import MIN_PARALLAX_RATIO
from fasdemo.engine.measurements.motion_evidence import Points, parallax_ratio, shape_of

MAX_TURN_S = 5.0
"""Time limit for a turn and back, from the prompt on."""
MAX_BLINK_S = 3.5
"""Time limit for closing and opening the eyes, from the prompt on."""
MAX_LIGHT_S = 24.0
"""Time limit for all colours of a light challenge, also of a second sequence, from the prompt on."""
MAX_TOTAL_S = 25.0
MIN_REACTION_S = 0.2
"""Minimum time between a prompt and the movement, because people need this time to read it."""
MAX_GAP_S = 0.5
"""Longest time between two frames."""
MAX_UNSEEN_S = 0.15
"""Longest time without the face; a turning head is sometimes not found in single frames."""
MAX_UNMEASURED_S = 0.6
"""Longest time without landmarks."""

MIN_TURN_DEG = 15.0
"""Minimum change of the yaw in a turn. For rendered heads, the estimate exceeds the angle by up to a quarter."""
MOVED_DEG = 12.0
"""Change of the yaw that counts as a movement without a prompt, or in the other direction."""
REST_DEG = 8.0
"""Largest change of the yaw after a turn, when the face looks straight again."""
MAX_START_YAW_DEG = 15.0
CLOSED_SHARE = 0.45
"""Maximum opening of closed eyes over that of the same open eyes. Blinks in four clips: at most 0.3; rendered: 0.35."""
MIN_OPENING = 0.08
"""Minimum opening of open eyes, so that they can be distinguished from closed eyes."""
MIN_CLOSED_S = 0.4
"""Minimum duration of closed eyes; natural blinks are shorter."""
_REST_SAMPLES = 4
"""Number of measurements of the face at rest, with which later measurements are compared."""
_RUN = 2
"""Number of consecutive measurements of a movement, or of rest after it; a single one can be an error."""
_MIN_RATIOS = 3
"""Minimum number of pairs of measurements, at rest and turned, with a parallax in a turn."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """The face at rest: yaw, opening of the eyes, and the rigid points of some measurements."""

    yaw_deg: float
    opening: float
    points: tuple[Points, ...]


class Challenge:
    """A challenge of one face; call `update` for every frame from its start on, also after it was passed.

    Args:
        number: number of the challenge, for its report.
        kind: kind of the sequence, for its report.
        sequence: the prompts; None if no new sequence could be drawn: the challenge fails immediately.
        track_id: track of the face.
        start_s: time of the frame that starts it.
        display: the display of light challenges; None if there is none, which fails a sequence with light.
    """

    def __init__(
        self, number: int, kind: Kind, sequence: Sequence | None, track_id: int, start_s: float,
        display: ChallengeDisplay | None = None,
    ) -> None:  # fmt: skip
        self.track_id = track_id
        self.outcome: Literal["running", "passed", "failed"] = "running"
        self.why: Failure | None = None
        self.holds = False
        """Whether it was passed and the same face was tracked without a gap since then."""
        self._number, self._kind, self._sequence = number, kind, sequence or ()
        self._start_s = self._last_s = self._seen_s = self._measured_s = start_s
        self._responses: list[ChallengeResponse] = []
        self._rest: _Rest | None = None
        self._first: list[tuple[float, float, Points]] = []
        self._pause_from_s = start_s
        self._asked_s: float | None = None
        self._left = self._right = self._straight = 0
        self._closed_s: float | None = None
        self._reached = False
        self._ratios: list[float] = []
        self._light: LightResponse | None = None
        light = next((step for step in self._sequence if step.prompt is Prompt.LIGHT), None)
        if light is not None and display is not None:
            self._light = LightResponse(number, light.colours, display, light.again)
        elif light is not None:
            self._fail(Failure.NOT_SHOWN)
        if sequence is None:
            self._fail(Failure.REPEATED)

    @property
    def prompt(self) -> Prompt:
        """The current prompt."""
        if self._asked_s is None or self._reached or self.outcome != "running":
            return Prompt.LOOK_STRAIGHT
        return self._sequence[len(self._responses)].prompt

    @property
    def report(self) -> ChallengeReport:
        """The report of the challenge; while it is running, later prompts are left out."""
        given = len(self._responses) + (self._asked_s is not None)
        shown = self._sequence[:given] if self.outcome == "running" else self._sequence
        return ChallengeReport(
            number=self._number,
            kind=self._kind,
            track_id=self.track_id,
            outcome=self.outcome,
            why="" if self.why is None else self.why.value,
            prompt=self.prompt.value if self.outcome == "running" else "",
            prompts=tuple(step.prompt.value for step in shown),
            responses=tuple(self._responses),
            light=self._light.report if self._light is not None and Prompt.LIGHT in self._given else None,
        )

    @property
    def _given(self) -> list[Prompt]:
        """The prompts that were given so far."""
        given = len(self._responses) + (self._asked_s is not None)
        return [step.prompt for step in self._sequence[:given]]

    def update(self, seen: Observation) -> None:
        """Process the next frame."""
        if self.outcome == "failed":
            return
        broken = self._broken(seen)
        self._last_s = seen.timestamp_s
        if self.outcome == "passed":
            self.holds = self.holds and broken is None
            return
        if broken is None and len(seen.tracks) > 1:
            broken = Failure.SEVERAL_FACES
        why = broken or self._late(seen.timestamp_s) or self._measure(seen) or self._shine(seen)
        if why is not None:
            self._fail(why)
        elif len(self._responses) == len(self._sequence):
            self.outcome, self.holds = "passed", True

    def abort(self) -> None:
        """End a running challenge, and withdraw one that was passed."""
        self.holds = False
        if self.outcome == "running":
            self._fail(Failure.RESET)

    def _fail(self, why: Failure) -> None:
        self.outcome, self.why, self.holds = "failed", why, False

    def _broken(self, seen: Observation) -> Failure | None:
        """Return why the frame does not continue the previous one with the same face; None if it does."""
        # Written so that NaN is a fault.
        if seen.fault or not 0.0 < seen.timestamp_s - self._last_s <= MAX_GAP_S:
            return Failure.CAPTURE_FAULT
        if seen.spoof:
            return Failure.SPOOF
        if self.track_id in seen.tracks:
            was_missing = self._seen_s < self._last_s
            if was_missing and seen.timestamp_s - self._seen_s > MAX_UNSEEN_S:
                return Failure.FACE_LOST
            self._seen_s = seen.timestamp_s
            return None
        if seen.tracks or seen.timestamp_s - self._seen_s > MAX_UNSEEN_S:
            return Failure.FACE_LOST
        return None

    def _late(self, now_s: float) -> Failure | None:
        limit_s = MAX_BLINK_S if self._asks(Prompt.BLINK) else MAX_TURN_S
        if self._asks(Prompt.LIGHT):
            limit_s = MAX_LIGHT_S
        total_s = MAX_TOTAL_S + (0.0 if self._light is None else MAX_LIGHT_S)
        if now_s - self._start_s > total_s or (self._asked_s is not None and now_s - self._asked_s > limit_s):
            return Failure.TIMED_OUT
        return None

    def _shine(self, seen: Observation) -> Failure | None:
        """Process a frame while the colours are shown."""
        if self._light is None or self._asked_s is None or not self._asks(Prompt.LIGHT):
            return None
        if seen.received_s is None or not np.isfinite(seen.received_s):
            return Failure.CAPTURE_FAULT
        timed = None
        if seen.landmarks is not None and seen.light is not None and np.isfinite(seen.landmarks).all():
            timed = TimedSample(seen.received_s, seen.light, seen.landmarks)
        why = self._light.update(seen.received_s, timed)
        if why is None and self._light.done:
            self._answer(seen.timestamp_s, self._asked_s)
        return why

    def _measure(self, seen: Observation) -> Failure | None:
        """Process the landmarks of a frame."""
        now_s = seen.timestamp_s
        if seen.landmarks is None or not np.isfinite(seen.landmarks).all() or not np.isfinite(seen.yaw_deg):
            return Failure.NOT_MEASURED if now_s - self._measured_s > MAX_UNMEASURED_S else None
        self._measured_s = now_s
        opening = eye_opening(seen.landmarks)
        points, eye_px = shape_of(seen.landmarks)
        if self._rest is None:
            self._gather(now_s, seen.yaw_deg, opening, points)
            return None
        offset_deg = seen.yaw_deg - self._rest.yaw_deg
        self._left = self._left + 1 if offset_deg >= MOVED_DEG else 0
        self._right = self._right + 1 if offset_deg <= -MOVED_DEG else 0
        self._straight = self._straight + 1 if abs(offset_deg) <= REST_DEG else 0
        if opening >= CLOSED_SHARE * self._rest.opening:
            self._closed_s = None
        elif self._closed_s is None:
            self._closed_s = now_s
        closed = self._closed_s is not None and now_s - self._closed_s >= MIN_CLOSED_S
        if self._asked_s is None:
            return self._pause(now_s, closed)
        if self._asks(Prompt.LIGHT):
            return Failure.UNASKED if closed or max(self._left, self._right) >= _RUN else None
        if self._asks(Prompt.BLINK):
            return self._blink(now_s, self._asked_s, closed)
        return self._turn(now_s, self._asked_s, offset_deg, closed, points, eye_px)

    def _gather(self, now_s: float, yaw_deg: float, opening: float, points: Points) -> None:
        if abs(yaw_deg) > MAX_START_YAW_DEG or opening < MIN_OPENING:
            self._first.clear()
            return
        self._first.append((yaw_deg, opening, points))
        if len(self._first) == _REST_SAMPLES:
            yaws, openings, shapes = zip(*self._first, strict=True)
            self._rest = _Rest(float(np.median(yaws)), float(np.median(openings)), shapes)
            self._pause_from_s = now_s

    def _pause(self, now_s: float, closed: bool) -> Failure | None:
        if closed or max(self._left, self._right) >= _RUN:
            return Failure.UNASKED
        at_rest = self._straight >= _RUN and self._closed_s is None
        if at_rest and now_s - self._pause_from_s >= self._sequence[len(self._responses)].pause_s:
            self._asked_s, self._reached, self._ratios = now_s, False, []
        return None

    def _blink(self, now_s: float, asked_s: float, closed: bool) -> Failure | None:
        if max(self._left, self._right) >= _RUN:
            return Failure.WRONG_RESPONSE
        if closed and self._closed_s is not None:
            if self._closed_s - asked_s < MIN_REACTION_S:
                return Failure.TOO_EARLY
            self._reached = True
        if self._reached and self._closed_s is None and self._straight >= _RUN:
            self._answer(now_s, asked_s)
        return None

    def _turn(
        self, now_s: float, asked_s: float, offset_deg: float, closed: bool, points: Points,
        eye_px: float,
    ) -> Failure | None:  # fmt: skip
        left = self._asks(Prompt.TURN_LEFT)
        towards_deg = offset_deg if left else -offset_deg
        moved, opposite = (self._left, self._right) if left else (self._right, self._left)
        if closed or opposite >= _RUN:
            return Failure.WRONG_RESPONSE
        if moved >= _RUN and now_s - asked_s < MIN_REACTION_S:
            return Failure.TOO_EARLY
        if towards_deg >= MIN_TURN_DEG:
            assert self._rest is not None
            found = (parallax_ratio(rest, points, eye_px) for rest in self._rest.points)
            self._ratios += [ratio for ratio in found if ratio is not None]
            self._reached = self._reached or (moved >= _RUN and len(self._ratios) >= _MIN_RATIOS)
        elif self._reached and self._straight >= _RUN:
            if float(np.median(self._ratios)) < MIN_PARALLAX_RATIO:
                return Failure.FLAT_MOTION
            self._answer(now_s, asked_s)
        return None

    def _answer(self, now_s: float, asked_s: float) -> None:
        prompt = self._sequence[len(self._responses)].prompt
        self._responses.append(ChallengeResponse(prompt=prompt.value, asked_s=asked_s, answered_s=now_s))
        self._asked_s, self._reached, self._pause_from_s = None, False, now_s

    def _asks(self, prompt: Prompt) -> bool:
        return self._asked_s is not None and self._sequence[len(self._responses)].prompt is prompt
