from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from fasdemo.capture.source import Source
from fasdemo.engine.result import FrameResult, Status
from fasdemo.frames import FrameSet
from fasdemo.runtime.feeds.fair_turns import FairTurns
from fasdemo.runtime.feeds.feed_group import FeedGroup
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.updates import Phase
from tests.support.serve_fixtures import Script, ScriptedProcessor, source_of, wait_for


def group_of(
    *scripts: Script, turns: FairTurns | None = None, make: Callable[[Script], ScriptedProcessor] = ScriptedProcessor
) -> FeedGroup:
    by_name = {script.name: script for script in scripts}

    def make_processor(source: Source, _: EngineRequest) -> ScriptedProcessor:
        return make(by_name[source.info.name])

    requests = [SourceRequest(script.name) for script in scripts]
    return FeedGroup(requests, EngineRequest(), lambda one: source_of(by_name[one.spec]), make_processor, turns=turns)


class BusyProcessor(ScriptedProcessor):
    """Takes 20 ms a frame, and 60 ms for the camera `slow`; notes how many cameras are processed at once."""

    lock, inside, most = threading.Lock(), 0, 0

    def process(self, frame: FrameSet, capture_ms: float) -> FrameResult:
        with self.lock:
            BusyProcessor.inside += 1
            BusyProcessor.most = max(self.most, self.inside)
        time.sleep(0.06 if self.script.name == "slow" else 0.02)
        with self.lock:
            BusyProcessor.inside -= 1
        return super().process(frame, capture_ms)


def test_feed_group_serves_overloaded_cameras_equally_and_counts_their_dropped_frames() -> None:
    scripts = [Script(name, fps=60.0, supervised=True) for name in ("a", "b", "c", "slow")]
    group = group_of(*scripts, turns=FairTurns(1), make=BusyProcessor)
    group.start()
    try:
        wait_for(lambda: all(feed.phase is Phase.RUNNING and feed.timing() for feed in group.values()))
        time.sleep(2.0)
        timings = [timing for feed in group.values() if (timing := feed.timing()) is not None]
        rates = [timing.fps for timing in timings]
    finally:
        group.stop()
    assert BusyProcessor.most == 1
    # One frame of each takes 120 ms; the slow camera does not take more than its turn from the others.
    assert min(rates) > 0.6 * max(rates)
    assert all(timing.skipped > 20 for timing in timings)
    # A frame is taken at the turn of its camera, so it never waits for those of the others.
    assert all(timing.p50_ms["total"] <= 60.0 for timing in timings)


def test_feed_group_continues_beside_a_source_that_fails_and_shows_its_sentence() -> None:
    scripts = Script("a", status=Status.LIVE), Script("broken", fails_with="broken: no such camera; connect it.")
    group = group_of(*scripts)
    group.start()
    try:
        wait_for(lambda: group["1"].state()["accept"] and group["2"].phase is Phase.FAILED)
        assert group["2"].message == "broken: no such camera; connect it."
        assert group["2"].state()["status"] == "UNCERTAIN"
        assert group["2"].fresh_view() is None
        first = group["1"].state()["event"]["frame"]
        wait_for(lambda: (group["1"].state()["event"] or {"frame": 0})["frame"] > first + 3)
    finally:
        group.stop()
    assert [feed.phase for feed in group.values()] == [Phase.ENDED, Phase.ENDED]
    assert not group["1"].state()["accept"]


def test_feed_group_reopens_a_failed_source_alone() -> None:
    works, returns = Script("a"), Script("b", fails_with="b: unplugged; connect it.")
    group = group_of(works, returns)
    for feed in group.values():
        feed._retry_s = 0.1
    group.start()
    try:
        wait_for(lambda: group["2"].phase is Phase.FAILED)
        returns.fails_with = ""
        time.sleep(0.15)
        group.watch()
        wait_for(lambda: group["2"].state()["accept"])
        assert (works.opened, returns.opened) == (1, 2)
    finally:
        group.stop()


def test_feed_group_numbers_sources_in_their_order() -> None:
    group = group_of(Script("a"), Script("b"))
    assert (list(group), len(group), group["2"].source_id, group["2"].shown) == (["1", "2"], 2, "2", "b")
    assert replace(SourceRequest("b")).shown == "b"
