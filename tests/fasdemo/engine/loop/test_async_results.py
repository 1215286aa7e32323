"""The asyncio iterator over results."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Self

import pytest

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, FrameSet
from tests.support.engine_fixtures import make_engine
from tests.support.scenes import frame


class Frames:
    """A source of a few frames, each of which takes a while."""

    warnings: tuple[str, ...] = ()
    info = SourceInfo("door", "session", False, frozenset(STREAMS), 640, 480, 30.0, None)

    def __init__(self, count: int, wait_s: float = 0.0, fails: bool = False) -> None:
        self.count, self.wait_s, self.fails = count, wait_s, fails
        self.given = 0
        self.threads: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __iter__(self) -> Iterator[FrameSet]:
        for index in range(self.count):
            time.sleep(self.wait_s)
            self.threads.add(threading.current_thread().name)
            self.given += 1
            yield frame(index)
        if self.fails:
            raise UserError("door: unplugged; plug it in again.")


def test_run_async_yields_every_result_in_order_while_the_loop_runs() -> None:
    source, ticks = Frames(5, wait_s=0.05), [0]

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.005)
            ticks[0] += 1

    async def run() -> list[int]:
        ticking = asyncio.create_task(tick())
        found = [result.frame async for result in make_engine(0.97).run_async(source)]
        ticking.cancel()
        return found

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]
    assert ticks[0] >= 10
    assert len(source.threads) == 1
    assert threading.current_thread().name not in source.threads


def test_run_async_equals_run() -> None:
    async def run() -> list[object]:
        return [result.faces[0].status async for result in make_engine(0.97).run_async(Frames(8))]

    assert asyncio.run(run()) == [result.faces[0].status for result in make_engine(0.97).run(Frames(8))]


def test_run_async_raises_what_the_source_raises() -> None:
    async def run() -> None:
        async for _ in make_engine(0.97).run_async(Frames(2, fails=True)):
            pass

    with pytest.raises(UserError, match="unplugged"):
        asyncio.run(run())


def test_run_async_reads_no_frame_ahead_and_ends_when_cancelled() -> None:
    source = Frames(1000, wait_s=0.02)

    async def follow() -> None:
        async for _ in make_engine(0.97).run_async(source):
            await asyncio.sleep(0.001)

    async def run() -> int:
        task = asyncio.create_task(follow())
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        given = source.given
        await asyncio.sleep(0.1)
        assert source.given == given, "nothing is read after the end"
        return given

    assert 1 <= asyncio.run(run()) < 100


def test_run_async_stops_after_a_break() -> None:
    source = Frames(1000)

    async def run() -> None:
        results = make_engine(0.97).run_async(source)
        async for _ in results:
            break
        await results.aclose()

    asyncio.run(run())
    assert source.given == 1
