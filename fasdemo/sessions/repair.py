"""Verify a session, and complete one whose recorder was killed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fasdemo.bounded_file import is_regular
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS
from fasdemo.sessions.image_codec import read_image
from fasdemo.sessions.reader import FrameRow, load_rows, load_session, safe_name
from fasdemo.sessions.schema import FRAME_COLUMNS, FRAMES_FILE, SESSION_FILE, Session
from fasdemo.sessions.video_track import VideoTrack
from fasdemo.sessions.writer import FOLDERS, RESERVE_FILE, VIDEO_FILES, replace_text, sha256_of, write_session_file


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify_session` found; sound when there are no problems."""

    folder: Path
    session: Session
    frames: int
    problems: tuple[str, ...]


@dataclass(slots=True)
class Repair:
    """What `repair_session` did."""

    folder: Path
    session: Session
    frames: int
    notes: list[str] = field(default_factory=list)


def find_sessions(root: Path) -> list[Path]:
    """Folders with a session, at or below `root`, sorted.

    Raises:
        UserError: no such folder.
    """
    try:
        if not root.exists():
            raise UserError(f"{root}: no such folder.")
        if not root.is_dir():
            raise UserError(f"{root}: is a file; give the folder that holds the sessions.")
        return sorted(path.parent for path in root.rglob(SESSION_FILE))
    except OSError as error:
        raise UserError(
            f"{error.filename or root}: cannot be read ({error.strerror}); check its permissions."
        ) from None


def verify_session(folder: Path) -> Verification:
    """Compare every file with its checksum, and the rows with the files.

    Raises:
        UserError: not a session, or one that breaks the format.
    """
    session = load_session(folder)
    rows, cut = load_rows(folder, session)
    problems = []
    if session.state != "complete":
        problems.append("the recording was never completed; run `fasdemo sessions repair`")
    if cut:
        problems.append(f"{FRAMES_FILE} ends in the middle of a row")
    if session.state == "complete" and session.frames != len(rows):
        problems.append(f"{SESSION_FILE} promises {session.frames} frames and {FRAMES_FILE} lists {len(rows)}")
    listed = set(_listed(rows))
    for name in sorted(listed | set(session.checksums)):
        problem = _own_file_problem(folder, name)
        if problem:
            problems.append(f"{name} {problem}")
        elif session.checksums and name not in session.checksums:
            problems.append(f"{name} has no checksum")
        elif name in session.checksums:
            try:
                if sha256_of(folder / name) != session.checksums[name]:
                    problems.append(f"{name} was changed: its checksum differs")
            except OSError as error:
                problems.append(f"{name} cannot be read ({error.strerror})")
    problems += [f"{name} belongs to no frame" for name in sorted(set(_images(folder)) - listed)]
    return Verification(folder, session, len(rows), tuple(problems))


def repair_session(folder: Path) -> Repair:
    """Complete an interrupted recording: keep every frame that is whole, remove what was half written.

    A complete session is only checked for being one; nothing in it is changed.

    Raises:
        UserError: not a session, complete but damaged (there is nothing to restore it from), or not writable.
    """
    session = load_session(folder)
    rows, cut = load_rows(folder, session)
    if session.state == "complete":
        problems = verify_session(folder).problems
        if problems:
            raise UserError(
                f"{folder}: was completed and damaged later ({problems[0]}); repair cannot bring data back, "
                "restore it from a copy."
            )
        return Repair(folder, session, len(rows), ["was complete already"])
    for name in sorted({*FOLDERS.values(), *VIDEO_FILES.values(), FRAMES_FILE, SESSION_FILE}):
        if (folder / name).is_symlink():
            raise UserError(
                f"{folder / name}: is a link, which no recorder makes, and repair removes what is unfinished; "
                "put the files themselves in its place."
            )
    try:
        return _complete(folder, session, rows, cut)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror}).") from None


def _complete(folder: Path, session: Session, rows: list[FrameRow], cut: bool) -> Repair:
    notes = ["a row that was cut off was removed"] if cut else []
    raw = _raw_rows(folder)[: len(rows)]
    keep = len(rows)
    if session.container == "video":
        keep = _whole_video_frames(folder, rows)
    else:
        # Only the last frames can be half written: a row is added after its images.
        while keep > 0 and not _readable(folder, rows[keep - 1]):
            keep -= 1
    if keep < len(rows):
        notes.append(f"{len(rows) - keep} frames at the end were not whole and were removed")
    rows, raw = rows[:keep], raw[:keep]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FRAME_COLUMNS)
    writer.writerows(raw)
    replace_text(folder / FRAMES_FILE, text.getvalue())
    listed = set(_listed(rows))
    orphans = sorted(set(_images(folder)) - listed)
    for name in orphans:
        (folder / name).unlink()
    for name in (RESERVE_FILE, SESSION_FILE + ".partial"):
        (folder / name).unlink(missing_ok=True)
    if orphans:
        notes.append(f"{len(orphans)} files of unfinished frames were removed")
    checksums = {name: sha256_of(folder / name) for name in sorted(listed | {FRAMES_FILE})}
    session = session.model_copy(
        update={
            "state": "complete",
            "frames": keep,
            "lost": sum(row.lost_before for row in rows),
            "checksums": checksums,
        }
    )
    write_session_file(folder, session)
    return Repair(folder, session, keep, notes)


def _raw_rows(folder: Path) -> list[list[str]]:
    """The cells as they stand, in the order of `FRAME_COLUMNS`."""
    with (folder / FRAMES_FILE).open(newline="", encoding="utf-8") as file:
        lines = csv.DictReader(file)
        return [[line.get(name) or "" for name in FRAME_COLUMNS] for line in lines]


def _readable(folder: Path, row: FrameRow) -> bool:
    for stream, name in row.files.items():
        try:
            if _own_file_problem(folder, name):
                return False
            read_image(folder / name, stream)
        except (OSError, ValueError):
            return False
    return True


def _own_file_problem(folder: Path, name: str) -> str:
    """Why a name in a session is no regular file within its folder; empty where it is one."""
    path = folder / name
    if not safe_name(name):
        return "points outside the session's folder"
    if not is_regular(path):
        return "is missing"
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        inside = False
    return "" if inside else "is a link that leaves the session's folder"


def _whole_video_frames(folder: Path, rows: list[FrameRow]) -> int:
    """How many rows from the start have all their images in the videos."""
    keep = len(rows)
    for stream in STREAMS:
        numbers = [number for number, row in enumerate(rows) if stream in row.files]
        if not numbers:
            continue
        try:
            with VideoTrack(folder / VIDEO_FILES[stream], stream) as track:
                readable = 0
                while (found := track.read()) is not None:
                    readable = found.number + 1
        except UserError:
            readable = 0
        if readable < len(numbers):
            keep = min(keep, numbers[readable])
    return keep


def _listed(rows: Iterable[FrameRow]) -> Iterator[str]:
    for row in rows:
        yield from row.files.values()


def _images(folder: Path) -> Iterator[str]:
    """The image files that lie in the session, by their names relative to its folder."""
    for stream_folder in FOLDERS.values():
        for path in (folder / stream_folder).glob("*"):
            if path.is_file():
                yield path.relative_to(folder).as_posix()
