"""LIVE frames of captures that are not fresh, with the times of new captures (`docs/trials.md`).

`python -m tools.measure.streams.stale_trials` plays the live person of the demo session as a camera would deliver it,
through the shipped engine, with streams that are or become late, repeated or old images with added noise. It prints the
number of LIVE frames, the time of the first and the last one, and the reasons from the capture, by default and with
`--require-motion`, or with `--file` as a file, whose streams are not compared before the first LIVE frame.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.assets_folder import demo_session
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.engine import Engine
from fasdemo.engine.policy import Policy
from fasdemo.engine.result import FrameResult, Status
from fasdemo.frames import STREAMS, FrameSet, Stream, StreamTime
from fasdemo.sessions.reader import SessionReader

FPS, FRAMES = 30.0, 135
RING = 20
LATE_FROM_S = 3.0
LATE: tuple[tuple[Stream, ...], ...] = (("depth",), ("ir",), ("depth", "ir"))
_FROM_CAPTURE = ("_repeated", "_frozen", "_moves_apart", "_holes_repeat")

Trial = Callable[[Sequence[FrameSet]], Iterator[FrameSet]]


def with_streams(frame: FrameSet, other: FrameSet, streams: Sequence[Stream]) -> FrameSet:
    """Return a frame with some streams of another one."""
    return replace(frame, **{stream: getattr(other, stream) for stream in streams})


def late(streams: Sequence[Stream], delay_s: float) -> Trial:
    """Return a trial with streams that are late by a constant."""
    by = round(delay_s * FPS)

    def trial(person: Sequence[FrameSet]) -> Iterator[FrameSet]:
        for frame, before in zip(person[by:], person[: len(person) - by], strict=True):
            yield with_streams(frame, before, streams)

    return trial


def becoming_late(streams: Sequence[Stream], delay_s: float) -> Trial:
    """Return a trial with streams that are late from a time on at which the person is LIVE."""
    by, at = round(delay_s * FPS), round(LATE_FROM_S * FPS)

    def trial(person: Sequence[FrameSet]) -> Iterator[FrameSet]:
        for index, frame in enumerate(person):
            yield frame if index < at else with_streams(frame, person[index - by], streams)

    return trial


def ring(streams: Sequence[Stream], buffers: int, there_and_back: bool = False) -> Trial:
    """Return a trial with streams that repeat some old images, played forwards or forwards and backwards."""
    order = [*range(buffers), *range(buffers - 2, 0, -1)] if there_and_back else [*range(buffers)]

    def trial(person: Sequence[FrameSet]) -> Iterator[FrameSet]:
        for index, frame in enumerate(person):
            yield with_streams(frame, person[order[index % len(order)]], streams)

    return trial


def noisy(
    image: npt.NDArray[np.generic], deviation: float, rng: np.random.Generator
) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    """Return an image with added white noise; unknown depth stays unknown."""
    full = np.iinfo(np.uint16 if image.dtype == np.uint16 else np.uint8).max
    seen = image.astype(np.float32) + rng.normal(0.0, deviation, image.shape)
    made = np.clip(np.rint(seen), 1, full)
    if image.dtype == np.uint16:
        return np.where(image != 0, made, 0).astype(np.uint16)
    return np.asarray(made, np.uint8)


def ring_with_noise(streams: Sequence[Stream], buffers: int, deviation: float) -> Trial:
    """Return a trial with streams that repeat some old images, with noise in grey levels or mm."""

    def trial(person: Sequence[FrameSet]) -> Iterator[FrameSet]:
        rng = np.random.default_rng(7)
        for index, frame in enumerate(person):
            old = person[index % buffers]
            made: dict[str, Any] = {}
            for stream in streams:
                units = 1.0 / (frame.depth_scale * 1000.0) if stream == "depth" else 1.0
                made[stream] = noisy(getattr(old, stream), deviation * units, rng)
            yield replace(frame, **made)

    return trial


def moving_ring(person: Sequence[FrameSet], deviation: float = 0.0) -> Iterator[FrameSet]:
    """Yield all streams of some old images again and again, moved by one more pixel each time."""
    rng = np.random.default_rng(8)
    for index, frame in enumerate(person):
        old, moved = person[index % RING], index // RING
        made: dict[str, Any] = {stream: np.roll(getattr(old, stream), moved, axis=1) for stream in STREAMS}
        if deviation > 0.0:
            made = {stream: noisy(image, deviation, rng) for stream, image in made.items()}
        yield replace(frame, **made)


def moving_noisy_ring(person: Sequence[FrameSet]) -> Iterator[FrameSet]:
    """Yield the same with added noise of one unit."""
    return moving_ring(person, 1.0)


def alternating(person: Sequence[FrameSet]) -> Iterator[FrameSet]:
    """Yield the person; every second depth image is that of a second before."""
    by = round(FPS)
    for index, (frame, before) in enumerate(zip(person[by:], person, strict=False)):
        yield with_streams(frame, before, ("depth",)) if index % 2 else frame


def trials() -> dict[str, Trial]:
    """Return all trials by name."""
    found: dict[str, Trial] = {"as captured": lambda person: iter(person)}
    for delay_s in (0.2, 0.5, 1.0, 2.0):
        for streams in LATE:
            found[f"{' and '.join(streams)} {delay_s:g} s late"] = late(streams, delay_s)
    for delay_s in (0.2, 0.5, 1.0, 2.0):
        for streams in LATE:
            found[f"{' and '.join(streams)} {delay_s:g} s late after {LATE_FROM_S:g} s"] = becoming_late(
                streams, delay_s
            )
    for buffers in (1, 2, 3, 4, 10, 25, 45, 56):
        found[f"ring of {buffers}"] = ring(STREAMS, buffers)
        if buffers <= 4:
            found[f"ring of {buffers} depth images"] = ring(("depth",), buffers)
    found["ring of 25, there and back"] = ring(STREAMS, 25, there_and_back=True)
    found[f"ring of {RING}, moved by a pixel each time"] = moving_ring
    found["the same, noise of 1"] = moving_noisy_ring
    found[f"ring of {RING}, noise of 2"] = ring_with_noise(STREAMS, RING, 2.0)
    found["one depth image, noise of 1 mm"] = ring_with_noise(("depth",), 1, 1.0)
    found[f"ring of {RING} depth images, noise of 1 mm"] = ring_with_noise(("depth",), RING, 1.0)
    found["one infrared image, noise of 2"] = ring_with_noise(("ir",), 1, 2.0)
    found["depth alternates with that of 1 s before"] = alternating
    return found


def play(engine: Engine, frames: Iterator[FrameSet], file: bool = False) -> list[FrameResult]:
    """Return the results of frames that a camera delivers at once, or that are read from a file."""
    engine.reset()
    results = []
    for index, frame in enumerate(frames):
        at_s = index / FPS
        times = {stream: StreamTime(at_s, index) for stream in STREAMS}
        fresh = replace(frame, index=index, timestamp_s=at_s, times=times, truth=None, live_source=not file)
        results.append(engine.process(replace(fresh, received_s=None if file else at_s), now_s=at_s))
    return results


def row(results: Sequence[FrameResult]) -> str:
    """Return the number of LIVE frames, the time of the first and the last one, and the reasons from the capture."""
    live = [one.timestamp_s for one in results if any(face.status is Status.LIVE for face in one.faces)]
    reasons = Counter(code for one in results for code in one.reasons if code.endswith(_FROM_CAPTURE))
    first = f"{live[0]:.2f} to {live[-1]:.2f}" if live else "-"
    return f"{len(live)} of {len(results)} | {first} | {', '.join(f'{code} {n}' for code, n in reasons.items())}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default="", help="only trials whose name contains this")
    parser.add_argument("--require-motion", action="store_true", help="with the policy that requires motion")
    parser.add_argument("--file", action="store_true", help="as a file, and not as a camera")
    asked = parser.parse_args()
    with SessionReader(demo_session()) as reader:
        person = [reader[index] for index in range(FRAMES)]
    info = SourceInfo("demo", "", not asked.file, frozenset(STREAMS), 640, 480, FPS, None, person[0].calibration)
    policy = Policy(require_motion=asked.require_motion, max_age_s=30.0)
    print("| trial | LIVE | from, to, s | reasons |\n|---|---|---|---|")
    with Engine.for_info(info, policy=policy) as engine:
        for name, trial in trials().items():
            if asked.only in name:
                print(f"| {name} | {row(play(engine, trial(person), asked.file))} |", flush=True)


if __name__ == "__main__":
    main()
