"""Live connections: results by WebSocket, and the preview as MJPEG."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, HTTPException, Request, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from fasdemo.runtime.feeds.feed import Feed
from fasdemo.serve.light_client import LightClient, light_client
from fasdemo.serve.pictures import jpeg_of, no_picture
from fasdemo.serve.settings import ServeSettings
from fasdemo.serve.subscribers import Subscriber, Subscribers

MAX_PREVIEWS = 8
PREVIEW_FPS = 10.0
MAX_SEND_S = 10.0
"""A client that does not receive data for this time is disconnected."""
_REPEAT_S = 1.0
_TRY_AGAIN_LATER = 1013
_NOT_ALLOWED = 1008
_BOUNDARY = b"fasdemo-frame"


def add_live_routes(
    router: APIRouter, settings: ServeSettings, feeds: Mapping[str, Feed], subscribers: Subscribers
) -> None:
    """Add the routes of the WebSocket and the preview."""
    previews = [0]
    displays: set[str] = set()

    @router.websocket("/events")
    async def events(socket: WebSocket, source: str | None = None, display: bool = False) -> None:
        light = light_client(feeds, source, displays) if display else None
        if isinstance(light, str):
            await socket.accept()
            await socket.close(_NOT_ALLOWED, light)
            return
        try:
            await follow(socket, source, light)
        finally:
            if light is not None:
                light.leave()

    async def follow(socket: WebSocket, source: str | None, light: LightClient | None) -> None:
        client = subscribers.add(source) if source is None or source in feeds else None
        await socket.accept()
        if client is None:
            reason = "Unknown source." if source not in (None, *feeds) else "Too many clients; try again."
            await socket.close(_TRY_AGAIN_LATER if reason.startswith("Too") else _NOT_ALLOWED, reason)
            return
        sending = asyncio.create_task(_send(socket, client))
        try:
            # Only a display sends something; receiving detects the disconnection of the others.
            while (message := await socket.receive())["type"] != "websocket.disconnect":
                if sending.done():
                    break
                if light is not None and not light.take(message.get("text") or ""):
                    await socket.close(_NOT_ALLOWED, "The message is not valid; see docs/serve.md.")
                    break
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            subscribers.remove(client)
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending

    @router.get("/sources/{source_id}/preview", tags=["pictures"], response_class=StreamingResponse)
    async def preview(source_id: str, request: Request) -> StreamingResponse:
        """Return frames with their verdicts as MJPEG; only with `--preview`."""
        feed = feeds.get(source_id)
        if feed is None:
            raise HTTPException(404, "Unknown source; /v1/sources lists the sources.")
        if not settings.preview:
            raise HTTPException(403, "Pictures are not served; start the server with --preview.")
        if previews[0] >= MAX_PREVIEWS:
            raise HTTPException(503, "Too many previews are open; close one.", {"Retry-After": "5"})
        kind = f"multipart/x-mixed-replace; boundary={_BOUNDARY.decode()}"
        return StreamingResponse(_frames(feed, previews), media_type=kind)


async def _send(socket: WebSocket, client: Subscriber) -> None:
    try:
        while True:
            event = await client.next()
            async with asyncio.timeout(MAX_SEND_S):
                await socket.send_text(json.dumps(event, allow_nan=False))
    except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError):
        with suppress(Exception):
            await socket.close(_TRY_AGAIN_LATER)


async def _frames(feed: Feed, previews: list[int]) -> AsyncIterator[bytes]:
    previews[0] += 1
    shown: Any = None
    waited_s = _REPEAT_S
    try:
        while True:
            view = feed.fresh_view()
            # The placeholder is sent repeatedly, so that a lost connection is detected.
            if (view is not None and view is not shown) or (view is None and waited_s >= _REPEAT_S):
                data = await run_in_threadpool(jpeg_of, view.frame.rgb, view.result) if view else no_picture()
                head = b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (_BOUNDARY, len(data))
                yield head + data + b"\r\n"
                shown, waited_s = view, 0.0
            elif view is None and shown is not None:
                shown, waited_s = None, _REPEAT_S
                continue
            await asyncio.sleep(1.0 / PREVIEW_FPS)
            waited_s += 1.0 / PREVIEW_FPS
    finally:
        previews[0] -= 1
