"""Verify a session, and complete one whose recorder was killed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fasdemo.bounded_file import decode_text, is_regular, read_bounded
from fasdemo.errors import UserError
from fasdemo.folder_walk import is_litter, walk
from fasdemo.frames import STREAMS
from fasdemo.sessions.description import NO_CHECKSUMS, description_problem
from fasdemo.sessions.image_codec import read_image
from fasdemo.sessions.loading import count_problems, load_session
from fasdemo.sessions.rows import FrameRow, Rows, load_rows, markers_in, read_lines, safe_name, usable
from fasdemo.sessions.schema import FRAME_COLUMNS, FRAMES_FILE, OWN_FILE_PATTERN, SESSION_FILE, Session
from fasdemo.sessions.session_lock import SessionLock, who_holds
from fasdemo.sessions.video.video_track import VideoTrack
from fasdemo.sessions.writer import (
    FOLDERS,
    RESERVE_FILE,
    STAGED_ROWS_FILE,
    VIDEO_FILES,
    replace_text,
    sha256_of,
    write_session_file,
)

KEPT_ROWS_FILE = "frames.csv.before-repair"
"""Copy of `frames.csv` before a repair that removed rows."""
_OWN_NAME = re.compile(OWN_FILE_PATTERN)
_MAX_ROWS_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of `verify_session`; the session is valid if there are no problems."""

    folder: Path
    session: Session
    frames: int
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """Sentences about harmless findings, e.g. a file `.DS_Store`."""
    mendable: bool = False
    """Whether `repair_session` can correct all problems."""


@dataclass(slots=True)
class Repair:
    """The result of `repair_session`."""

    folder: Path
    session: Session
    frames: int
    notes: list[str] = field(default_factory=list)


def find_sessions(root: Path) -> list[Path]:
    """Return the sorted folders of all sessions at or below `root`.

    Raises:
        UserError: the folder does not exist or cannot be read.
    """
    try:
        if not root.exists():
            raise UserError(f"{root}: no such folder.")
        if not root.is_dir():
            raise UserError(f"{root}: is a file; give the folder that contains the sessions.")
        return sorted(folder for folder, entries in walk(root) if any(entry.name == SESSION_FILE for entry in entries))
    except OSError as error:
        raise UserError(
            f"{error.filename or root}: cannot be read ({error.strerror}); check its permissions."
        ) from None


def verify_session(folder: Path, *, locked: bool = False) -> Verification:
    """Compare every file of a session with its checksum, and the rows with the files.

    Args:
        folder: the session's folder.
        locked: whether the caller holds the session's lock.

    Raises:
        UserError: the folder is not a session, or its format is not valid.
    """
    session = load_session(folder)
    found = load_rows(folder, session)
    rows = found.rows
    problems: list[str] = []
    busy = "" if locked else who_holds(folder)
    if busy:
        problems.append(f"{busy.removeprefix(f'{folder}: ').rstrip('.')}, so it cannot be verified yet")
    elif session.state != "complete":
        problems.append("the recording was never completed; run `fasdemo sessions repair`")
    if found.cut:
        problems.append(f"{FRAMES_FILE} ends in the middle of a row")
    mendable = [f"{sentence}; run `fasdemo sessions repair` to correct it" for sentence in count_problems(folder)]
    if found.skipped:
        mendable.append(
            f"{found.skipped} rows of {FRAMES_FILE} cannot be used ({found.problem}); "
            "`fasdemo sessions repair` removes them"
        )
    beyond = markers_in(session.markers, found)[1]
    if beyond and session.state == "complete":
        mendable.append(f"{beyond} of the markers are beyond the last frame; `fasdemo sessions repair` removes them")
    if session.state == "complete" and session.frames != len(rows) + found.skipped and not count_problems(folder):
        promised = f"{SESSION_FILE} has a count of {session.frames} frames, but {FRAMES_FILE} has {len(rows)}"
        problems.append(promised)
    unprotected = session.state == "complete" and not session.checksums
    if unprotected:
        problems.append(NO_CHECKSUMS)
    interrupted = _is_correction_interrupted(folder, session)
    if interrupted:
        mendable.append("a correction of labels was interrupted; run `fasdemo sessions repair` to complete it")
    changed = description_problem(folder, session)
    problems += [changed] if changed else []
    listed = set(_listed(rows))
    for name in sorted((listed | set(session.checksums)) - {SESSION_FILE}):
        problem = _own_file_problem(folder, name)
        if problem:
            problems.append(f"{name} {problem}")
        elif session.checksums and name not in session.checksums:
            problems.append(f"{name} has no checksum")
        elif name in session.checksums:
            try:
                if sha256_of(folder / name) != session.checksums[name] and not (interrupted and name == FRAMES_FILE):
                    problems.append(f"{name} was changed: checksum mismatch")
            except OSError as error:
                problems.append(f"{name} cannot be read ({error.strerror})")
    notes = []
    if session.state == "complete" and not unprotected and SESSION_FILE not in session.checksums:
        notes.append(f"{SESSION_FILE} has no checksum, as in earlier versions, so that edits in it are not detected")
    if session.state == "complete" and not unprotected and FRAMES_FILE not in session.checksums:
        notes.append(f"{FRAMES_FILE} has no checksum, so that edits in it are not detected")
    for name in sorted(set(_images(folder)) - listed - set(session.checksums)):
        if is_litter(Path(name).name):
            notes.append(f"{name} was created by the operating system and is not part of the session")
        elif not found.skipped:
            problems.append(f"{name} belongs to no frame")
    return Verification(
        folder, session, len(rows), (*mendable, *problems), tuple(notes), bool(mendable and not problems)
    )


