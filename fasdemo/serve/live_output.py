"""Outputs on LIVE and heartbeats of the server's sources."""

from __future__ import annotations

from typing import Any

from fasdemo.publish.signals import Signals
from fasdemo.publish.target import TargetStatus
from fasdemo.runtime.feeds.listener import ListenerFollower


class LiveOutput(ListenerFollower):
    """Sends a signal for every accepted attempt, and heartbeats; a `fasdemo.runtime.feeds.feed.Follower`.

    Args:
        signals: configured; stopped by `stop`.
    """

    def __init__(self, signals: Signals) -> None:
        super().__init__(signals)
        self._signals = signals

    def counters(self) -> dict[str, Any]:
        """Return how many accepted attempts each address got, and why one of them does not work."""
        return _counters(self._signals.outputs)

    def heartbeats(self) -> dict[str, Any]:
        """Return how many heartbeats each address got, and why one of them does not work."""
        return _counters(self._signals.heartbeats)

    def stop(self) -> None:
        """End; a signal that is being sent is completed."""
        self._signals.stop()


def _counters(targets: tuple[TargetStatus, ...]) -> dict[str, Any]:
    return {one.name: {"sent": one.sent, "failed": one.failed, "problem": one.problem} for one in targets}
