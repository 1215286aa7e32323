"""Read and check the rows of `frames.csv`; a row that is not valid is left out and counted."""

from __future__ import annotations

import csv
import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from fasdemo.bounded_file import read_text
from fasdemo.errors import UserError
from fasdemo.frames import Stream, StreamTime, Truth
from fasdemo.sessions.schema import FRAME_COLUMNS, FRAMES_FILE, UNKNOWN, Session
from fasdemo.sessions.writer import FOLDERS

_MAX_CSV_BYTES = 128 * 1024 * 1024
_MAX_ROWS = 500_000
"""Maximum number of rows: 4.6 hours at 30 frames per second, which need 0.7 GB of memory."""
_MAX_TIMESTAMP_S = 1e11
"""Largest time. Devices count seconds since their start or since 1970; 1e11 s after 1970 is the year 5138."""
_MAX_COUNT = 2**62


@dataclass(frozen=True, slots=True)
class FrameRow:
    """A checked row of `frames.csv`."""

    timestamp_s: float
    files: dict[Stream, str]
    """File of each stream, relative to the session's folder; a missing key means that the image was lost."""
    times: dict[Stream, StreamTime]
    emitter_on: bool | None
    truth: Truth | None
    lost_before: int


def safe_name(text: str) -> bool:
    """Return whether a file name in a session stays inside its folder on every system."""
    path = PurePosixPath(text)
    return not (path.is_absolute() or ".." in path.parts or "\\" in text or ":" in text or "\0" in text)


