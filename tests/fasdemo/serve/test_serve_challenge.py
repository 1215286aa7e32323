"""A WebSocket client that shows the colours of a light challenge."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.runtime.feeds.feed_group import FeedGroup
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from tests.support.serve_fixtures import Running, Script, feed_of, running, wait_for


def _with_light(server: Running) -> ChallengeDisplay:
    """Give the first source a display, as a server with `--challenge light` has it."""
    display = ChallengeDisplay()
    feed = server.feeds["1"]
    feed._engine = replace(feed._engine, challenge="light", display=display)
    display.begin(3)
    return display


def _address(server: Running, query: str) -> str:
    return f"{server.url.replace('http', 'ws')}/v1/events?{query}"


def _reason(client: ClientConnection) -> tuple[int, str]:
    """Return code and reason with which the server closes a connection."""
    for _ in range(1000):
        try:
            client.recv(timeout=5.0)
        except ConnectionClosed as closed:
            return (0, "") if closed.rcvd is None else (closed.rcvd.code, closed.rcvd.reason)
    raise AssertionError("the server does not close the connection")


def test_display_client_reports_colours_and_problems() -> None:
    with running(Script()) as server:
        display = _with_light(server)
        with connect(_address(server, "source=1&display=true")) as client:
            before_s = time.monotonic()
            client.send(json.dumps({"challenge": 3, "shown": 0}))
            wait_for(lambda: display.shown_s(0) is not None)
            shown_s = display.shown_s(0)
            assert shown_s is not None
            assert before_s <= shown_s <= time.monotonic()
            assert json.loads(client.recv(timeout=5.0))["source_id"] == "1"
            client.send(json.dumps({"challenge": 3, "problem": "screen_moved"}))
            wait_for(lambda: display.failure is Failure.SCREEN_MOVED)


def test_display_client_that_leaves_fails_the_challenge_and_can_come_back() -> None:
    with running(Script()) as server:
        display = _with_light(server)
        with connect(_address(server, "source=1&display=true")):
            with connect(_address(server, "source=1&display=true")) as second:
                assert _reason(second) == (1008, "Another client shows the colours of this source.")
            assert display.failure is None
        wait_for(lambda: display.failure is Failure.SCREEN_HIDDEN)
        display.begin(4)
        with connect(_address(server, "source=1&display=true")) as again:
            again.send(json.dumps({"challenge": 4, "shown": 0}))
            wait_for(lambda: display.shown_s(0) is not None)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "{}",
        '{"challenge": 3}',
        '{"challenge": 3, "shown": 0, "problem": "screen_hidden"}',
        '{"challenge": 0, "shown": 0}',
        '{"challenge": 3, "shown": -1}',
        '{"challenge": 3, "shown": "0"}',
        '{"challenge": 3, "problem": "spoof"}',
        '{"challenge": 3, "shown": 0, "more": 1}',
    ],
)
def test_display_client_with_an_invalid_message_is_disconnected(text: str) -> None:
    with running(Script()) as server:
        display = _with_light(server)
        with connect(_address(server, "source=1&display=true")) as client:
            client.send(text)
            assert _reason(client) == (1008, "The message is not valid; see docs/serve.md.")
        wait_for(lambda: display.failure is Failure.SCREEN_HIDDEN)
        assert display.shown_s(0) is None


def test_display_client_needs_a_source_with_light_challenges() -> None:
    with running(Script()) as server:
        for query, words in (
            ("display=true", "A display needs one source; add ?source=N."),
            ("source=9&display=true", "A display needs one source; add ?source=N."),
            ("source=1&display=true", "This source has no light challenges; start the server with --challenge light."),
        ):
            with connect(_address(server, query)) as client:
                assert _reason(client) == (1008, words)


def test_client_that_is_not_a_display_cannot_report_colours() -> None:
    with running(Script()) as server:
        display = _with_light(server)
        with connect(_address(server, "source=1")) as client:
            client.send(json.dumps({"challenge": 3, "shown": 0}))
            for _ in range(5):
                client.recv(timeout=5.0)
        assert display.shown_s(0) is None
        assert display.failure is None


def test_each_source_has_its_own_display() -> None:
    def group(engine: EngineRequest) -> FeedGroup:
        feed = feed_of(Script())
        return FeedGroup([SourceRequest("a"), SourceRequest("b")], engine, feed._make_source, feed._make_processor)

    first, second = (feed.display for feed in group(EngineRequest(challenge="light")).values())
    assert first is not None
    assert second is not None
    assert first is not second
    assert {feed.display for feed in group(EngineRequest(challenge="random")).values()} == {None}
