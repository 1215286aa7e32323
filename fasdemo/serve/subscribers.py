"""Deliver results from the processing threads to the WebSocket clients, each with its own bounded queue."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from fasdemo.engine.result import EngineFacts
from fasdemo.runtime.feeds.feed import Feed
from fasdemo.runtime.feeds.verdict_state import TimedResult

MAX_WAITING = 64
"""Maximum number of results that wait for a slow client; older ones are dropped and counted."""


class Subscriber:
    """The queue of one client. `put` may be called from any thread, `next` only from the event loop."""

    def __init__(self, source_id: str | None, loop: asyncio.AbstractEventLoop) -> None:
        self.source_id = source_id
        self._loop = loop
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, TimedResult, bool]] = deque()
        self._dropped = 0
        self._ready = asyncio.Event()

    def put(self, source_id: str, timed: TimedResult, ended: bool) -> None:
        """Queue a result; if the queue is full, the oldest one is dropped and counted."""
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append((source_id, timed, ended))
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ready.set)

    async def next(self, clock: Callable[[], float] = time.monotonic) -> dict[str, Any]:
        """Wait for the next result and return its JSON object with its current age."""
        while True:
            with self._lock:
                item = self._waiting.popleft() if self._waiting else None
                if item is None:
                    self._ready.clear()
                else:
                    dropped, self._dropped = self._dropped, 0
            if item is not None:
                source_id, timed, ended = item
                return (timed.ended_json if ended else timed.to_json)(source_id, clock(), dropped)
            await self._ready.wait()


class Subscribers:
    """All WebSocket clients; a `fasdemo.runtime.feeds.feed.Follower`."""

    def __init__(self, limit: int = 32) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._clients: set[Subscriber] = set()
        self._last: dict[str, TimedResult] = {}

    def add(self, source_id: str | None) -> Subscriber | None:
        """Return a new subscriber to one source, or to all for None; return None if there are too many."""
        client = Subscriber(source_id, asyncio.get_running_loop())
        with self._lock:
            if len(self._clients) >= self._limit:
                return None
            self._clients.add(client)
        return client

    def remove(self, client: Subscriber) -> None:
        """Remove a subscriber."""
        with self._lock:
            self._clients.discard(client)

    def on_result(self, feed: Feed, timed: TimedResult, by: EngineFacts) -> None:
        """Queue a result for each of the source's subscribers."""
        with self._lock:
            self._last[feed.source_id] = timed
        self._put(feed.source_id, timed, ended=False)

    def on_no_result(self, feed: Feed) -> None:
        """Queue the last result again without faces, so that clients do not keep an old verdict."""
        with self._lock:
            last = self._last.pop(feed.source_id, None)
        if last is not None:
            self._put(feed.source_id, last, ended=True)

    def _put(self, source_id: str, timed: TimedResult, ended: bool) -> None:
        with self._lock:
            clients = [one for one in self._clients if one.source_id in (None, source_id)]
        for client in clients:
            client.put(source_id, timed, ended)
