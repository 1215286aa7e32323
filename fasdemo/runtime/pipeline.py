"""Read one source in one thread and process its frames in another, without Qt.

The window never waits for these threads: it controls them through `PlaybackClock`, `judge_with` and `tap`, and takes
their results from an `UpdateQueue`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Protocol, Self

from fasdemo.capture.source import Source
from fasdemo.engine.face_exposure import FaceFocus
from fasdemo.engine.result import FrameResult
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from fasdemo.runtime.frame_slot import FrameJob, FrameSlot
from fasdemo.runtime.headline import main_face
from fasdemo.runtime.playback_clock import PlaybackClock
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.updates import EngineFacts, Phase, Sample, UpdateQueue, View

_log = logging.getLogger(__name__)


class Judge(Protocol):
    """A context manager that judges frames; used by one thread only."""

    @property
    def facts(self) -> EngineFacts:
        """What judges, for people."""
        ...

    def process(self, frame: FrameSet, capture_ms: float) -> FrameResult:
        """The verdicts on one frame; `capture_ms` is what a file took to be read and decoded."""
        ...

    def restart(self) -> None:
        """Forget what was gathered: the next frame does not follow the one before."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class ResultListener(Protocol):
    """Is told of every frame, in the judging thread; must not block for long, and never raises."""

    def on_result(self, result: FrameResult, facts: EngineFacts) -> None:
        """A frame was judged."""
        ...

    def on_no_result(self) -> None:
        """A frame could not be judged, or nothing is judged any more."""
        ...


MakeSource = Callable[[SourceRequest], Source]
MakeJudge = Callable[[Source, EngineRequest], Judge]
Tap = Callable[[FrameSet], None]


