"""`fasdemo --headless`: process a source without a window; write JSON lines, annotated video and a summary.

This module must not import Qt.
"""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack

from fasdemo.capture.cameras.live import tap_camera
from fasdemo.capture.source import Source
from fasdemo.challenge.prompts import Prompt
from fasdemo.cli.headless_outputs import start_signals_and_log
from fasdemo.cli.options.engine import engine_request
from fasdemo.cli.options.pictures import picture_settings, picture_words
from fasdemo.cli.options.recording import labels_of
from fasdemo.cli.options.sources import source_request
from fasdemo.draw.annotated_video import AnnotatedVideo
from fasdemo.draw.overlay import draw
from fasdemo.engine.challenge_report import ChallengeReport
from fasdemo.engine.loop.frame_loop import FrameLoop
from fasdemo.errors import UserError
from fasdemo.models.model_inputs import model_files
from fasdemo.outputs import check_output_folder, check_outputs
from fasdemo.progress import bar
from fasdemo.publish.signals import Signals
from fasdemo.record.labels import session_of
from fasdemo.record.recorder import Recorder
from fasdemo.runtime.frame_processor import make_processor, make_source
from fasdemo.runtime.memory import limit_heaps
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter
from fasdemo.runtime.outputs.event_picture_writer import EventPictureWriter
from fasdemo.runtime.outputs.json_lines import JsonLines
from fasdemo.runtime.outputs.service_manager import ServiceManager
from fasdemo.runtime.requests import SourceRequest
from fasdemo.runtime.summary import Summary
from fasdemo.sessions.schema import SESSION_FILE
from fasdemo.sessions.writer import similar_subject
from fasdemo.stop_signals import stops_like_ctrl_c
from fasdemo.terminal import say, tell


def run_headless(options: argparse.Namespace) -> int:
    """Process the source up to its end, `--max-frames`, Ctrl-C or SIGTERM; return the exit status.

    Raises:
        fasdemo.errors.UserError: the source, the model or an output cannot be used.
    """
    limit_heaps()
    summary = Summary()
    interrupted = False
    labels = labels_of(options) if options.record else None
    recorder = None
    request = source_request(options)
    assert request is not None, "main() has checked that there is a source"
    _check_outputs(options, request)
    wanted_pictures = picture_settings(options)
    # A recording needs frames at a rate at which they can be written to the disk.
    realtime = options.realtime or labels is not None
    with ExitStack() as stack:
        stack.enter_context(stops_like_ctrl_c())
        video = stack.enter_context(AnnotatedVideo(options.output)) if options.output else None
        source = stack.enter_context(make_source(request, realtime=realtime, loop=options.loop))
        processor = stack.enter_context(make_processor(source, engine_request(options, bool(options.on_live))))
        said = source.warnings
        for sentence in (*said, *processor.facts.warnings):
            say(sentence)
        json_lines = stack.enter_context(JsonLines(options.json)) if options.json else None
        manager = stack.enter_context(ServiceManager())
        signals = Signals()
        log = start_signals_and_log(options, signals, stack)
        pictures = EventPictureWriter()
        if wanted_pictures is not None:
            pictures.start(wanted_pictures)
            stack.callback(pictures.stop)
        tapped = False
        if labels is not None:
            similar = similar_subject(options.record, labels.subject)
            if similar:
                say(similar)
            recorder = stack.enter_context(
                Recorder(options.record, session_of(labels, source.info), limit=options.max_frames)
            )
            tapped = tap_camera(source, recorder.put)
            stack.callback(tap_camera, source, None)
        progress = stack.enter_context(bar())
        task = progress.add_task("processing", total=_expected(source, options.max_frames))
        prompt = ""
        try:
            for frame, result in FrameLoop(source, [log, signals, pictures]).run(processor):
                summary.add(result, frame.lost_before)
                prompt = _say_challenge(result.challenge, prompt)
                manager.alive(time.monotonic())
                if recorder is not None:
                    if not tapped:
                        recorder.put(frame)
                    if recorder.status.problem:
                        raise UserError(f"--record {options.record}: {recorder.status.problem}")
                _check_log(log)
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
        log.stop()
        pictures.stop()
        _check_log(log)
        outputs = signals.outputs
        warnings = [sentence for sentence in source.warnings if sentence not in said]
    # With `--json -`, standard output is only for the JSON lines.
    report_on_stderr = options.json == "-"
    for sentence in warnings:
        say(sentence)
    tell("\n".join(summary.lines()), error=report_on_stderr)
    for output in outputs:
        tell(f"On LIVE, {output.name}: {output.sent} signals sent, {output.failed} failed", error=report_on_stderr)
    if wanted_pictures is not None:
        kept = pictures.status
        if kept.problem:
            say(kept.problem)
        tell(picture_words(wanted_pictures, kept), error=report_on_stderr)
    if options.output is not None and summary.frames:
        tell(f"Annotated video: {options.output}", error=report_on_stderr)
    if recorder is not None:
        status = recorder.status
        tell(f"Recorded: {status.folder} ({status.written} frames, {status.lost} lost)", error=report_on_stderr)
    return 130 if interrupted else 0


def _say_challenge(challenge: ChallengeReport | None, printed: str) -> str:
    """Print the prompt or the outcome of a challenge if it is new; return the last printed text."""
    if challenge is None:
        return printed
    if challenge.outcome == "running":
        words = Prompt[challenge.prompt.upper()].text
    else:
        why = f" ({challenge.why.replace('_', ' ')})" if challenge.why else ""
        words = f"Challenge {challenge.number} {challenge.outcome}{why}."
    if words != printed:
        say(words)
    return words


def _check_log(log: EventLogWriter) -> None:
    """Raise UserError if the event log has stopped."""
    if log.status is not None and log.status.problem:
        raise UserError(log.status.problem)


def _check_outputs(options: argparse.Namespace, request: SourceRequest) -> None:
    """Raise UserError if an output would overwrite an input; nothing has been opened yet."""
    files = [] if options.camera else request.files()
    if files and files[0].name == SESSION_FILE:
        files.append(files[0].parent)
    check_outputs(
        {"--json": options.json, "--log": options.log, "--output": options.output},
        [*files, *model_files(options.model)],
    )
    if options.record is not None:
        check_output_folder("--record", options.record)


def _expected(source: Source, max_frames: int | None) -> int | None:
    known = source.info.frame_count
    if known is None:
        return max_frames
    return known if max_frames is None else min(known, max_frames)
