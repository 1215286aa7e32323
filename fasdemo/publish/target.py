"""The receivers of signals, called targets: their interface and their status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

Content = dict[str, Any]
"""A signal as JSON."""
MAX_DELAY_S = 1.0
"""A signal that cannot be started within this time is dropped: a door must not open after the person has left."""
TIMEOUT_S = 1.0
"""Longest wait for each step of sending, e.g. a connection."""
MAX_PULSE_S = 10.0
"""Longest pulse of a serial or GPIO line."""


class TargetError(Exception):
    """A signal could not be sent; the message continues a sentence that begins with the target's name."""


class Target(Protocol):
    """The interface of a target; used by a single thread.

    Attributes:
        name: name for messages and logs, without secrets.
    """

    name: str

    def open(self) -> bool:
        """Connect, so that `send` does not have to, or check the connection.

        Returns:
            True if the target is known to work; False without a permanent connection.

        Raises:
            TargetError: it cannot be reached.
        """
        ...

    def send(self, content: Content, left_s: float) -> None:
        """Send a signal once; never repeat it.

        Args:
            content: the signal.
            left_s: seconds within which sending has to begin; later, the signal must not be sent.

        Raises:
            TargetError: it was not sent, or it is not known whether it arrived; it is not repeated.
        """
        ...

    def close(self) -> None:
        """Release the connection; the target can be opened again."""
        ...


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """The state of a target.

    Attributes:
        name: name for messages and logs.
        sent: number of signals that arrived.
        failed: number of signals that did not arrive, or not in time.
        problem: why the target does not work; empty if it works.
    """

    name: str
    sent: int = 0
    failed: int = 0
    problem: str = ""
