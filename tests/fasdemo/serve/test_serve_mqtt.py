"""MQTT against a real Mosquitto, which the test starts and stops."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from fasdemo.errors import UserError
from fasdemo.serve.mqtt import Broker, MqttPublisher, broker_of
from tests.support.serve_fixtures import Script, running, wait_for

MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")


class Mosquitto:
    """A broker of the test on a free port of the loopback."""

    def __init__(self, folder: Path, password: str = "") -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        lines = [f"listener {self.port} 127.0.0.1", "persistence false"]
        if password:
            file = folder / "passwords"
            made = ["mosquitto_passwd", "-b", "-c", str(file), "door", password]
            subprocess.run(made, check=True, capture_output=True)
            file.chmod(0o644)
            folder.chmod(0o755)
            lines += ["allow_anonymous false", f"password_file {file}", "user root"]
        else:
            lines.append("allow_anonymous true")
        self.config = folder / "mosquitto.conf"
        self.config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self) -> None:
        assert MOSQUITTO is not None
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


class Listener:
    """Everything that is published, by topic."""

    def __init__(self, port: int, password: str = "") -> None:
        self.messages: dict[str, list[tuple[str, bool]]] = {}
        self._lock = threading.Lock()
        ready = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if password:
            self.client.username_pw_set("door", password)
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert ready.wait(10)

    def _on_message(self, client: object, data: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            self.messages.setdefault(message.topic, []).append((message.payload.decode(), message.retain))

    def last(self, topic: str) -> str:
        with self._lock:
            return self.messages.get(topic, [("", False)])[-1][0]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    found = Mosquitto(tmp_path)
    yield found
    found.stop()


def accept(listener: Listener, source: str = "1") -> bool | None:
    text = listener.last(f"fasdemo/fasdemo/{source}/state")
    return json.loads(text)["accept"] if text else None


def test_states_and_discovery_are_published(broker: Mosquitto) -> None:
    listener = Listener(broker.port)
    publisher = MqttPublisher(Broker("127.0.0.1", broker.port, False))
    script = Script()
    with running(script, followers=(publisher,)) as server:
        publisher.start(server.feeds)
        wait_for(lambda: accept(listener) is True)
        assert listener.last("fasdemo/fasdemo/availability") == "online"
        wait_for(lambda: listener.last("homeassistant/sensor/fasdemo_1/reasons/config"))
        config = json.loads(listener.last("homeassistant/binary_sensor/fasdemo_1/live/config"))
        assert config["state_topic"] == "fasdemo/fasdemo/1/state"
        assert config["availability_topic"] == "fasdemo/fasdemo/availability"
        assert config["expire_after"] >= 2
        script.stalled = True
        wait_for(lambda: accept(listener) is False)
        assert json.loads(listener.last("fasdemo/fasdemo/1/state"))["status"] == "UNCERTAIN"
        script.stalled = False
        wait_for(lambda: accept(listener) is True)
        publisher.stop()
    assert listener.last("fasdemo/fasdemo/availability") == "offline"
    late = Listener(broker.port)
    wait_for(lambda: late.last("fasdemo/fasdemo/availability"))
    assert late.last("fasdemo/fasdemo/1/state") == "", "no LIVE outlives the server"
    late.close()
    listener.close()


def test_a_restarted_broker_gets_present_states_only(broker: Mosquitto) -> None:
    publisher = MqttPublisher(Broker("127.0.0.1", broker.port, False))
    script = Script()
    with running(script, followers=(publisher,)) as server:
        publisher.start(server.feeds)
        wait_for(lambda: publisher.counters()["published"] >= 1)
        broker.stop()
        wait_for(lambda: not publisher.counters()["connected"])
        wait_for(lambda: publisher.counters()["dropped"] >= 1)
        broker.start()
        listener = Listener(broker.port)
        wait_for(lambda: accept(listener) is True, 20)
        states = [json.loads(text) for text, _ in listener.messages["fasdemo/fasdemo/1/state"]]
        assert all(state["age_s"] < 1.5 for state in states)
        assert not any(retained for _, retained in listener.messages["fasdemo/fasdemo/1/state"])
        listener.close()
        publisher.stop()


def test_a_broker_with_a_password_takes_only_the_right_one(tmp_path: Path) -> None:
    if MOSQUITTO is None or shutil.which("mosquitto_passwd") is None:
        pytest.skip("mosquitto is not installed")
    broker = Mosquitto(tmp_path, "secret")
    try:
        wrong = MqttPublisher(Broker("127.0.0.1", broker.port, False, "door", "wrong"))
        right = MqttPublisher(Broker("127.0.0.1", broker.port, False, "door", "secret"))
        with running(Script()) as server:
            wrong.start(server.feeds)
            right.start(server.feeds)
            wait_for(lambda: right.counters()["published"] >= 1)
            assert wrong.counters()["published"] == 0
            wrong.stop()
            right.stop()
    finally:
        broker.stop()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://host", "is not an address such as"),
        ("mqtt://", "is not an address such as"),
        ("mqtt://host:99999", "is not an address such as"),
        ("mqtt://host/topic", "is not an address such as"),
        ("mqtt://door:pw@host", "FASDEMO_MQTT_PASSWORD"),
    ],
)
def test_broker_of_refuses_other_addresses_and_shows_no_password(url: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as error:
        broker_of(url)
    assert ":pw" not in str(error.value)


def test_broker_of_refuses_names_that_would_change_the_topic(tmp_path: Path) -> None:
    for node in ("a/b", "#", "", "x" * 65, "a\n"):
        with pytest.raises(UserError, match="--mqtt-name"):
            broker_of("mqtt://host", node=node)
    with pytest.raises(UserError, match="--mqtt-ca"):
        broker_of("mqtts://host", ca=tmp_path / "none.pem")
    assert broker_of("mqtts://host").port == 8883
