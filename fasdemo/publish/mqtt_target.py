"""Send signals by MQTT."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from typing import Any

import paho.mqtt.client as mqtt

from fasdemo.publish.broker import Broker, connection_to
from fasdemo.publish.target import TIMEOUT_S, Content, TargetError
from fasdemo.publish.web_target import NO_LINGER

_KEEPALIVE_S = 10


class MqttTarget:
    """A topic that gets each signal as JSON, not retained; a `fasdemo.publish.target.Target`.

    Args:
        broker: address of the broker.
        topic: topic of the signals.

    Raises:
        UserError: the certificate cannot be used.
    """

    def __init__(self, broker: Broker, topic: str) -> None:
        self._broker, self._topic = broker, topic
        self.name = f"mqtt{'s' if broker.tls else ''}://{broker.host}:{broker.port}/{topic}"
        connection_to(broker)
        self._client: mqtt.Client | None = None

    def open(self) -> bool:
        """Connect, and keep the connection.

        Raises:
            TargetError: the broker does not answer or refuses the connection.
        """
        if self._client is not None and self._client.is_connected():
            return True
        self.close()
        # paho repeats messages that were not acknowledged when it connects again, which may be much later. So a client
        # has a single connection, and a new one starts empty.
        client = connection_to(self._broker, reconnects=False)
        client.connect_timeout = TIMEOUT_S
        client.on_socket_open = _discard_on_close
        answered, refusals = threading.Event(), list[str]()

        def on_connect(client: mqtt.Client, data: Any, flags: Any, code: Any, properties: Any) -> None:
            if code.is_failure:
                refusals.append(str(code))
            answered.set()

        client.on_connect = on_connect
        self._client = client
        try:
            client.connect(self._broker.host, self._broker.port, keepalive=_KEEPALIVE_S)
            client.loop_start()
        except (OSError, ValueError) as error:
            self.close()
            raise TargetError(f"does not answer ({error})") from None
        if not answered.wait(TIMEOUT_S) or refusals:
            self.close()
            raise TargetError(f"refuses the connection ({refusals[0]})" if refusals else "does not answer")
        return True

    def send(self, content: Content, left_s: float) -> None:
        """Publish the signal once, and wait until the broker has acknowledged it.

        Raises:
            TargetError: there is no connection, or no acknowledgement in time.
        """
        client = self._client
        if client is None or not client.is_connected():
            self.close()
            raise TargetError("is not connected")
        info = client.publish(self._topic, json.dumps(content), qos=1, retain=False)
        with suppress(RuntimeError, ValueError):
            info.wait_for_publish(min(left_s, TIMEOUT_S))
        if not info.is_published():
            self.close()
            raise TargetError("did not acknowledge the signal")

    def close(self) -> None:
        """Disconnect, and discard messages that were not acknowledged."""
        client, self._client = self._client, None
        if client is None:
            return
        client.disconnect()
        connection: Any = client.socket()
        if connection is not None:
            # A connection that does not accept the last message would keep the client's thread alive.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        client.loop_stop()


def _discard_on_close(client: mqtt.Client, data: Any, connection: Any) -> None:
    connection.setsockopt(*NO_LINGER)
