"""Types of command line options that several commands share."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fasdemo.frames import Stream

ALLOW_COLOUR_ALONE = "let a source without depth and infrared be LIVE (unreliable: see docs/models.md)"
"""Help of `--allow-colour-alone`."""


def at_least_one(text: str) -> int:
    """A whole number of at least 1."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return value


def metres_per_unit(text: str) -> float:
    """A depth scale: above 0 and at most 1."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of metres above 0 and at most 1")
    return value


def stream_list(text: str) -> frozenset[Stream]:
    """Streams by name, separated by commas; `none` for no stream."""
    # Imported here: it brings NumPy, for which `--help` should not wait.
    from fasdemo.frames import STREAMS

    names = [name.strip().lower() for name in text.split(",")]
    if names == ["none"]:
        return frozenset()
    found: frozenset[Stream] = frozenset(stream for stream in STREAMS if stream in names)
    if not set(names) <= found:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of {', '.join(STREAMS)} such as depth,ir, and not none"
        )
    return found
