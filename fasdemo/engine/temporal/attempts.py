"""Lock a camera for some time after several refused attempts, to limit the number of attempts of an attacker."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

from fasdemo.engine.reasons import Reason, guidance, ordered
from fasdemo.engine.result import FaceVerdict, Status

ATTEMPT_ENDS_S = 1.0
"""An attempt ends after this time without a face."""
MAX_ATTEMPT_S = 10.0
"""An attempt that lasts longer counts as the next one."""
MEMORY_S = 300.0
"""Failures are forgotten after this time."""
LOCKOUT_S = 60.0
"""Usual duration of a lock-out."""


@dataclass(frozen=True, slots=True)
class AttemptCount:
    """The refused attempts so far, to be stored.

    Attributes:
        failures_s: times of the counted failures.
        until_s: end of the lock-out; minus infinity without one. All times are on the caller's clock in seconds.
    """

    failures_s: tuple[float, ...] = ()
    until_s: float = -math.inf


class AttemptMemory(Protocol):
    """A store that keeps refused attempts and lock-outs over a restart of the program or a change of the source."""

    def load(self, now_s: float, lockout_s: float) -> AttemptCount:
        """Return the stored count with times on the caller's clock; a store that cannot be read gives a lock-out."""
        ...

    def save(self, count: AttemptCount, now_s: float) -> None:
        """Store a count; a failure is logged."""
        ...


class Lockout:
    """A lock-out after several failures within `MEMORY_S`.

    Args:
        max_failures: number of failures that start a lock-out, at least 1.
        lockout_s: duration of a lock-out in seconds.
    """

    def __init__(self, max_failures: int, lockout_s: float) -> None:
        self.max_failures, self.lockout_s = max_failures, lockout_s
        self._failures_s: deque[float] = deque(maxlen=max_failures)
        self._until_s = -math.inf

    @property
    def count(self) -> AttemptCount:
        """The failures and the lock-out."""
        return AttemptCount(tuple(self._failures_s), self._until_s)

    def restore(self, count: AttemptCount) -> None:
        """Continue with stored failures and a stored lock-out."""
        self._failures_s.extend(count.failures_s)
        self._until_s = max(self._until_s, count.until_s)

    def is_locked(self, now_s: float) -> bool:
        """Return whether the lock-out lasts at this time, in seconds on a clock that does not decrease."""
        return now_s < self._until_s

    def clear(self) -> None:
        """Forget the failures; a lock-out that has begun lasts."""
        self._failures_s.clear()

    def add(self, now_s: float) -> bool:
        """Count a failure and return whether it starts a lock-out."""
        self._failures_s.append(now_s)
        if len(self._failures_s) < self.max_failures or now_s - self._failures_s[0] > MEMORY_S:
            return False
        self._failures_s.clear()
        self._until_s = now_s + self.lockout_s
        return True


class AttemptLimit:
    """The refused attempts of all people in front of one camera.

    An attempt begins when a face appears and is refused as soon as a face is SPOOF. LIVE clears the count, UNCERTAIN
    does not change it. Nothing that a source does, for example a restart, ends a lock-out early.

    Args:
        max_refused: number of refused attempts that start a lock-out, at least 1.
        lockout_s: duration of a lock-out in seconds.
        memory: keeps the count over a restart of the program or a change of the source; None: it is not kept.
    """

    def __init__(self, max_refused: int, lockout_s: float, memory: AttemptMemory | None = None) -> None:
        self._lockout = Lockout(max_refused, lockout_s)
        self._memory = memory
        self._saved: AttemptCount | None = None
        self._attempt_s: float | None = None
        self._face_s = -math.inf
        self._now_s = -math.inf

    @property
    def rule(self) -> tuple[int, float]:
        """Number of refused attempts and length of the lock-out in seconds."""
        return self._lockout.max_failures, self._lockout.lockout_s

    def update(self, statuses: Collection[Status], now_s: float) -> bool:
        """Take the verdicts on one frame and return whether the camera is locked.

        Args:
            statuses: verdicts on the frame's faces.
            now_s: time of the frame in seconds on a clock that the person cannot set; a decrease is ignored.
        """
        self._now_s = now_s = max(now_s, self._now_s) if math.isfinite(now_s) else self._now_s
        if self._memory is not None and self._saved is None and math.isfinite(now_s):
            self._lockout.restore(self._memory.load(now_s, self._lockout.lockout_s))
            self._saved = self._lockout.count
        locked = self._count(statuses, now_s)
        if self._memory is not None and self._saved not in (None, self._lockout.count):
            self._saved = self._lockout.count
            self._memory.save(self._saved, now_s)
        return locked

    def _count(self, statuses: Collection[Status], now_s: float) -> bool:
        if self._lockout.is_locked(now_s):
            return True
        if now_s - self._face_s > ATTEMPT_ENDS_S:
            self._attempt_s = None
        if statuses:
            self._face_s = now_s
        if self._attempt_s is not None and now_s - self._attempt_s > MAX_ATTEMPT_S:
            self._attempt_s = None
        if Status.SPOOF in statuses:
            if self._attempt_s is None:
                self._attempt_s = now_s
                if self._lockout.add(now_s):
                    self._attempt_s = None
                    return True
        elif Status.LIVE in statuses:
            self._lockout.clear()
        return False


def locked_out(verdict: FaceVerdict) -> FaceVerdict:
    """Return a verdict that is not LIVE, because the camera is locked."""
    reasons = ordered([*verdict.reasons, Reason.LOCKED_OUT])
    status = Status.UNCERTAIN if verdict.status is Status.LIVE else verdict.status
    return replace(verdict, status=status, reasons=reasons, guidance=guidance([Reason.LOCKED_OUT]))
