"""Score pictures from clients, one after the other, in one thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fasdemo.capture.files.stills import decode_grey
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.setup.loading import ModelLoader
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, FrameSet, Stream
from fasdemo.runtime.requests import EngineRequest
from fasdemo.sessions.image_codec import decode_image, recorded_format

MAX_WAITING = 8
"""Maximum number of requests that are received, waiting or processed; their bodies are in memory."""


class QueueFullError(Exception):
    """The error for a request beyond `MAX_WAITING`."""


@dataclass(frozen=True, slots=True)
class StillRequest:
    """The encoded pictures of one capture, registered to each other, and metres per unit of depth."""

    pictures: dict[Stream, bytes]
    depth_scale: float = 0.001


MakeEngine = Callable[[frozenset[Stream]], Engine]


def still_engine(request: EngineRequest, models: ModelLoader, streams: frozenset[Stream]) -> Engine:
    """Return an engine for single pictures with these streams, with models from `models`.

    Raises:
        UserError: there is no model for these streams, or the model cannot be used.
    """
    info = SourceInfo("pictures", "images", False, streams, 1, 1, 1.0, None)
    policy = Policy(threshold=request.policy, require=request.require, allow_rgb_only=request.allow_rgb_only)
    return Engine.for_info(info, model=request.model, device=request.device, policy=policy, models=models)


class StillScorer:
    """A scorer of pictures; each request reserves a place before its body is read, so that memory is bounded.

    Args:
        make_engine: creates an engine; called in the scoring thread, once for each set of streams.
        limit: number of places.
    """

    def __init__(self, make_engine: MakeEngine, limit: int = MAX_WAITING) -> None:
        self._make_engine = make_engine
        self._limit = limit
        self._taken = 0
        self._number = 0
        self._engines: dict[frozenset[Stream], Engine] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fasdemo score")

    def __enter__(self) -> None:
        if self._taken >= self._limit:
            raise QueueFullError
        self._taken += 1

    def __exit__(self, *_: object) -> None:
        self._taken -= 1

    async def score(self, request: StillRequest) -> dict[str, Any]:
        """Return the event of `docs/events.md` for one capture; call it inside `with scorer:`.

        Raises:
            UserError: a picture cannot be used, or there is no model for these streams.
        """
        # Shielded, so that the place of a disconnected client is free only after its picture is processed.
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._score, request)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise

    def close(self) -> None:
        """Release the engines after the current picture."""
        self._thread.submit(self._close_engines)
        self._thread.shutdown(wait=True)

    def _score(self, request: StillRequest) -> dict[str, Any]:
        streams = frozenset(request.pictures)
        images = {stream: _decoded(stream, request.pictures[stream]) for stream in STREAMS if stream in streams}
        engine = self._engines.get(streams)
        if engine is None:
            engine = self._engines[streams] = self._make_engine(streams)
        self._number += 1
        frame = FrameSet(
            index=0,
            timestamp_s=float(self._number),
            rgb=images["rgb"],
            depth=images.get("depth"),
            depth_scale=request.depth_scale,
            ir=images.get("ir"),
            declared=streams,
        )
        result = replace(engine.process(frame, still=True), timestamp_s=0.0)
        return result.to_json()

    def _close_engines(self) -> None:
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()


def _decoded(stream: Stream, data: bytes) -> Any:
    name = "color" if stream == "rgb" else stream
    # Only two of OpenCV's many decoders may process data from the network.
    if not recorded_format(data):
        raise UserError(f"{name}: is not a JPEG or PNG picture; convert it.")
    try:
        image = decode_image(data, "rgb") if stream == "rgb" else decode_grey(data, stream)
    except ValueError as error:
        raise UserError(f"{name}: {error}.") from None
    return np.ascontiguousarray(image)
