"""Results of a source for asyncio programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fasdemo.capture.source import Source
from fasdemo.engine.result import FrameResult

if TYPE_CHECKING:
    from fasdemo.engine.engine import Engine


async def async_results(engine: Engine, source: Source) -> AsyncGenerator[FrameResult, None]:
    """Yield the result of every frame of an open source; frames are read and judged in one thread beside the loop.

    A frame is read when the caller asks for the next result, so that a camera's frames do not queue. If the caller is
    cancelled or closes the iterator, it ends after the frame that is being judged; close engine and source
    afterwards.

    Raises:
        fasdemo.errors.UserError: the source is gone for good.
    """
    results = engine.run(source)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="fasdemo results") as thread:
        while True:
            work = loop.run_in_executor(thread, next, results, None)
            try:
                result = await asyncio.shield(work)
            except asyncio.CancelledError:
                # The engine must not be closed in the middle of a frame.
                await asyncio.wait([work])
                raise
            if result is None:
                return
            yield result
