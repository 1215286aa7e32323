"""How differently streams move that agree, and streams that are late (`fasdemo.engine.measurements.stream_motion`).

`python -m tools.measure.streams.stream_motion_figures --portraits FOLDER --heads FILE --count N` renders N live people
who move, each on another sensor, at ten frames per second, and delays depth and infrared. For each delay, it prints the
largest difference from colour within three seconds, with a star if a limit was exceeded.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fasdemo.engine.measurements.measure import grids
from fasdemo.engine.measurements.stream_motion import MotionWindow, StreamMotion
from fasdemo.engine.per_face.stream_motion_check import offsets
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.finder import FaceFinder
from fasdemo.faces.quality import assess
from fasdemo.frames import FrameSet
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import crop_face
from trainer.synth.dataset.crops import SetupSampler
from trainer.synth.people.people import load_people
from trainer.synth.people.performance import draw_performance
from trainer.synth.scene.setup import render_exposure
from trainer.synth.scene.subject import LIVE, Placement
from trainer.synth.sensors.sensor import draw_exposure_params

SENSORS = ("d415", "d435", "d455", "sr300", "tof", "truedepth", "kinect2")
FPS, SECONDS = 10.0, 6.0
DELAYS_S = (0.0, 0.2, 0.5, 1.0, 2.0)
_CROP_SIZE = 112
_LIVELINESS = (1.0, 0.3, 1.8)
_SWAY = (2.0, 4.0)
"""Factor of the motion across and down in every second sequence, for people who shift their weight by 3 to 6 cm."""


def delayed(frames: Sequence[FrameSet], delay_s: float) -> list[FrameSet]:
    """Return the frames with depth and infrared of an earlier time."""
    late = round(delay_s * FPS)
    return [
        replace(frame, depth=before.depth, ir=before.ir)
        for frame, before in zip(frames[late:], frames[: len(frames) - late], strict=True)
    ]


def compare(frames: Sequence[FrameSet]) -> tuple[list[StreamMotion], list[StreamMotion]]:
    """Return the comparisons of depth and of infrared with colour after every frame; use the first face."""
    window, depth, infrared = MotionWindow(), [], []
    with FaceDetector() as detector:
        finder = FaceFinder(detector)
        for frame in frames:
            tracks = finder.find(frame.rgb, frame.timestamp_s, False)
            if not tracks:
                continue
            face = tracks[0].face
            crops = crop_face(frame, face, CropSpec(), _CROP_SIZE)
            assert crops.rgb is not None
            found = offsets(frame, face, crops, grids(crops), assess(face, crops.rgb), frame.timestamp_s)
            if found is None:
                continue
            window.add(found)
            depth += [] if window.depth is None else [window.depth]
            infrared += [] if window.ir is None else [window.ir]
    return depth, infrared


def people(portraits: Path, heads: Path | None, count: int, work: Path) -> Iterator[tuple[str, list[FrameSet]]]:
    """Render the sequences; yield the sensor and the frames."""
    known = load_people([portraits], heads, 1, work)
    for number in range(count):
        rng = np.random.default_rng([77, number])
        sensor, first = SENSORS[number % len(SENSORS)], number % len(known.names)
        setup = SetupSampler(known, ()).setup(rng, LIVE, first, (first + 1) % len(known.names), sensor)
        params = draw_exposure_params(rng, setup.projector)
        performance = draw_performance(rng, SECONDS + 2, _LIVELINESS[number % len(_LIVELINESS)])
        sway = float(rng.uniform(*_SWAY)) if number % 2 else 1.0
        frames = []
        for index in range(round(SECONDS * FPS)):
            at_s = index / FPS
            across, down, farther = performance.shift(at_s)
            here = setup.placement
            moved = np.array([across * sway, down * sway, 0.0]) / here.distance_m
            subject = setup.stage(performance.pose_sample(at_s), Placement(here.ray + moved, here.distance_m * farther))
            noise = np.random.default_rng([5, number, index])
            frame = render_exposure(setup, noise, params, subject, 1).frames
            frames.append(replace(frame, index=index, timestamp_s=at_s))
        yield sensor, frames


def row(found: Sequence[StreamMotion]) -> str:
    """Return the largest differences in x and y in mm, with a star if a limit was exceeded."""
    if not found:
        return "n/a"
    x, y = (max(one.difference_mm[axis] for one in found) for axis in (0, 1))
    return f"{x:.1f}, {y:.1f}{' *' if any(one.apart for one in found) else ''}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--portraits", type=Path, required=True, help="folder of portraits")
    parser.add_argument("--heads", type=Path, help="head model, .npz or .obj")
    parser.add_argument("--count", type=int, default=7, help="number of sequences")
    parser.add_argument("--work", type=Path, default=Path(".work"), help="cache of fitted portraits")
    asked = parser.parse_args()
    print("| sensor | delay, s | depth: x, y, mm | infrared: x, y, mm |\n|---|---|---|---|")
    for sensor, frames in people(asked.portraits, asked.heads, asked.count, asked.work):
        for delay_s in DELAYS_S:
            depth, infrared = compare(delayed(frames, delay_s))
            print(f"| {sensor} | {delay_s:g} | {row(depth)} | {row(infrared)} |", flush=True)


if __name__ == "__main__":
    main()
