"""Results of a source for asyncio programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor

from fasdemo.engine.result import FrameResult


async def async_results(results: Iterator[FrameResult]) -> AsyncGenerator[FrameResult, None]:
    """Yield the results of an iterator that runs in a separate thread, so that the event loop is not blocked.

    A frame is read when the caller requests the next result, so that a camera's frames do not queue. If the caller is
    cancelled or closes the iterator, it ends after the current frame; close engine and source afterwards.

    Args:
        results: the iterator from `Engine.run`.

    Raises:
        fasdemo.errors.UserError: the source can no longer be used.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="fasdemo results") as thread:
        while True:
            work = loop.run_in_executor(thread, next, results, None)
            try:
                result = await asyncio.shield(work)
            except asyncio.CancelledError:
                # Wait, because the engine must not be closed while it processes a frame.
                await asyncio.wait([work])
                raise
            if result is None:
                return
            yield result
