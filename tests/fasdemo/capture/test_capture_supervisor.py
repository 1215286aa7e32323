"""Faults of cameras, simulated by a script and a clock that the test sets."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from fasdemo.capture.cameras.supervisor import Supervisor, WatchdogTimeouts
from fasdemo.frames import FrameSet
from tests.support.scripted_device import INFO, PERIOD, World


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
    """The conditions that are true after every event."""
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
    supervisor = world.started_supervisor()
    frames = run(supervisor, world, 3.0)
    check_always(frames)
    assert len(frames) >= 88
    assert all(frame.faults == () and frame.lost_before == 0 for frame in frames)
    assert supervisor.restarts == 0


def test_a_stall_is_reported_at_once_and_ended_by_a_new_pipeline() -> None:
    world = World()
    supervisor = world.started_supervisor()
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
    supervisor = world.started_supervisor()
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
    supervisor = world.started_supervisor()
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
    supervisor = world.started_supervisor()
    first = world.clock.now - world.device_s
    for frame in run(supervisor, world, 9.0):
        assert frame.received_s is not None
        old_s = frame.received_s - frame.times["rgb"].timestamp_s - first
        assert ("frames_late" in frame.faults) == (old_s - lag_s > 0.502), old_s


def test_a_clock_of_32_bits_that_wraps_goes_on() -> None:
    world = World(device_s=2**32 / 1e6 - 1.0)
    supervisor = world.started_supervisor()
    before = run(supervisor, world, 0.9)
    world.device_s -= 2**32 / 1e6
    after = run(supervisor, world, 3.0)
    check_always(before + after)
    assert all(frame.faults == () for frame in after)
    assert np.diff([frame.timestamp_s for frame in before + after]) == pytest.approx(PERIOD)
    for frame in after:
        assert {time.timestamp_s for time in frame.times.values()} == {frame.timestamp_s}


@pytest.mark.parametrize("counter", [-1, 0])
def test_a_device_without_counters_is_checked_by_its_times(counter: int) -> None:
    world = World(frozen={"rgb", "depth", "ir"}, held=dict.fromkeys(("rgb", "depth", "ir"), counter))
    supervisor = world.started_supervisor()
    frames = run(supervisor, world, 2.0)
    assert len(frames) > 50
    assert all(frame.faults == () for frame in frames)


def test_unplugged_and_plugged_in_again() -> None:
    world = World()
    supervisor = world.started_supervisor()
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
    supervisor = world.started_supervisor(timeouts)
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
    supervisor = world.started_supervisor()
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
    supervisor = world.started_supervisor()
    run(supervisor, world, 1.0)
    world.frozen = {"rgb"}
    world.held["rgb"] = world.number
    frames = run(supervisor, world, 1.0)
    assert frames
    for frame in frames:
        assert frame.faults == ("stream_stalled",)
        assert not frame.rgb.any()


@pytest.mark.parametrize("jump_s", [-2.0, 10.0])
def test_a_jump_of_time_is_reported_and_does_not_change_the_order(jump_s: float) -> None:
    world = World()
    supervisor = world.started_supervisor()
    before = run(supervisor, world, 1.0)
    world.device_s += jump_s
    after = run(supervisor, world, 1.0)
    check_always(before + after)
    assert after[0].faults == ("timestamp_jump",)
    assert all(frame.faults == () for frame in after[1:])
    assert after[0].timestamp_s - before[-1].timestamp_s < 0.1


def test_lost_frames_are_counted() -> None:
    world = World()
    supervisor = world.started_supervisor()
    run(supervisor, world, 1.0)
    world.step_counter = 4
    assert run(supervisor, world, 0.5)[-1].lost_before == 3


def test_usb2_stands_on_every_frame() -> None:
    world = World(usb2=True)
    supervisor = world.started_supervisor()
    assert {frame.faults for frame in run(supervisor, world, 1.0)} == {("usb2",)}


def test_the_focus_reaches_the_device_now_and_then() -> None:
    world = World()
    supervisor = world.started_supervisor()

    def look() -> None:
        supervisor.exposure_roi = (1.0, 2.0, 3.0, 4.0)

    run(supervisor, world, 2.0, look)
    assert 3 <= len(world.focused) <= 5


def test_a_restarted_device_gets_the_position_of_the_face_again() -> None:
    world = World()
    supervisor = world.started_supervisor()
    supervisor.exposure_roi = (1.0, 2.0, 3.0, 4.0)
    run(supervisor, world, 1.0)
    world.plugged = False
    run(supervisor, world, 1.0)
    world.plugged = True
    run(supervisor, world, 3.0)
    assert world.focused == [(1.0, 2.0, 3.0, 4.0)] * 2


def test_paired_frames_are_not_counted_as_lost() -> None:
    world = World(step_counter=2, device_frames=2)
    supervisor = world.started_supervisor()
    frames = run(supervisor, world, 1.0)
    assert {frame.lost_before for frame in frames} == {0}
    world.step_counter = 6
    assert run(supervisor, world, 0.5)[-1].lost_before == 2


def test_supervisor_time_goes_on_from_fault_frames_before_the_first_picture() -> None:
    world = World(silent=True)
    supervisor = world.started_supervisor(WatchdogTimeouts())
    before = run(supervisor, world, 1.5)
    assert {frame.faults for frame in before} == {("stream_stalled",)}
    world.silent = False
    times = [frame.timestamp_s for frame in [*before, *run(supervisor, world, 1.0)]]
    assert all(later > earlier for earlier, later in itertools.pairwise(times))
