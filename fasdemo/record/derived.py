"""Record of what was made from sessions (crops, lists, trained models), so that a deletion can remove or list it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fasdemo.atomic_file import write_text
from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.sessions.session_lock import who_holds

RECORD_FILE = ".derived.jsonl"
"""File in the folder of the sessions, one JSON object per line."""
DETAILS_FILE = "details.csv"
LIST_FILE = "list.txt"
PARTIAL_ENDING = ".partial"
"""Ending of the folder of an export that is not complete."""
SHARDS_FILE = "shards.json"
"""File about a set in shards, with the names of its files."""
SHARDS_INDEX = "index.csv"
_MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Derived:
    """A file or folder that was made from sessions.

    Attributes:
        path: its absolute path.
        kind: `crops`, `shards`, `lists` or `model`.
        subjects: pseudonyms of the people in it.
    """

    path: Path
    kind: str
    subjects: frozenset[str]


def note_derived(root: Path, path: Path, kind: str, subjects: Iterable[str]) -> None:
    """Append a line to the record in a folder of sessions, unless the same line exists.

    Nothing is recorded if the folder cannot be written; its sessions cannot be deleted either.
    """
    noted = Derived(path.resolve(), kind, frozenset(str(name) for name in subjects if name))
    if not noted.subjects or noted in read_derived(root):
        return
    line = json.dumps({"path": str(noted.path), "kind": kind, "subjects": sorted(noted.subjects)}) + "\n"
    with contextlib.suppress(OSError), (root / RECORD_FILE).open("a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def read_derived(root: Path) -> list[Derived]:
    """Return what was made from the sessions of a folder and still exists; lines that cannot be read are skipped."""
    try:
        lines = read_bounded(root / RECORD_FILE, _MAX_BYTES).decode("utf-8", "replace").splitlines()
    except (OSError, ValueError):
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError, OSError):
            entry = json.loads(line)
            made = Derived(Path(str(entry["path"])), str(entry["kind"]), frozenset(map(str, entry["subjects"])))
            if made.path.exists() and made not in found:
                found.append(made)
    return found


def remove_shards(folder: Path) -> bool:
    """Delete the shards of a folder, which also contain crops of other people, and return whether there were any.

    Files that are not named in `shards.json` are kept.
    """
    try:
        facts = json.loads(read_bounded(folder / SHARDS_FILE, _MAX_BYTES))
        names = [str(name) for name in facts["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    for name in (*names, SHARDS_INDEX, SHARDS_FILE):
        if Path(name).name == name:
            (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
    return True


def remove_unfinished(folder: Path) -> bool:
    """Delete the folder of an export that was killed; return False if it is the folder of another or a running one."""
    if not folder.name.startswith(".") or not folder.name.endswith(PARTIAL_ENDING):
        return False
    if folder.is_symlink() or who_holds(folder):
        # A running export notices at its end that its sessions were deleted.
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def remove_crops(folder: Path, sessions: Sequence[str], subjects: Collection[str] = ()) -> int:
    """Delete the crops of some sessions from an export, with their lines in its list and table.

    Args:
        folder: the export, with `list.txt` and `details.csv`.
        sessions: paths of the sessions relative to their root, separated by `/`.
        subjects: people all of whose crops are deleted.

    Returns:
        The number of deleted samples (colour crop with its depth and infrared).

    Raises:
        UserError: the export cannot be read or changed.
    """
    gone = set(sessions)
    try:
        table = read_bounded(folder / DETAILS_FILE, _MAX_BYTES).decode("utf-8")
        lines = read_bounded(folder / LIST_FILE, _MAX_BYTES).decode("utf-8").splitlines()
        rows = list(csv.DictReader(table.splitlines()))
        gone |= {row["session"] for row in rows if row["subject"] in subjects}
        colours = {row["color"] for row in rows if row["session"] in gone}
        if not colours:
            return 0
        kept = [row for row in rows if row["color"] not in colours]
        for line in lines:
            words = line.split()
            if words and words[0] in colours:
                for word in words[:3]:
                    if word != "-" and not Path(word).is_absolute() and ".." not in Path(word).parts:
                        (folder / word).unlink(missing_ok=True)
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
        left = [line for line in lines if line.strip() and line.split()[0] not in colours]
        write_text(folder / LIST_FILE, "".join(f"{line}\n" for line in left))
        write_text(folder / DETAILS_FILE, text.getvalue())
    except (OSError, ValueError, KeyError, csv.Error):
        raise UserError(
            f"{folder}: the crops of the deleted sessions could not be removed; delete the folder."
        ) from None
    for session in sorted(gone):
        for place in [*(folder / session).glob("*"), folder / session, *list((folder / session).parents)[:2]]:
            if place != folder and place.is_relative_to(folder):
                with contextlib.suppress(OSError):
                    place.rmdir()
    return len(colours)
