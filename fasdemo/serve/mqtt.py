"""Publish the states of the sources by MQTT, with discovery for Home Assistant."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import paho.mqtt.client as mqtt

from fasdemo import __version__
from fasdemo.engine.result import EngineFacts
from fasdemo.publish.broker import Broker, connection_to
from fasdemo.runtime.feeds.feed import Feed
from fasdemo.runtime.feeds.verdict_state import TimedResult

STATE_EVERY_S = 1.0
"""An unchanged state is repeated at this interval, so that receivers can detect that the server has stopped."""
EXPIRE_AFTER_S = 3
"""Home Assistant shows `unavailable` after this time without a new state."""
MAX_WAITING = 64
"""Number of messages that wait for the broker; further ones are dropped."""
_WATCH_S = 0.1


class MqttPublisher:
    """A publisher of states and discovery messages; a `fasdemo.runtime.feeds.feed.Follower`.

    States are not retained, because the broker would continue to show LIVE after the server has stopped.

    Args:
        broker: where to publish.
        discovery_prefix: topic prefix of Home Assistant's discovery.
    """

    def __init__(self, broker: Broker, discovery_prefix: str = "homeassistant") -> None:
        self._broker, self._prefix = broker, discovery_prefix
        self._feeds: Mapping[str, Feed] = {}
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._counts = {"published": 0, "dropped": 0}
        self._shown: dict[str, tuple[Any, float]] = {}
        client = connection_to(broker)
        client.max_queued_messages_set(MAX_WAITING)
        client.reconnect_delay_set(1, 60)
        client.will_set(self._topic("availability"), "offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        self._client = client
        self._thread = threading.Thread(target=self._run, name="fasdemo mqtt", daemon=True)

    def start(self, feeds: Mapping[str, Feed]) -> None:
        """Connect in the background; a lost connection is restored."""
        self._feeds = feeds
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=10)
        self._client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        """Publish that the server is offline and disconnect."""
        self._stop.set()
        self._thread.join(2.0)
        if self._client.is_connected():
            info = self._client.publish(self._topic("availability"), "offline", qos=1, retain=True)
            info.wait_for_publish(2.0)
        self._client.disconnect()
        self._client.loop_stop()

    def counters(self) -> dict[str, Any]:
        """Return whether the broker is connected, and the numbers of published and dropped states."""
        return self._counts | {"connected": self._client.is_connected()}

    def on_result(self, feed: Feed, timed: TimedResult, by: EngineFacts) -> None:
        """Request that the publishing thread sends a change."""
        self._changed.set()

    def on_no_result(self, feed: Feed) -> None:
        """Request that the publishing thread sends the end of a verdict."""
        self._changed.set()

    def _topic(self, *parts: str) -> str:
        return "/".join(("fasdemo", self._broker.node, *parts))

    def _run(self) -> None:
        while not self._stop.is_set():
            self._changed.wait(_WATCH_S)
            self._changed.clear()
            for feed in self._feeds.values():
                self._publish_state(feed)

    def _publish_state(self, feed: Feed) -> None:
        state = feed.state()
        now = time.monotonic()
        key = (state["status"], state["accept"], state["phase"], tuple(state["reasons"]))
        before = self._shown.get(feed.source_id)
        if before is not None and before[0] == key and now - before[1] < STATE_EVERY_S:
            return
        self._shown[feed.source_id] = (key, now)
        if not self._client.is_connected():
            # Queued states would be delivered late, after reconnecting to the broker.
            self._counts["dropped"] += 1
            return
        info = self._client.publish(self._topic(feed.source_id, "state"), json.dumps(state), qos=0, retain=False)
        self._counts["published" if info.rc == mqtt.MQTT_ERR_SUCCESS else "dropped"] += 1

    def _on_connect(self, client: mqtt.Client, data: Any, flags: Any, code: Any, properties: Any) -> None:
        if code.is_failure:
            return
        client.publish(self._topic("availability"), "online", qos=1, retain=True)
        for source_id in self._feeds:
            for kind, name, config in self._discovery(source_id):
                topic = f"{self._prefix}/{kind}/{self._broker.node}_{source_id}/{name}/config"
                client.publish(topic, json.dumps(config), qos=1, retain=True)

    def _discovery(self, source_id: str) -> list[tuple[str, str, dict[str, Any]]]:
        node = self._broker.node
        shared = {
            "state_topic": self._topic(source_id, "state"),
            "availability_topic": self._topic("availability"),
            "expire_after": EXPIRE_AFTER_S,
            "device": {
                "identifiers": [f"{node}_{source_id}"],
                "name": f"{node} {source_id}",
                "sw_version": __version__,
            },
        }
        binary = {"name": "Live person", "unique_id": f"{node}_{source_id}_live"}
        binary |= {"value_template": "{{ 'ON' if value_json.accept else 'OFF' }}", "device_class": "occupancy"}
        verdict = {"name": "Verdict", "unique_id": f"{node}_{source_id}_verdict"}
        verdict |= {"value_template": "{{ value_json.status or 'no face' }}"}
        reasons = {"name": "Reasons", "unique_id": f"{node}_{source_id}_reasons"}
        reasons |= {"value_template": "{{ (value_json.reasons | join(', '))[:255] }}"}
        return [
            ("binary_sensor", "live", shared | binary),
            ("sensor", "verdict", shared | verdict),
            ("sensor", "reasons", shared | reasons),
        ]
