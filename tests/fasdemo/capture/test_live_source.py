from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import WatchdogTimeouts
from fasdemo.capture.frame_slot import FrameSlot
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet
from tests.support.scripted_device import Quick, ScriptedGrabber, World, shot


def test_live_source_fails_in_one_sentence_at_the_first_start() -> None:
    with pytest.raises(UserError, match="plug it in"), LiveSource(World().make, lambda: False, "plug it in"):
        pass
    broken = World(fail_start=True)
    with pytest.raises(UserError, match="does not start"), LiveSource(broken.make, broken.present, "absent"):
        pass
    assert broken.alive == 0


def test_live_source_gives_a_slow_reader_the_newest_frame_and_the_lost_count() -> None:
    world = World()

    source = world.camera(Quick, WatchdogTimeouts(jump_s=5.0))
    seen: list[FrameSet] = []
    with source:
        for frame in source:
            seen.append(frame)
            time.sleep(0.02)
            if len(seen) == 20:
                break
    numbers = [frame.times["rgb"].counter for frame in seen]
    for earlier, later, frame in zip(numbers, numbers[1:], seen[1:], strict=False):
        assert frame.lost_before == later - earlier - 1
    assert numbers[-1] - numbers[0] > 40
    assert world.alive == 0


def test_live_source_gives_a_tap_every_frame_though_the_reader_is_slow() -> None:
    world = World()

    source = world.camera(Quick, WatchdogTimeouts(jump_s=5.0))
    tapped: list[FrameSet] = []
    with source:
        source.tap(tapped.append)
        for seen, _ in enumerate(source):
            time.sleep(0.02)
            if seen == 10:
                break
        source.tap(None)
        ended = len(tapped)
        time.sleep(0.02)
    assert len(tapped) == ended > 30
    numbers = [frame.times["rgb"].counter for frame in tapped]
    assert numbers == list(range(numbers[0], numbers[0] + ended))
    assert all(frame.lost_before == 0 for frame in tapped)


def test_live_source_puts_its_frames_into_one_slot_and_closes_it_at_the_end() -> None:
    world, slot, other = World(), FrameSlot(), FrameSlot()

    source = world.camera(Quick, WatchdogTimeouts(jump_s=5.0))
    with source:
        source.send_to(slot)
        first = slot.take()
        time.sleep(0.05)
        second = slot.take()
        assert first is not None
        assert second is not None
        assert second.frame.times["rgb"].counter - first.frame.times["rgb"].counter == second.skipped + 1 > 10
        assert second.frame.lost_before == second.skipped
        source.send_to(None)
        slot.put_newest(second)
        time.sleep(0.02)
        kept = slot.take()
        assert kept is not None
        assert kept.frame is second.frame, "no frame is put after send_to(None)"
        after = next(iter(source))
        assert after.times["rgb"].counter > second.frame.times["rgb"].counter
        source.send_to(other)
    assert other.take() is None
    assert not source.wait(1.0)


def test_live_source_stops_a_reader_that_waits_in_another_thread() -> None:
    world = World()

    class Silent(ScriptedGrabber):
        def wait(self, timeout_s: float) -> FrameSet | None:
            time.sleep(0.01)
            return None

    read: list[FrameSet] = []
    with world.camera(Silent) as source:
        reader = threading.Thread(target=lambda: read.extend(source))
        reader.start()
        time.sleep(0.05)
    reader.join(5.0)
    assert not reader.is_alive()
    assert all(frame.faults for frame in read)


def test_live_source_wait_raises_what_ended_the_capture() -> None:
    world = World()

    def fail(frame: FrameSet) -> None:
        raise ZeroDivisionError

    source = world.camera(Quick, WatchdogTimeouts(jump_s=5.0))
    with source:
        source.tap(fail)
        with pytest.raises(ZeroDivisionError):
            source.wait(5.0)


def test_live_source_starts_a_reader_with_the_newest_frame() -> None:
    world = World()

    class Paced(ScriptedGrabber):
        def wait(self, timeout_s: float) -> FrameSet | None:
            time.sleep(0.005)
            self.world.number += 1
            now = time.monotonic()
            return replace(shot(self.world.number, now), timestamp_s=now)

    with world.camera(Paced) as source:
        # As a model is loaded before the first frame is asked for.
        time.sleep(0.1)
        asked = time.monotonic()
        first = next(iter(source))
    assert first.timestamp_s >= asked
    assert first.lost_before == 0


def test_live_source_passes_a_crash_of_the_capture_thread_on() -> None:
    class Broken(ScriptedGrabber):
        def wait(self, timeout_s: float) -> FrameSet | None:
            raise ZeroDivisionError

    world = World()
    with (
        world.camera(Broken) as source,
        pytest.raises(ZeroDivisionError),
    ):
        next(iter(source))
    assert world.alive == 0
