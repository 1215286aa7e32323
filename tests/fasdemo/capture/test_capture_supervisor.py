"""What goes wrong with cameras, played by a script against a clock that the test turns."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.realsense.interleave import Interleaver
from fasdemo.capture.cameras.supervisor import DeviceError, Supervisor, WatchdogTimeouts
from fasdemo.capture.frame_slot import FrameSlot
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Stream, StreamTime

PERIOD = 1 / 30
INFO = SourceInfo("scripted", "realsense", True, frozenset({"rgb", "depth", "ir"}), 8, 6, 30.0, None)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def shot(number: int, device_s: float, **counters: int) -> FrameSet:
    times: dict[Stream, StreamTime] = {
        name: StreamTime(device_s, counters.get(name, number)) for name in ("rgb", "depth", "ir")
    }
    return FrameSet(
        index=number,
        timestamp_s=device_s,
        rgb=np.full((6, 8, 3), 50 + number % 100, np.uint8),
        depth=np.full((6, 8), 700, np.uint16),
        ir=np.full((6, 8), 90, np.uint8),
        declared=INFO.declared,
        times=times,
        live_source=True,
    )


@dataclass
class World:
    """One scripted device: what it does depends on the clock."""

    clock: Clock = field(default_factory=Clock)
    plugged: bool = True
    silent: bool = False
    fail_start: bool = False
    usb2: bool = False
    started: list[float] = field(default_factory=list)
    alive: int = 0
    device_s: float = 5000.0
    clock_stands: bool = False
    """While the device is silent."""
    lag_s: float = 0.0
    """So much longer than a period does every frame take to arrive: a queue grows."""
    number: int = 0
    step_counter: int = 1
    device_frames: int = 1
    frozen: set[str] = field(default_factory=set)
    held: dict[str, int] = field(default_factory=dict)
    focused: list[tuple[float, float, float, float]] = field(default_factory=list)

    def make(self) -> ScriptedGrabber:
        return ScriptedGrabber(self)

    def present(self) -> bool:
        return self.plugged

    def supervisor(self, timeouts: WatchdogTimeouts | None = None) -> Supervisor:
        return Supervisor(self.make, self.present, self.clock, timeouts)


class ScriptedGrabber:
    def __init__(self, world: World) -> None:
        self.world = world
        self.standing_faults = ("usb2",) if world.usb2 else ()
        self.running = False
        self.used = False

    def start(self) -> SourceInfo:
        assert not self.used, "a grabber is started once"
        self.used = True
        self.world.started.append(self.world.clock.now)
        if self.world.fail_start or not self.world.plugged:
            raise DeviceError("it does not start")
        self.world.alive += 1
        assert self.world.alive == 1, "two pipelines at once"
        self.running = True
        return replace(INFO, device_frames=self.world.device_frames)

    def wait(self, timeout_s: float) -> FrameSet | None:
        assert self.running, "a dead pipeline was used again"
        world = self.world
        if world.silent:
            world.clock.now += timeout_s
            world.device_s += 0.0 if world.clock_stands else timeout_s
            return None
        if not world.plugged:
            raise DeviceError("the device was disconnected")
        world.clock.now += PERIOD + world.lag_s
        world.device_s += PERIOD
        world.number += world.step_counter
        for name in world.frozen:
            world.held.setdefault(name, world.number)
        counters = {name: world.held[name] for name in world.frozen}
        return shot(world.number, world.device_s, **counters)

    def stop(self) -> None:
        if self.running:
            self.world.alive -= 1
        self.running = False

    def set_exposure_roi(self, box: tuple[float, float, float, float]) -> None:
        self.world.focused.append(box)


def run(supervisor: Supervisor, world: World, seconds: float, each: Callable[[], None] | None = None) -> list[FrameSet]:
    end = world.clock.now + seconds
    frames = []
    while world.clock.now < end:
        if each is not None:
            each()
        frame = supervisor.step()
        if frame is not None:
            frames.append(frame)
        elif supervisor.idle_s > 0:
            world.clock.now += supervisor.idle_s
        else:
            world.clock.now += 1e-4
    return frames


def check_always(frames: list[FrameSet]) -> None:
    """What holds whatever happens."""
    assert [frame.index for frame in frames] == list(range(frames[0].index, frames[0].index + len(frames)))
    assert (np.diff([frame.timestamp_s for frame in frames]) >= 0).all()
    for frame in frames:
        assert frame.live_source
        assert frame.received_s is not None
        assert frame.declared == INFO.declared
        if frame.depth is None:
            assert frame.faults


def test_a_healthy_camera_has_no_faults() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    frames = run(supervisor, world, 3.0)
    check_always(frames)
    assert len(frames) >= 88
    assert all(frame.faults == () and frame.lost_before == 0 for frame in frames)
    assert supervisor.restarts == 0


def test_a_stall_is_said_at_once_and_ended_by_a_fresh_pipeline() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    run(supervisor, world, 1.0)
    world.silent = True
    went = world.clock.now
    first = run(supervisor, world, 0.8)
    assert first[0].faults == ("stream_stalled",)
    assert first[0].received_s is not None
    assert first[0].received_s - went <= 0.6
    assert not first[0].rgb.any()
    assert supervisor.restarts == 0
    later = run(supervisor, world, 3.0)
    assert supervisor.restarts >= 1
    world.silent = False
    good = run(supervisor, world, 6.0)
    check_always(first + later + good)
    assert good[-1].faults == ()
    assert good[-1].rgb.any()
    assert supervisor.fault == ""


def test_a_short_hiccup_does_not_restart() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    run(supervisor, world, 1.0)
    world.silent = True
    run(supervisor, world, 1.0)
    world.silent = False
    frames = run(supervisor, world, 1.0)
    assert supervisor.restarts == 0
    assert all(frame.faults == () for frame in frames)


def test_a_device_clock_that_stood_still_is_late_until_the_device_is_started_anew() -> None:
    # Nothing tells such a clock from a queue that holds every picture back.
    world = World(clock_stands=True)
    supervisor = world.supervisor()
    supervisor.start()
    run(supervisor, world, 1.0)
    world.silent = True
    run(supervisor, world, 1.0)
    world.silent = False
    frames = run(supervisor, world, 58.5)
    assert supervisor.restarts == 0
    assert all(frame.faults == ("frames_late",) for frame in frames)
    after = run(supervisor, world, 4.0)
    check_always(frames + after)
    assert supervisor.restarts == 1
    assert after[-1].faults == ()


@pytest.mark.parametrize("lag_s", [0.005, 0.02, 0.07, 0.37])
def test_a_queue_that_grows_is_late_once_its_sum_is_half_a_second(lag_s: float) -> None:
    world = World(lag_s=lag_s)
    supervisor = world.supervisor()
    supervisor.start()
    first = world.clock.now - world.device_s
    for frame in run(supervisor, world, 9.0):
        assert frame.received_s is not None
        old_s = frame.received_s - frame.times["rgb"].timestamp_s - first
        assert ("frames_late" in frame.faults) == (old_s - lag_s > 0.502), old_s


def test_a_clock_of_32_bits_that_wraps_goes_on() -> None:
    world = World(device_s=2**32 / 1e6 - 1.0)
    supervisor = world.supervisor()
    supervisor.start()
    before = run(supervisor, world, 0.9)
    world.device_s -= 2**32 / 1e6
    after = run(supervisor, world, 3.0)
    check_always(before + after)
    assert all(frame.faults == () for frame in after)
    assert np.diff([frame.timestamp_s for frame in before + after]) == pytest.approx(PERIOD)
    for frame in after:
        assert {time.timestamp_s for time in frame.times.values()} == {frame.timestamp_s}


@pytest.mark.parametrize("counter", [-1, 0])
def test_a_device_without_counters_is_told_by_its_times(counter: int) -> None:
    world = World(frozen={"rgb", "depth", "ir"}, held=dict.fromkeys(("rgb", "depth", "ir"), counter))
    supervisor = world.supervisor()
    supervisor.start()
    frames = run(supervisor, world, 2.0)
    assert len(frames) > 50
    assert all(frame.faults == () for frame in frames)


def test_unplugged_and_plugged_in_again() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    before = run(supervisor, world, 1.0)
    world.plugged = False
    away = run(supervisor, world, 30.0)
    assert {frame.faults for frame in away} == {("device_lost",)}
    assert 200 < len(away) < 400
    assert len(world.started) == 1, "nothing is started while the device is away"
    world.plugged = True
    world.device_s = 3.0  # its clock starts anew
    back_at = world.clock.now
    back = run(supervisor, world, 3.0)
    check_always(before + away + back)
    assert world.started[1] - back_at < 1.0
    assert back[-1].faults == ()
    assert "timestamp_jump" not in {fault for frame in back for fault in frame.faults}
    assert back[-1].timestamp_s - before[-1].timestamp_s == pytest.approx(33.0, abs=0.3)


def test_restarts_back_off_and_are_bounded() -> None:
    world = World()
    timeouts = WatchdogTimeouts(restarts_per_minute=4)
    supervisor = world.supervisor(timeouts)
    supervisor.start()
    run(supervisor, world, 1.0)
    world.silent = True
    world.fail_start = True
    run(supervisor, world, 130.0)
    gaps = np.diff(world.started[1:])
    assert gaps[0] < gaps[1] < gaps[2]
    for moment in world.started[1:]:
        assert sum(moment <= other < moment + 60.0 for other in world.started[1:]) <= 4
    world.silent = world.fail_start = False
    assert run(supervisor, world, 70.0)[-1].faults == ()


def test_one_stream_that_stands_still_is_missing() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    run(supervisor, world, 1.0)
    world.frozen = {"depth"}
    frames = run(supervisor, world, 1.0)
    check_always(frames)
    assert frames[1].depth is not None
    for frame in frames[8:]:
        assert frame.depth is None
        assert frame.ir is not None
        assert frame.faults == ("stream_stalled",)
    world.frozen = set()
    assert run(supervisor, world, 0.3)[-1].depth is not None


def test_colour_that_stands_still_gives_no_frame_but_a_stall() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    run(supervisor, world, 1.0)
    world.frozen = {"rgb"}
    world.held["rgb"] = world.number
    frames = run(supervisor, world, 1.0)
    assert frames
    for frame in frames:
        assert frame.faults == ("stream_stalled",)
        assert not frame.rgb.any()


@pytest.mark.parametrize("jump_s", [-2.0, 10.0])
def test_time_that_jumps_is_said_and_hidden_from_the_order(jump_s: float) -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    before = run(supervisor, world, 1.0)
    world.device_s += jump_s
    after = run(supervisor, world, 1.0)
    check_always(before + after)
    assert after[0].faults == ("timestamp_jump",)
    assert all(frame.faults == () for frame in after[1:])
    assert after[0].timestamp_s - before[-1].timestamp_s < 0.1


def test_lost_frames_are_counted() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    run(supervisor, world, 1.0)
    world.step_counter = 4
    assert run(supervisor, world, 0.5)[-1].lost_before == 3


def test_usb2_stands_on_every_frame() -> None:
    world = World(usb2=True)
    supervisor = world.supervisor()
    supervisor.start()
    assert {frame.faults for frame in run(supervisor, world, 1.0)} == {("usb2",)}


def test_the_focus_reaches_the_device_now_and_then() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()

    def look() -> None:
        supervisor.exposure_roi = (1.0, 2.0, 3.0, 4.0)

    run(supervisor, world, 2.0, look)
    assert 3 <= len(world.focused) <= 5


def test_a_device_that_was_started_anew_is_told_again_where_the_face_is() -> None:
    world = World()
    supervisor = world.supervisor()
    supervisor.start()
    supervisor.exposure_roi = (1.0, 2.0, 3.0, 4.0)
    run(supervisor, world, 1.0)
    world.plugged = False
    run(supervisor, world, 1.0)
    world.plugged = True
    run(supervisor, world, 3.0)
    assert world.focused == [(1.0, 2.0, 3.0, 4.0)] * 2


def test_the_first_start_fails_in_a_sentence() -> None:
    with pytest.raises(UserError, match="plug it in"), LiveSource(World().make, lambda: False, "plug it in"):
        pass
    broken = World(fail_start=True)
    with pytest.raises(UserError, match="does not start"), LiveSource(broken.make, broken.present, "absent"):
        pass
    assert broken.alive == 0


class Quick(ScriptedGrabber):
    """A thousand frames a second by the real clock."""

    def wait(self, timeout_s: float) -> FrameSet | None:
        time.sleep(0.001)
        self.world.number += 1
        now = time.monotonic()
        return replace(shot(self.world.number, now), timestamp_s=now)


def test_a_slow_reader_gets_the_present_and_the_count_of_what_it_missed() -> None:
    world = World()

    source = LiveSource(lambda: Quick(world), world.present, "absent", timeouts=WatchdogTimeouts(jump_s=5.0))
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


def test_what_taps_a_camera_gets_every_frame_though_the_reader_is_slow() -> None:
    world = World()

    source = LiveSource(lambda: Quick(world), world.present, "absent", timeouts=WatchdogTimeouts(jump_s=5.0))
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

    source = LiveSource(lambda: Quick(world), world.present, "absent", timeouts=WatchdogTimeouts(jump_s=5.0))
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
    with LiveSource(lambda: Silent(world), world.present, "absent") as source:
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

    source = LiveSource(lambda: Quick(world), world.present, "absent", timeouts=WatchdogTimeouts(jump_s=5.0))
    with source:
        source.tap(fail)
        with pytest.raises(ZeroDivisionError):
            source.wait(5.0)


def test_a_reader_begins_with_the_present() -> None:
    world = World()

    class Paced(ScriptedGrabber):
        def wait(self, timeout_s: float) -> FrameSet | None:
            time.sleep(0.005)
            self.world.number += 1
            now = time.monotonic()
            return replace(shot(self.world.number, now), timestamp_s=now)

    with LiveSource(lambda: Paced(world), world.present, "absent") as source:
        # As a model is loaded before the first frame is asked for.
        time.sleep(0.1)
        asked = time.monotonic()
        first = next(iter(source))
    assert first.timestamp_s >= asked
    assert first.lost_before == 0


def test_a_crash_in_the_capture_thread_reaches_the_reader() -> None:
    class Broken(ScriptedGrabber):
        def wait(self, timeout_s: float) -> FrameSet | None:
            raise ZeroDivisionError

    world = World()
    with (
        LiveSource(lambda: Broken(world), world.present, "absent") as source,
        pytest.raises(ZeroDivisionError),
    ):
        next(iter(source))
    assert world.alive == 0


def lit(number: int, on: bool | None) -> FrameSet:
    frame = replace(shot(number, number * PERIOD), emitter_on=on)
    assert frame.depth is not None
    return replace(frame, depth=frame.depth + number)


def test_interleaving_takes_depth_from_lit_and_infrared_from_dark_frames() -> None:
    pairs = Interleaver(PERIOD)
    assert pairs.push(lit(0, True)) is None
    pair = pairs.push(lit(1, False))
    assert pair is not None
    assert pair.depth is not None
    assert pair.depth[0, 0] == 700
    assert (pair.times["ir"].counter, pair.times["depth"].counter) == (1, 0)
    assert pair.emitter_on is False
    assert pair.faults == ()


def test_interleaving_never_takes_depth_from_long_ago() -> None:
    pairs = Interleaver(PERIOD)
    pairs.push(lit(0, True))
    for late in (lit(3, False), lit(4, False)):
        pair = pairs.push(late)
        assert pair is not None
        assert pair.depth is None
        assert pair.faults == ("depth_missing",)


def test_interleaving_guesses_nothing_about_a_frame_of_unknown_state() -> None:
    pairs = Interleaver(PERIOD)
    pairs.push(lit(0, True))
    assert pairs.push(lit(1, None)) is None
    # What the unknown frame was is open, so the lit one before it is no neighbour of the next.
    pair = pairs.push(lit(2, False))
    assert pair is not None
    assert pair.depth is None
    assert pair.faults == ("depth_missing",)


def test_paired_frames_are_not_counted_as_lost() -> None:
    world = World(step_counter=2, device_frames=2)
    supervisor = world.supervisor()
    supervisor.start()
    frames = run(supervisor, world, 1.0)
    assert {frame.lost_before for frame in frames} == {0}
    world.step_counter = 6
    assert run(supervisor, world, 0.5)[-1].lost_before == 2


def test_supervisor_time_goes_on_from_fault_frames_before_the_first_picture() -> None:
    world = World(silent=True)
    supervisor = world.supervisor(WatchdogTimeouts())
    supervisor.start()
    before = run(supervisor, world, 1.5)
    assert {frame.faults for frame in before} == {("stream_stalled",)}
    world.silent = False
    times = [frame.timestamp_s for frame in [*before, *run(supervisor, world, 1.0)]]
    assert all(later > earlier for earlier, later in itertools.pairwise(times))
