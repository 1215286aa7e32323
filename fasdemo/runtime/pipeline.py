"""One source, read in one thread and judged in another, until it is stopped. Knows no Qt.

Nothing the window does waits for these threads: it gives orders (`Transport`, `judge_with`, `tap`) and takes what the
mailbox holds.
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
from fasdemo.runtime.frame_slot import HandOver, Work
from fasdemo.runtime.headline import main_face
from fasdemo.runtime.playback_clock import Transport
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.updates import EngineFacts, Mailbox, Phase, Sample, View

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


class Witness(Protocol):
    """Is told of every frame, in the judging thread; must not block for long, and never raises."""

    def saw(self, result: FrameResult, facts: EngineFacts) -> None:
        """A frame was judged."""
        ...

    def saw_nothing(self) -> None:
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
        mailbox: where everything goes.
        transport: pace and position of files.
        witness: is told of every result, e.g. to log it.
    """

    def __init__(
        self,
        request: SourceRequest,
        engine: EngineRequest,
        make_source: MakeSource,
        make_judge: MakeJudge,
        mailbox: Mailbox,
        transport: Transport,
        witness: Witness | None = None,
    ) -> None:
        self.request = request
        self.transport = transport
        self._make_source = make_source
        self._make_judge = make_judge
        self._mailbox = mailbox
        self._witness = witness
        self._hand_over = HandOver()
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
        self._mailbox.close()
        self.transport.close()
        self._hand_over.close()

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
        if self.transport.paused:
            self.transport.seek(index)

    def tap(self, tap: Tap | None) -> None:
        """Hand every captured frame of a camera to `tap` too, in the reading thread; it must not block."""
        with self._lock:
            self._tap = tap

    def _read(self) -> None:
        try:
            self._mailbox.say(phase=Phase.OPENING)
            with ExitStack() as stack:
                source = stack.enter_context(self._make_source(self.request))
                self._source = source
                if self.transport.closed:
                    return
                self._mailbox.say(phase=Phase.RUNNING, info=source.info)
                if source.info.live:
                    self._read_camera(source)
                else:
                    self._read_file(source)
        except UserError as error:
            self._mailbox.say(phase=Phase.FAILED, message=str(error))
        except Exception as error:
            _log.exception("the source %s failed", self.request.spec)
            self._mailbox.say(phase=Phase.FAILED, message=f"{self.request.spec}: reading failed ({error}).")
        finally:
            self._hand_over.close()

    def _read_camera(self, source: Source) -> None:
        said: set[str] = set()
        for frame in source:
            if self.transport.closed:
                return
            for sentence in source.warnings:
                if sentence not in said:
                    said.add(sentence)
                    self._mailbox.say(message=sentence)
            with self._lock:
                tap = self._tap
            if tap is not None:
                tap(frame)
            self._hand_over.put_newest(Work(frame, lost=frame.lost_before))
        self._mailbox.say(phase=Phase.ENDED)

    def _read_file(self, source: Source) -> None:
        seek: Callable[[int], None] | None = getattr(source, "seek", None)
        frames: Iterator[FrameSet] | None = iter(source)
        fresh, given, said = False, 0, 0
        while (order := self.transport.next_order()) is not None:
            if order.seek is not None and seek is not None:
                seek(order.seek)
                frames, fresh = frames or iter(source), True
            asked = time.perf_counter()
            frame = None if frames is None else next(frames, None)
            capture_ms = (time.perf_counter() - asked) * 1000.0
            if frame is None:
                # Played again after its end, or looping; a step at the end stays there, and so does an empty file.
                again = order.paced and (frames is None or (self.transport.loop and given > 0))
                frames, fresh, given = self._at_end(seek if again else None), True, 0
                continue
            if order.paced and not self.transport.wait_until_due(frame.timestamp_s):
                continue
            self._hand_over.put_next(Work(frame, fresh, lost=frame.lost_before, capture_ms=capture_ms))
            fresh, given = False, given + 1
            self._mailbox.say(phase=Phase.RUNNING)
            for sentence in source.warnings[said:]:
                self._mailbox.say(message=sentence)
            said = max(said, len(source.warnings))

    def _at_end(self, restart: Callable[[int], None] | None) -> Iterator[FrameSet] | None:
        """Start again, or stand still; None = the source gives nothing more before it is sought."""
        assert self._source is not None
        if restart is not None:
            restart(0)
            self.transport.restart_clock()
            return iter(self._source)
        self.transport.pause()
        for sentence in self._source.warnings:
            self._mailbox.say(message=sentence)
        self._mailbox.say(phase=Phase.ENDED)
        return None

    def _judge(self) -> None:
        judge: Judge | None = None
        current: EngineRequest | None = None
        focus: FaceFocus | None = None
        try:
            while (work := self._hand_over.take()) is not None:
                with self._lock:
                    wanted = self._wanted
                if wanted != current:
                    judge, current = self._exchange(judge, current, wanted)
                    if work.frame.live_source:
                        # Meanwhile the frame has grown old, and what passed was never meant to be judged.
                        newest = self._hand_over.take()
                        if newest is None:
                            return
                        work = replace(newest, skipped=0)
                    work = replace(work, fresh=True)
                self._frame_index = work.frame.index
                result = self._result(judge, work)
                if focus is None and self._source is not None:
                    focus = FaceFocus(self._source)
                if focus is not None and result is not None:
                    focus.look(result)
                self._tell(judge, result)
                self._deliver(work, result)
        finally:
            if self._witness is not None:
                self._witness.saw_nothing()
            _close(judge)

    def _tell(self, judge: Judge | None, result: FrameResult | None) -> None:
        if self._witness is None:
            return
        if judge is None or result is None:
            self._witness.saw_nothing()
        else:
            self._witness.saw(result, judge.facts)

    def _exchange(
        self, old: Judge | None, current: EngineRequest | None, wanted: EngineRequest
    ) -> tuple[Judge | None, EngineRequest]:
        """Another engine, and the request that is in force then.

        Where it cannot be made the user is told, and the old one goes on; where there is none, the automatic choice.
        """
        new = self._made(wanted, kept="" if old is None else f" {old.facts.model} goes on judging.")
        if new is None and old is None and (wanted.model is not None or wanted.policy is not None):
            wanted = replace(wanted, model=None, policy=None, site=None)
            new = self._made(wanted)
            if new is not None:
                self._mailbox.say(message=f"{new.facts.model} was chosen instead.")
        if new is not None:
            _close(old)
            self._mailbox.say(facts=new.facts, engine=wanted)
            for sentence in new.facts.warnings:
                self._mailbox.say(message=sentence)
            return new, wanted
        if old is None or current is None:
            return None, wanted
        with self._lock:
            self._wanted = current
        self._mailbox.say(facts=old.facts, engine=current)
        return old, current

    def _made(self, wanted: EngineRequest, kept: str = "") -> Judge | None:
        assert self._source is not None
        try:
            return self._make_judge(self._source, wanted).__enter__()
        except UserError as error:
            self._mailbox.say(message=f"{error}{kept}")
        except Exception as error:
            _log.exception("the engine cannot be made")
            self._mailbox.say(message=f"The engine cannot be started ({error}).{kept}")
        return None

    def _result(self, judge: Judge | None, work: Work) -> FrameResult | None:
        if judge is None:
            return None
        try:
            if work.fresh:
                judge.restart()
            return judge.process(work.frame, work.capture_ms)
        except Exception as error:
            # No verdict at all: the window shows that nothing was decided.
            _log.exception("frame %d could not be judged", work.frame.index)
            self._mailbox.say(message=f"Frame {work.frame.index} could not be judged ({error}).")
            return None

    def _deliver(self, work: Work, result: FrameResult | None) -> None:
        now = time.monotonic()
        view = View(work.frame, result, now)
        if result is None:
            self._mailbox.post(view, None)
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
            lost=work.lost,
            skipped=work.skipped,
            fresh=work.fresh,
        )
        self._mailbox.post(view, sample)


def _close(judge: Any) -> None:
    if judge is None:
        return
    try:
        judge.__exit__(None, None, None)
    except Exception:
        _log.exception("the engine did not close")
