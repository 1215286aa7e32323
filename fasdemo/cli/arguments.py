"""Types of command line options that several commands share."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fasdemo.frames import Stream

ALLOW_COLOUR_ALONE = "let a source without depth and infrared be LIVE (unreliable: see docs/models.md)"
"""Help of `--allow-colour-alone`."""


def at_least_one(text: str) -> int:
    """Return a whole number of at least 1."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return value


def not_negative(text: str) -> int:
    """Return a whole number from 0.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def metres_per_unit(text: str) -> float:
    """Return a depth scale in metres per unit, above 0 and at most 1."""
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
    """Return the streams in a list of names separated by commas; `none` for no stream."""
    # NumPy, which frames.py needs, is imported only if the option is used: `--help` must be fast.
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
