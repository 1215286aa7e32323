"""Soak test: run the whole pipeline on a looped session in real time and report growing resources.

`python tools/performance/soak.py --minutes 10` plays the demo session through capture, detector, network, rules, JSON
lines and event log. It prints a line a minute and a summary, and exits with status 1 if memory, threads or open files
grew or a frame got no result.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from fasdemo.assets_folder import demo_session
from fasdemo.capture.open import open_source
from fasdemo.engine.engine import Engine
from fasdemo.engine.event_log.events import EventLog
from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.runtime.outputs.json_lines import JsonLines
from fasdemo.runtime.summary import Summary

SAMPLE_S = 2.0
WARM_UP = 0.25
"""Share of the run in which caches and memory pools fill; growth is measured in the rest."""
MAX_GROWTH_MB = 12.0
"""Between the medians of the first and last third after the warm-up; memory pools vary by a few MB."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Resources of the process at one time."""

    second: float
    memory_mb: float
    threads: int
    files: int
    frames: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a soak test."""

    minutes: float
    frames: int
    rounds: int
    verdicts: int
    lost: int
    frames_a_second: float
    live_share_first: float
    live_share_last: float
    memory_mb_start: float
    memory_mb_warm: float
    memory_mb_end: float
    memory_growth_mb: float
    threads_warm: int
    threads_end: int
    files_warm: int
    files_end: int
    problems: tuple[str, ...]


def look(process: psutil.Process, started: float, frames: int) -> Sample:
    """Return the current resident memory in MB, threads and open files."""
    files = process.num_fds() if hasattr(process, "num_fds") else len(process.open_files())
    memory = process.memory_info().rss / 1e6
    return Sample(time.monotonic() - started, memory, process.num_threads(), files, frames)


def soak(minutes: float, source_path: Path, model: str | None) -> Outcome:
    """Run the test.

    Args:
        minutes: duration.
        source_path: session or video.
        model: name or file of the model; the default for the source if None.

    Raises:
        UserError: the source or the model cannot be used.
    """
    process = psutil.Process()
    samples: list[Sample] = []
    live: dict[int, tuple[int, int]] = {}
    frames = verdicts = lost = rounds = 0
    previous = -1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        source = stack.enter_context(open_source(source_path, realtime=True, loop=True))
        engine = stack.enter_context(Engine.for_source(source, model=model, device="cpu"))
        json_lines = stack.enter_context(JsonLines(os.devnull))
        log = stack.enter_context(EventLog(folder / "log.jsonl"))
        summary = Summary()
        started = time.monotonic()
        next_look, next_line = 0.0, 60.0
        for frame, result in engine.run_frames(source):
            frames += 1
            if frame.index < previous:
                rounds += 1
            elif frame.index != previous + 1 + frame.lost_before:
                lost += 1
            previous = frame.index
            if result.frame != frame.index or "internal_error" in result.reasons:
                lost += 1
            verdicts += len(result.faces)
            seen, was_live = live.get(rounds, (0, 0))
            now_live = sum(face.status is Status.LIVE for face in result.faces)
            live[rounds] = (seen + len(result.faces), was_live + now_live)
            summary.add(result, frame.lost_before)
            json_lines.write(result.to_json())
            log.add(result, engine.facts)
            elapsed = time.monotonic() - started
            if elapsed >= next_look:
                next_look = elapsed + SAMPLE_S
                samples.append(look(process, started, frames))
            if elapsed >= next_line:
                next_line += 60.0
                last = samples[-1]
                print(
                    f"{elapsed / 60:5.1f} min  {frames:7d} frames  {last.memory_mb:7.1f} MB  "
                    f"{last.threads} threads  {last.files} files",
                    flush=True,
                )
            if elapsed >= minutes * 60:
                break
        if source.warnings:
            print("\n".join(source.warnings), file=sys.stderr)
    return _outcome(samples, frames, verdicts, lost, rounds, live)


def _outcome(
    samples: list[Sample], frames: int, verdicts: int, lost: int, rounds: int, live: dict[int, tuple[int, int]]
) -> Outcome:
    warm = samples[int(len(samples) * WARM_UP) :]
    third = max(len(warm) // 3, 1)
    first, last = warm[:third], warm[-third:]
    memory = [statistics.median(one.memory_mb for one in part) for part in (first, last)]
    problems = []
    if memory[1] - memory[0] > MAX_GROWTH_MB:
        problems.append(f"memory grew by {memory[1] - memory[0]:.1f} MB")
    for name in ("threads", "files"):
        before, after = (max(getattr(one, name) for one in part) for part in (first, last))
        if after > before:
            problems.append(f"{name} grew from {before} to {after}")
    if lost:
        problems.append(f"{lost} frames got no result of their own")
    if verdicts == 0:
        problems.append("there was no verdict")
    # The first round has no history and the last one is incomplete.
    whole = [live[number] for number in range(1, rounds)] or [live[0]]
    shares = [live_count / max(seen, 1) for seen, live_count in whole]
    if abs(shares[-1] - shares[0]) > 0.05:
        problems.append(f"the share of LIVE verdicts went from {shares[0]:.3f} to {shares[-1]:.3f}")
    return Outcome(
        minutes=samples[-1].second / 60,
        frames=frames,
        rounds=rounds,
        verdicts=verdicts,
        lost=lost,
        frames_a_second=frames / max(samples[-1].second, 1e-9),
        live_share_first=shares[0],
        live_share_last=shares[-1],
        memory_mb_start=samples[0].memory_mb,
        memory_mb_warm=memory[0],
        memory_mb_end=memory[1],
        memory_growth_mb=memory[1] - memory[0],
        threads_warm=max(one.threads for one in first),
        threads_end=max(one.threads for one in last),
        files_warm=max(one.files for one in first),
        files_end=max(one.files for one in last),
        problems=tuple(problems),
    )


def main() -> int:
    """Print the figures and return the exit status, 1 if a resource grew or a frame was lost."""
    parser = argparse.ArgumentParser(description="run a session in a loop and report growing resources")
    parser.add_argument("--minutes", type=float, default=10.0, help="duration (default: 10)")
    parser.add_argument("--source", type=Path, help="session or video (default: the demo session)")
    parser.add_argument("--model", help="name of a shipped model, or a file (default: chosen by the streams)")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    options = parser.parse_args()
    try:
        found = soak(options.minutes, options.source or demo_session(), options.model)
    except UserError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(asdict(found)))
    else:
        print(
            f"{found.minutes:.1f} min, {found.frames} frames in {found.rounds} rounds at {found.frames_a_second:.1f} a "
            f"second, {found.verdicts} verdicts, {found.lost} lost; LIVE share {found.live_share_first:.3f} in the "
            f"first whole round, {found.live_share_last:.3f} in the last."
        )
        print(
            f"memory {found.memory_mb_start:.0f} MB at the start, {found.memory_mb_warm:.1f} MB warm, "
            f"{found.memory_mb_end:.1f} MB at the end ({found.memory_growth_mb:+.1f} MB); threads "
            f"{found.threads_warm} -> {found.threads_end}; files {found.files_warm} -> {found.files_end}."
        )
    for problem in found.problems:
        print(f"soak: {problem}", file=sys.stderr)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
