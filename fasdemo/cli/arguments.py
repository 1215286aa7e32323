"""Types of command line options that several commands share."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fasdemo.frames import Stream

ALLOW_COLOUR_ALONE = "allow LIVE for a source without depth and infrared (unreliable, see docs/models.md)"
"""Help of `--allow-colour-alone`."""


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
