"""Rendered sequences: one setup over time, as a stream of frame sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fasdemo.frames import FrameSet, Stream, StreamTime
from trainer.synth.people.performance import Performance
from trainer.synth.people.photo import Photo
from trainer.synth.scene.setup import Setup, render_exposure
from trainer.synth.scene.subject import Placement, PoseSample, Subject
from trainer.synth.sensors.sensor import ExposureParams

FPS = 30.0


def film(
    setup: Setup, performance: Performance, params: ExposureParams, seconds: float, seed: tuple[int, ...],
    clip: list[Photo] | None = None, first: int = 0, supersample: int = 2,
) -> Iterator[FrameSet]:  # fmt: skip
    """Render a setup at 30 frames per second. Frames are numbered from `first`; `clip` is played on a screen."""
    for number in range(round(seconds * FPS)):
        t = number / FPS
        pose_sample: PoseSample = performance.pose_sample(t)
        if clip:
            pose_sample = replace(
                pose_sample, photo=clip[min(number * len(clip) // max(round(seconds * FPS), 1), len(clip) - 1)]
            )
        across, down, farther = performance.shift(t)
        here = setup.placement
        place = Placement(here.ray + np.array([across, down, 0.0]) / here.distance_m, here.distance_m * farther)
        yield _frame(setup, params, setup.stage(pose_sample, place), first + number, seed, supersample)


def empty_room(
    setup: Setup, params: ExposureParams, frames: int, seed: tuple[int, ...], first: int = 0
) -> Iterator[FrameSet]:
    """Render the same room without a subject."""
    here = setup.placement
    where = np.tile(here.ray * here.distance_m, (4, 1)) + np.array(
        [[-0.03, 0, 0], [0.03, 0, 0], [0, 0.03, 0], [0, 0.06, 0]]
    )
    nobody = Subject([], where, (0.0, 0.0, 0.0))
    for number in range(frames):
        yield _frame(setup, params, nobody, first + number, seed, 2)


def _frame(
    setup: Setup, params: ExposureParams, subject: Subject, number: int, seed: tuple[int, ...], supersample: int
) -> FrameSet:
    rng = np.random.default_rng([*seed, number])
    frame = render_exposure(setup, rng, params, subject, supersample).frames
    t = number / FPS
    streams: tuple[Stream, ...] = ("rgb", "depth", "ir")
    return replace(frame, index=number, timestamp_s=t, times={stream: StreamTime(t, number) for stream in streams})
