"""Rendered sequences: one setup filmed over time, frame set by frame set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fasdemo.frames import FrameSet, Stream, StreamTime
from trainer.synth.people.performance import Performance
from trainer.synth.people.photo import Photo
from trainer.synth.scene.setup import Setup, take
from trainer.synth.scene.subject import Moment, Placement, Subject
from trainer.synth.sensors.sensor import Shot

FPS = 30.0


def film(
    setup: Setup, performance: Performance, shot: Shot, seconds: float, seed: tuple[int, ...],
    clip: list[Photo] | None = None, first: int = 0, supersample: int = 2,
) -> Iterator[FrameSet]:  # fmt: skip
    """Film a setup at 30 frames a second; frames are numbered from `first`. `clip` plays on a screen."""
    for number in range(round(seconds * FPS)):
        t = number / FPS
        moment: Moment = performance.moment(t)
        if clip:
            moment = replace(moment, photo=clip[min(number * len(clip) // max(round(seconds * FPS), 1), len(clip) - 1)])
        across, down, farther = performance.shift(t)
        here = setup.placement
        place = Placement(here.ray + np.array([across, down, 0.0]) / here.distance_m, here.distance_m * farther)
        yield _frame(setup, shot, setup.stage(moment, place), first + number, seed, supersample)


def empty_room(setup: Setup, shot: Shot, frames: int, seed: tuple[int, ...], first: int = 0) -> Iterator[FrameSet]:
    """The same room with nobody in it."""
    here = setup.placement
    where = np.tile(here.ray * here.distance_m, (4, 1)) + np.array(
        [[-0.03, 0, 0], [0.03, 0, 0], [0, 0.03, 0], [0, 0.06, 0]]
    )
    nobody = Subject([], where, (0.0, 0.0, 0.0))
    for number in range(frames):
        yield _frame(setup, shot, nobody, first + number, seed, 2)


def _frame(
    setup: Setup, shot: Shot, subject: Subject, number: int, seed: tuple[int, ...], supersample: int
) -> FrameSet:
    rng = np.random.default_rng([*seed, number])
    frame = take(setup, rng, shot, subject, supersample).frames
    t = number / FPS
    streams: tuple[Stream, ...] = ("rgb", "depth", "ir")
    return replace(frame, index=number, timestamp_s=t, times={stream: StreamTime(t, number) for stream in streams})
