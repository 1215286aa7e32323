"""The REST interface: state, sources, snapshots, recordings and scores of pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.formparsers import MultiPartException, MultiPartParser

from fasdemo import __version__
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.record.labels import labels_from_options
from fasdemo.runtime.feeds.feed import Feed
from fasdemo.runtime.feeds.feed_group import WATCH_EVERY_S
from fasdemo.runtime.outputs.recording import Recording
from fasdemo.serve.guard import COOKIE, Guard, cookie_value
from fasdemo.serve.live import add_live_routes
from fasdemo.serve.pictures import jpeg_of
from fasdemo.serve.settings import ServeSettings
from fasdemo.serve.still_scorer import QueueFullError, StillRequest, StillScorer
from fasdemo.serve.subscribers import Subscribers

WEB = Path(__file__).parent / "web"
_PARTS: dict[str, Stream] = {"color": "rgb", "depth": "depth", "ir": "ir"}


@dataclass(slots=True)
class Parts:
    """The parts of the server that the application uses.

    Attributes:
        settings: checked settings.
        feeds: the sources by their id.
        subscribers: the WebSocket clients.
        scorer: scores pictures from clients.
        counters: functions that return figures for the state, by name, e.g. `webhooks`.
    """

    settings: ServeSettings
    feeds: Mapping[str, Feed]
    subscribers: Subscribers
    scorer: StillScorer
    counters: Mapping[str, Callable[[], dict[str, Any]]] = field(default_factory=dict)


class Login(BaseModel):
    """The sign-in form of the page."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(max_length=1024)]


class RecordingRequest(BaseModel):
    """The labels of a recording, with the names of the options of `fasdemo --record`."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(max_length=64)]
    label: Literal["live", "spoof"]
    attack: Annotated[str | None, Field(max_length=64)] = None
    instrument: Annotated[str, Field(max_length=200)] = ""
    consent: Annotated[str, Field(max_length=500)]
    retain_until: Annotated[str, Field(max_length=10)]


def make_app(parts: Parts) -> tuple[FastAPI, Guard]:
    """Return the application, and the guard that must be served in front of it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(_watch(parts.feeds))
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    # FastAPI's documentation pages are off, because they load scripts from other servers; /openapi.json has the schema.
    app = FastAPI(title="fasdemo", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    guard = Guard(app, parts.settings)

    @app.exception_handler(UserError)
    async def unusable(_: Request, error: UserError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=422)

    @app.exception_handler(QueueFullError)
    async def full(_: Request, error: QueueFullError) -> JSONResponse:
        text = "Too many pictures are waiting; try again."
        return JSONResponse({"detail": text}, status_code=503, headers={"Retry-After": "1"})

    _add_page(app, parts, guard)
    router = APIRouter(prefix="/v1")
    _add_state(router, parts)
    _add_recording(router, parts)
    _add_score(router, parts)
    add_live_routes(router, parts.settings, parts.feeds, parts.subscribers)
    app.include_router(router)
    return app, guard


async def _watch(feeds: Mapping[str, Feed]) -> None:
    while True:
        await asyncio.sleep(WATCH_EVERY_S)
        for feed in feeds.values():
            feed.watch()


def feed_of(feeds: Mapping[str, Feed], source_id: str) -> Feed:
    """Return the feed of a source.

    Raises:
        HTTPException: there is no source with this id (status 404).
    """
    feed = feeds.get(source_id)
    if feed is None:
        raise HTTPException(404, "Unknown source; /v1/sources lists the sources.")
    return feed


def _add_page(app: FastAPI, parts: Parts, guard: Guard) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "page.html")

    @app.get("/web/{name}", include_in_schema=False)
    async def web(name: Literal["page.js", "light.js", "page.css"]) -> FileResponse:
        return FileResponse(WEB / name)

    @app.get("/healthz", tags=["state"])
    async def health() -> dict[str, str]:
        """Return `ok` if the server runs, regardless of the sources."""
        return {"status": "ok"}

    @app.post("/v1/login", status_code=204, tags=["page"])
    async def login(form: Login, request: Request) -> Response:
        """Exchange the token for a cookie, for pages that cannot send headers."""
        client = request.client.host if request.client else ""
        status = guard.sign_in(client, form.token)
        if status != 204:
            raise HTTPException(status, "The token is wrong." if status == 401 else "Too many wrong tokens; wait.")
        answer = Response(status_code=204)
        secure = parts.settings.certificate is not None
        value = cookie_value(parts.settings.token)
        answer.set_cookie(COOKIE, value, httponly=True, samesite="strict", secure=secure)
        return answer


