"""Find the moments at which a person is accepted: once per attempt, and with a pause between two people."""

from __future__ import annotations

import math

from fasdemo.engine.result import FaceVerdict, FrameResult, Status
from fasdemo.publish.target import MAX_DELAY_S
from fasdemo.runtime.headline import main_face

ATTEMPT_ENDS_S = 1.0
"""A track that was not LIVE for this time can be accepted again."""


class AcceptedAttempts:
    """The accepted attempts in front of one camera.

    Args:
        hold_off_s: shortest time between two accepted attempts, seconds.
    """

    def __init__(self, hold_off_s: float) -> None:
        self._hold_off_s = hold_off_s
        self._accepted_s = -math.inf
        self._live_s: dict[int, float] = {}
        """Time at which each accepted track was last LIVE, by track."""

    def update(self, result: FrameResult, now_s: float) -> FaceVerdict | None:
        """Process the next result and return the face that is accepted by it, or None.

        A face can be accepted only if the frame is from a camera and at most `MAX_DELAY_S` old, and all faces are LIVE.

        Args:
            result: result of the frame.
            now_s: current time, seconds, not decreasing.
        """
        for track, live_s in list(self._live_s.items()):
            if now_s - live_s > ATTEMPT_ENDS_S:
                del self._live_s[track]
        face = main_face(result)
        if face is None or face.status is not Status.LIVE or not result.live_source:
            return None
        # Written so that NaN counts as too old.
        if not 0.0 <= result.latency_ms.total <= MAX_DELAY_S * 1000.0:
            return None
        for one in result.faces:
            if one.track_id in self._live_s:
                self._live_s[one.track_id] = now_s
        new = [one for one in result.faces if one.track_id not in self._live_s]
        if not new or now_s - self._accepted_s < self._hold_off_s:
            return None
        self._accepted_s = self._live_s[new[0].track_id] = now_s
        return new[0]

    def end(self) -> None:
        """Forget the tracks because the source has ended; the pause continues."""
        self._live_s.clear()
