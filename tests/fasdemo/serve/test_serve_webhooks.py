"""Webhooks against a real HTTP server: signature, retries, late deliveries, refused addresses."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.publish.web import check_address, checked_address
from fasdemo.runtime.feeds.verdict_state import TimedResult
from fasdemo.serve.webhooks import MAX_WAITING, Webhooks
from tests.support.publish_fixtures import WebReceiver
from tests.support.serve_fixtures import FACTS, Script, face_verdict, feed_of, result_of, running, wait_for

SECRET = "the secret of the tests"
BY = replace(FACTS, model_sha256="0" * 64)


@pytest.fixture
def receiver() -> Iterator[WebReceiver]:
    with WebReceiver() as server:
        yield server


def send(hooks: Webhooks, *statuses: Status, age_s: float = 0.0) -> None:
    feed = feed_of(Script())
    for number, status in enumerate(statuses):
        hooks.on_result(feed, TimedResult(result_of(number, face_verdict(status)), time.monotonic() - age_s), BY)


def test_webhooks_deliver_a_change_with_its_signature(receiver: WebReceiver) -> None:
    hooks = Webhooks((receiver.url,), SECRET)
    hooks.start()
    send(hooks, Status.UNCERTAIN, Status.LIVE, Status.LIVE)
    wait_for(lambda: hooks.counters()["delivered"] == 2)
    hooks.stop()
    assert [json.loads(body)["status"] for _, body, _ in receiver.got] == ["UNCERTAIN", "LIVE"]
    for headers, body, path in receiver.got:
        signed = headers["X-Fasdemo-Timestamp"].encode() + b"." + body
        assert (
            headers["X-Fasdemo-Signature"] == f"sha256={hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()}"
        )
        assert path == "/hook?x=1"
        assert json.loads(body)["source_id"] == "1"


def test_webhooks_repeat_a_failed_delivery_with_the_same_number(receiver: WebReceiver) -> None:
    receiver.answers = [500, 503]
    hooks = Webhooks((receiver.url,), SECRET, delays_s=(0.01, 0.01, 0.01))
    hooks.start()
    send(hooks, Status.SPOOF)
    wait_for(lambda: hooks.counters()["delivered"] == 1)
    hooks.stop()
    assert len({headers["X-Fasdemo-Delivery"] for headers, _, _ in receiver.got}) == 1
    assert len(receiver.got) == 3


@pytest.mark.parametrize(("answers", "attempts"), [([500] * 9, 3), ([404], 1), ([302], 3)])
def test_webhooks_count_a_delivery_that_is_given_up(receiver: WebReceiver, answers: list[int], attempts: int) -> None:
    receiver.answers = answers * 9
    hooks = Webhooks((receiver.url,), SECRET, delays_s=(0.01, 0.01))
    hooks.start()
    send(hooks, Status.LIVE)
    wait_for(lambda: hooks.counters()["failed"] == 1)
    hooks.stop()
    assert len(receiver.got) == attempts, "a redirect is not followed"


def test_webhooks_deliver_a_late_live_as_uncertain(receiver: WebReceiver) -> None:
    hooks = Webhooks((receiver.url,), SECRET)
    hooks.start()
    send(hooks, Status.LIVE, age_s=60.0)
    wait_for(lambda: hooks.counters()["delivered"] == 1)
    hooks.stop()
    content = json.loads(receiver.got[0][1])
    assert (content["status"], content["reasons"][0]) == ("UNCERTAIN", "stale_frame")
    assert content["age_s"] >= 60.0


def test_webhooks_are_not_delayed_by_a_dead_receiver(receiver: WebReceiver) -> None:
    hooks = Webhooks(("http://127.0.0.1:1/", receiver.url), SECRET, delays_s=(30.0,))
    hooks.start()
    send(hooks, *[Status.LIVE, Status.SPOOF] * 100)
    wait_for(lambda: hooks.counters()["delivered"] == 200)
    send(hooks, *[Status.LIVE, Status.SPOOF] * MAX_WAITING)
    counts = hooks.counters()
    assert counts["waiting"] <= 2 * MAX_WAITING
    assert counts["dropped"] > 0
    hooks.stop()


def test_webhooks_deliver_the_end_of_a_source(receiver: WebReceiver) -> None:
    hooks = Webhooks((receiver.url,), SECRET)
    hooks.start()
    script = Script()
    with running(script, followers=(hooks,)) as server:
        wait_for(lambda: hooks.counters()["delivered"] >= 1)
        script.fails_with = "door: unplugged."
        wait_for(lambda: server.feeds["1"].state()["phase"] == "failed")
        wait_for(lambda: json.loads(receiver.got[-1][1])["event"] == "end")
    hooks.stop()


@pytest.mark.parametrize(
    "url",
    ["ftp://host/", "file:///etc/passwd", "http://", "http://user:pw@host/", "http://host/\r\nX: y", "http://[", "x"],
)
def test_check_address_refuses_other_than_web_addresses(url: str) -> None:
    with pytest.raises(UserError) as error:
        check_address(url)
    assert "pw" not in str(error.value) or "user:pw" not in str(error.value)


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "::ffff:169.254.169.254", "fe80::1"])
def test_addresses_that_are_no_receiver_are_refused(host: str) -> None:
    with pytest.raises(ValueError, match="address, which is not allowed"):
        checked_address(host, 80)
