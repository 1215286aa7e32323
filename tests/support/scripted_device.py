"""A scripted device under the supervisor, and as a camera."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import DeviceError, Supervisor, WatchdogTimeouts
from fasdemo.capture.source import SourceInfo
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

    def started_supervisor(self, timeouts: WatchdogTimeouts | None = None) -> Supervisor:
        supervisor = Supervisor(self.make, self.present, self.clock, timeouts)
        supervisor.start()
        return supervisor

    def camera(self, grabber: type[ScriptedGrabber], timeouts: WatchdogTimeouts | None = None) -> LiveSource:
        return LiveSource(lambda: grabber(self), self.present, "absent", timeouts=timeouts)


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


class Quick(ScriptedGrabber):
    """A thousand frames a second by the real clock."""

    def wait(self, timeout_s: float) -> FrameSet | None:
        time.sleep(0.001)
        self.world.number += 1
        now = time.monotonic()
        return replace(shot(self.world.number, now), timestamp_s=now)