def repair_session(folder: Path) -> Repair:
    """Complete an interrupted recording: keep every complete frame and remove partly written files.

    In a session that is complete already, only unusable rows are removed and wrong counts corrected.

    Raises:
        UserError: the folder is not a session, the session is complete but its files were damaged, or the folder is
            not writable.
    """
    session = load_session(folder)
    try:
        with SessionLock(folder, "repaired"):
            return _repair(folder)
    except OSError as error:
        if session.state == "complete" and not (found := verify_session(folder)).problems:
            # A valid session on a read-only disk needs no repair.
            return Repair(folder, session, found.frames, ["was complete already"])
        raise UserError(f"{folder}: cannot be written ({error.strerror}).") from None


def _repair(folder: Path) -> Repair:
    # Load again, because another repair or a deletion can have ended just before the lock was acquired.
    session = load_session(folder)
    corrected = _is_correction_interrupted(folder, session)
    if corrected and not description_problem(folder, session):
        (folder / STAGED_ROWS_FILE).replace(folder / FRAMES_FILE)
    if session.state == "open" and _has_no_frame(folder):
        # The recorder was killed before it could write the header.
        replace_text(folder / FRAMES_FILE, ",".join(FRAME_COLUMNS) + "\n")
    found = load_rows(folder, session)
    if session.state == "complete":
        verification = verify_session(folder, locked=True)
        if not verification.problems:
            _remove_leftovers(folder)
            note = "an interrupted correction of labels was completed" if corrected else "was complete already"
            return Repair(folder, session, len(found.rows), [note])
        if not verification.mendable:
            raise UserError(
                f"{folder}: was damaged after the recording ({verification.problems[0]}); repair cannot restore data, "
                "copy the session from a backup."
            )
    if found.skipped and session.container == "video":
        raise UserError(
            f"{folder / FRAMES_FILE}: {found.problem}; correct the line by hand, because the order of the rows gives "
            "the images in the videos. The session can be read without a repair."
        )
    for name in sorted({*FOLDERS.values(), *VIDEO_FILES.values(), FRAMES_FILE, SESSION_FILE, KEPT_ROWS_FILE}):
        if (folder / name).is_symlink():
            raise UserError(
                f"{folder / name}: is a link, and a repair must not change files outside the session; replace the link "
                "by the files themselves."
            )
    return _complete(folder, session, found)


def _has_no_frame(folder: Path) -> bool:
    """Return whether a recording has neither rows nor images, because it ended before its first frame."""
    rows = folder / FRAMES_FILE
    if rows.is_symlink() or (rows.exists() and (not rows.is_file() or rows.stat().st_size > 0)):
        return False
    return not any(_images(folder)) and not any((folder / name).exists() for name in VIDEO_FILES.values())


def _is_correction_interrupted(folder: Path, session: Session) -> bool:
    """Return whether a correction of labels was killed before its new rows replaced those in `frames.csv`."""
    expected = session.checksums.get(FRAMES_FILE)
    staged = folder / STAGED_ROWS_FILE
    if session.state != "complete" or expected is None or staged.is_symlink() or not is_regular(staged):
        return False
    rows = folder / FRAMES_FILE
    return sha256_of(staged) == expected and not (rows.is_file() and sha256_of(rows) == expected)


