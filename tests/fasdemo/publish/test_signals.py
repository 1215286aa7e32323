"""The signals of a camera: output on LIVE and heartbeat, as the loop over its frames sends them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from fasdemo.engine.result import FrameResult, Status
from fasdemo.errors import UserError
from fasdemo.publish.signals import Signals, SignalSettings
from fasdemo.serve.live_output import LiveOutput
from tests.support.publish_fixtures import WebReceiver
from tests.support.serve_fixtures import FACTS, Script, face_verdict, result_of, running, wait_for

LIVE, NOBODY = result_of(1, face_verdict(Status.LIVE)), result_of(1)


class Clock:
    """A clock that a test sets, beside the time that signals need to be sent."""

    def __init__(self) -> None:
        self.added_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.added_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signals(clock: Clock) -> Iterator[Signals]:
    made = Signals(clock)
    yield made
    made.stop()


@pytest.fixture
def receiver() -> Iterator[WebReceiver]:
    with WebReceiver() as server:
        yield server


def test_signals_sends_who_was_accepted_and_by_what(signals: Signals, receiver: WebReceiver) -> None:
    signals.configure(SignalSettings(on_live=(receiver.url,)))
    for _ in range(5):
        signals.on_result(LIVE, FACTS)
    wait_for(lambda: signals.outputs[0].sent == 1)
    ((_, body, _),) = receiver.got
    content = json.loads(body)
    assert content.pop("utc").endswith("+00:00")
    assert len(content.pop("number")) == 32
    assert content == {
        "event": "accepted",
        "source": "door",
        "frame": 1,
        "model": "scripted",
        "policy": "test",
        "track_id": 1,
        "score": 0.97,
    }


def test_signals_records_what_was_sent_and_what_was_not(signals: Signals, clock: Clock, receiver: WebReceiver) -> None:
    recorded: list[tuple[str, int, str, str]] = []
    signals.record = lambda *outcome: recorded.append(outcome)
    signals.configure(SignalSettings(on_live=(receiver.url,), hold_off_s=0.1))
    name = signals.outputs[0].name
    signals.on_result(LIVE, FACTS, "2")
    wait_for(lambda: recorded == [(name, 1, "", "2")])
    signals.on_no_result("2")
    clock.added_s += 5.0
    receiver.answers = [500]
    signals.on_result(LIVE, FACTS, "2")
    wait_for(lambda: len(recorded) == 2)
    assert recorded[1][:2] == (name, 1)
    assert "answered with status 500" in recorded[1][2]


def test_signals_of_a_broken_output_do_not_come_when_it_works_again(
    signals: Signals, clock: Clock, receiver: WebReceiver
) -> None:
    signals.configure(SignalSettings(on_live=(receiver.url,)))
    receiver.answers = [500]
    signals.on_result(LIVE, FACTS)
    wait_for(lambda: signals.outputs[0].failed == 1)
    assert "answered with status 500" in signals.outputs[0].problem
    for _ in range(60):
        clock.added_s += 0.5
        signals.on_result(LIVE, FACTS)
    time.sleep(0.5)
    assert len(receiver.got) == 1
    signals.on_no_result()
    signals.on_result(LIVE, FACTS)
    wait_for(lambda: signals.outputs[0].sent == 1)
    assert signals.outputs[0].problem == ""


def test_signals_keeps_its_addresses_if_a_new_one_cannot_be_used(signals: Signals, receiver: WebReceiver) -> None:
    before = SignalSettings(on_live=(receiver.url,))
    signals.configure(before)
    with pytest.raises(UserError):
        signals.configure(SignalSettings(on_live=(receiver.url, "nonsense")))
    assert signals.settings == before
    signals.on_result(LIVE, FACTS)
    wait_for(lambda: signals.outputs[0].sent == 1)


def test_signals_does_not_signal_a_person_again_when_addresses_change(
    signals: Signals, receiver: WebReceiver, tmp_path: Path
) -> None:
    signals.configure(SignalSettings(on_live=(receiver.url,)))
    signals.on_result(LIVE, FACTS)
    wait_for(lambda: signals.outputs[0].sent == 1)
    signals.configure(SignalSettings(on_live=(receiver.url,), heartbeat=(str(tmp_path / "alive"),)))
    signals.on_result(LIVE, FACTS)
    time.sleep(0.5)
    assert len(receiver.got) == 1


def beats(signals: Signals, clock: Clock, path: Path, result: FrameResult, seconds: float) -> int:
    """Number of heartbeats while this result comes four times a second.

    The clock runs faster than the sender's thread, so that a heartbeat may be dropped as late; it counts as well.
    """

    def count() -> int:
        status = signals.heartbeats[0]
        return status.sent + status.failed

    before = count()
    for _ in range(round(seconds * 4)):
        clock.added_s += 0.25
        signals.on_result(result, FACTS)
        time.sleep(0.002)
    time.sleep(0.3)
    return count() - before


def test_heartbeat_comes_at_its_interval_and_stops_with_the_frames(
    signals: Signals, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "alive"
    signals.configure(SignalSettings(heartbeat=(str(path),), heartbeat_s=10.0))
    time.sleep(0.3)
    assert not path.exists(), "no frame, no heartbeat"
    assert beats(signals, clock, path, NOBODY, 60.0) in (6, 7)
    assert path.exists()
    os.utime(path, (1.0, 1.0))
    clock.added_s += 3600.0
    time.sleep(0.5)
    assert path.stat().st_mtime == 1.0, "the camera gives no frames"


@pytest.mark.parametrize(
    "result",
    [
        replace(NOBODY, live_source=False),
        replace(NOBODY, reasons=("stale_frame",)),
        replace(NOBODY, reasons=("depth_frozen", "no_face")),
        replace(NOBODY, reasons=("device_lost",)),
        replace(LIVE, latency_ms=replace(LIVE.latency_ms, total=1500.0)),
    ],
    ids=["file", "stale", "frozen", "lost", "late"],
)
def test_heartbeat_stops_while_the_camera_or_the_computer_fails(
    signals: Signals, clock: Clock, tmp_path: Path, result: FrameResult
) -> None:
    path = tmp_path / "alive"
    fed: list[float] = []
    signals.alive = fed.append
    signals.configure(SignalSettings(heartbeat=(str(path),), heartbeat_s=1.0))
    assert beats(signals, clock, path, result, 10.0) == 0
    assert fed == []
    assert beats(signals, clock, path, NOBODY, 10.0) >= 9
    assert len(fed) == 40


def test_heartbeat_of_several_cameras_requires_all_of_them(clock: Clock, tmp_path: Path) -> None:
    signals = Signals(clock, sources=("1", "2"))
    path = tmp_path / "alive"
    signals.configure(SignalSettings(heartbeat=(str(path),), heartbeat_s=1.0))

    def beat(second: FrameResult | None) -> int:
        before = signals.heartbeats[0].sent + signals.heartbeats[0].failed
        for _ in range(40):
            clock.added_s += 0.25
            signals.on_result(NOBODY, FACTS, "1")
            if second is not None:
                signals.on_result(second, FACTS, "2")
            time.sleep(0.002)
        time.sleep(0.3)
        return signals.heartbeats[0].sent + signals.heartbeats[0].failed - before

    try:
        assert beat(NOBODY) >= 9
        # The second camera was healthy less than a second before.
        assert beat(replace(NOBODY, reasons=("device_lost",))) <= 1
        assert beat(None) == 0
        assert beat(NOBODY) >= 9
    finally:
        signals.stop()


def _has_got(receiver: WebReceiver, count: int) -> bool:
    return len(receiver.got) == count


def test_serve_sends_a_heartbeat_while_all_of_its_cameras_work(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    signals = Signals(sources=("1", "2"))
    signals.configure(SignalSettings(heartbeat=(str(path),), heartbeat_s=0.2))
    output = LiveOutput(signals)
    doors = Script("front"), Script("back", fails_with="back: unplugged; connect it.")
    try:
        with running(*doors, followers=(output,)):
            time.sleep(1.0)
            assert output.heartbeats()[str(path)]["sent"] == 0
        doors[1].fails_with = ""
        with running(*doors, followers=(output,)):
            wait_for(lambda: output.heartbeats()[str(path)]["sent"] >= 2)
    finally:
        output.stop()


def test_serve_signals_for_each_of_its_cameras(receiver: WebReceiver) -> None:
    signals = Signals()
    signals.configure(SignalSettings(on_live=(receiver.url,)))
    output = LiveOutput(signals)
    doors = Script("front"), Script("back")
    for door in doors:
        door.status = Status.SPOOF
    try:
        with running(*doors, followers=(output,)):
            # One after the other: a signal that waits a second for another one is dropped, as it must be.
            for count, door in enumerate(doors, 1):
                door.status = Status.LIVE
                wait_for(partial(_has_got, receiver, count))
            time.sleep(0.5)
            assert len(receiver.got) == 2, "each of them stays"
            for door in doors:
                door.status = Status.SPOOF
            time.sleep(0.5)
    finally:
        output.stop()
    sent = [json.loads(body) for _, body, _ in receiver.got]
    assert {(one["source"], one["source_id"]) for one in sent} == {("front", "1"), ("back", "2")}
