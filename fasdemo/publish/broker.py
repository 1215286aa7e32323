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
    """The address of a broker and how to sign in.

    Attributes:
        ca: PEM file of the authority to trust for `mqtts`; None trusts the system's.
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
    """Return the broker of an address such as `mqtt://host:1883` or `mqtts://host`.

    Raises:
        UserError: the address, the certificate or the name cannot be used.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in ("mqtt", "mqtts") or parts.path.strip("/") or parts.query or port == 0:
        raise UserError(f"--mqtt {url.rsplit('@', 1)[-1]}: is not an address such as mqtt://HOST:1883 or mqtts://HOST.")
    if parts.username is not None or parts.password is not None:
        raise UserError("--mqtt: put user and password into FASDEMO_MQTT_USERNAME and FASDEMO_MQTT_PASSWORD instead.")
    if not _NODE.fullmatch(node):
        raise UserError(f"--mqtt-name {node!r}: use at most 64 letters, digits, '_' and '-'.")
    if ca is not None and not ca.is_file():
        raise UserError(f"--mqtt-ca {ca}: no such file; give the PEM certificate of the authority.")
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
            raise UserError(f"--mqtt-ca {broker.ca}: cannot be used ({error}); give a PEM certificate.") from None
    return client
