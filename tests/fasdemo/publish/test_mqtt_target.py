"""Signals by MQTT against a real Mosquitto: one message each, acknowledged, and nothing late."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fasdemo.publish.broker import Broker
from fasdemo.publish.mqtt_target import MqttTarget
from fasdemo.publish.target import TIMEOUT_S, TargetError
from tests.support.publish_fixtures import MOSQUITTO, Listener, Mosquitto
from tests.support.serve_fixtures import wait_for

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="Mosquitto is not installed")
CONTENT = {"event": "accepted", "number": "17"}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    yield made
    made.stop()


def target_at(port: int, password: str = "") -> MqttTarget:
    return MqttTarget(Broker("127.0.0.1", port, False, "door" if password else "", password), "house/door")


def test_mqtt_target_publishes_once_and_not_retained(broker: Mosquitto) -> None:
    heard = Listener(broker.port)
    target = target_at(broker.port)
    assert target.open()
    assert target.open(), "again does nothing"
    target.send(CONTENT, 1.0)
    wait_for(lambda: "house/door" in heard.messages)
    assert [(json.loads(text), retained) for text, retained in heard.messages["house/door"]] == [(CONTENT, False)]
    target.close()
    heard.close()


def test_mqtt_target_does_not_deliver_later_what_failed(broker: Mosquitto) -> None:
    target = target_at(broker.port)
    target.open()
    broker.stop()
    wait_for(lambda: not (target._client and target._client.is_connected()))
    with pytest.raises(TargetError, match="is not connected"):
        target.send(CONTENT, 1.0)
    broker.start()
    heard = Listener(broker.port)
    target.open()
    target.send({"number": "18"}, 1.0)
    wait_for(lambda: "house/door" in heard.messages)
    time.sleep(0.5)
    assert [json.loads(text)["number"] for text, _ in heard.messages["house/door"]] == ["18"]
    target.close()
    heard.close()


def test_mqtt_target_reports_a_broker_that_refuses_or_is_missing(broker: Mosquitto, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    closed = Mosquitto(tmp_path / "closed", "the password")
    with pytest.raises(TargetError, match="refuses the connection"):
        target_at(closed.port, "a wrong one").open()
    accepted = target_at(closed.port, "the password")
    accepted.open()
    accepted.close()
    closed.stop()
    with pytest.raises(TargetError, match="does not answer"):
        target_at(closed.port).open()


def test_mqtt_target_gives_up_on_a_broker_that_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = time.monotonic()
        with pytest.raises(TargetError, match="does not answer"):
            target_at(server.getsockname()[1]).open()
        assert time.monotonic() - started < 3 * TIMEOUT_S


def test_mqtt_target_closes_a_connection_whose_broker_does_not_acknowledge() -> None:
    got = bytearray()
    closed = threading.Event()

    def half_a_broker(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"\x20\x02\x00\x00")  # CONNACK: accepted
            try:
                while received := connection.recv(1000):
                    got.extend(received)
            except ConnectionResetError:
                pass
            closed.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=half_a_broker, args=(server,), daemon=True).start()
        target = target_at(server.getsockname()[1])
        target.open()
        with pytest.raises(TargetError, match="did not acknowledge"):
            target.send(CONTENT, 1.0)
        assert closed.wait(30)
    assert got.count(b"house/door") == 1
