"""Send changes of verdicts to web addresses, with signatures and retries, in separate threads."""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from fasdemo.engine.event_log.events import Event, VerdictChanges
from fasdemo.engine.result import EngineFacts, Status
from fasdemo.publish.web import post_json
from fasdemo.runtime.feeds.feed import Feed
from fasdemo.runtime.feeds.verdict_state import STALE, TimedResult

MAX_WAITING = 256
"""Maximum number of waiting deliveries for each address; further ones are dropped and counted."""
RETRY_DELAYS_S = (1.0, 4.0, 15.0, 60.0)
TIMEOUT_S = 5.0
MAX_LIVE_AGE_S = 5.0
"""LIVE is replaced by UNCERTAIN in a delivery that is later than this."""
_STOP_S = 2.0


@dataclass(frozen=True, slots=True)
class _Delivery:
    url: str
    source_id: str
    event: Event
    arrived_s: float
    number: str


class Webhooks:
    """A sender of events in the format of the event log; a `fasdemo.runtime.feeds.feed.Follower`.

    Every address has its own queue and thread, so that an address that does not answer does not delay the others.

    Args:
        urls: addresses from the operator, checked by `fasdemo.publish.web.check_address`.
        secret: key of the signatures.
        clock: returns seconds, like `time.monotonic`.
        delays_s: waits between the attempts; after the last attempt, the delivery counts as failed.
    """

    def __init__(
        self,
        urls: tuple[str, ...],
        secret: str,
        clock: Callable[[], float] = time.monotonic,
        delays_s: tuple[float, ...] = RETRY_DELAYS_S,
    ) -> None:
        self._secret, self._clock, self._delays_s = secret.encode(), clock, delays_s
        self._changes: dict[str, VerdictChanges] = {}
        self._queues = {url: queue.Queue[_Delivery](MAX_WAITING) for url in urls}
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._counts = {"delivered": 0, "failed": 0, "dropped": 0}
        self._threads = [
            threading.Thread(target=self._run, args=(waiting,), name="fasdemo webhook", daemon=True)
            for waiting in self._queues.values()
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the threads; waiting deliveries are lost."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_STOP_S)

    def counters(self) -> dict[str, Any]:
        """Return the numbers of delivered, failed, dropped and waiting deliveries."""
        with self._lock:
            return self._counts | {"waiting": sum(one.qsize() for one in self._queues.values())}

    def on_result(self, feed: Feed, timed: TimedResult, by: EngineFacts) -> None:
        """Queue the changes of verdicts in a result."""
        changes = self._changes.setdefault(feed.source_id, VerdictChanges())
        self._put(feed.source_id, changes.add(timed.result, by), timed.arrived_s)

    def on_no_result(self, feed: Feed) -> None:
        """Queue the end of the current verdicts."""
        changes = self._changes.get(feed.source_id)
        if changes is not None:
            self._put(feed.source_id, changes.end(), self._clock())

    def _put(self, source_id: str, events: list[Event], arrived_s: float) -> None:
        for event in events:
            for url, waiting in self._queues.items():
                try:
                    waiting.put_nowait(_Delivery(url, source_id, event, arrived_s, uuid.uuid4().hex))
                except queue.Full:
                    self._count("dropped")

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1

    def _run(self, waiting: queue.Queue[_Delivery]) -> None:
        # Ignore proxies and passwords in the environment, and do not follow redirects.
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            while not self._stop.is_set():
                try:
                    delivery = waiting.get(timeout=0.2)
                except queue.Empty:
                    continue
                self._deliver(client, delivery)

    def _deliver(self, client: httpx.Client, delivery: _Delivery) -> None:
        host = urlsplit(delivery.url).hostname
        status: int | str = ""
        for delay_s in (*self._delays_s, None):
            try:
                status = self._post(client, delivery)
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
                status = f"{type(error).__name__}: {error}"
            if isinstance(status, int) and 200 <= status < 300:
                self._count("delivered")
                return
            if delay_s is None or (isinstance(status, int) and 400 <= status < 500 and status not in (408, 429)):
                break
            if self._stop.wait(delay_s):
                break
        self._count("failed")
        logging.getLogger(__name__).warning("cannot deliver an event to the webhook %s (%s)", host, status)

    def _post(self, client: httpx.Client, delivery: _Delivery) -> int:
        content = delivery_json(delivery.source_id, delivery.event, self._clock() - delivery.arrived_s)
        return post_json(client, delivery.url, content, self._secret, delivery.number)


def delivery_json(source_id: str, event: Event, age_s: float) -> dict[str, Any]:
    """Return the body of a delivery; a late LIVE is replaced by UNCERTAIN."""
    content = event.model_dump(mode="json") | {"source_id": source_id, "age_s": round(max(age_s, 0.0), 3)}
    if event.status is Status.LIVE and not age_s <= MAX_LIVE_AGE_S:
        content |= {"status": Status.UNCERTAIN.value, "reasons": [STALE, *event.reasons]}
    return content
