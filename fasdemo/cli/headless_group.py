"""`fasdemo --headless` with several cameras: JSON lines, an event log and signals of all of them.

This module must not import Qt.
"""

from __future__ import annotations

import argparse
import threading
import time
from contextlib import ExitStack
from functools import partial

from fasdemo.cli.headless_outputs import start_signals_and_log
from fasdemo.cli.options.engine import engine_request
from fasdemo.cli.options.pictures import picture_settings, picture_words
from fasdemo.cli.options.sources import camera_requests
from fasdemo.engine.result import EngineFacts
from fasdemo.engine.setup.shared_models import SharedModels
from fasdemo.errors import UserError
from fasdemo.models.model_inputs import model_files
from fasdemo.outputs import check_outputs
from fasdemo.publish.signals import Signals
from fasdemo.runtime.feeds.feed import Feed
from fasdemo.runtime.feeds.feed_group import WATCH_EVERY_S, FeedGroup
from fasdemo.runtime.feeds.listener import FrameListenerFollower, ListenerFollower
from fasdemo.runtime.feeds.verdict_state import TimedResult
from fasdemo.runtime.frame_processor import make_processor, make_source
from fasdemo.runtime.memory import limit_heaps
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.outputs.event_picture_writer import EventPictureWriter
from fasdemo.runtime.outputs.json_lines import JsonLines
from fasdemo.runtime.outputs.service_manager import ServiceManager
from fasdemo.runtime.pipeline import MakeProcessor, MakeSource
from fasdemo.runtime.summary import Summary
from fasdemo.runtime.updates import Phase
from fasdemo.stop_signals import stops_like_ctrl_c
from fasdemo.terminal import say, tell


class GroupOutput:
    """Writes the results of all cameras as JSON lines and counts them; a `fasdemo.runtime.feeds.feed.Follower`.

    Args:
        json_lines: receives one object per frame; None writes none.
        max_frames: number of frames of all cameras together after which `done` is set; None for no limit.
    """

    def __init__(self, json_lines: JsonLines | None, max_frames: int | None) -> None:
        self._json_lines, self._max_frames = json_lines, max_frames
        self._lock = threading.Lock()
        self._last: dict[str, TimedResult] = {}
        self.frames = 0
        self.summaries: dict[str, Summary] = {}
        self.done = threading.Event()
        """Set at the last frame, and after an error."""
        self.error: Exception | None = None
        """Why nothing more can be written."""

    def on_result(self, feed: Feed, timed: TimedResult, by: EngineFacts) -> None:
        """Write and count the result of a frame."""
        with self._lock:
            if self.done.is_set():
                return
            self._last[feed.source_id] = timed
            self.summaries.setdefault(feed.source_id, Summary()).add(timed.result)
            self._write(timed.result.to_json() | {"source_id": feed.source_id})
            self.frames += 1
            if self.frames == self._max_frames:
                self.done.set()

    def on_no_result(self, feed: Feed) -> None:
        """Write the last result again without faces, so that readers do not keep an old verdict."""
        with self._lock:
            last = self._last.pop(feed.source_id, None)
            if last is not None and not self.done.is_set():
                self._write(last.ended_json(feed.source_id, time.monotonic()))

    def _write(self, item: dict[str, object]) -> None:
        if self._json_lines is None:
            return
        try:
            self._json_lines.write(item)
        except (UserError, OSError) as error:
            # The main thread raises it, because an error in a camera's thread would only be logged.
            self.error = error
            self.done.set()


def run_headless_group(
    options: argparse.Namespace, open_source: MakeSource = make_source, open_engine: MakeProcessor | None = None
) -> int:
    """Process several cameras up to `--max-frames`, Ctrl-C or SIGTERM; return the exit status.

    Args:
        options: the options of the command line.
        open_source: opens a camera.
        open_engine: creates the frame processor of a camera; None for an engine that shares its models with the others.

    Raises:
        UserError: no camera can be opened, or an output cannot be used.
    """
    limit_heaps()
    requests = camera_requests(options, options.cameras)
    check_outputs({"--json": options.json, "--log": options.log}, list(model_files(options.model)))
    wanted_pictures = picture_settings(options)
    interrupted = False
    with ExitStack() as stack:
        stack.enter_context(stops_like_ctrl_c())
        json_lines = stack.enter_context(JsonLines(options.json)) if options.json else None
        output = GroupOutput(json_lines, options.max_frames)
        manager = stack.enter_context(ServiceManager())
        signals = Signals(sources=tuple(str(number) for number in range(1, len(requests) + 1)))
        log = start_signals_and_log(options, signals, stack)
        pictures = EventPictureWriter()
        if wanted_pictures is not None:
            pictures.start(wanted_pictures)
            stack.callback(pictures.stop)
        followers = (output, ListenerFollower(log), ListenerFollower(signals), FrameListenerFollower(pictures))
        engines = open_engine or partial(make_processor, models=SharedModels())
        feeds = FeedGroup(requests, engine_request(options, bool(options.on_live)), open_source, engines, followers)
        stack.callback(feeds.stop)
        try:
            feeds.start()
            seen = 0
            while not output.done.wait(WATCH_EVERY_S):
                if output.frames != seen:
                    seen = output.frames
                    manager.alive(time.monotonic())
                feeds.watch()
                _check_log(log)
                _check_feeds(feeds)
        except KeyboardInterrupt:
            interrupted = True
        feeds.stop()
        log.stop()
        pictures.stop()
        _check_log(log)
        if output.error is not None:
            raise output.error
        outputs = signals.outputs
    report_on_stderr = options.json == "-"
    tell("\n".join(_report(feeds, output)), error=report_on_stderr)
    for one in outputs:
        tell(f"On LIVE, {one.name}: {one.sent} signals sent, {one.failed} failed", error=report_on_stderr)
    if wanted_pictures is not None:
        if pictures.status.problem:
            say(pictures.status.problem)
        tell(picture_words(wanted_pictures, pictures.status), error=report_on_stderr)
    return 130 if interrupted else 0


def _check_log(log: EventLogWriter) -> None:
    if log.status is not None and log.status.problem:
        raise UserError(log.status.problem)


def _check_feeds(feeds: FeedGroup) -> None:
    """Raise UserError if no camera could be opened; a camera that fails later is opened again."""
    if all(feed.info is None and feed.phase is Phase.FAILED for feed in feeds.values()):
        why = " ".join(f"{number}: {feed.message}" for number, feed in feeds.items())
        raise UserError(f"none of the {len(feeds)} cameras can be opened. {why}")


def _report(feeds: FeedGroup, output: GroupOutput) -> list[str]:
    lines = []
    for number, feed in feeds.items():
        lines.append(f"Source {number}, {feed.shown}:")
        summary = output.summaries.get(number)
        if summary is None:
            lines.append(f"  No frame was processed. {feed.message}".rstrip())
            continue
        timing = feed.timing()
        summary.lost = 0 if timing is None else timing.lost + timing.skipped
        lines += [f"  {line}" for line in summary.lines()]
    return lines