class Pipeline:
    """Runs until the source fails, or `stop`. A file that ended stays open and can be sought.

    Args:
        request: the source.
        engine: what to judge with at first.
        make_source: opens the source; called in the reading thread. Files must come as fast as they are read.
        make_judge: makes what judges; called in the judging thread, also when another one is asked for.
        updates: where everything goes.
        playback_clock: pace and position of files.
        listener: is told of every result, e.g. to log it.
    """

    def __init__(
        self,
        request: SourceRequest,
        engine: EngineRequest,
        make_source: MakeSource,
        make_judge: MakeJudge,
        updates: UpdateQueue,
        playback_clock: PlaybackClock,
        listener: ResultListener | None = None,
    ) -> None:
        self.request = request
        self.playback_clock = playback_clock
        self._make_source = make_source
        self._make_judge = make_judge
        self._updates = updates
        self._listener = listener
        self._slot = FrameSlot()
        self._lock = threading.Lock()
        self._wanted = engine
        self._tap: Tap | None = None
        self._source: Source | None = None
        self._frame_index = 0
        self._threads = [
            threading.Thread(target=self._read, name="fasdemo reader", daemon=True),
            threading.Thread(target=self._judge, name="fasdemo judge", daemon=True),
        ]

    def start(self) -> None:
        """Begin in the background."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask both threads to end, at once and without waiting."""
        self._updates.close()
        self.playback_clock.close()
        self._slot.close()

    def join(self, timeout_s: float) -> bool:
        """Wait for the threads; True when both have ended."""
        end = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, end - time.monotonic()))
        return not self.alive

    @property
    def alive(self) -> bool:
        """A thread still runs."""
        return any(thread.is_alive() for thread in self._threads)

    def judge_with(self, engine: EngineRequest) -> None:
        """Change what judges; takes effect at the next frame, and a frame that stands still is judged again."""
        with self._lock:
            self._wanted = engine
            index = self._frame_index
        if self.playback_clock.paused:
            self.playback_clock.seek(index)

    def tap(self, tap: Tap | None) -> None:
        """Hand every captured frame of a camera to `tap` too, in the reading thread; it must not block."""
        with self._lock:
            self._tap = tap

    def _read(self) -> None:
        try:
            self._updates.put(phase=Phase.OPENING)
            with ExitStack() as stack:
                source = stack.enter_context(self._make_source(self.request))
                self._source = source
                if self.playback_clock.closed:
                    return
                self._updates.put(phase=Phase.RUNNING, info=source.info)
                if source.info.live:
                    self._read_camera(source)
                else:
                    self._read_file(source)
        except UserError as error:
            self._updates.put(phase=Phase.FAILED, message=str(error))
        except Exception as error:
            _log.exception("the source %s failed", self.request.spec)
            self._updates.put(phase=Phase.FAILED, message=f"{self.request.spec}: reading failed ({error}).")
        finally:
            self._slot.close()

    def _read_camera(self, source: Source) -> None:
        said: set[str] = set()
        for frame in source:
            if self.playback_clock.closed:
                return
            for sentence in source.warnings:
                if sentence not in said:
                    said.add(sentence)
                    self._updates.put(message=sentence)
            with self._lock:
                tap = self._tap
            if tap is not None:
                tap(frame)
            self._slot.put_newest(FrameJob(frame, lost=frame.lost_before))
        self._updates.put(phase=Phase.ENDED)

    def _read_file(self, source: Source) -> None:
        seek: Callable[[int], None] | None = getattr(source, "seek", None)
        frames: Iterator[FrameSet] | None = iter(source)
        fresh, given, said = False, 0, 0
        while (command := self.playback_clock.next_command()) is not None:
            if command.seek is not None and seek is not None:
                seek(command.seek)
                frames, fresh = frames or iter(source), True
            asked = time.perf_counter()
            frame = None if frames is None else next(frames, None)
            capture_ms = (time.perf_counter() - asked) * 1000.0
            if frame is None:
                # Played again after its end, or looping; a step at the end stays there, and so does an empty file.
                again = command.paced and (frames is None or (self.playback_clock.loop and given > 0))
                frames, fresh, given = self._at_end(seek if again else None), True, 0
                continue
            if command.paced and not self.playback_clock.wait_until_due(frame.timestamp_s):
                continue
            self._slot.put_next(FrameJob(frame, fresh, lost=frame.lost_before, capture_ms=capture_ms))
            fresh, given = False, given + 1
            self._updates.put(phase=Phase.RUNNING)
            for sentence in source.warnings[said:]:
                self._updates.put(message=sentence)
            said = max(said, len(source.warnings))

    def _at_end(self, restart: Callable[[int], None] | None) -> Iterator[FrameSet] | None:
        """Start again, or stand still; None = the source gives nothing more before it is sought."""
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

    def _judge(self) -> None:
        judge: Judge | None = None
        current: EngineRequest | None = None
        focus: FaceFocus | None = None
        try:
            while (job := self._slot.take()) is not None:
                with self._lock:
                    wanted = self._wanted
                if wanted != current:
                    judge, current = self._exchange(judge, current, wanted)
                    if job.frame.live_source:
                        # Meanwhile the frame has grown old, and what passed was never meant to be judged.
                        newest = self._slot.take()
                        if newest is None:
                            return
                        job = replace(newest, skipped=0)
                    job = replace(job, fresh=True)
                self._frame_index = job.frame.index
                result = self._result(judge, job)
                if focus is None and self._source is not None:
                    focus = FaceFocus(self._source)
                if focus is not None and result is not None:
                    focus.look(result)
                self._tell(judge, result)
                self._deliver(job, result)
        finally:
            if self._listener is not None:
                self._listener.on_no_result()
            _close(judge)

    def _tell(self, judge: Judge | None, result: FrameResult | None) -> None:
        if self._listener is None:
            return
        if judge is None or result is None:
            self._listener.on_no_result()
        else:
            self._listener.on_result(result, judge.facts)

    def _exchange(
        self, old: Judge | None, current: EngineRequest | None, wanted: EngineRequest
    ) -> tuple[Judge | None, EngineRequest]:
        """Another engine, and the request that is in force then.

        Where it cannot be made the user is told, and the old one goes on; where there is none, the automatic choice.
        """
        new = self._made(wanted, kept="" if old is None else f" {old.facts.model} goes on judging.")
        if new is None and old is None and (wanted.model is not None or wanted.policy is not None):
            wanted = EngineRequest(device=wanted.device)
            new = self._made(wanted)
            if new is not None:
                self._updates.put(message=f"{new.facts.model} was chosen instead.")
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

    def _made(self, wanted: EngineRequest, kept: str = "") -> Judge | None:
        assert self._source is not None
        try:
            return self._make_judge(self._source, wanted).__enter__()
        except UserError as error:
            self._updates.put(message=f"{error}{kept}")
        except Exception as error:
            _log.exception("the engine cannot be made")
            self._updates.put(message=f"The engine cannot be started ({error}).{kept}")
        return None

    def _result(self, judge: Judge | None, job: FrameJob) -> FrameResult | None:
        if judge is None:
            return None
        try:
            if job.fresh:
                judge.restart()
            return judge.process(job.frame, job.capture_ms)
        except Exception as error:
            # No verdict at all: the window shows that nothing was decided.
            _log.exception("frame %d could not be judged", job.frame.index)
            self._updates.put(message=f"Frame {job.frame.index} could not be judged ({error}).")
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
            judged_s=now,
            latency_ms=result.latency_ms,
            track_id=None if face is None else face.track_id,
            status=None if face is None else face.status,
            score=None if face is None else face.score,
            frame_score=None if face is None else face.frame_score,
            truth=result.truth,
            lost=job.lost,
            skipped=job.skipped,
            fresh=job.fresh,
        )
        self._updates.put_view(view, sample)


def _close(judge: Any) -> None:
    if judge is None:
        return
    try:
        judge.__exit__(None, None, None)
    except Exception:
        _log.exception("the engine did not close")
