"""Send changes of verdicts to web addresses, signed, with retries, in a thread of its own."""

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
from fasdemo.serve.feed import Feed
from fasdemo.serve.verdict_state import STALE, TimedResult

MAX_WAITING = 256
"""Deliveries that wait; further ones are dropped and counted."""
RETRY_DELAYS_S = (1.0, 4.0, 15.0, 60.0)
TIMEOUT_S = 5.0
MAX_LIVE_AGE_S = 5.0
"""A delivery that is later says UNCERTAIN instead of LIVE."""
_STOP_S = 2.0


@dataclass(frozen=True, slots=True)
class _Delivery:
    url: str
    source_id: str
    event: Event
    arrived_s: float
    number: str


class Webhooks:
    """Delivers events in the format of the event log; a `fasdemo.serve.feed.Follower`.

    Every address has a queue and a thread, so that one that does not answer does not delay the others.

    Args:
        urls: addresses, given by the operator, checked by `fasdemo.publish.web.check_address`.
        secret: key of the signatures.
        clock: seconds, as `time.monotonic`.
        delays_s: waits between the attempts; afterwards the delivery is given up and counted.
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
        """End; deliveries that still wait are lost."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_STOP_S)

    def counters(self) -> dict[str, Any]:
        """Return how many deliveries were made, given up and dropped, and how many wait."""
        with self._lock:
            return self._counts | {"waiting": sum(one.qsize() for one in self._queues.values())}

    def on_result(self, feed: Feed, timed: TimedResult, by: EngineFacts) -> None:
        """Queue the changes that a result makes."""
        changes = self._changes.setdefault(feed.source_id, VerdictChanges())
        self._put(feed.source_id, changes.add(timed.result, by), timed.arrived_s)

    def on_no_result(self, feed: Feed) -> None:
        """Queue the end of the present verdicts."""
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
        # Proxies and passwords of the environment do not apply, and redirects are not followed.
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
        logging.getLogger(__name__).warning("webhook %s: an event could not be delivered (%s)", host, status)

    def _post(self, client: httpx.Client, delivery: _Delivery) -> int:
        content = delivery_json(delivery.source_id, delivery.event, self._clock() - delivery.arrived_s)
        return post_json(client, delivery.url, content, self._secret, delivery.number)


def delivery_json(source_id: str, event: Event, age_s: float) -> dict[str, Any]:
    """Return the body of a delivery; a late LIVE is UNCERTAIN."""
    content = event.model_dump(mode="json") | {"source_id": source_id, "age_s": round(max(age_s, 0.0), 3)}
    if event.status is Status.LIVE and not age_s <= MAX_LIVE_AGE_S:
        content |= {"status": Status.UNCERTAIN.value, "reasons": [STALE, *event.reasons]}
    return content
