"""Outputs on LIVE of the server's sources."""

from __future__ import annotations

from typing import Any

from fasdemo.engine.result import EngineFacts
from fasdemo.publish.signals import Signals
from fasdemo.runtime.feeds.feed import Feed
from fasdemo.runtime.feeds.verdict_state import TimedResult


class LiveOutput:
    """Sends a signal for every accepted attempt; a `fasdemo.runtime.feeds.feed.Follower`.

    Args:
        signals: configured; stopped by `stop`.
    """

    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def on_result(self, feed: Feed, timed: TimedResult, by: EngineFacts) -> None:
        """Take the result of a frame."""
        self._signals.on_result(timed.result, by, feed.source_id)

    def on_no_result(self, feed: Feed) -> None:
        """Take the end of the present verdicts."""
        self._signals.on_no_result(feed.source_id)

    def counters(self) -> dict[str, Any]:
        """Return how many signals each address got, and why one of them does not work."""
        return {
            one.name: {"sent": one.sent, "failed": one.failed, "problem": one.problem} for one in self._signals.outputs
        }

    def stop(self) -> None:
        """End; a signal that is being sent is completed."""
        self._signals.stop()
