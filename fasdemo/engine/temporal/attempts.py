"""Lock a camera for some time after several refused attempts, to limit the number of attempts of an attacker."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from dataclasses import replace

from fasdemo.engine.reasons import Reason, guidance, ordered
from fasdemo.engine.result import FaceVerdict, Status

ATTEMPT_ENDS_S = 1.0
"""An attempt ends after this time without a face."""
MAX_ATTEMPT_S = 10.0
"""An attempt that lasts longer counts as the next one."""
MEMORY_S = 300.0
"""Refused attempts are forgotten after this time."""


class AttemptLimit:
    """The refused attempts of all people in front of one camera.

    An attempt begins when a face appears and is refused as soon as a face is SPOOF. LIVE clears the count, UNCERTAIN
    does not change it. Nothing that a source does, for example a restart, ends a lock-out early.

    Args:
        max_refused: number of refused attempts that start a lock-out, at least 1.
        lockout_s: duration of a lock-out in seconds.
    """

    def __init__(self, max_refused: int, lockout_s: float) -> None:
        self.max_refused, self.lockout_s = max_refused, lockout_s
        self._refused_s: deque[float] = deque(maxlen=max_refused)
        self._attempt_s: float | None = None
        self._face_s = -math.inf
        self._now_s = -math.inf
        self._locked_until_s = -math.inf

    @property
    def rule(self) -> tuple[int, float]:
        """Number of refused attempts and length of the lock-out in seconds."""
        return self.max_refused, self.lockout_s

    def update(self, statuses: Collection[Status], now_s: float) -> bool:
        """Take the verdicts on one frame and return whether the camera is locked.

        Args:
            statuses: verdicts on the frame's faces.
            now_s: time of the frame in seconds on a clock that the person cannot set; a decrease is ignored.
        """
        self._now_s = now_s = max(now_s, self._now_s) if math.isfinite(now_s) else self._now_s
        if now_s < self._locked_until_s:
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
                self._refused_s.append(now_s)
        elif Status.LIVE in statuses:
            self._refused_s.clear()
        while self._refused_s and now_s - self._refused_s[0] > MEMORY_S:
            self._refused_s.popleft()
        if len(self._refused_s) < self.max_refused:
            return False
        self._refused_s.clear()
        self._attempt_s = None
        self._locked_until_s = now_s + self.lockout_s
        return True


def locked_out(verdict: FaceVerdict) -> FaceVerdict:
    """Return a verdict that is not LIVE, because the camera is locked."""
    reasons = ordered([*verdict.reasons, Reason.LOCKED_OUT])
    status = Status.UNCERTAIN if verdict.status is Status.LIVE else verdict.status
    return replace(verdict, status=status, reasons=reasons, guidance=guidance([Reason.LOCKED_OUT]))
