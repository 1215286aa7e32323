"""Spread the checks of a face that take milliseconds over different frames."""

from __future__ import annotations

MAX_WAIT_FRAMES = 2
"""Number of frames for which a check that is due can wait. The first LIVE takes more frames than this, see
`fasdemo.engine.temporal.sequential_test.MIN_FRAMES`."""


class CheckTurns:
    """The turns of the slow checks of one face: one runs in a frame, and the others that are due wait.

    A check that has waited for `MAX_WAIT_FRAMES` frames runs in any case.
    """

    def __init__(self) -> None:
        self._waited: dict[str, int] = {}
        self._shared, self._taken = True, False

    def start_frame(self, shared: bool = True) -> None:
        """Begin the next frame, in which no check has run yet.

        Args:
            shared: whether only one check runs in this frame; False for a single picture, in which all of them run.
        """
        self._shared, self._taken = shared, False

    def take(self, check: str, due: bool) -> bool:
        """Return whether a check runs in this frame; call it once per check and frame.

        Args:
            check: name of the check.
            due: whether it is due.
        """
        if not due:
            self._waited.pop(check, None)
            return False
        waited = self._waited.get(check, 0)
        if self._shared and self._taken and waited < MAX_WAIT_FRAMES:
            self._waited[check] = waited + 1
            return False
        self._taken = True
        self._waited.pop(check, None)
        return True
