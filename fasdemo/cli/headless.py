"""`fasdemo --headless`: frames in, JSON lines, annotated video and a summary out. Imports no Qt."""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack
from pathlib import Path

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.open import open_source
from fasdemo.capture.source import Source
from fasdemo.cli.recording_options import labels_of
from fasdemo.cli.source_options import source_spec
from fasdemo.draw.annotated_video import AnnotatedVideo
from fasdemo.draw.overlay import draw
from fasdemo.engine.engine import Engine
from fasdemo.engine.events import EventLog
from fasdemo.engine.policy import Policy
from fasdemo.errors import UserError
from fasdemo.models.model_inputs import model_files
from fasdemo.outputs import check_output_folder, check_outputs
from fasdemo.progress import bar
from fasdemo.record.labels import session_of
from fasdemo.record.recorder import Recorder
from fasdemo.runtime.json_lines import JsonLines
from fasdemo.runtime.service_manager import ServiceManager
from fasdemo.runtime.summary import Summary
from fasdemo.sessions.schema import SESSION_FILE
from fasdemo.sessions.writer import similar_subject
from fasdemo.stop_signals import stops_like_ctrl_c
from fasdemo.terminal import say, tell


def run_headless(options: argparse.Namespace) -> int:
    """Judge the source to its end, to `--max-frames`, to Ctrl-C or to SIGTERM; returns the exit status.

    Raises:
        fasdemo.errors.UserError: the source, the model or an output cannot be used.
    """
    summary = Summary()
    interrupted = False
    labels = labels_of(options) if options.record else None
    recorder = None
    spec = source_spec(options)
    _check_outputs(options, spec)
    # A recording needs frames at the pace at which a disk can take them.
    realtime = options.realtime or labels is not None
    with ExitStack() as stack:
        stack.enter_context(stops_like_ctrl_c())
        video = stack.enter_context(AnnotatedVideo(options.output)) if options.output else None
        source = stack.enter_context(
            open_source(
                spec,
                depth=options.depth,
                ir=options.ir,
                depth_scale=options.depth_scale,
                realtime=realtime,
                loop=options.loop,
                emitter=options.emitter,
                allow_virtual_camera=options.allow_virtual_camera,
            )
        )
        engine = stack.enter_context(
            Engine.for_source(
                source,
                model=options.model,
                device=options.device,
                policy=Policy(
                    threshold=options.policy,
                    require=options.require or frozenset(),
                    allow_rgb_only=options.allow_colour_alone,
                    require_gaze=options.require_gaze,
                    max_refused_attempts=options.lockout_after or 0,
                    lockout_s=options.lockout_seconds,
                ),
                site=options.site,
            )
        )
        said = source.warnings
        for sentence in (*said, *engine.warnings):
            say(sentence)
        json_lines = stack.enter_context(JsonLines(options.json)) if options.json else None
        manager = stack.enter_context(ServiceManager())
        log = stack.enter_context(EventLog(options.log)) if options.log else None
        tapped = labels is not None and isinstance(source, LiveSource)
        if labels is not None:
            similar = similar_subject(options.record, labels.subject)
            if similar:
                say(similar)
            recorder = stack.enter_context(
                Recorder(options.record, session_of(labels, source.info), limit=options.max_frames)
            )
            if isinstance(source, LiveSource):
                # In the capture thread: frames that judging has no time for are recorded all the same.
                source.tap(recorder.put)
                stack.callback(source.tap, None)
        progress = stack.enter_context(bar())
        task = progress.add_task("judging", total=_expected(source, options.max_frames))
        try:
            for frame, result in engine.run_frames(source):
                summary.add(result, frame.lost_before)
                manager.alive(time.monotonic())
                if recorder is not None:
                    if not tapped:
                        recorder.put(frame)
                    if recorder.status.problem:
                        raise UserError(f"--record {options.record}: {recorder.status.problem}")
                if log is not None:
                    log.add(result, engine.judged_by)
                if json_lines is not None:
                    json_lines.write(result.to_json())
                if video is not None:
                    video.write(draw(frame.rgb, result), frame.timestamp_s)
                done = summary.frames if recorder is None else recorder.taken
                progress.update(task, completed=done)
                if done == options.max_frames:
                    break
        except KeyboardInterrupt:
            interrupted = True
        warnings = [sentence for sentence in source.warnings if sentence not in said]
    # Standard output belongs to the JSON lines when they are asked for there.
    report_on_stderr = options.json == "-"
    for sentence in warnings:
        say(sentence)
    tell("\n".join(summary.lines()), error=report_on_stderr)
    if options.output is not None and summary.frames:
        tell(f"Annotated video: {options.output}", error=report_on_stderr)
    if recorder is not None:
        status = recorder.status
        tell(f"Recorded: {status.folder} ({status.written} frames, {status.lost} lost)", error=report_on_stderr)
    return 130 if interrupted else 0


def _check_outputs(options: argparse.Namespace, spec: str) -> None:
    """Refuse outputs that would overwrite what is read, before anything is opened."""
    files = [] if options.camera else [Path(spec)]
    if files and files[0].name == SESSION_FILE:
        files.append(files[0].parent)
    check_outputs(
        {"--json": options.json, "--log": options.log, "--output": options.output},
        [*files, options.depth, options.ir, *model_files(options.model)],
    )
    if options.record is not None:
        check_output_folder("--record", options.record)


def _expected(source: Source, max_frames: int | None) -> int | None:
    known = source.info.frame_count
    if known is None:
        return max_frames
    return known if max_frames is None else min(known, max_frames)
