"""Measure the verdict over time: time to the first verdict, flicker, and changes between live and attack.

`python -m tools.measure.verdict_figures [SESSION ...]` plays the parts of the demo session and of the given sessions:
each part alone, then parts in random order with hard cuts, then each part in light that varies around the limit of
"too dark". It prints a Markdown table. The change at a cut is not counted, later changes are. No part is played twice
within two seconds, because its pictures would be refused as repeated.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from fasdemo.assets_folder import demo_session
from fasdemo.engine.engine import Engine
from fasdemo.engine.result import FrameResult, Status
from fasdemo.engine.rules.gates import MIN_BRIGHTNESS
from fasdemo.errors import UserError
from fasdemo.faces.quality import assess
from fasdemo.frames import FrameSet
from fasdemo.sessions.reader import SessionReader

CUTS = 60
"""Number of parts that are played without a gap."""
REPEATS_S = 2.0
"""Time for which pictures must not be shown again; longer than the engine remembers them."""
MIN_PART_S = 0.8
MAX_PART_S = 2.0


@dataclass
class Tally:
    """Counts of one kind of run."""

    first_s: list[float] = field(default_factory=list)
    first_live_s: list[float] = field(default_factory=list)
    changes: int = 0
    seconds: float = 0.0
    live_frames: int = 0
    frames: int = 0
    attack_frames_live: int = 0
    attack_frames: int = 0

    def row(self, name: str) -> str:
        """Return a row of the table."""
        first, live = _percentiles(self.first_s), _percentiles(self.first_live_s)
        share = f"{self.live_frames / self.frames:.0%}" if self.frames else "n/a"
        minutes = self.seconds / 60
        return (
            f"| {name} | {first} | {live} | {self.changes / minutes:.1f} | {share} | "
            f"{self.attack_frames_live} of {self.attack_frames} |"
        )


def _percentiles(seconds: Sequence[float]) -> str:
    return f"{np.percentile(seconds, 50):.2f}, {np.percentile(seconds, 95):.2f}" if seconds else "n/a"


def parts_of(folder: Path) -> list[list[FrameSet]]:
    """Return the parts of a session with one ground truth each, in order."""
    found: list[list[FrameSet]] = []
    with SessionReader(folder) as session:
        for frame in session:
            if not found or found[-1][-1].truth != frame.truth:
                found.append([])
            found[-1].append(frame)
    return found


def play(engine: Engine, frames: Sequence[FrameSet], start: int = 0) -> Iterator[tuple[FrameSet, FrameResult]]:
    """Process frames with timestamps of 30 frames per second; yield frames and results."""
    for offset, frame in enumerate(frames):
        number = start + offset
        timed = replace(frame, index=number, timestamp_s=number / 30.0, times={})
        yield timed, engine.process(timed)


def tally(tally: Tally, played: Iterator[tuple[FrameSet, FrameResult]]) -> None:
    """Add the results of one part: time to the first verdict, changes of the verdict, and frames with LIVE."""
    first_face = last = None
    decided = was_live = False
    for frame, result in played:
        assert frame.truth is not None
        tally.seconds += 1 / 30.0
        for face in result.faces[:1]:
            first_face = frame.timestamp_s if first_face is None else first_face
            if not decided and face.status is not Status.UNCERTAIN:
                decided = True
                tally.first_s.append(frame.timestamp_s - first_face)
            tally.changes += decided and last is not None and face.status is not last
            last = face.status if decided else None
            if frame.truth.label == "live":
                if face.status is Status.LIVE and not was_live:
                    was_live = True
                    tally.first_live_s.append(frame.timestamp_s - first_face)
                tally.frames += 1
                tally.live_frames += face.status is Status.LIVE
            else:
                tally.attack_frames += 1
                tally.attack_frames_live += face.status is Status.LIVE


def wavering_light(engine: Engine, part: Sequence[FrameSet], rng: np.random.Generator) -> list[FrameSet]:
    """Return the part in light that varies by 20 % around the limit of "too dark" at 3 Hz, with 5 % noise."""
    bright = [
        assess(face.face, face.crops.rgb).brightness
        for _, result in play(engine, part[:10])
        for face in result.faces[:1]
        if face.crops is not None and face.crops.rgb is not None
    ]
    engine.reset()
    base = MIN_BRIGHTNESS / float(np.median(bright)) if bright else 1.0
    frames = []
    for number, frame in enumerate(part):
        gain = base * (1.0 + 0.2 * np.sin(2 * np.pi * 3.0 * number / 30.0) + 0.05 * rng.standard_normal())
        frames.append(replace(frame, rgb=np.clip(frame.rgb * gain, 0, 255).astype(np.uint8)))
    return frames


def cut_parts(parts: Sequence[Sequence[FrameSet]], count: int, seed: int = 0) -> Iterator[Sequence[FrameSet]]:
    """Yield pieces of random parts, none of a part that was shown within `REPEATS_S`, unless all were."""
    rng, number = np.random.default_rng(seed), 0
    shown_until: dict[int, int] = {}
    for _ in range(count):
        fresh = [one for one in range(len(parts)) if number - shown_until.get(one, -1000) >= REPEATS_S * 30]
        one = int(rng.choice(fresh or [min(shown_until, key=lambda part: shown_until[part])]))
        length = min(len(parts[one]), int(rng.uniform(MIN_PART_S, MAX_PART_S) * 30))
        begin = int(rng.integers(len(parts[one]) - length + 1))
        number += length
        shown_until[one] = number
        yield parts[one][begin : begin + length]


def main() -> int:
    """Print the table and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sessions", nargs="*", type=Path, help="further sessions")
    parser.add_argument("--cuts", type=int, default=CUTS, help="parts with hard cuts (default: %(default)s)")
    options = parser.parse_args()
    try:
        folders = [demo_session(), *options.sessions]
        parts = [part for folder in folders for part in parts_of(folder)]
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    alone, switched, wavering = Tally(), Tally(), Tally()
    with SessionReader(folders[0]) as session:
        declared = session[0].declared
    from fasdemo.capture.source import SourceInfo

    info = SourceInfo("sequence", "session", False, declared, 640, 480, 30.0, None)
    with Engine.for_info(info, device="cpu") as engine:
        for part in parts:
            engine.reset()
            tally(alone, play(engine, part))
        engine.reset()
        number = 0
        for piece in cut_parts(parts, options.cuts):
            tally(switched, play(engine, piece, number))
            number += len(piece)
        rng = np.random.default_rng(0)
        for part in parts:
            engine.reset()
            frames = wavering_light(engine, part, rng)
            tally(wavering, play(engine, frames))
    print(
        "| run | first verdict, s (median, 95 %) | first LIVE of a live part, s | verdict changes per minute "
        "| live frames LIVE | attack frames LIVE |"
    )
    print("|---|---|---|---|---|---|")
    print(alone.row(f"{len(parts)} parts, each alone"))
    print(switched.row(f"{options.cuts} parts with hard cuts"))
    print(wavering.row(f"{len(parts)} parts in varying light"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
