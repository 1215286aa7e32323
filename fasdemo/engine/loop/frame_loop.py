"""The steps for every frame of a source: compute its verdicts, set the exposure region, and inform listeners."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from fasdemo.capture.source import Source
from fasdemo.engine.loop.face_exposure import FaceExposure
from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.frames import FrameSet


class FrameProcessor(Protocol):
    """The part of `fasdemo.engine.engine.Engine` that the loop needs: a context manager used by a single thread."""

    @property
    def facts(self) -> EngineFacts:
        """Model, policy and device, for display."""
        ...

    def process(self, frame: FrameSet, *, capture_ms: float) -> FrameResult:
        """Return the verdicts on a frame; `capture_ms` is the time to read and decode a file's frame."""
        ...

    def reset(self) -> None:
        """Drop the evidence so far, because the next frame does not follow the previous one."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class ResultListener(Protocol):
    """The interface of a listener, called for every frame in the processing thread; it must not block or raise."""

    def on_result(self, result: FrameResult, facts: EngineFacts) -> None:
        """Handle the result of a frame."""
        ...

    def on_no_result(self) -> None:
        """Handle a frame that could not be processed, or the end of the source."""
        ...


@runtime_checkable
class FrameListener(Protocol):
    """The interface of a listener that also needs the frames; it must not block or raise."""

    def on_frame(self, frame: FrameSet) -> None:
        """Take the frame whose result follows."""
        ...


class ListenerGroup:
    """Several listeners as one.

    Args:
        listeners: called in this order.
    """

    def __init__(self, *listeners: ResultListener) -> None:
        self._listeners = listeners
        self._frame_listeners = tuple(one for one in listeners if isinstance(one, FrameListener))

    def on_frame(self, frame: FrameSet) -> None:
        """Pass on the frame whose result follows."""
        for listener in self._frame_listeners:
            listener.on_frame(frame)

    def on_result(self, result: FrameResult, facts: EngineFacts) -> None:
        """Pass on the result of a frame."""
        for listener in self._listeners:
            listener.on_result(result, facts)

    def on_no_result(self) -> None:
        """Inform the listeners that there is no result."""
        for listener in self._listeners:
            listener.on_no_result()


class FrameLoop:
    """The loop over the frames of one open source; used by a single thread.

    Args:
        source: the source; the exposure region of a camera is set to the main face.
        listeners: receivers of every result, e.g. a log.
    """

    def __init__(self, source: Source, listeners: Sequence[ResultListener] = ()) -> None:
        self._source = source
        self._exposure = FaceExposure(source)
        self._listeners = tuple(listeners)
        self._frame_listeners = tuple(one for one in self._listeners if isinstance(one, FrameListener))

    def step(
        self, processor: FrameProcessor | None, frame: FrameSet, capture_ms: float = 0.0, fresh: bool = False
    ) -> FrameResult | None:
        """Process one frame, and inform the camera and the listeners.

        Args:
            processor: processes the frame; None if no model is loaded.
            frame: the frame.
            capture_ms: time to read and decode the frame of a file.
            fresh: whether the frame does not follow the previous one.

        Returns:
            The result; None without a processor.

        Raises:
            Exception: an error of the processor; before, the listeners are informed that there is no result.
        """
        result = None
        try:
            if processor is not None:
                if fresh:
                    processor.reset()
                result = processor.process(frame, capture_ms=capture_ms)
                self._exposure.update(result)
            return result
        finally:
            if result is not None:
                for taker in self._frame_listeners:
                    taker.on_frame(frame)
            for listener in self._listeners:
                if processor is None or result is None:
                    listener.on_no_result()
                else:
                    listener.on_result(result, processor.facts)

    def run(self, processor: FrameProcessor) -> Iterator[tuple[FrameSet, FrameResult]]:
        """Yield every frame of the source with its result, and inform the listeners about the end.

        Raises:
            Exception: an error of the source or the processor.
        """
        frames = iter(self._source)
        try:
            while (timed := timed_next(frames)) is not None:
                frame, capture_ms = timed
                result = self.step(processor, frame, capture_ms)
                assert result is not None
                yield frame, result
        finally:
            self.end()

    def end(self) -> None:
        """Inform the listeners that no frame follows."""
        for listener in self._listeners:
            listener.on_no_result()


def timed_next(frames: Iterator[FrameSet]) -> tuple[FrameSet, float] | None:
    """Return the next frame and the milliseconds that it took to read; None at the end."""
    asked = time.perf_counter()
    frame = next(frames, None)
    return None if frame is None else (frame, (time.perf_counter() - asked) * 1000.0)
