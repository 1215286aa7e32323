"""The command line's options for pictures of events, and their settings."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fasdemo.errors import UserError

if TYPE_CHECKING:
    from fasdemo.runtime.outputs.event_picture_writer import EventPictureSettings, PictureStatus

KEEP_DAYS = 30
MAX_KEEP_DAYS = 365


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; `docs/events.md` describes them."""
    group = parser.add_argument_group("pictures of events (see docs/events.md)")
    group.add_argument(
        "--event-pictures",
        metavar="FOLDER",
        type=Path,
        help="store a picture at every LIVE, SPOOF and lock-out; needs --people-are-told",
    )
    group.add_argument(
        "--keep-days",
        metavar="N",
        type=_days,
        help=f"delete these pictures after N days, 1 to {MAX_KEEP_DAYS}; default: {KEEP_DAYS}",
    )
    group.add_argument(
        "--people-are-told",
        action="store_true",
        help="confirm that the people in front of the camera are told that pictures of them are stored",
    )


def picture_settings(options: argparse.Namespace) -> EventPictureSettings | None:
    """Return the settings that the options make; None without `--event-pictures`.

    Raises:
        UserError: the confirmation is missing, an option is given without a folder, or the folder cannot be used.
    """
    if options.event_pictures is None:
        if options.keep_days is not None or options.people_are_told:
            raise UserError("--keep-days and --people-are-told are only for pictures of events; add --event-pictures.")
        return None
    from fasdemo.runtime.outputs.event_picture_store import check_folder
    from fasdemo.runtime.outputs.event_picture_writer import CONSENT, EventPictureSettings

    if not options.people_are_told:
        raise UserError(f"--event-pictures {options.event_pictures}: {CONSENT} If so, add --people-are-told.")
    check_folder(options.event_pictures)
    return EventPictureSettings(options.event_pictures, options.keep_days or KEEP_DAYS)


def picture_words(settings: EventPictureSettings, status: PictureStatus) -> str:
    """Return what was stored, as a sentence for the end of a run."""
    return f"Pictures of events: {status.stored} stored in {settings.folder}, {status.dropped} left out"


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_KEEP_DAYS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to {MAX_KEEP_DAYS}")
    return int(text)