def _complete(folder: Path, session: Session, found: Rows) -> Repair:
    notes = ["an incomplete row was removed"] if found.cut else []
    rows = found.rows
    keep = len(rows)
    if session.state == "complete":
        pass
    elif session.container == "video":
        keep = _whole_video_frames(folder, rows)
    else:
        # Only the last frames can be incomplete, because a row is added after its images.
        while keep > 0 and not _readable(folder, rows[keep - 1]):
            keep -= 1
    if keep < len(rows):
        notes.append(f"{len(rows) - keep} incomplete frames at the end were removed")
    inside, removed = markers_in(session.markers, found)
    markers = tuple(marker for marker in inside if marker < keep)
    removed += len(inside) - len(markers)
    if removed:
        notes.append(f"{removed} of the markers were beyond the last frame and were removed")
    raw, unplaced = _raw_rows(folder, session, rows)
    original = read_bounded(folder / FRAMES_FILE, _MAX_ROWS_BYTES)
    before = sum(row.lost_before for row in rows) + found.lost_after
    beyond = max(session.lost - before, 0) if session.state == "complete" else 0
    rows, raw = rows[:keep], raw[:keep]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FRAME_COLUMNS)
    writer.writerows(raw)
    listed = set(_listed(rows))
    kept = {name for name in unplaced & set(_images(folder)) - listed if not _own_file_problem(folder, name)}
    if found.skipped:
        # Keep the images of unusable rows, and a copy of these rows.
        if not (folder / KEPT_ROWS_FILE).exists():
            replace_text(folder / KEPT_ROWS_FILE, decode_text(original))
        kept.add(KEPT_ROWS_FILE)
        notes.append(
            f"{found.skipped} unusable rows were removed ({found.problem}) and count as lost; "
            f"their images are kept, and the rows are in {KEPT_ROWS_FILE}"
        )
    elif (folder / KEPT_ROWS_FILE).is_file():
        kept.add(KEPT_ROWS_FILE)
    kept |= {name for name in set(session.checksums) - listed - {SESSION_FILE} if not _own_file_problem(folder, name)}
    replace_text(folder / FRAMES_FILE, text.getvalue())
    orphans = sorted(name for name in set(_images(folder)) - listed - kept if not is_litter(Path(name).name))
    for name in orphans:
        (folder / name).unlink()
    _remove_leftovers(folder)
    if orphans:
        notes.append(f"{len(orphans)} files of unfinished frames were removed")
    checksums = {name: sha256_of(folder / name) for name in sorted(listed | kept | {FRAMES_FILE})}
    session = session.model_copy(
        update={
            "state": "complete",
            "frames": keep,
            "markers": markers,
            "lost": sum(row.lost_before for row in rows) + found.lost_after + beyond,
            "checksums": checksums,
        }
    )
    write_session_file(folder, session)
    return Repair(folder, session, keep, notes)


def _remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of a killed process; the caller holds the session's lock."""
    for name in (RESERVE_FILE, SESSION_FILE + ".partial", STAGED_ROWS_FILE):
        (folder / name).unlink(missing_ok=True)


def _raw_rows(folder: Path, session: Session, rows: list[FrameRow]) -> tuple[list[list[str]], set[str]]:
    """Return the cells of the usable rows in the order of `FRAME_COLUMNS`, and the images of the other rows."""
    header, lines, _ = read_lines(folder)
    raw: list[list[str]] = []
    unplaced: set[str] = set()
    for cells in lines:
        line = dict(zip(header, cells, strict=False))
        if len(cells) == len(header) and usable(line, session):
            line["lost_before"] = str(rows[len(raw)].lost_before) if "lost_before" in header else ""
            raw.append([line.get(name) or "" for name in FRAME_COLUMNS])
        else:
            unplaced |= {cell for cell in cells if _OWN_NAME.fullmatch(cell)}
    return raw, unplaced


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
    """Return why a name in a session is not a regular file in its folder; empty if it is one."""
    path = folder / name
    if not safe_name(name):
        return "is outside the session's folder"
    if not is_regular(path):
        return "is missing"
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        inside = False
    return "" if inside else "is a link to a file outside the session's folder"


def _whole_video_frames(folder: Path, rows: list[FrameRow]) -> int:
    """Return the number of rows from the start that have all their images in the videos."""
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
    """Yield the names of the session's image files, relative to its folder."""
    for stream_folder in FOLDERS.values():
        for path in (folder / stream_folder).glob("*"):
            if path.is_file():
                yield path.relative_to(folder).as_posix()
