"""MQTT against a real Mosquitto, which the test starts and stops."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fasdemo.errors import UserError
from fasdemo.publish.broker import Broker, broker_of
from fasdemo.serve.mqtt import MqttPublisher
from tests.support.publish_fixtures import MOSQUITTO, Listener, Mosquitto
from tests.support.serve_fixtures import Script, running, wait_for


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


def test_mqtt_sends_current_states_only_to_a_restarted_broker(broker: Mosquitto) -> None:
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


def test_mqtt_needs_the_right_password_of_the_broker(tmp_path: Path) -> None:
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
        ("http://host", "write it as mqtt://HOST"),
        ("mqtt://", "write it as mqtt://HOST"),
        ("mqtt://host:99999", "write it as mqtt://HOST"),
        ("mqtt://host/topic", "write it as mqtt://HOST"),
        ("mqtt://door:pw@host", "FASDEMO_MQTT_PASSWORD"),
    ],
)
def test_broker_of_refuses_other_addresses_and_shows_no_password(url: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as error:
        broker_of(url)
    assert ":pw" not in str(error.value)


def test_broker_of_refuses_names_that_would_change_the_topic(tmp_path: Path) -> None:
    for node in ("a/b", "#", "", "x" * 65, "a\n"):
        with pytest.raises(UserError, match="mqtt_name"):
            broker_of("mqtt://host", node=node)
    with pytest.raises(UserError, match="mqtt_ca"):
        broker_of("mqtts://host", ca=tmp_path / "none.pem")
    assert broker_of("mqtts://host").port == 8883
