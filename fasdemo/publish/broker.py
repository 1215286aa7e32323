"""MQTT brokers: their addresses and connections to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from fasdemo.errors import UserError

_NODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Broker:
    """The address of a broker, and the credentials for it.

    Attributes:
        host: name or IP address.
        port: TCP port.
        tls: whether the connection is encrypted.
        username: user name; empty for none.
        password: password; empty for none.
        ca: PEM file of the certificate authority for `mqtts`; None for those of the system.
        node: name of this server in topics.
    """

    host: str
    port: int
    tls: bool
    username: str = ""
    password: str = ""
    ca: Path | None = None
    node: str = "fasdemo"


def broker_of(
    url: str, username: str = "", password: str = "", ca: Path | None = None, node: str = "fasdemo"
) -> Broker:
    """Return the broker with an address such as `mqtt://host:1883` or `mqtts://host`.

    Raises:
        UserError: `url`, `node` or the file `ca` cannot be used.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in ("mqtt", "mqtts") or parts.path.strip("/") or parts.query or port == 0:
        raise UserError(
            f"mqtt {url.rsplit('@', 1)[-1]}: is not a valid address; write it as mqtt://HOST:1883 or mqtts://HOST.",
            parameter="mqtt",
        )
    if parts.username is not None or parts.password is not None:
        raise UserError(
            "mqtt: the address must not contain user and password; set FASDEMO_MQTT_USERNAME and "
            "FASDEMO_MQTT_PASSWORD.",
            parameter="mqtt",
        )
    if not _NODE.fullmatch(node):
        raise UserError(f"mqtt_name {node!r}: use at most 64 letters, digits, '_' and '-'.", parameter="mqtt_name")
    if ca is not None and not ca.is_file():
        raise UserError(
            f"mqtt_ca {ca}: no such file; give the PEM certificate of the broker's certificate authority.",
            parameter="mqtt_ca",
        )
    tls = parts.scheme == "mqtts"
    return Broker(host, port or (8883 if tls else 1883), tls, username, password, ca, node)


def connection_to(broker: Broker, reconnects: bool = True) -> mqtt.Client:
    """Return a client for a broker, not connected yet.

    Args:
        broker: the broker.
        reconnects: connect again after a lost connection, and repeat the messages that were not acknowledged.

    Raises:
        UserError: the certificate cannot be used.
    """
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id="", protocol=mqtt.MQTTv311, reconnect_on_failure=reconnects
    )
    if broker.username:
        client.username_pw_set(broker.username, broker.password or None)
    if broker.tls:
        try:
            client.tls_set(ca_certs=None if broker.ca is None else str(broker.ca))
        except OSError as error:
            raise UserError(
                f"mqtt_ca {broker.ca}: cannot be used ({error}); give a PEM certificate.", parameter="mqtt_ca"
            ) from None
    return client
