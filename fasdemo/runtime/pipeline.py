"""Read one source in one thread and process its frames in another, without Qt.

The window never waits for these threads: it controls them through `PlaybackClock`, `use_engine` and `tap`, and takes
their results from an `UpdateQueue`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from typing import Any

from fasdemo.capture.cameras.live import LiveSource, Tap, tap_camera
from fasdemo.capture.frame_slot import FrameJob, FrameSlot
from fasdemo.capture.source import Source
from fasdemo.engine.loop.frame_loop import FrameLoop, FrameProcessor, ResultListener, timed_next
from fasdemo.engine.result import FrameResult
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.runtime.headline import main_face
from fasdemo.runtime.memory import release_memory
from fasdemo.runtime.playback_clock import PlaybackClock
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.updates import Phase, Sample, UpdateQueue, View

_log = logging.getLogger(__name__)


MakeSource = Callable[[SourceRequest], Source]
MakeProcessor = Callable[[Source, EngineRequest], FrameProcessor]
Turn = Callable[[], AbstractContextManager[None]]
_RESTING_PERIOD_S = 1.0
"""Interval of the processed frames of a camera while the verdicts are not used. At this rate no face is LIVE."""
_WARNINGS_EVERY_S = 0.05
"""Interval between checks for warnings of a camera and for the end of the pipeline."""


class Pipeline:
    """The threads of one source, which run until the source fails or `stop`; an ended file stays open for seeks.

    Args:
        request: the source.
        engine: the first model, policy and device.
        make_source: opens the source in the reading thread; files must be read without waiting.
        make_processor: creates a frame processor in the processing thread, also after `use_engine`.
        updates: receives all updates.
        playback_clock: pace and position of files.
        listener: receiver of every result, e.g. a log.
        turn: returns a context in which one frame is taken and processed, e.g. the turn of one of several cameras, see
            `fasdemo.runtime.feeds.fair_turns`. A camera's frames that arrive while it waits replace each other.
    """

    def __init__(
        self,
        request: SourceRequest,
        engine: EngineRequest,
        make_source: MakeSource,
        make_processor: MakeProcessor,
        updates: UpdateQueue,
        playback_clock: PlaybackClock,
        listener: ResultListener | None = None,
        turn: Turn = nullcontext,
    ) -> None:
        self.request = request
        self.playback_clock = playback_clock
        self._make_source = make_source
        self._make_processor = make_processor
        self._updates = updates
        self._listener = listener
        self._turn = turn
        self._slot = FrameSlot()
        self._lock = threading.Lock()
        self._wanted = engine
        self._tap: Tap | None = None
        self._source: Source | None = None
        self._frame_index = 0
        self._awake = threading.Event()
        self._awake.set()
        self.releases_memory = True
        """Whether memory is returned to the system at the end; pointless, and slow, if the process ends too."""
        self._threads = [
            threading.Thread(target=self._read, name="fasdemo reader", daemon=True),
            threading.Thread(target=self._process, name="fasdemo processor", daemon=True),
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Request the end of both threads, without waiting."""
        self._updates.close()
        self.playback_clock.close()
        self._slot.close()
        self._awake.set()

    def rest(self, resting: bool) -> None:
        """Process only one frame of a camera per second, e.g. while the window is minimised; files do not change."""
        if resting and not self.playback_clock.closed:
            self._awake.clear()
        else:
            self._awake.set()

    def join(self, timeout_s: float) -> bool:
        """Wait up to `timeout_s` seconds for the threads; return True if both have ended."""
        end = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, end - time.monotonic()))
        return not self.alive

    @property
    def alive(self) -> bool:
        """Whether a thread is still running."""
        return any(thread.is_alive() for thread in self._threads)

    def use_engine(self, engine: EngineRequest) -> None:
        """Change model, policy or device from the next frame on; a paused frame is processed again."""
        with self._lock:
            self._wanted = engine
            index = self._frame_index
        if self.playback_clock.paused:
            self.playback_clock.seek(index)

    def tap(self, tap: Tap | None) -> None:
        """Also pass every frame of a camera to `tap`, see `fasdemo.capture.cameras.live.tap_camera`; None ends this."""
        with self._lock:
            self._tap = tap
            if self._source is not None:
                tap_camera(self._source, tap)

    def _read(self) -> None:
        try:
            self._updates.put(phase=Phase.OPENING)
            with ExitStack() as stack:
                source = stack.enter_context(self._make_source(self.request))
                with self._lock:
                    self._source = source
                    tap_camera(source, self._tap)
                if self.playback_clock.closed:
                    return
                self._updates.put(phase=Phase.RUNNING, info=source.info)
                if isinstance(source, LiveSource):
                    self._read_camera(source)
                else:
                    self._read_file(source)
        except UserError as error:
            self._updates.put(phase=Phase.FAILED, message=str(error))
        except Exception as error:
            _log.exception("the source %s failed", self.request.shown)
            self._updates.put(phase=Phase.FAILED, message=_reading_failed(self.request.shown, error))
        finally:
            self._slot.close()

    def _read_camera(self, source: LiveSource) -> None:
        """Let the capture thread put its frames into the slot, the only queue where a camera's frames are replaced."""
        shown = 0
        source.send_to(self._slot)
        try:
            while not self.playback_clock.closed and source.wait(_WARNINGS_EVERY_S):
                shown = self._say_new(source, shown)
        finally:
            source.send_to(None)

    def _read_file(self, source: Source) -> None:
        seek: Callable[[int], None] | None = getattr(source, "seek", None)
        frames: Iterator[FrameSet] | None = iter(source)
        fresh, given, shown = False, 0, 0
        while (command := self.playback_clock.next_command()) is not None:
            if command.seek is not None and seek is not None:
                seek(command.seek)
                frames, fresh = frames or iter(source), True
            timed = None if frames is None else timed_next(frames)
            if timed is None:
                # Start again in a loop or if the user plays an ended file, but not after a step or for an empty file.
                again = command.paced and (frames is None or (self.playback_clock.loop and given > 0))
                frames, fresh, given = self._at_end(seek if again else None), True, 0
                continue
            frame, capture_ms = timed
            if command.paced and not self.playback_clock.wait_until_due(frame.timestamp_s):
                continue
            self._slot.put_next(FrameJob(frame, fresh, lost=frame.lost_before, capture_ms=capture_ms))
            fresh, given = False, given + 1
            self._updates.put(phase=Phase.RUNNING)
            shown = self._say_new(source, shown)

    def _say_new(self, source: Source, shown: int) -> int:
        """Show the warnings after the first `shown` ones; return their total number."""
        warnings = source.warnings
        for sentence in warnings[shown:]:
            self._updates.put(message=sentence)
        return max(shown, len(warnings))

    def _at_end(self, restart: Callable[[int], None] | None) -> Iterator[FrameSet] | None:
        """Restart the file, or pause at its end; return None if no frame follows before the next seek."""
        assert self._source is not None
        if restart is not None:
            restart(0)
            self.playback_clock.restart_clock()
            return iter(self._source)
        self.playback_clock.pause()
        for sentence in self._source.warnings:
            self._updates.put(message=sentence)
        self._updates.put(phase=Phase.ENDED)
        return None

    def _process(self) -> None:
        processor: FrameProcessor | None = None
        current: EngineRequest | None = None
        loop: FrameLoop | None = None
        listeners = () if self._listener is None else (self._listener,)
        try:
            while self._slot.wait():
                with self._lock:
                    wanted = self._wanted
                exchanged = wanted != current
                if exchanged:
                    assert self._source is not None
                    if self._source.info.live:
                        # This frame is too old when the model has been loaded.
                        self._slot.take()
                    processor, current = self._exchange(processor, current, wanted)
                    if not self._slot.wait():
                        return
                with self._turn():
                    # Taken after the wait for the turn, so that a camera's frame is new.
                    job = self._slot.take()
                    if job is None:
                        return
                    if exchanged:
                        # The frames that were replaced while the model was loaded do not count as skipped.
                        job = replace(job, fresh=True, skipped=0)
                    self._frame_index = job.frame.index
                    if loop is None:
                        assert self._source is not None
                        loop = FrameLoop(self._source, listeners)
                    started_s = time.monotonic()
                    result = self._result(loop, processor, job)
                self._deliver(job, result)
                if job.frame.live_source and not self._awake.is_set():
                    self._awake.wait(max(started_s + _RESTING_PERIOD_S - time.monotonic(), 0.0))
        finally:
            for listener in listeners:
                listener.on_no_result()
            _close(processor)
            processor = None
            if self.releases_memory:
                release_memory()

    def _exchange(
        self, old: FrameProcessor | None, current: EngineRequest | None, wanted: EngineRequest
    ) -> tuple[FrameProcessor | None, EngineRequest]:
        """Create another frame processor, and return it with its request.

        If it cannot be created, a message is shown and the old one is kept. Without an old one, the automatic choice is
        used.
        """
        new = self._made(wanted, kept="" if old is None else f" Still using {old.facts.model}.")
        assert self._source is not None
        if new is None and old is None and wanted.site is not None and not self._source.info.live:
            # A file may be from another camera. A live camera with a wrong site file has no verdicts.
            wanted = replace(wanted, site=None)
            new = self._made(wanted)
            if new is not None:
                self._updates.put(message="The site file is not used for this file.")
        if new is None and old is None and (wanted.model is not None or wanted.policy is not None):
            wanted = replace(wanted, model=None, policy=None, site=None)
            new = self._made(wanted)
            if new is not None:
                self._updates.put(message=f"Using {new.facts.model} instead.")
        if new is not None:
            _close(old)
            self._updates.put(facts=new.facts, engine=wanted)
            for sentence in new.facts.warnings:
                self._updates.put(message=sentence)
            return new, wanted
        if old is None or current is None:
            return None, wanted
        with self._lock:
            self._wanted = current
        self._updates.put(facts=old.facts, engine=current)
        return old, current

    def _made(self, wanted: EngineRequest, kept: str = "") -> FrameProcessor | None:
        assert self._source is not None
        try:
            return self._make_processor(self._source, wanted).__enter__()
        except UserError as error:
            self._updates.put(message=f"{error}{kept}")
        except Exception:
            _log.exception("cannot start the engine")
            self._updates.put(message=f"The engine cannot be started; choose another model.{kept}")
        return None

    def _result(self, loop: FrameLoop, processor: FrameProcessor | None, job: FrameJob) -> FrameResult | None:
        try:
            return loop.step(processor, job.frame, job.capture_ms, job.fresh)
        except Exception:
            # Without a result, the window shows that there is no verdict.
            _log.exception("cannot process frame %d", job.frame.index)
            self._updates.put(message=f"Frame {job.frame.index} could not be processed; it has no verdict.")
            return None

    def _deliver(self, job: FrameJob, result: FrameResult | None) -> None:
        now = time.monotonic()
        view = View(job.frame, result, now)
        if result is None:
            self._updates.put_view(view, None)
            return
        face = main_face(result)
        sample = Sample(
            frame=result.frame,
            timestamp_s=result.timestamp_s,
            processed_s=now,
            latency_ms=result.latency_ms,
            track_id=None if face is None else face.track_id,
            status=None if face is None else face.status,
            score=None if face is None else face.score,
            frame_score=None if face is None else face.frame_score,
            truth=result.truth,
            lost=job.lost,
            skipped=job.skipped,
            fresh=job.fresh,
            faces=tuple((one.track_id, one.status, one.score) for one in result.faces),
        )
        self._updates.put_view(view, sample)


def _reading_failed(spec: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"The file no longer exists: {error.filename or spec}"
    if isinstance(error, OSError) and error.strerror:
        return f"{spec} can no longer be read: {error.strerror}. Open it again."
    return f"{spec} can no longer be read. Check the camera or the file and open it again."


def _close(processor: Any) -> None:
    if processor is None:
        return
    try:
        processor.__exit__(None, None, None)
    except Exception:
        _log.exception("cannot close the engine")
