from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from fasdemo.capture.source import Source
from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.runtime.pipeline import Pipeline
from fasdemo.runtime.playback_clock import PlaybackClock
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.updates import Phase, UiUpdate, UpdateQueue, View
from tests.support.window_scenes import Scene, ScriptedProcessor, make_frame


class Reader:
    """Plays the window's part: takes deliveries until something is true."""

    def __init__(self) -> None:
        self.pinged = threading.Event()
        self.pings = 0
        self.updates = UpdateQueue(self._ping)
        self.all = UiUpdate()
        self.frames: list[int] = []
        self.phases: list[Phase] = []

    def _ping(self) -> None:
        self.pings += 1
        self.pinged.set()

    def until(self, condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            self.take()
            if condition():
                return
            self.pinged.wait(0.01)
            self.pinged.clear()
        raise AssertionError(f"not reached; phases {self.phases}, frames {self.frames}, {self.all.messages}")

    def take(self) -> None:
        got = self.updates.take()
        self.all.view = got.view or self.all.view
        self.all.info = got.info or self.all.info
        self.all.facts = got.facts or self.all.facts
        self.all.samples += got.samples
        self.all.messages += got.messages
        self.frames += [sample.frame for sample in got.samples]
        if got.phase is not None:
            self.phases.append(got.phase)


@pytest.fixture
def reader() -> Reader:
    return Reader()


class Start(Protocol):
    """Starts a pipeline on a source, by default as quickly as it can be read."""

    def __call__(
        self, spec: str, engine: EngineRequest | None = None, *, speed: float = 0.0, loop: bool = False
    ) -> Pipeline: ...


@pytest.fixture
def start(reader: Reader, scene: Scene) -> Iterator[Start]:
    made: list[Pipeline] = []

    def begin(spec: str, engine: EngineRequest | None = None, *, speed: float = 0.0, loop: bool = False) -> Pipeline:
        pipeline = Pipeline(
            SourceRequest(spec),
            engine or EngineRequest(),
            scene.make_source,
            scene.make_processor,
            reader.updates,
            PlaybackClock(speed, loop),
        )
        made.append(pipeline)
        pipeline.start()
        return pipeline

    yield begin
    for pipeline in made:
        pipeline.stop()
        assert pipeline.join(30.0)


def test_every_frame_of_a_file_is_judged_once_and_in_order(start: Start, reader: Reader) -> None:
    start("short")
    reader.until(lambda: Phase.ENDED in reader.phases and len(reader.frames) == 30)
    assert reader.frames == list(range(30))
    assert sum(sample.skipped + sample.lost for sample in reader.all.samples) == 0


def test_a_file_plays_at_its_own_time(start: Start, reader: Reader) -> None:
    started = time.monotonic()
    start("short", speed=4.0)
    reader.until(lambda: Phase.ENDED in reader.phases and len(reader.frames) == 30)
    assert time.monotonic() - started >= 29 / 30 / 4 - 0.02


def test_pause_stands_still_and_step_gives_one_frame(start: Start, reader: Reader) -> None:
    pipeline = start("clip", speed=1.0)
    reader.until(lambda: len(reader.frames) > 2)
    pipeline.playback_clock.pause()
    time.sleep(0.15)
    reader.take()
    stood = len(reader.frames)
    time.sleep(0.15)
    reader.take()
    assert len(reader.frames) == stood
    pipeline.playback_clock.step()
    reader.until(lambda: len(reader.frames) == stood + 1)
    time.sleep(0.1)
    reader.take()
    assert len(reader.frames) == stood + 1
    assert reader.frames == sorted(reader.frames)


def test_seek_shows_the_frame_that_was_asked_for_and_starts_the_evidence_anew(
    start: Start, reader: Reader, scene: Scene
) -> None:
    pipeline = start("clip", speed=1.0)
    reader.until(lambda: len(reader.frames) > 5)
    pipeline.playback_clock.pause()
    pipeline.playback_clock.seek(50)
    reader.until(lambda: 50 in reader.frames)
    assert reader.all.samples[-1].status is Status.UNCERTAIN
    assert reader.all.samples[-1].fresh
    assert scene.judges[0].restarts >= 2


def test_a_file_that_ended_can_be_sought_and_played_again(start: Start, reader: Reader) -> None:
    pipeline = start("short")
    reader.until(lambda: Phase.ENDED in reader.phases and len(reader.frames) == 30)
    assert pipeline.playback_clock.paused
    pipeline.playback_clock.seek(10)
    reader.until(lambda: reader.frames[-1] == 10)
    pipeline.playback_clock.play()
    reader.until(lambda: reader.frames[-1] == 29)
    pipeline.playback_clock.play()
    reader.until(lambda: reader.frames.count(0) == 2)


def test_a_loop_starts_again_and_forgets_what_was_gathered(start: Start, reader: Reader, scene: Scene) -> None:
    start("short", loop=True)
    reader.until(lambda: reader.frames.count(0) >= 3)
    first = [sample for sample in reader.all.samples if sample.frame == 0]
    assert all(sample.status is Status.UNCERTAIN for sample in first)


@pytest.mark.parametrize(("spec", "words"), [("missing.mp4", "no such file"), ("crash", "can no longer be read")])
def test_a_source_that_cannot_be_read_is_reported_in_one_sentence(
    start: Start, reader: Reader, spec: str, words: str
) -> None:
    pipeline = start(spec)
    reader.until(lambda: Phase.FAILED in reader.phases)
    assert words in reader.all.messages[0]
    assert pipeline.join(30.0)


def test_another_policy_takes_effect_while_running(start: Start, reader: Reader, scene: Scene) -> None:
    pipeline = start("clip", speed=1.0)
    reader.until(lambda: len(reader.frames) > 3)
    pipeline.use_engine(EngineRequest(policy="strict"))
    reader.until(lambda: reader.all.facts is not None and reader.all.facts.policy == "strict")
    assert scene.judges[0].closed
    assert not scene.judges[1].closed
    assert len(scene.sources) == 1


def test_another_policy_rejudges_the_frame_that_stands_still(start: Start, reader: Reader) -> None:
    pipeline = start("clip", speed=1.0)
    reader.until(lambda: len(reader.frames) > 3)
    pipeline.playback_clock.pause()
    time.sleep(0.1)
    reader.take()
    stood = reader.frames[-1]
    pipeline.use_engine(EngineRequest(policy="strict"))
    reader.until(lambda: reader.all.facts is not None and reader.all.facts.policy == "strict")
    reader.until(lambda: reader.frames.count(stood) == 2)


def test_an_engine_that_cannot_be_made_leaves_the_old_one_judging(start: Start, reader: Reader, scene: Scene) -> None:
    pipeline = start("clip", speed=1.0)
    reader.until(lambda: len(reader.frames) > 3)
    pipeline.use_engine(EngineRequest(model="unfit"))
    reader.until(lambda: bool(reader.all.messages))
    assert "needs infrared" in reader.all.messages[0]
    assert "Still using scripted-net" in reader.all.messages[0]
    count = len(reader.frames)
    reader.until(lambda: len(reader.frames) > count + 3)
    assert not scene.judges[0].closed


def test_without_an_engine_there_is_a_picture_and_no_verdict(
    start: Start, reader: Reader, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Source, request: EngineRequest) -> ScriptedProcessor:
        raise UserError("No shipped model accepts a source with infrared only; choose a model file.")

    monkeypatch.setattr(scene, "make_processor", refuse)
    start("short")
    reader.until(lambda: reader.all.view is not None)
    assert reader.all.view is not None
    assert reader.all.view.result is None
    assert not reader.frames


def test_a_frame_that_cannot_be_judged_has_no_verdict(
    start: Start, reader: Reader, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = start("clip", speed=1.0)
    reader.until(lambda: len(reader.frames) > 5)

    def fail(frame: object, capture_ms: float) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(scene.judges[0], "process", fail)
    reader.until(lambda: reader.all.view is not None and reader.all.view.result is None)
    assert "could not be processed" in reader.all.messages[0]
    assert "out of memory" not in reader.all.messages[0], "an exception's text says nothing to a user"
    assert pipeline.alive


def test_a_slow_engine_gets_the_newest_frame_of_a_camera_and_the_gap_is_counted(
    start: Start, reader: Reader, scene: Scene
) -> None:
    scene.delay_s = 0.2
    start("webcam")
    reader.until(lambda: len(reader.frames) >= 4)
    assert sum(sample.skipped for sample in reader.all.samples) >= 6
    gaps = [b - a for a, b in zip(reader.frames, reader.frames[1:], strict=False)]
    assert min(gaps[1:]) > 1


def test_pipeline_drops_a_cameras_frames_in_one_queue_and_counts_them(
    start: Start, reader: Reader, scene: Scene
) -> None:
    scene.delay_s = 0.1
    pipeline = start("webcam")
    captured: list[int] = []
    pipeline.tap(lambda frame: captured.append(frame.index))
    reader.until(lambda: len(reader.frames) >= 8 and len(captured) > 20)
    samples = reader.all.samples
    for before, after in itertools.pairwise(samples[1:]):
        assert after.skipped == after.frame - before.frame - 1


def test_a_camera_hands_every_frame_to_the_tap(start: Start, reader: Reader, scene: Scene) -> None:
    scene.delay_s = 0.1
    pipeline = start("webcam")
    seen: list[int] = []
    pipeline.tap(lambda frame: seen.append(frame.index))
    reader.until(lambda: len(seen) > 12)
    assert seen == list(range(seen[0], seen[0] + len(seen)))


def test_a_camera_is_asked_to_expose_for_the_face(
    start: Start, reader: Reader, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float, float, float]] = []
    monkeypatch.setattr(scene.grab, "set_exposure_roi", asked.append)
    start("webcam")
    reader.until(lambda: bool(asked))
    assert asked[0][2:] == (84.0, 108.0)


def test_stopping_does_not_wait_and_the_threads_end_with_the_frame(start: Start, reader: Reader, scene: Scene) -> None:
    scene.free.clear()
    pipeline = start("webcam")
    reader.until(lambda: bool(scene.judges) and scene.judges[0].waiting.is_set())
    pipeline.stop()
    assert pipeline.alive, "the frame is still being processed"
    scene.free.set()
    assert pipeline.join(20.0)
    assert scene.judges[0].closed


def test_the_window_is_notified_once_between_two_reads() -> None:
    told: list[int] = []
    updates = UpdateQueue(lambda: told.append(1))
    for index in range(5):
        updates.put_view(View(make_frame(index), None, 0.0), None)
    assert len(told) == 1
    newest = updates.take().view
    assert newest is not None
    assert newest.frame.index == 4
    assert updates.take().view is None
    updates.put_view(View(make_frame(9), None, 0.0), None)
    assert len(told) == 2


def test_pipeline_names_a_failed_network_camera_without_its_keys(
    reader: Reader, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: SourceRequest) -> Source:
        raise RuntimeError("out of order")

    request = SourceRequest("rtsp://door/live?key=tulip")
    pipeline = Pipeline(request, EngineRequest(), broken, scene.make_processor, reader.updates, PlaybackClock())
    pipeline.start()
    reader.until(lambda: Phase.FAILED in reader.phases)
    pipeline.stop()
    assert pipeline.join(30.0)
    assert "rtsp://door/live can no longer be read" in "".join(reader.all.messages)
    assert "rtsp://door/live failed" in caplog.text
    assert "tulip" not in caplog.text


def test_pipeline_rest_judges_a_camera_once_a_second(reader: Reader, start: Start) -> None:
    pipeline = start("webcam:0")
    reader.until(lambda: len(reader.frames) >= 5)
    pipeline.rest(True)
    time.sleep(0.4)
    reader.take()
    before = len(reader.frames)
    time.sleep(2.5)
    reader.take()
    assert 1 <= len(reader.frames) - before <= 3
    pipeline.rest(False)
    before = len(reader.frames)
    reader.until(lambda: len(reader.frames) >= before + 10, timeout_s=3.0)


def test_pipeline_stop_ends_a_rest_at_once(reader: Reader, start: Start) -> None:
    pipeline = start("webcam:0")
    pipeline.rest(True)
    reader.until(lambda: len(reader.frames) >= 1)
    pipeline.stop()
    assert pipeline.join(30.0)


def test_pipeline_rest_leaves_a_file_as_it_is(reader: Reader, start: Start) -> None:
    start("clip").rest(True)
    reader.until(lambda: len(reader.frames) >= 60, timeout_s=3.0)
