"""A day of the kiosk at speed: a scripted camera and an injected clock, and everything after them is real.

Every minute a person comes for four seconds; the camera is unplugged now and then, also while a person stands there.
"""

from __future__ import annotations

import gc
import random
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fasdemo.capture.cameras.supervisor import DeviceError, Supervisor
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.event_log.events import read_events
from fasdemo.engine.loop.frame_loop import FrameLoop
from fasdemo.engine.result import FaceVerdict, FrameResult, Latency, Status
from fasdemo.engine.temporal.attempts import AttemptLimit, locked_out
from fasdemo.frames import FrameSet, Stream, StreamTime
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.settings import Settings
from fasdemo.gui.style.theme import apply_theme
from fasdemo.gui.window.main_window import MainWindow
from fasdemo.gui.window.parts import WindowSetup
from fasdemo.publish.signals import Signals, SignalSettings
from fasdemo.publish.target import Content
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.requests import SourceRequest
from fasdemo.runtime.updates import Phase, Sample, UiUpdate, View
from tests.support.serve_fixtures import FACTS, face_verdict
from tests.support.window_scenes import Scene

PERIOD_S = 0.1
SLOT_S = 60.0
ARRIVES_S, LEAVES_S = 5.0, 9.0
DECIDED_S = 1.0
"""So long after the arrival the verdict is no longer UNCERTAIN."""
SHOWN_EVERY_S = 2.0
INFO = SourceInfo("scripted", "realsense", True, frozenset({"rgb", "depth", "ir"}), 8, 6, 1.0 / PERIOD_S, None)


@dataclass
class Plan:
    """Who comes in each minute, and when the camera is unplugged."""

    seconds: float
    visits: list[Status]
    outages: list[tuple[float, float]]

    @classmethod
    def made(cls, seconds: float, disconnects: int) -> Plan:
        chance = random.Random(7)
        slots = int(seconds / SLOT_S)
        visits = [Status.SPOOF if chance.random() < 0.02 else Status.LIVE for _ in range(slots)]
        # Someone tries five times in a row, which locks the camera until the next visitor has gone.
        visits[2:7] = [Status.SPOOF] * 5
        outages = []
        for number, slot in enumerate(sorted(chance.sample(range(10, slots - 8), disconnects))):
            # Every fifth time a person is standing there, who has been accepted.
            start_s = slot * SLOT_S + (ARRIVES_S + 3.0 if number % 5 == 0 else 20.0 + chance.random() * 10.0)
            outages.append((start_s, start_s + chance.choice((0.4, 3.0, 12.0, 25.0))))
        return cls(seconds, visits, outages)

    def person(self, at_s: float) -> tuple[int, Status] | None:
        slot, into_s = divmod(at_s, SLOT_S)
        if not ARRIVES_S <= into_s < LEAVES_S or slot >= len(self.visits):
            return None
        status = self.visits[int(slot)] if into_s >= ARRIVES_S + DECIDED_S else Status.UNCERTAIN
        return int(slot) + 1, status

    def plugged(self, at_s: float) -> bool:
        return not any(start_s <= at_s < end_s for start_s, end_s in self.outages)


@dataclass
class World:
    plan: Plan
    now_s: float = 0.0
    number: int = 0
    starts: int = 0
    captured: int = 0

    def clock(self) -> float:
        return self.now_s

    def present(self) -> bool:
        return self.plan.plugged(self.now_s)


class Grabber:
    """The scripted device."""

    standing_faults: tuple[str, ...] = ()

    def __init__(self, world: World) -> None:
        self._world = world

    def start(self) -> SourceInfo:
        if not self._world.present():
            raise DeviceError("it does not start")
        self._world.starts += 1
        return INFO

    def wait(self, timeout_s: float) -> FrameSet | None:
        world = self._world
        if not world.present():
            raise DeviceError("the device was disconnected")
        world.now_s += PERIOD_S
        world.number += 1
        world.captured += 1
        times: dict[Stream, StreamTime] = {name: StreamTime(world.now_s, world.number) for name in INFO.declared}
        grey = np.full((6, 8), world.number % 200, np.uint8)
        return FrameSet(
            index=world.number,
            timestamp_s=world.now_s,
            rgb=np.dstack([grey] * 3),
            depth=np.full((6, 8), 500 + world.number % 200, np.uint16),
            ir=grey,
            declared=INFO.declared,
            times=times,
            live_source=True,
        )

    def stop(self) -> None: ...

    def set_exposure_roi(self, box: tuple[float, float, float, float]) -> None: ...


