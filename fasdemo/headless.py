"""`fasdemo --headless`: frames in, JSON lines, annotated video and a summary out. Imports no Qt."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack

from fasdemo.annotated_video import AnnotatedVideo
from fasdemo.capture.open import open_source
from fasdemo.capture.source import Source
from fasdemo.engine.engine import Engine
from fasdemo.json_lines import JsonLines
from fasdemo.overlay import draw
from fasdemo.progress import bar
from fasdemo.source_options import source_spec
from fasdemo.summary import Summary


def run_headless(options: argparse.Namespace) -> int:
    """Judge the source to its end, to `--max-frames` or to Ctrl-C; returns the exit status.

    Raises:
        fasdemo.errors.UserError: the source, the model or an output cannot be used.
    """
    summary = Summary()
    interrupted = False
    with ExitStack() as stack:
        json_lines = stack.enter_context(JsonLines(options.json)) if options.json else None
        video = stack.enter_context(AnnotatedVideo(options.output)) if options.output else None
        source = stack.enter_context(
            open_source(
                source_spec(options), depth=options.depth, ir=options.ir, realtime=options.realtime, loop=options.loop
            )
        )
        engine = stack.enter_context(
            Engine.for_source(source, model=options.model, device=options.device, policy=options.policy)
        )
        for sentence in engine.warnings:
            print(f"fasdemo: {sentence}", file=sys.stderr)
        progress = stack.enter_context(bar())
        task = progress.add_task("judging", total=_expected(source, options.max_frames))
        try:
            for frame, result in engine.run_frames(source):
                summary.add(result, frame.lost_before)
                if json_lines is not None:
                    json_lines.write(result.to_json())
                if video is not None:
                    video.write(draw(frame.rgb, result), frame.timestamp_s)
                progress.advance(task)
                if summary.frames == options.max_frames:
                    break
        except KeyboardInterrupt:
            interrupted = True
        warnings = source.warnings
    # Standard output belongs to the JSON lines when they are asked for there.
    report = sys.stderr if options.json == "-" else sys.stdout
    for sentence in warnings:
        print(f"fasdemo: {sentence}", file=sys.stderr)
    print("\n".join(summary.lines()), file=report)
    if options.output is not None and summary.frames:
        print(f"Annotated video: {options.output}", file=report)
    return 130 if interrupted else 0


def _expected(source: Source, max_frames: int | None) -> int | None:
    known = source.info.frame_count
    if known is None:
        return max_frames
    return known if max_frames is None else min(known, max_frames)
