"""Types of command line options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fasdemo.frames import Stream

ALLOW_COLOUR_ALONE = "allow LIVE for a source without depth and infrared (unreliable, see docs/models.md)"
"""Help of `--allow-colour-alone`."""


def add_attempt_options(group: argparse._ArgumentGroup, lockout_default: str, seconds_default: str) -> None:
    """Add the options of the person's behaviour, and those of the lock-out, whose absent numbers are None."""
    group.add_argument("--require-gaze", action="store_true", help="LIVE requires eyes that look at the camera")
    group.add_argument(
        "--require-motion",
        action=argparse.BooleanOptionalAction,
        help="LIVE requires that the face moves, and depth and infrared with it; default: in a kiosk, with --on-live "
        "and on a server, for cameras with depth",
    )
    group.add_argument("--single-face", action="store_true", help="LIVE requires that only one face is visible")
    group.add_argument(
        "--lockout-after",
        metavar="N",
        type=not_negative,
        help=f"lock the camera after N refused attempts within five minutes; 0: never; default: {lockout_default}",
    )
    group.add_argument(
        "--lockout-seconds",
        metavar="S",
        type=at_least_one,
        help=f"duration of the lock-out; default: {seconds_default}",
    )


def add_stream_options(group: argparse._ArgumentGroup) -> None:
    """Add the options of depth and infrared beside a source: files, depth scale, dot projector, virtual cameras."""
    group.add_argument("--depth", metavar="FILE", help="16-bit depth video registered to --video")
    group.add_argument("--ir", metavar="FILE", help="infrared video registered to --video")
    group.add_argument(
        "--depth-scale",
        metavar="M",
        type=metres_per_unit,
        default=0.001,
        help="metres per unit of --depth; default: 0.001",
    )
    group.add_argument(
        "--emitter",
        choices=("on", "off", "interleaved"),
        default="on",
        help="dot projector of --camera realsense; interleaved: depth from lit, infrared from dark frames",
    )
    group.add_argument(
        "--camera-option",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set an option of the camera itself, e.g. depth.exposure=8500 (docs/cameras.md); can be repeated",
    )
    group.add_argument(
        "--camera-preset",
        metavar="FILE.json",
        type=Path,
        help="load a preset of the advanced mode into a RealSense, as RealSense Viewer saves it",
    )
    group.add_argument(
        "--allow-virtual-camera",
        action="store_true",
        help="also open a virtual webcam; its verdicts are never LIVE",
    )


def at_least_one(text: str) -> int:
    """Parse a whole number of at least 1.

    Raises:
        argparse.ArgumentTypeError: the text is not such a number.
    """
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return value


def not_negative(text: str) -> int:
    """Parse a whole number of at least 0.

    Raises:
        argparse.ArgumentTypeError: the text is not such a number.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


def metres_per_unit(text: str) -> float:
    """Parse a depth scale in metres per unit, above 0 and at most 1.

    Raises:
        argparse.ArgumentTypeError: the text is not such a number.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of metres above 0 and at most 1")
    return value


def seconds(text: str) -> float:
    """Return a time above 0 and of at most an hour, in seconds.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 3600.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0 and at most 3600")
    return value


def stream_list(text: str) -> frozenset[Stream]:
    """Parse a list of streams separated by commas; `none` gives an empty set.

    Raises:
        argparse.ArgumentTypeError: the text contains an unknown stream.
    """
    # fasdemo.frames imports NumPy, which would make `--help` slow.
    from fasdemo.frames import STREAMS

    names = [name.strip().lower() for name in text.split(",")]
    if names == ["none"]:
        return frozenset()
    found: frozenset[Stream] = frozenset(stream for stream in STREAMS if stream in names)
    if not set(names) <= found:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of streams such as depth,ir; use {', '.join(STREAMS)} or none"
        )
    return found