class Judge:
    """Gives the planned verdicts; refused attempts lock it as they lock the engine."""

    facts = FACTS

    def __init__(self, world: World) -> None:
        self._world = world
        self._attempts = AttemptLimit(5, 90.0)
        self.processed = 0

    def process(self, frame: FrameSet, *, capture_ms: float) -> FrameResult:
        self.processed += 1
        person = None if frame.faults else self._world.plan.person(self._world.now_s)
        faces: tuple[FaceVerdict, ...] = () if person is None else (face_verdict(person[1], person[0]),)
        if self._attempts.update([face.status for face in faces], self._world.now_s):
            faces = tuple(map(locked_out, faces))
        latency = Latency(1.0, 1.0, 1.0, 1.0, 5.0)
        reasons = frame.faults or (() if faces else ("no_face",))
        return FrameResult(
            frame.index, frame.timestamp_s, "door", True, "scripted", "test", faces, latency, None, reasons
        )

    def reset(self) -> None: ...

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None: ...


class InstantSender:
    """Takes the place of the sender's thread, whose clock runs slower than the day."""

    def __init__(self, target: object, clock: object, done: object = None) -> None:
        self.got: list[Content] = []

    def offer(self, content: Content, decided_s: float) -> None:
        self.got.append(content | {"at_s": decided_s})

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def join(self, timeout_s: float) -> bool:
        return True


@dataclass
class Day:
    """What a day left behind."""

    accepted: list[float]
    beats: list[float]
    words: Counter[tuple[str, str]]
    memory_mb: list[float]
    objects: list[int]
    frames: int
    supervisor: Supervisor
    judge: Judge


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    apply_theme(qapp, dark=True)
    monkeypatch.setattr(Player, "request", property(lambda self: SourceRequest("realsense")))
    scene = Scene()
    made = MainWindow(
        WindowSetup(scene.make_source, scene.make_processor, Settings(), tmp_path / "window.json", (), None, lambda: ())
    )
    qtbot.addWidget(made)
    made.set_kiosk(True)
    yield made
    made.close()


def live_through(
    world: World, window: MainWindow, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, log: Path
) -> Day:
    monkeypatch.setattr("fasdemo.publish.signals.Sender", InstantSender)
    monkeypatch.setattr("fasdemo.gui.window.presenter.time", SimpleNamespace(monotonic=world.clock))
    signals, writer = Signals(world.clock), EventLogWriter()
    signals.configure(SignalSettings(on_live=("http://door/",), heartbeat=("http://watch/",), heartbeat_s=10.0))
    writer.start(log)
    supervisor = Supervisor(lambda: Grabber(world), world.present, world.clock)
    supervisor.start()
    judge = Judge(world)
    loop = FrameLoop(SimpleNamespace(info=INFO), [writer, signals])
    window.presenter._receive(UiUpdate(info=INFO, phase=Phase.RUNNING, facts=FACTS))
    process = psutil.Process()
    words: Counter[tuple[str, str]] = Counter()
    memory_mb: list[float] = []
    objects: list[int] = []
    samples: list[Sample] = []
    frames = 0
    last_index, shown_s, looked_s = -1, 0.0, 0.0
    while world.now_s < world.plan.seconds:
        frame = supervisor.step()
        if frame is None:
            world.now_s += supervisor.idle_s or 0.05
            continue
        assert frame.index == last_index + 1, "a frame was lost on its way"
        last_index = frame.index
        frames += 1
        result = loop.step(judge, frame)
        assert result is not None
        face = result.faces[0] if result.faces else None
        samples.append(
            Sample(
                result.frame,
                result.timestamp_s,
                world.now_s,
                result.latency_ms,
                None if face is None else face.track_id,
                None if face is None else face.status,
                None if face is None else face.score,
                None if face is None else face.frame_score,
                None,
                frame.lost_before,
                0,
                False,
            )
        )
        if world.now_s - shown_s >= SHOWN_EVERY_S:
            shown_s = world.now_s
            window.presenter._receive(UiUpdate(view=View(frame, result, world.now_s), samples=samples))
            samples = []
            window.presenter.tick()
            qapp.processEvents()
            person = world.plan.person(world.now_s)
            state = "outage" if frame.faults else ("nobody" if person is None else person[1].value)
            words[state, window.kiosk.headline.word] += 1
        if world.now_s - looked_s >= world.plan.seconds / 48:
            looked_s = world.now_s
            gc.collect()
            memory_mb.append(process.memory_info().rss / 1e6)
            objects.append(len(gc.get_objects()))
    supervisor.stop()
    writer.stop()
    senders: tuple[object, ...] = (*signals._outputs, *signals._heartbeats)
    accepted, beats = ([one["at_s"] for one in sender.got] for sender in senders if isinstance(sender, InstantSender))
    signals.stop()
    return Day(accepted, beats, words, memory_mb, objects, frames, supervisor, judge)