@dataclass(slots=True)
class Rows:
    """The rows of `frames.csv`.

    Attributes:
        rows: usable rows; an unusable row is counted in `lost_before` of the next usable one.
        cut: whether the last row was cut off and left out.
        skipped: number of unusable rows, because a time, a count or a label in them is not valid.
        problem: the problem of the first unusable row; empty if there is none.
        lost_after: number of unusable rows after the last usable one.
        taken: number of images of each stream in all rows, also unusable ones, before each usable row.
        places: number of each usable row among all rows.
    """

    rows: list[FrameRow] = field(default_factory=list)
    cut: bool = False
    skipped: int = 0
    problem: str = ""
    lost_after: int = 0
    taken: list[dict[Stream, int]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def load_rows(folder: Path, session: Session) -> Rows:
    """Read `frames.csv`; rows that are not valid are left out and counted.

    Raises:
        UserError: the file cannot be read, has no usable row, or contains a path outside the session's folder.
    """
    path = folder / FRAMES_FILE
    header, lines, cut = read_lines(folder)
    found = Rows(cut=cut)
    images: dict[Stream, int] = dict.fromkeys(session.streams, 0)
    number = 1
    try:
        for number, cells in enumerate(lines, start=2):
            if len(found.rows) + found.skipped >= _MAX_ROWS:
                raise UserError(f"{path}: has more than {_MAX_ROWS} rows, which is the limit.")
            named = dict(zip(header, cells, strict=False))
            try:
                if len(cells) != len(header):
                    raise ValueError(f"has {len(cells)} cells instead of {len(header)}")
                row = _row(named, session)
            except _LeavesFolderError as error:
                raise UserError(f"{path}: line {number}: {shortened(str(error))}.") from None
            except ValueError as error:
                found.problem = found.problem or f"line {number}: {shortened(str(error))}"
                found.skipped += 1
                found.lost_after += 1
            else:
                if found.lost_after:
                    row = replace(row, lost_before=row.lost_before + found.lost_after)
                    found.lost_after = 0
                found.rows.append(row)
                if session.container == "video":
                    found.taken.append(dict(images))
                found.places.append(number - 2)
            for stream in session.streams:
                images[stream] += bool(named.get(FOLDERS[stream]))
    except csv.Error as error:
        raise UserError(f"{path}: line {number + 1}: {error}; the file is damaged.") from None
    if found.skipped and not found.rows:
        raise UserError(f"{path}: no row can be used ({found.problem}).")
    return found


def markers_in(markers: Iterable[int], found: Rows) -> tuple[tuple[int, ...], int]:
    """Return the markers as indexes of usable rows, ascending, and the number of markers beyond the last row.

    The marker of an unusable row is that of the next usable one.
    """
    indexes = [bisect_left(found.places, marker) for marker in markers]
    inside = {index for index in indexes if index < len(found.rows)}
    return tuple(sorted(inside)), sum(index >= len(found.rows) for index in indexes)


def changes_of(truths: Iterable[Truth | None]) -> tuple[tuple[int, Truth], ...]:
    """Return the frames from which on something else is shown, with it; empty if the same is shown in all frames.

    Args:
        truths: ground truth of each frame; None where it is unknown.
    """
    found: list[tuple[int, Truth]] = []
    for frame, truth in enumerate(truths):
        if truth is not None and (not found or truth != found[-1][1]):
            found.append((frame, truth))
    return tuple(found) if len(found) > 1 else ()


def kinds_of(folder: Path, session: Session) -> tuple[str, ...]:
    """Return what a session shows in the order of its appearance: `live` or attack species.

    The rows are read only if the session is `mixed`.

    Raises:
        UserError: the rows cannot be read.
    """
    if session.label != "mixed":
        return (session.species or session.label,)
    rows = load_rows(folder, session).rows
    return tuple(dict.fromkeys(row.truth.species or row.truth.label for row in rows if row.truth is not None))


def read_lines(folder: Path) -> tuple[list[str], Iterator[list[str]], bool]:
    """Return the header of `frames.csv`, the cells of its lines, and whether the last line was cut off and left out.

    Raises:
        UserError: the file cannot be read, or its header does not have the columns of a session.
    """
    path = folder / FRAMES_FILE
    try:
        text = read_text(path, _MAX_CSV_BYTES)
    except FileNotFoundError:
        raise UserError(f"{folder}: has no {FRAMES_FILE}, so its frames cannot be read.") from None
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{path}: cannot be read; the file is damaged.") from None
    except ValueError as error:
        raise UserError(f"{path}: cannot be used: {error}; it does not belong to a session.") from None
    cut = not text.endswith("\n")
    if cut:
        text = text[: text.rfind("\n") + 1]
    lines = csv.reader(text.splitlines())
    try:
        header = next(lines, [])
    except csv.Error as error:
        raise UserError(f"{path}: line 1: {error}; the file is damaged.") from None
    missing = [name for name in ("timestamp_s", "color") if name not in header]
    if missing or not set(header) <= set(FRAME_COLUMNS) or len(set(header)) < len(header):
        raise UserError(f"{path}: the header does not have the columns of a session; the file is damaged.")
    return header, lines, cut


class _LeavesFolderError(ValueError):
    """A path outside the session's folder. No recorder writes one, so the whole session is refused."""


def usable(cells: dict[str, str], session: Session) -> bool:
    """Return whether a row is valid; `cells` maps columns to values."""
    try:
        _row(cells, session)
    except ValueError:
        return False
    return True


def _row(cells: dict[str, str], session: Session) -> FrameRow:
    files: dict[Stream, str] = {}
    times: dict[Stream, StreamTime] = {}
    for stream in session.streams:
        column = FOLDERS[stream]
        name = cells.get(column, "")
        if name:
            if not safe_name(name):
                raise _LeavesFolderError(f"{name!r} is outside the session's folder, so the session is refused")
            files[stream] = name
        moment, counter = cells.get(f"{column}_timestamp_s", ""), cells.get(f"{column}_counter", "")
        if moment:
            times[stream] = StreamTime(_seconds(moment), _count(counter) if counter else -1)
    label = cells.get("label", "")
    truth: Truth | None = None
    if label == "live":
        truth = Truth("live")
    elif label == "spoof":
        truth = Truth("spoof", cells.get("species", ""))
    elif label:
        raise ValueError(f"label {label!r} is neither live nor spoof")
    elif session.label == "live":
        truth = Truth("live")
    elif session.label == "spoof":
        truth = Truth("spoof", session.species or "")
    emitter = cells.get("emitter_on", "")
    if emitter not in ("", "0", "1", UNKNOWN):
        raise ValueError(f"emitter_on {emitter!r} is neither 0, 1 nor {UNKNOWN}")
    return FrameRow(
        timestamp_s=_seconds(cells["timestamp_s"]),
        files=files,
        times=times,
        emitter_on=None if emitter in ("", UNKNOWN) else emitter == "1",
        truth=truth,
        lost_before=_loss(cells.get("lost_before") or "0"),
    )


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number")
    if abs(value) > _MAX_TIMESTAMP_S:
        raise ValueError(f"{text!r} is not a time in seconds")
    return value


def _count(text: str) -> int:
    value = int(text) if len(text) <= 20 else _MAX_COUNT + 1
    if abs(value) > _MAX_COUNT:
        raise ValueError(f"{text!r} is too large for a count")
    return value


def _loss(text: str) -> int:
    value = _count(text)
    if value < 0:
        raise ValueError(f"lost_before {text} is negative")
    return value


def shortened(text: str) -> str:
    """Return a text for a message, of at most about 200 characters."""
    return text if len(text) <= 200 else text[:200] + "..."
