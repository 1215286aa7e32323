"""The server's report about a source: the current verdict, and never an old one."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from websockets.sync.client import connect

from fasdemo.engine.result import Status
from fasdemo.runtime.feeds import feed
from fasdemo.runtime.feeds.verdict_state import MAX_AGE_S, TimedResult, current_state
from fasdemo.runtime.updates import Phase, UpdateQueue, View
from fasdemo.serve.subscribers import MAX_WAITING, Subscribers
from tests.support.scenes import frame
from tests.support.serve_fixtures import FACTS, Script, face_verdict, feed_of, result_of, running, wait_for

SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "docs" / "events.schema.json").read_text())
BY = replace(FACTS, model_sha256="0" * 64)


def timed(*statuses: Status, live: bool = True) -> TimedResult:
    return TimedResult(result_of(5, *(face_verdict(one, n) for n, one in enumerate(statuses)), live=live), 100.0)


def test_current_state_accepts_a_fresh_live_face_of_a_camera() -> None:
    state = current_state("1", "door", Phase.RUNNING, "", timed(Status.LIVE), 100.1)
    assert (state["status"], state["accept"]) == ("LIVE", True)


@pytest.mark.parametrize("phase", [None, Phase.OPENING, Phase.ENDED, Phase.FAILED])
def test_current_state_of_a_source_that_does_not_run_is_uncertain(phase: Phase | None) -> None:
    state = current_state("1", "door", phase, "", timed(Status.LIVE), 100.1)
    assert (state["status"], state["accept"], state["event"]) == ("UNCERTAIN", False, None)


@pytest.mark.parametrize("now_s", [100.0 + MAX_AGE_S + 0.01, 200.0, float("nan")])
def test_current_state_of_an_old_verdict_is_uncertain(now_s: float) -> None:
    state = current_state("1", "door", Phase.RUNNING, "", timed(Status.LIVE), now_s)
    assert (state["status"], state["accept"], state["reasons"]) == ("UNCERTAIN", False, ["stale_frame"])


def test_current_state_never_accepts_a_file() -> None:
    state = current_state("1", "clip", Phase.RUNNING, "", timed(Status.LIVE, live=False), 100.1)
    assert (state["status"], state["accept"], state["live_source"]) == ("LIVE", False, False)


def test_current_state_of_two_faces_is_that_of_the_worse_one() -> None:
    state = current_state("1", "door", Phase.RUNNING, "", timed(Status.LIVE, Status.SPOOF), 100.1)
    assert (state["status"], state["accept"]) == ("SPOOF", False)


def test_current_state_without_a_face_has_no_status() -> None:
    assert current_state("1", "door", Phase.RUNNING, "", timed(), 100.1)["status"] is None


def test_an_event_of_an_old_result_has_no_faces() -> None:
    event = timed(Status.LIVE).to_json("1", 100.0 + 2 * MAX_AGE_S)
    assert event["faces"] == []
    assert event["reasons"][0] == "stale_frame"
    jsonschema.Draft202012Validator(SCHEMA).validate(event)


def test_a_stalled_camera_is_uncertain_and_its_clients_are_informed() -> None:
    script = Script()
    with running(script) as server, server.client() as client:
        wait_for(lambda: client.get("/v1/sources/1").json()["accept"])
        with connect(f"{server.url.replace('http', 'ws')}/v1/events") as socket:
            assert json.loads(socket.recv(5))["faces"]
            script.stalled = True
            last = {}
            wait_for(lambda: last.update(json.loads(socket.recv(5))) or not last["faces"])
            assert last["reasons"][0] == "stale_frame"
        state = client.get("/v1/sources/1").json()
        assert (state["status"], state["accept"]) == ("UNCERTAIN", False)
        script.stalled = False
        wait_for(lambda: client.get("/v1/sources/1").json()["accept"])


def test_a_failed_source_is_reopened_while_the_other_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RETRY_S", 0.2)
    bad, good = Script("gate", fails_with="gate: cannot be opened; plug it in."), Script("door")
    with running(bad, good) as server, server.client() as client:
        wait_for(lambda: client.get("/v1/sources/2").json()["accept"])
        state = client.get("/v1/sources/1").json()
        assert (state["phase"], state["accept"]) == ("failed", False)
        assert state["message"] == "gate: cannot be opened; plug it in."
        bad.fails_with = ""
        wait_for(lambda: client.get("/v1/sources/1").json()["accept"])


def test_a_source_that_fails_while_it_runs_is_no_longer_accepted() -> None:
    script = Script()
    feed = feed_of(script)
    feed.start()
    try:
        wait_for(lambda: feed.state()["accept"])
        script.fails_with = "door: unplugged; plug it in again."
        wait_for(lambda: feed.state()["phase"] == "failed")
        assert not feed.state()["accept"]
        assert feed.fresh_view() is None
    finally:
        feed.stop()


def test_websocket_events_fit_the_schema_and_belong_to_the_source() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    with running(Script("door"), Script("gate", status=Status.SPOOF)) as server:
        base = server.url.replace("http", "ws")
        with connect(f"{base}/v1/events?source=2") as one, connect(f"{base}/v1/events") as every:
            frames = [json.loads(one.recv(5)) for _ in range(10)]
            both = [json.loads(every.recv(5)) for _ in range(20)]
    for event in [*frames, *both]:
        validator.validate(event)
        assert event["age_s"] < MAX_AGE_S
        assert (event["source_id"], event["source"]) in {("1", "door"), ("2", "gate")}
        assert {face["status"] for face in event["faces"]} == {"LIVE" if event["source"] == "door" else "SPOOF"}
    assert {event["source_id"] for event in frames} == {"2"}
    assert {event["source_id"] for event in both} == {"1", "2"}
    numbers = [event["frame"] for event in frames]
    assert numbers == sorted(set(numbers))


def test_a_slow_client_loses_old_results_and_gets_their_number() -> None:
    async def run() -> dict[str, object]:
        subscribers = Subscribers()
        client = subscribers.add(None)
        assert client is not None
        feed = feed_of(Script())
        for number in range(MAX_WAITING + 10):
            subscribers.on_result(feed, TimedResult(result_of(number, face_verdict(Status.LIVE)), 100.0), BY)
        return await client.next(lambda: 100.1)

    event = asyncio.run(run())
    assert (event["frame"], event["dropped"]) == (10, 10)


def test_too_many_websocket_clients_are_refused() -> None:
    async def run() -> list[object]:
        subscribers = Subscribers(limit=2)
        return [subscribers.add(None) for _ in range(3)]

    assert asyncio.run(run())[2] is None


def test_feed_keeps_no_picture_that_arrives_after_the_source_has_failed() -> None:
    source, updates = feed_of(Script()), UpdateQueue(lambda: None)
    last = View(frame(0), result_of(0, face_verdict(Status.LIVE)), 0.0)
    updates.put(phase=Phase.RUNNING)
    updates.put_view(last, None)
    source._take(updates)
    assert source._view is last
    updates.put(phase=Phase.FAILED, message="door cannot be read any more.")
    updates.put_view(last, None)
    source._take(updates)
    updates.put_view(last, None)
    source._take(updates)
    assert source._view is None
