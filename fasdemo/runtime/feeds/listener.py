"""Pass the results of several sources to an event log or to the signals."""

from __future__ import annotations

from typing import Protocol

from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.frames import FrameSet
from fasdemo.runtime.feeds.feed import Feed
from fasdemo.runtime.feeds.verdict_state import TimedResult


class SourceListener(Protocol):
    """The interface of a listener to several sources, e.g. an event log; it must not block or raise."""

    def on_result(self, result: FrameResult, facts: EngineFacts, source_id: str = "") -> None:
        """Handle the result of a frame."""
        ...

    def on_no_result(self, source_id: str = "") -> None:
        """Handle a frame that could not be processed, or the end of the source."""
        ...


class SourceFrameListener(SourceListener, Protocol):
    """The interface of a listener to several sources that also needs the frames; it must not block or raise."""

    def on_frame(self, frame: FrameSet, source_id: str = "") -> None:
        """Take the frame whose result follows."""
        ...


class ListenerFollower:
    """A `fasdemo.runtime.feeds.feed.Follower` that passes everything to a listener.

    Args:
        listener: the receiver.
    """

    def __init__(self, listener: SourceListener) -> None:
        self._listener = listener

    def on_result(self, feed: Feed, timed: TimedResult, by: EngineFacts) -> None:
        """Pass on the result of a frame."""
        self._listener.on_result(timed.result, by, feed.source_id)

    def on_no_result(self, feed: Feed) -> None:
        """Pass on the end of the current verdicts."""
        self._listener.on_no_result(feed.source_id)


class FrameListenerFollower(ListenerFollower):
    """A follower that also passes on the frames.

    Args:
        listener: the receiver.
    """

    def __init__(self, listener: SourceFrameListener) -> None:
        super().__init__(listener)
        self._frame_listener = listener

    def on_frame(self, feed: Feed, frame: FrameSet) -> None:
        """Pass on the frame whose result follows."""
        self._frame_listener.on_frame(frame, feed.source_id)
