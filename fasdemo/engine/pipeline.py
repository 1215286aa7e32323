"""Frames of a source through the engine, one after the other, with the time that getting each took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fasdemo.capture.source import Source
from fasdemo.engine.result import FrameResult
from fasdemo.frames import FrameSet

if TYPE_CHECKING:
    from fasdemo.engine.engine import Engine


def run(source: Source, engine: Engine) -> Iterator[tuple[FrameSet, FrameResult]]:
    """Every frame of an open source with its result.

    The latency's `capture` is the time that a file took to be read and decoded; of a camera it is the time between the
    frame's arrival in this process and the start of its judgement.
    """
    frames = iter(source)
    while True:
        asked = time.perf_counter()
        frame = next(frames, None)
        if frame is None:
            return
        yield frame, engine.process(frame, capture_ms=(time.perf_counter() - asked) * 1000.0)