def check(day: Day, world: World, log: Path) -> None:
    plan = world.plan
    assert world.starts == len(plan.outages) + 1, "the camera is back after every outage, once"
    assert day.frames == day.judge.processed >= world.captured
    # The one who comes after the five attacks is locked out; everybody else who is live is let in exactly once.
    visits = [slot for slot, status in enumerate(plan.visits) if status is Status.LIVE]
    expected = [slot * SLOT_S + ARRIVES_S + DECIDED_S for slot in visits if slot != 7]
    assert day.accepted == pytest.approx(expected, abs=2 * PERIOD_S)
    events = read_events(log)
    # Who still stands there after an outage gets a verdict of their own in the log, and the door stays shut.
    again = [end_s for _, end_s in plan.outages if plan.person(end_s + 0.5) is not None]
    logged = [event.timestamp_s for event in events if event.status is Status.LIVE]
    assert logged == pytest.approx(sorted([*expected, *again]), abs=0.6), "every verdict is in the log"
    refused = [event for event in events if event.status is Status.SPOOF]
    assert len(refused) == plan.visits.count(Status.SPOOF)
    # Heartbeats come while the camera works, and never while it does not.
    down_s = sum(end_s - start_s for start_s, end_s in plan.outages)
    assert len(day.beats) >= (plan.seconds - down_s) / 10.0 - 2 * len(plan.outages) - 2
    for at_s in day.beats:
        assert not any(start_s + 0.2 < at_s < end_s for start_s, end_s in plan.outages), at_s
    # The screen.
    shown = {state: {word for (of, word) in day.words if of == state} for state, _ in day.words}
    assert shown["LIVE"] <= {"LIVE", "UNCERTAIN"}
    assert day.words["LIVE", "UNCERTAIN"] <= 2, "only the one who was locked out"
    assert shown["SPOOF"] == {"SPOOF"}
    assert shown["nobody"] == {"NO FACE"}
    assert shown.get("outage", set()) <= {"NO VERDICT"}
    # Memory.
    third = len(day.memory_mb) // 3
    assert np.median(day.memory_mb[-third:]) - np.median(day.memory_mb[third : 2 * third]) < 8.0, day.memory_mb
    assert np.median(day.objects[-third:]) < 1.02 * np.median(day.objects[third : 2 * third]), day.objects


@pytest.mark.parametrize(
    ("seconds", "disconnects", "kept"),
    [
        # The time line keeps an hour of this camera, which the short run would not fill.
        (40 * 60.0, 12, 4000),
        pytest.param(24 * 3600.0, 50, 36_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
    ],
    ids=["40 minutes", "a day"],
)
def test_the_kiosk_works_through_a_day_with_disconnects(
    window: MainWindow,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    seconds: float,
    disconnects: int,
    kept: int,
) -> None:
    assert window.workspace.timeline._samples.maxlen == 36_000
    window.workspace.timeline._samples = deque(maxlen=kept)
    world = World(Plan.made(seconds, disconnects))
    day = live_through(world, window, qapp, monkeypatch, tmp_path / "events.jsonl")
    check(day, world, tmp_path / "events.jsonl")
