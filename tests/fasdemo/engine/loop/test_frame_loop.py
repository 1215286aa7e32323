"""The loop that the window and the headless run share."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import pytest

from fasdemo.capture.cameras.live import tap_camera
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.loop.frame_loop import FrameLoop
from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.frames import FrameSet
from tests.support.engine_fixtures import CARD, make_engine
from tests.support.scenes import frame

INFO = SourceInfo("camera", "camera", True, frozenset({"rgb", "depth", "ir"}), 640, 480, 30.0, None)


class Camera:
    """A live source of given frames, which takes exposure requests."""

    info = INFO
    warnings = ()

    def __init__(self, count: int) -> None:
        self.count = count
        self.regions: list[Any] = []

    def set_exposure_roi(self, box: Any) -> None:
        self.regions.append(box)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __iter__(self) -> Iterator[FrameSet]:
        return (frame(index) for index in range(self.count))


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[int | None] = []

    def on_result(self, result: FrameResult, facts: EngineFacts) -> None:
        assert facts.model == CARD.name
        self.told.append(result.frame)

    def on_no_result(self) -> None:
        self.told.append(None)


def test_frame_loop_scores_exposes_and_tells_every_listener() -> None:
    camera, listeners = Camera(4), [Listener(), Listener()]
    pairs = list(FrameLoop(camera, listeners).run(make_engine()))
    assert [given.index for given, _ in pairs] == [result.frame for _, result in pairs] == [0, 1, 2, 3]
    assert len(camera.regions) == 1
    assert all(listener.told == [0, 1, 2, 3, None] for listener in listeners)


def test_frame_loop_tells_the_end_when_the_consumer_stops() -> None:
    listener = Listener()
    for given, _ in FrameLoop(Camera(4), [listener]).run(make_engine()):
        if given.index == 1:
            break
    assert listener.told == [0, 1, None]


def test_frame_loop_tells_no_result_before_it_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    camera, listener = Camera(0), Listener()
    loop, processor = FrameLoop(camera, [listener]), make_engine()
    monkeypatch.setattr(processor, "process", lambda given, capture_ms: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        loop.step(processor, frame(0))
    assert loop.step(None, frame(1)) is None
    assert listener.told == [None, None]
    assert camera.regions == []


def test_frame_loop_restarts_the_evidence_for_a_fresh_frame() -> None:
    loop, processor = FrameLoop(Camera(0)), make_engine(0.97)
    results = [loop.step(processor, frame(index)) for index in range(12)]
    assert results[-1] is not None
    assert results[-1].faces[0].status == "LIVE"
    fresh = loop.step(processor, frame(3), fresh=True)
    assert fresh is not None
    assert fresh.faces[0].reasons == ("gathering",)


def test_tap_camera_says_that_a_file_is_not_tapped() -> None:
    assert not tap_camera(Camera(1), lambda given: None)
