"""Measure several cameras in one process: rate and fairness, processor time per frame, and growing resources.

`python tools/performance/several_cameras.py --minutes 10` plays frames of the demo session as four cameras with one
face each at 15 frames per second, through capture threads, shared networks, JSON lines and event log. It prints a line
a minute and a summary, and exits with status 1 if a resource grew or a camera got less than its share.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import psutil

from fasdemo.assets_folder import demo_session
from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import Box
from fasdemo.capture.open import open_source
from fasdemo.capture.source import Source, SourceInfo
from fasdemo.cli.headless_group import GroupOutput
from fasdemo.engine.setup.shared_models import SharedModels
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, StreamTime
from fasdemo.runtime.feeds.feed_group import FeedGroup
from fasdemo.runtime.feeds.listener import ListenerFollower
from fasdemo.runtime.frame_processor import make_processor
from fasdemo.runtime.memory import limit_heaps
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.outputs.json_lines import JsonLines
from fasdemo.runtime.process_cost import CostMeter
from fasdemo.runtime.requests import EngineRequest, SourceRequest
from fasdemo.runtime.updates import Phase
from tools.performance.soak import MAX_GROWTH_MB, SAMPLE_S, WARM_UP, Sample, look

MIN_SHARE = 0.8
"""Smallest rate of a camera, as a share of the fastest one's."""
_STEP = 3
_FRAMES = 90


class PlayedCamera:
    """A grabber that plays frames in a loop at a fixed rate, as a camera does.

    Args:
        name: name of the camera.
        info: facts about the recorded source.
        frames: frames in the order of their capture.
        fps: frames per second.
    """

    standing_faults: tuple[str, ...] = ()

    def __init__(self, name: str, info: SourceInfo, frames: Sequence[FrameSet], fps: float) -> None:
        self._info = replace(info, name=name, kind="realsense", live=True, fps=fps, frame_count=None)
        self._frames, self._period_s = frames, 1.0 / fps
        self._number, self._due_s = 0, 0.0

    def start(self) -> SourceInfo:
        """Begin with the first frame."""
        self._due_s = time.monotonic()
        return self._info

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the next frame when it is due."""
        self._due_s += self._period_s
        time.sleep(max(self._due_s - time.monotonic(), 0.0))
        recorded = self._frames[self._number % len(self._frames)]
        self._number += 1
        now = time.monotonic()
        times = {stream: StreamTime(self._due_s, self._number) for stream in recorded.times}
        return replace(
            recorded,
            index=self._number,
            timestamp_s=self._due_s,
            times=times,
            live_source=True,
            received_s=now,
            truth=None,
        )

    def stop(self) -> None:
        """Do nothing."""

    def set_exposure_roi(self, box: Box) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a measurement."""

    cameras: int
    camera_fps: float
    minutes: float
    frames: int
    fps: tuple[float, ...]
    min_fps: tuple[float, ...]
    dropped: tuple[int, ...]
    total_ms_p50: tuple[float, ...]
    total_ms_p95: tuple[float, ...]
    cpu_ms_per_frame: float
    cpu_share_of_a_core: float
    load_average: float
    memory_mb: tuple[float, ...]
    memory_growth_mb: float
    threads: tuple[int, int]
    files: tuple[int, int]
    problems: tuple[str, ...]


def recorded_frames(path: Path) -> tuple[SourceInfo, list[FrameSet]]:
    """Return frames of a session: the first ones, every third, so that 30 frames per second become 10 to 15."""
    with open_source(path) as source:
        frames = [frame for frame, _ in zip(source, range(_FRAMES), strict=False)]
        return source.info, frames[::_STEP]