def _add_state(router: APIRouter, parts: Parts) -> None:
    @router.get("/state", tags=["state"])
    async def state() -> dict[str, Any]:
        """Return the current state of every source. Accept a person only if `accept` is true."""
        return {
            "version": __version__,
            "preview": parts.settings.preview,
            "light": [feed.source_id for feed in parts.feeds.values() if feed.display is not None],
            "sources": [feed.state() for feed in parts.feeds.values()],
            **{name: figures() for name, figures in parts.counters.items()},
        }

    @router.get("/sources", tags=["state"])
    async def sources() -> list[dict[str, Any]]:
        """Return the sources with their streams, model and policy."""
        return [_source_json(feed) for feed in parts.feeds.values()]

    @router.get("/sources/{source_id}", tags=["state"])
    async def source(source_id: str) -> dict[str, Any]:
        """Return the current state of one source."""
        return feed_of(parts.feeds, source_id).state()

    @router.get("/sources/{source_id}/snapshot", tags=["pictures"], response_class=Response)
    async def snapshot(source_id: str) -> Response:
        """Return the newest frame as JPEG; only with `--preview`."""
        feed = feed_of(parts.feeds, source_id)
        if not parts.settings.preview:
            raise HTTPException(403, "Pictures are not served; start the server with --preview.")
        view = feed.fresh_view()
        if view is None:
            raise HTTPException(503, "The source has no current picture.", {"Retry-After": "1"})
        return Response(await run_in_threadpool(jpeg_of, view.frame.rgb, None), media_type="image/jpeg")


def _source_json(feed: Feed) -> dict[str, Any]:
    info, facts = feed.info, feed.facts
    return {
        "source_id": feed.source_id,
        "source": feed.name,
        "live_source": None if info is None else info.live,
        "streams": [] if info is None else sorted(info.declared),
        "width": None if info is None else info.width,
        "height": None if info is None else info.height,
        "fps": None if info is None else info.fps,
        "model": None if facts is None else facts.model,
        "policy": None if facts is None else facts.policy,
        "provider": None if facts is None else facts.provider,
        "warnings": [] if facts is None else list(facts.warnings),
    }


def _add_recording(router: APIRouter, parts: Parts) -> None:
    @router.get("/sources/{source_id}/recording", tags=["recording"])
    async def status(source_id: str) -> dict[str, Any]:
        """Return the state of the last recording."""
        return _recording_json(feed_of(parts.feeds, source_id).recording)

    @router.post("/sources/{source_id}/recording", status_code=202, tags=["recording"])
    async def start(source_id: str, labels: RecordingRequest) -> dict[str, Any]:
        """Start a labelled recording; only with `--record`."""
        feed, root = feed_of(parts.feeds, source_id), parts.settings.record
        if root is None:
            raise HTTPException(403, "Recordings are not allowed; start the server with --record DIR.")
        checked = labels_from_options(**labels.model_dump())
        try:
            return _recording_json(feed.record(root, checked))
        except UserError as error:
            raise HTTPException(409, str(error)) from None

    @router.delete("/sources/{source_id}/recording", status_code=202, tags=["recording"])
    async def stop(source_id: str) -> dict[str, Any]:
        """Complete the recording."""
        return _recording_json(feed_of(parts.feeds, source_id).stop_recording())


def _recording_json(recording: Recording | None) -> dict[str, Any]:
    if recording is None:
        return {"stage": None, "message": "", "session": None, "written": 0, "lost": 0}
    status = recording.status
    return {
        "stage": recording.stage.value,
        "message": recording.message,
        "session": None if status is None else status.folder.name,
        "written": 0 if status is None else status.written,
        "lost": 0 if status is None else status.lost,
    }


def _add_score(router: APIRouter, parts: Parts) -> None:
    part = {"type": "string", "format": "binary"}
    schema = {
        "type": "object",
        "required": ["color"],
        "properties": {"color": part, "depth": part, "ir": part, "depth_scale": {"type": "number"}},
    }
    content = {"multipart/form-data": {"schema": schema}, "image/jpeg": {"schema": part}, "image/png": {"schema": part}}

    @router.post("/score", tags=["score"], openapi_extra={"requestBody": {"required": True, "content": content}})
    async def score(request: Request) -> dict[str, Any]:
        """Rate one picture (the body) or registered pictures (form parts `color`, `depth`, `ir`, `depth_scale`)."""
        with parts.scorer:
            return await parts.scorer.score(await _still_request(request, parts.settings.max_body_bytes))


async def _still_request(request: Request, limit: int) -> StillRequest:
    kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if kind in ("image/jpeg", "image/png"):
        return StillRequest({"rgb": await request.body()})
    if kind != "multipart/form-data":
        raise HTTPException(415, "Send image/jpeg, image/png or multipart/form-data.")
    parser = MultiPartParser(request.headers, request.stream(), max_files=3, max_fields=1, max_part_size=64)
    # Keep uploads in memory, so that no pictures of people are written to the disk.
    parser.spool_max_size = limit + 1
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise HTTPException(400, f"The form cannot be read ({getattr(error, 'message', error)}).") from None
    try:
        pictures: dict[Stream, bytes] = {}
        scale = 0.001
        for name, value in form.multi_items():
            if name == "depth_scale" and isinstance(value, str):
                scale = _depth_scale(value)
            elif name in _PARTS and not isinstance(value, str) and _PARTS[name] not in pictures:
                pictures[_PARTS[name]] = await value.read()
            else:
                raise HTTPException(
                    422, f"{name}: unknown or repeated part; send color, depth, ir and depth_scale once each."
                )
        if "rgb" not in pictures:
            raise HTTPException(422, "color: is missing; send the colour picture as a file part.")
        return StillRequest(pictures, scale)
    finally:
        await form.close()


def _depth_scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 1.0:
        raise HTTPException(422, "depth_scale: must be a number of metres per unit above 0 and at most 1.")
    return value
