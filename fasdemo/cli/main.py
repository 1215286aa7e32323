"""The command line. Large packages are imported only where they are needed, so that `--help` is fast."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from fasdemo import __version__
from fasdemo.cli import terminal_log
from fasdemo.cli.options.arguments import (
    ALLOW_COLOUR_ALONE,
    add_attempt_options,
    add_stream_options,
    at_least_one,
    stream_list,
)
from fasdemo.cli.options.pictures import add_picture_options
from fasdemo.cli.options.signals import add_signal_options
from fasdemo.cli.subcommands import subcommand
from fasdemo.errors import UserError
from fasdemo.shared_libraries import missing_library
from fasdemo.terminal import open_missing_streams, say

COMMANDS = {
    "score": "rate still pictures, or folders of them",
    "sessions": "list, show, verify, repair, export or delete recorded sessions",
    "tune": "score a folder of labelled sessions: error rates, thresholds, report",
    "calibrate": "fit the scores to your camera with one minute of live people",
    "serve": "give verdicts to other software: REST, WebSocket, MQTT, webhooks",
    "replay": "draw the time line of an event log",
    "doctor": "check cameras, providers, models and display, and report problems",
    "bench": "measure latency, throughput and memory of the shipped models",
}

_ONE_CAMERA_ONLY = (
    "output",
    "record",
    "challenge",
    "site",
    "kiosk",
    "camera_option",
    "camera_preset",
)
"""Options that belong to one camera or one person in front of it."""

EPILOG = """commands (`fasdemo COMMAND --help` shows their options):
{commands}

examples:
  fasdemo --demo                                   the bundled session in the window
  fasdemo --camera realsense                       a RealSense, live
  fasdemo --camera rtsp://a/live --camera rtsp://b/live     several cameras at once
  fasdemo --video clip.mp4 --headless --json -     one JSON object per frame, no display needed
  fasdemo --camera realsense --record DIR --subject S01 --label live
  fasdemo score portrait.png
