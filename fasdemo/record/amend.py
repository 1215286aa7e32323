"""Change the label or the note of a complete session, or the label of some of its frames."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.frames import Truth
from fasdemo.record.labels import check_attack
from fasdemo.sessions.description import NO_CHECKSUMS, description_problem
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.rows import load_rows, read_lines
from fasdemo.sessions.schema import FRAME_COLUMNS, FRAMES_FILE, MAX_TEXT_CHARS, PLAIN_TEXT, SESSION_FILE, Session
from fasdemo.sessions.session_lock import SessionLock
from fasdemo.sessions.writer import new_session_folder, sha256_of, stage_rows, write_session_file


def relabel(folder: Path, root: Path, label: str, species: str = "", instrument: str = "") -> Path:
    """Change the label of a session, and move the session to the folder of the new label.

    The description is written first. If the process is killed before the move, the label is correct and the folder has
    the old name.

    Args:
        folder: the session.
        root: folder of all sessions, which contains the folder of the subject.
        label: ground truth, `live` or `spoof`.
        species: attack type if label is `spoof`; otherwise empty.
        instrument: attack material.

    Returns:
        The session's new folder.

    Raises:
        UserError: a label is wrong, or the session cannot be changed; it is unchanged, or relabelled but not moved.
    """
    check_attack(label, species or None, instrument)
    with _changeable(folder) as session:
        if any(row.truth is not None and row.truth.label != session.label for row in load_rows(folder, session).rows):
            raise UserError(f"{folder}: its frames have labels of their own; it cannot be relabelled as a whole.")
        changed = session.model_copy(update={"label": label, "species": species or None, "instrument": instrument})
        _write(folder, changed)
        if not folder.is_relative_to(root) or (session.label, session.species) == (changed.label, changed.species):
            return folder
    return move_to_label(folder, root, changed)


def move_to_label(folder: Path, root: Path, session: Session) -> Path:
    """Move a session to the folder of its label, and return its new folder.

    Raises:
        UserError: it cannot be moved.
    """
    target = new_session_folder(root, session)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
        if not any(folder.parent.iterdir()):
            folder.parent.rmdir()
    except OSError as error:
        raise UserError(
            f"{folder}: has its new label, but could not be moved to {target} ({error.strerror}); move it by hand."
        ) from None
    return target


def set_note(folder: Path, note: str) -> None:
    """Write a note about a session into its description; an empty text removes the note.

    Raises:
        UserError: the note is too long or contains control characters, or the session cannot be changed.
    """
    _check_note(note)
    with _changeable(folder, mixed=True) as session:
        _write(folder, session.model_copy(update={"note": note}))


def _check_note(note: str) -> None:
    if len(note) > MAX_TEXT_CHARS or not re.fullmatch(PLAIN_TEXT, note):
        raise UserError(f"note: use at most {MAX_TEXT_CHARS} characters and no control characters.", parameter="note")


def correct(folder: Path, label: str, species: str = "", instrument: str = "", day: date | None = None) -> Path:
    """Correct the label of a session as `relabel` does, and keep the old one in the session's note.

    Args:
        folder: the session; it is moved if it is in the folder of its subject and label.
        label: ground truth, `live` or `spoof`.
        species: attack type if label is `spoof`; otherwise empty.
        instrument: attack material.
        day: day of the correction; None for today.

    Returns:
        The session's folder.

    Raises:
        UserError: see `relabel`, or the note has no room for the old label.
    """
    before = load_session(folder)
    if (before.label, before.species or "") == (label, species) and before.instrument == instrument:
        return folder
    old = " ".join(filter(None, (before.label, before.species, before.instrument and f"({before.instrument})")))
    sentence = f"Label corrected on {day or datetime.now().astimezone().date()}; it was: {old}."
    in_place = len(folder.parents) > 2 and folder.parents[1].name == before.subject
    # Without the usual folders, only the description is changed.
    root = folder.parents[2] if in_place else folder / "nowhere"
    set_note(folder, f"{before.note}\n{sentence}".strip())
    try:
        return relabel(folder, root, label, species, instrument)
    except UserError:
        if load_session(folder).label == before.label:
            set_note(folder, before.note)
        raise


def correct_part(folder: Path, frames: slice, label: str, species: str = "", day: date | None = None) -> None:
    """Correct the label of some frames of a `mixed` session, and keep the old one in the session's note.

    Args:
        folder: the session.
        frames: the frames, as numbers of usable rows.
        label: ground truth, `live` or `spoof`.
        species: attack type if label is `spoof`; otherwise empty.
        day: day of the correction; None for today.

    Raises:
        UserError: a label is wrong, the session cannot be changed, or the note has no room for the old label.
    """
    check_attack(label, species or None, "")
    with _changeable(folder, mixed=True) as session:
        found = load_rows(folder, session)
        if session.checksums.get(FRAMES_FILE) != sha256_of(folder / FRAMES_FILE):
            # A new checksum would hide that the rows were edited by hand.
            raise UserError(f"{folder}: {FRAMES_FILE} was changed: checksum mismatch; restore it from a backup first.")
        numbers = range(len(found.rows))[frames]
        old = dict.fromkeys(found.rows[number].truth for number in numbers)
        if not numbers or set(old) == {Truth("live") if label == "live" else Truth("spoof", species)}:
            return
        before = ", ".join("no label" if one is None else one.species or one.label for one in old)
        sentence = (
            f"Label of frames {numbers[0]} to {numbers[-1]} corrected on {day or datetime.now().astimezone().date()}; "
            f"it was: {before}."
        )
        note = f"{session.note}\n{sentence}".strip()
        _check_note(note)
        header, lines, _ = read_lines(folder)
        cells = [dict(zip(header, line, strict=False)) for line in lines]
        for number in numbers:
            cells[found.places[number]].update(label=label, species=species)
        text = io.StringIO()
        table = csv.DictWriter(text, FRAME_COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(cells)
        staged = stage_rows(folder, text.getvalue())
        try:
            checksums = {**session.checksums, FRAMES_FILE: sha256_of(staged)}
            _write(folder, session.model_copy(update={"note": note, "checksums": checksums}))
        except Exception:
            staged.unlink(missing_ok=True)
            raise
        # If the process is killed before this, `repair` takes the rows that fit the new checksum.
        _take_rows(staged, folder / FRAMES_FILE)


@contextmanager
def _changeable(folder: Path, mixed: bool = False) -> Iterator[Session]:
    """Lock a session and yield its description.

    Args:
        folder: the session.
        mixed: whether its frames may have labels of their own.

    Raises:
        UserError: the session is in use, not complete, was edited by hand, or has frames with different labels.
    """
    load_session(folder)
    try:
        with SessionLock(folder, "changed"):
            session = load_session(folder)
            if session.state != "complete":
                raise UserError(f"{folder}: is not complete; run `fasdemo sessions repair` on it first.")
            if session.label == "mixed" and not mixed:
                raise UserError(f"{folder}: its frames have labels of their own; it cannot be changed as a whole.")
            if not session.checksums:
                raise UserError(f"{folder}: {NO_CHECKSUMS}.")
            # A new checksum would hide that the file was edited by hand.
            if problem := description_problem(folder, session):
                raise UserError(f"{folder}: {problem}; restore {SESSION_FILE} from a backup first.")
            yield session
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror}).") from None


def _take_rows(staged: Path, rows: Path) -> None:
    staged.replace(rows)


def _write(folder: Path, session: Session) -> None:
    # This validates the whole description, e.g. that an attack has a species.
    write_session_file(folder, Session.model_validate(session.model_dump()))
