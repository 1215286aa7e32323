"""Decide when a challenge begins, and which face can be LIVE for how long."""

from __future__ import annotations

import math
from random import Random

from fasdemo.challenge.challenge import Challenge
from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.challenge.observation import Observation
from fasdemo.challenge.prompts import Prompt, SequenceSource
from fasdemo.engine.challenge_report import ChallengeReport, Kind
from fasdemo.engine.temporal.attempts import LOCKOUT_S, AttemptMemory, Lockout

RETRY_S = 3.0
"""Time between a failed challenge and the next one."""
MAX_FAILURES = 5
"""Number of failed challenges in a short time that locks the camera; there are 16 sequences of turns to guess."""


class ChallengeGate:
    """The challenges in front of one camera.

    A challenge begins when the engine rates the only face in the picture LIVE. A face that has passed can be LIVE as
    long as it is tracked without a gap. A challenge that has begun and was not passed counts as failed, for any cause.

    Args:
        kind: kind of the challenges.
        random: source of the random sequences.
        display: the display of light challenges; None if there is none.
        memory: keeps failures and lock-out over a restart of the program or of the camera; None: they are not kept.
    """

    def __init__(
        self,
        kind: Kind,
        random: Random,
        display: ChallengeDisplay | None = None,
        memory: AttemptMemory | None = None,
    ) -> None:
        self._kind, self._display = kind, display
        self._sequences = SequenceSource(kind, random, display is not None)
        self._challenge: Challenge | None = None
        self._count = 0
        self._now_s = -math.inf
        self._retry_s = -math.inf
        self._lockout = Lockout(MAX_FAILURES, LOCKOUT_S)
        self._memory, self._restored = memory, False

    @property
    def report(self) -> ChallengeReport | None:
        """The running or last challenge; None before the first one."""
        return None if self._challenge is None else self._challenge.report

    @property
    def track_id(self) -> int | None:
        """The face of the running challenge."""
        return self._challenge.track_id if self._challenge is not None and self._running else None

    @property
    def prompt(self) -> Prompt | None:
        """The current prompt; None without a running challenge."""
        return self._challenge.prompt if self._challenge is not None and self._running else None

    @property
    def locked(self) -> bool:
        """Whether too many challenges failed."""
        return self._lockout.is_locked(self._now_s)

    @property
    def failed(self) -> bool:
        """Whether the last challenge has failed and no other one has begun."""
        return self.failure is not None

    @property
    def failure(self) -> Failure | None:
        """Why the last challenge has failed; None if it has not, or another one has begun."""
        return self._challenge.why if self._challenge is not None and self._challenge.outcome == "failed" else None

    def passed(self, track_id: int) -> bool:
        """Return whether a face has passed a challenge and was tracked without a gap since then."""
        return self._challenge is not None and self._challenge.holds and self._challenge.track_id == track_id

    def update(self, seen: Observation, now_s: float) -> None:
        """Process the next frame.

        Args:
            seen: the measurements of the frame.
            now_s: seconds on a clock that the person cannot set; a step back is ignored.
        """
        self._now_s = max(now_s, self._now_s) if math.isfinite(now_s) else self._now_s
        if self._memory is not None and not self._restored and math.isfinite(self._now_s):
            self._lockout.restore(self._memory.load(self._now_s, LOCKOUT_S))
            self._restored = True
        was_running = self._running
        if self._challenge is not None:
            self._challenge.update(seen)
        if was_running:
            self._count_failure()
        elif self._may_begin(seen):
            self._count += 1
            sequence = self._sequences.draw()
            self._challenge = Challenge(
                self._count, self._kind, sequence, seen.tracks[0], seen.timestamp_s, self._display
            )
            self._count_failure()

    def reset(self) -> None:
        """End a running challenge as failed and withdraw a passed one, because the next frame does not follow."""
        was_running = self._running
        if self._challenge is not None:
            self._challenge.abort()
        if was_running:
            self._count_failure()

    @property
    def _running(self) -> bool:
        return self._challenge is not None and self._challenge.outcome == "running"

    def _may_begin(self, seen: Observation) -> bool:
        if self.locked or self._now_s < self._retry_s or seen.fault or not math.isfinite(seen.timestamp_s):
            return False
        return len(seen.tracks) == 1 and seen.tracks[0] in seen.live and not self.passed(seen.tracks[0])

    def _count_failure(self) -> None:
        if not self.failed:
            return
        self._retry_s = self._now_s + RETRY_S
        self._lockout.add(self._now_s)
        if self._memory is not None:
            self._memory.save(self._lockout.count, self._now_s)
