"""Start the sources and serve them until Ctrl-C or SIGTERM."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

import uvicorn

from fasdemo.engine.setup.shared_models import SharedModels
from fasdemo.errors import UserError
from fasdemo.runtime.feeds.feed import Follower
from fasdemo.runtime.feeds.feed_group import FeedGroup
from fasdemo.runtime.feeds.listener import FrameListenerFollower
from fasdemo.runtime.frame_processor import make_processor, make_source
from fasdemo.runtime.outputs.event_picture_writer import EventPictureWriter
from fasdemo.runtime.outputs.service_manager import ServiceManager
from fasdemo.runtime.pipeline import MakeProcessor, MakeSource
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.serve.api import Parts, make_app
from fasdemo.serve.guard import Guard
from fasdemo.serve.live_output import LiveOutput
from fasdemo.serve.mqtt import MqttPublisher
from fasdemo.serve.settings import ServeSettings
from fasdemo.serve.still_scorer import MakeEngine, StillScorer, still_engine
from fasdemo.serve.subscribers import Subscribers
from fasdemo.serve.webhooks import Webhooks
from fasdemo.stop_signals import stops_like_ctrl_c

MAX_CONNECTIONS = 256
_MAX_HEADER_BYTES = 32 * 1024
_MAX_MESSAGE_BYTES = 4096
_SHUTDOWN_S = 3


class FasdemoServer(uvicorn.Server):
    """A uvicorn server that also sends the watchdog signals of systemd."""

    def __init__(self, config: uvicorn.Config, manager: ServiceManager) -> None:
        super().__init__(config)
        self._manager = manager

    async def on_tick(self, counter: int) -> bool:
        """Send the watchdog signal if it is due; called ten times per second in the event loop."""
        self._manager.alive(time.monotonic())
        return await super().on_tick(counter)


def serve(
    settings: ServeSettings,
    sources: Sequence[SourceRequest],
    engine: EngineRequest,
    *,
    loop: bool = False,
    publisher: MqttPublisher | None = None,
    webhooks: Webhooks | None = None,
    live_output: LiveOutput | None = None,
    pictures: EventPictureWriter | None = None,
    tell: Callable[[str], None] = lambda _: None,
    open_source: MakeSource = make_source,
    open_engine: MakeProcessor | None = None,
    open_still_engine: MakeEngine | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        settings: checked settings.
        sources: the sources; their ids are `1`, `2` and so on.
        engine: model, policy and device for all sources and for pictures.
        loop: start files again at their end.
        publisher: publishes the states by MQTT.
        webhooks: sends the changes of verdicts.
        live_output: sends a signal for every accepted attempt, and heartbeats.
        pictures: stores pictures of the events of all sources; started and stopped by the caller.
        tell: receives a sentence when the server is ready.
        open_source: opens a source.
        open_engine: creates the frame processor of a source; None for an engine that shares its models with the others.
        open_still_engine: creates the engine for pictures; None for one according to `engine`.

    Raises:
        UserError: the address cannot be used.
    """
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        # uvicorn raises the signal again at its end, but recordings and threads must still be completed.
        stack.enter_context(stops_like_ctrl_c())
        listening = stack.enter_context(_listen(settings))
        subscribers = Subscribers()
        followers: list[Follower] = [subscribers]
        counters: dict[str, Callable[[], dict[str, Any]]] = {}
        if publisher is not None:
            followers.append(publisher)
            counters["mqtt"] = publisher.counters
        if webhooks is not None:
            followers.append(webhooks)
            counters["webhooks"] = webhooks.counters
            webhooks.start()
            stack.callback(webhooks.stop)
        if live_output is not None:
            followers.append(live_output)
            counters["on_live"] = live_output.counters
            counters["heartbeat"] = live_output.heartbeats
            stack.callback(live_output.stop)
        if pictures is not None:
            followers.append(FrameListenerFollower(pictures))
            counters["event_pictures"] = partial(_picture_counters, pictures)
        models = SharedModels()
        feeds = FeedGroup(
            sources, engine, open_source, open_engine or partial(make_processor, models=models), tuple(followers), loop
        )
        scorer = StillScorer(open_still_engine or partial(still_engine, engine, models))
        stack.callback(scorer.close)
        _, guard = make_app(Parts(settings, feeds, subscribers, scorer, counters))
        config = server_config(guard, settings)
        stack.callback(feeds.stop)
        feeds.start()
        if publisher is not None:
            stack.callback(publisher.stop)
            publisher.start(feeds)
        port = listening.getsockname()[1]
        tell(f"Serving at {settings.url.replace(f':{settings.port}/', f':{port}/')}")
        manager = stack.enter_context(ServiceManager())
        FasdemoServer(config, manager).run(sockets=[listening])


def _picture_counters(pictures: EventPictureWriter) -> dict[str, Any]:
    """Return the figures of the pictures of events for the state; paths are not given to clients."""
    status = pictures.status
    return {"stored": status.stored, "dropped": status.dropped, "stopped": bool(status.problem)}


def server_config(guard: Guard, settings: ServeSettings) -> uvicorn.Config:
    """Return the configuration of the HTTP server, with all its limits."""
    return uvicorn.Config(
        guard,
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        # Use the address of the connection, because a header can contain any address.
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        http="h11",
        ws="websockets-sansio",
        ws_max_size=_MAX_MESSAGE_BYTES,
        ws_max_queue=4,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
    )


def _listen(settings: ServeSettings) -> socket.socket:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=128)
        # Connections inherit it. Without it, the body of an answer waits 40 ms for the client to acknowledge the head,
        # and asyncio sets it only for sockets that were made with the number of the protocol.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except (OSError, UnicodeError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"host {settings.host}: the server cannot listen on port {settings.port} ({reason}); choose another host "
            "or port.",
            parameter="host",
        ) from None