"""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the main command; subcommands have their own parsers."""
    width = max(map(len, COMMANDS))
    parser = argparse.ArgumentParser(
        prog="fasdemo",
        description="Distinguish a live face from a presentation attack in RGB, depth and infrared.",
        epilog=EPILOG.format(commands="\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"fasdemo {__version__}")
    source = parser.add_argument_group("source (one of)").add_mutually_exclusive_group()
    source.add_argument("--demo", action="store_true", help="the bundled session: a live person, then three attacks")
    source.add_argument("--video", metavar="PATH", help="video file, session folder, picture folder, .db3 or .bag")
    source.add_argument(
        "--camera",
        dest="cameras",
        metavar="NAME",
        action="append",
        default=[],
        help="realsense[:SERIAL], hello[:SERIAL], webcam[:N] or a URL; repeat it for several cameras",
    )
    streams = parser.add_argument_group("options of the source")
    add_stream_options(streams)
    streams.add_argument("--loop", action="store_true", help="start again at the end")
    streams.add_argument("--realtime", action="store_true", help="with --headless: play files at their recorded speed")
    judge = parser.add_argument_group("verdicts")
    judge.add_argument("--model", metavar="NAME|FILE", help="a shipped model's name or an ONNX file with its card")
    judge.add_argument("--policy", metavar="NAME", help="a threshold policy of the model's card, e.g. bpcer20")
    judge.add_argument(
        "--require",
        metavar="STREAMS",
        type=stream_list,
        help="streams that LIVE requires, e.g. depth,ir, or none; default: the window's setting, depth in a kiosk, "
        "none with --headless",
    )
    add_attempt_options(judge, "the window's setting in a kiosk (5), else 0", "the window's setting, else 60")
    judge.add_argument(
        "--challenge",
        choices=("light", "turn", "blink", "random"),
        help="LIVE requires that the person follows random prompts; needs --camera or the window (docs/challenges.md)",
    )
    judge.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: auto")
    judge.add_argument("--allow-colour-alone", action="store_true", help=ALLOW_COLOUR_ALONE)
    judge.add_argument("--site", metavar="FILE", type=Path, help="site file, written by `fasdemo calibrate`")
    output = parser.add_argument_group("output")
    output.add_argument("--headless", action="store_true", help="no window; needs no display")
    output.add_argument("--json", metavar="FILE|-", help="one JSON object per frame (- is standard output)")
    output.add_argument("--output", metavar="FILE.mp4", type=Path, help="annotated video")
    output.add_argument("--log", metavar="FILE", type=Path, help="event log with a line for every change of a verdict")
    output.add_argument(
        "--max-frames",
        metavar="N",
        type=at_least_one,
        help="stop after N frames; with --record, after N recorded frames",
    )
    record = parser.add_argument_group("recording (see docs/sessions.md)")
    record.add_argument("--record", metavar="DIR", type=Path, help="record a labelled session below DIR")
    record.add_argument("--subject", metavar="ID", help="the person's pseudonym, e.g. S01")
    record.add_argument("--label", choices=("live", "spoof"), help="ground truth: live or spoof")
    record.add_argument("--attack", metavar="SPECIES", help="attack type, with --label spoof, e.g. print-flat")
    record.add_argument("--instrument", metavar="TEXT", default="", help='attack material, e.g. "A4 laser print"')
    record.add_argument("--consent", metavar="TEXT", help="the statement that the person agreed to")
    record.add_argument("--retain-until", metavar="YYYY-MM-DD", help="the day on which the recording must be deleted")
    add_picture_options(parser)
    add_signal_options(parser)
    window = parser.add_argument_group("window")
    window.add_argument(
        "--tune", metavar="FOLDER", type=Path, help="open the tuning window with a folder of labelled sessions"
    )
    window.add_argument("--kiosk", action="store_true", help="full screen that shows only the verdict")
    window.add_argument(
        "--language",
        choices=("en", "de", "es", "zh"),
        help="language of the texts; default: the setting, or the system's",
    )
    window.add_argument("--reset-settings", action="store_true", help="delete the window's settings")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run fasdemo; return the exit status: 0, 2 for unusable input, 130 after Ctrl-C, or that of the subcommand."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    open_missing_streams()
    terminal_log.install()
    try:
        if arguments and not arguments[0].startswith("-"):
            return _subcommand(arguments[0], arguments[1:])
        options = build_parser().parse_args(arguments)
        options.camera = options.cameras[0] if len(options.cameras) == 1 else None
        _check(options)
        if options.headless and len(options.cameras) > 1:
            from fasdemo.cli.headless_group import run_headless_group

            return run_headless_group(options)
        if options.headless:
            from fasdemo.cli.headless import run_headless

            return run_headless(options)
        from fasdemo.cli.window import run_window

        return run_window(options)
    except UserError as error:
        say(error.for_command_line())
        return 2
    except ImportError as error:
        missing = missing_library(error)
        if missing is None:
            raise
        say(str(missing))
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The program that read the output has ended, which is not an error; discard the rest of the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # For errors that no module handles, e.g. a name that is too long or a disk that was removed.
        place = "" if error.filename is None else f"{error.filename}: "
        say(f"{place}{error.strerror or error}; check the file or folder.")
        return 2


def command_parser(name: str) -> tuple[argparse.ArgumentParser, Callable[[argparse.Namespace], int]]:
    """Return the parser of a subcommand and the function that runs it."""
    return subcommand(f"fasdemo {name}", f"fasdemo.cli.commands.{name}", COMMANDS[name])


def _subcommand(name: str, arguments: list[str]) -> int:
    if name not in COMMANDS:
        hint = " To play a file, write --video before it." if Path(name).exists() else ""
        raise UserError(f"unknown command {name!r}; choose from {', '.join(COMMANDS)}.{hint}")
    parser, run = command_parser(name)
    return int(run(parser.parse_args(arguments)))


def _check(options: argparse.Namespace) -> None:
    """Raise UserError for options that cannot be combined."""
    has_source = bool(options.demo or options.video or options.cameras)
    if (options.depth or options.ir) and not options.video:
        raise UserError("--depth and --ir need a colour video; give it with --video.")
    if not options.headless:
        for flag in ("json", "output", "max_frames", "realtime"):
            if getattr(options, flag):
                raise UserError(f"--{flag.replace('_', '-')} is only for runs without a window; add --headless.")
    elif options.tune is not None:
        raise UserError("--tune opens the window; leave out --headless, or use `fasdemo tune` without a window.")
    elif ignored := [flag for flag in ("kiosk", "language", "reset_settings") if getattr(options, flag)]:
        # A kiosk also requires depth, so that an ignored --kiosk would be less strict than was asked for.
        raise UserError(
            f"--{ignored[0].replace('_', '-')} is only for the window; leave it out, or leave out --headless."
        )
    elif not has_source:
        raise UserError("--headless needs a source: --demo, --video PATH or --camera NAME.")
    elif options.heartbeat and not options.cameras:
        # No heartbeat is sent for a file, so a receiver would raise an alarm.
        raise UserError("--heartbeat needs a camera; give it with --camera.")
    if options.challenge and (options.demo or options.video):
        given = "--demo" if options.demo else f"--video {options.video}"
        raise UserError(
            f"--challenge {options.challenge}: {given} is a file, which cannot follow prompts; use --camera."
        )
    if options.challenge == "light" and options.headless:
        raise UserError(
            "--challenge light: the colours need a screen; leave out --headless, or use --challenge turn or blink."
        )
    if options.record is not None and not (options.cameras or options.headless):
        raise UserError("--record needs a camera; give it with --camera, or add --headless to record a file.")
    if len(options.cameras) > 1:
        for flag in _ONE_CAMERA_ONLY:
            if getattr(options, flag):
                raise UserError(
                    f"--{flag.replace('_', '-')} is possible with one camera only; start fasdemo once for each camera."
                )
    if options.record is None:
        for flag in ("subject", "label", "attack", "instrument", "consent", "retain_until"):
            if getattr(options, flag):
                raise UserError(f"--{flag.replace('_', '-')} is only for a recording; add --record DIR.")


if __name__ == "__main__":
    sys.exit(main())
