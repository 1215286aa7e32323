"""A signal is sent once and in time, or not at all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

import pytest

from fasdemo.publish import sender as module
from fasdemo.publish.sender import Sender
from fasdemo.publish.target import MAX_DELAY_S
from tests.support.publish_fixtures import RecordingTarget
from tests.support.serve_fixtures import wait_for

Start = Callable[[RecordingTarget], Sender]


@pytest.fixture
def start() -> Iterator[Start]:
    senders = []

    def started(target: RecordingTarget) -> Sender:
        sender = Sender(target)
        senders.append(sender)
        sender.start()
        return sender

    yield started
    for sender in senders:
        sender.stop()
        assert sender.join(30.0)


def offer(sender: Sender, number: int = 1, age_s: float = 0.0) -> None:
    sender.offer({"number": number}, time.monotonic() - age_s)


def test_sender_sends_each_signal_once_and_closes_the_target(start: Start) -> None:
    target = RecordingTarget()
    sender = start(target)
    for number in (1, 2):
        offer(sender, number)
        wait_for(lambda: sender.status.sent == number)  # noqa: B023
    assert [one["number"] for one in target.got] == [1, 2]
    assert (sender.status.failed, sender.status.problem) == (0, "")
    sender.stop()
    assert target.closed.wait(30)


def test_sender_drops_a_signal_that_waited_too_long(start: Start) -> None:
    target = RecordingTarget()
    sender = start(target)
    offer(sender, age_s=MAX_DELAY_S + 0.01)
    wait_for(lambda: sender.status.failed == 1)
    assert target.got == []
    assert sender.status.problem == "the target: is too slow: a signal was dropped."


def test_sender_never_repeats_a_signal_that_failed(start: Start) -> None:
    target = RecordingTarget()
    target.send_problem = "did not answer"
    sender = start(target)
    offer(sender, 1)
    wait_for(lambda: sender.status.failed == 1)
    target.send_problem = ""
    time.sleep(0.5)
    assert target.got == []
    offer(sender, 2)
    wait_for(lambda: sender.status.sent == 1)
    assert [one["number"] for one in target.got] == [2]
    assert sender.status.problem == ""


def test_sender_never_delays_the_caller_and_forgets_what_a_hanging_target_missed(start: Start) -> None:
    target = RecordingTarget()
    target.free.clear()
    sender = start(target)
    offer(sender, 0)
    assert target.busy.wait(30)
    started = time.perf_counter()
    for number in range(1, 1000):
        offer(sender, number)
    assert time.perf_counter() - started < 1.0
    assert sender.status.failed == 998
    time.sleep(MAX_DELAY_S + 0.1)
    target.free.set()
    wait_for(lambda: sender.status.failed == 999)
    assert [one["number"] for one in target.got] == [0]


def test_sender_connects_again_and_logs_the_failure_and_its_end_once(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "OPEN_AGAIN_S", 0.05)
    target = RecordingTarget()
    target.open_problem = "cannot be opened (it is in use)"
    with caplog.at_level(logging.WARNING):
        sender = start(target)
        wait_for(lambda: target.opened >= 3)
        assert sender.status.problem == "the target: cannot be opened (it is in use)."
        target.open_problem = ""
        wait_for(lambda: not sender.status.problem)
    assert [one.getMessage() for one in caplog.records] == [
        "the target: cannot be opened (it is in use).",
        "the target: works again.",
    ]


def test_sender_survives_an_error_in_a_target(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    target = RecordingTarget()
    sender = start(target)

    def broken(content: object, left_s: float) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(target, "send", broken)
    offer(sender)
    wait_for(lambda: sender.status.failed == 1)
    monkeypatch.undo()
    offer(sender)
    wait_for(lambda: sender.status.sent == 1)