def measure(cameras: int, fps: float, minutes: float, path: Path) -> Outcome:
    """Run the cameras.

    Args:
        cameras: number of cameras.
        fps: frames per second of each camera.
        minutes: duration.
        path: recorded session.

    Raises:
        UserError: the session or a model cannot be used.
    """
    info, frames = recorded_frames(path)
    process = psutil.Process()

    def open_camera(request: SourceRequest) -> Source:
        return LiveSource(lambda: PlayedCamera(request.spec, info, frames, fps), lambda: True, "absent")

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        output = GroupOutput(stack.enter_context(JsonLines(os.devnull)), None)
        log = EventLogWriter()
        log.start(folder / "log.jsonl")
        stack.callback(log.stop)
        feeds = FeedGroup(
            [SourceRequest(f"camera-{number}") for number in range(1, cameras + 1)],
            EngineRequest(),
            open_camera,
            partial(make_processor, models=SharedModels()),
            (output, ListenerFollower(log)),
        )
        stack.callback(feeds.stop)
        feeds.start()
        while len(output.summaries) < cameras:
            time.sleep(0.05)
            failed = [feed.message for feed in feeds.values() if feed.phase is Phase.FAILED]
            if failed:
                raise UserError(failed[0])
        meter, started = CostMeter(), time.monotonic()
        before = _frames(output)
        counts = [before]
        samples: list[Sample] = []
        while (elapsed := time.monotonic() - started) < minutes * 60.0:
            time.sleep(min(SAMPLE_S, max(minutes * 60.0 - elapsed, 0.01)))
            feeds.watch()
            samples.append(look(process, started, sum(_frames(output))))
            counts.append(_frames(output))
            if int(samples[-1].second / 60.0) != int(elapsed / 60.0):
                last = samples[-1]
                said = ", ".join(f"{(n - b) / last.second:.1f}" for n, b in zip(counts[-1], before, strict=True))
                print(f"{last.second / 60:5.1f} min  {said} frames/s  {last.memory_mb:7.1f} MB  {last.threads} threads")
        cost = meter.read()
        timings = [timing for feed in feeds.values() if (timing := feed.timing()) is not None]
    wall_s = samples[-1].second
    rates = tuple((now - then) / wall_s for now, then in zip(counts[-1], before, strict=True))
    slowest = tuple(
        min(after[one] - earlier[one] for earlier, after in pairwise(counts)) / SAMPLE_S for one in range(cameras)
    )
    memory = [one.memory_mb for one in samples]
    warm = samples[int(len(samples) * WARM_UP) :]
    third = max(len(warm) // 3, 1)
    first, last_third = warm[:third], warm[-third:]
    growth = statistics.median(one.memory_mb for one in last_third) - statistics.median(one.memory_mb for one in first)
    threads = max(one.threads for one in first), max(one.threads for one in last_third)
    files = max(one.files for one in first), max(one.files for one in last_third)
    problems = []
    if growth > MAX_GROWTH_MB:
        problems.append(f"memory grew by {growth:.1f} MB")
    if threads[1] > threads[0] or files[1] > files[0]:
        problems.append(f"threads {threads[0]} -> {threads[1]}, files {files[0]} -> {files[1]}")
    if min(rates) < MIN_SHARE * max(rates):
        problems.append(f"the rates of the cameras are {', '.join(f'{rate:.1f}' for rate in rates)}")
    total = sum(counts[-1]) - sum(before)
    return Outcome(
        cameras=cameras,
        camera_fps=fps,
        minutes=wall_s / 60.0,
        frames=total,
        fps=tuple(round(rate, 2) for rate in rates),
        min_fps=tuple(round(rate, 1) for rate in slowest),
        dropped=tuple(timing.skipped + timing.lost for timing in timings),
        total_ms_p50=tuple(round(timing.p50_ms["total"], 1) for timing in timings),
        total_ms_p95=tuple(round(timing.p95_ms["total"], 1) for timing in timings),
        cpu_ms_per_frame=cost.cpu_ms_per(total),
        cpu_share_of_a_core=round(cost.cpu_s / cost.wall_s, 3),
        load_average=round(os.getloadavg()[0], 1),
        memory_mb=tuple(round(memory[int(share * (len(memory) - 1))], 1) for share in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)),
        memory_growth_mb=round(growth, 2),
        threads=threads,
        files=files,
        problems=tuple(problems),
    )


def _frames(output: GroupOutput) -> list[int]:
    return [output.summaries[key].frames for key in sorted(output.summaries, key=int)]


def main() -> int:
    """Print the figures and return the exit status, 1 if a resource grew or a camera got less than its share."""
    parser = argparse.ArgumentParser(description="run several cameras in one process and report rates and resources")
    parser.add_argument("--cameras", type=int, default=4, help="number of cameras (default: 4)")
    parser.add_argument("--fps", type=float, default=15.0, help="frames per second of each camera (default: 15)")
    parser.add_argument("--minutes", type=float, default=10.0, help="duration (default: 10)")
    parser.add_argument("--source", type=Path, help="session (default: the demo session)")
    options = parser.parse_args()
    limit_heaps()
    try:
        found = measure(options.cameras, options.fps, options.minutes, options.source or demo_session())
    except UserError as error:
        print(f"several_cameras: {error}", file=sys.stderr)
        return 2
    print(json.dumps(asdict(found), indent=2))
    for problem in found.problems:
        print(f"several_cameras: {problem}", file=sys.stderr)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
