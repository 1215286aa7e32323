"""Deletes recordings: all of one person, or all whose time has run out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.sessions.reader import load_session
from fasdemo.sessions.repair import find_sessions
from fasdemo.sessions.schema import Session


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone, or would be."""

    folders: tuple[Path, ...]
    files: int
    megabytes: float


def sessions_of_subject(root: Path, subject: str) -> list[Path]:
    """Folders of all that is known of a person: sessions that name the pseudonym, and whatever lies in its folder.

    Raises:
        UserError: no such folder, or nothing of that person in it.
    """
    found = _matching(root, lambda session: session.subject == subject)
    own = root / subject
    # Also what was damaged: a session that cannot be read any more still shows the person.
    if "/" not in subject and subject not in ("", ".", "..") and own.is_dir() and not own.is_symlink():
        found = [folder for folder in found if not folder.is_relative_to(own)] + [own]
    if not found:
        raise UserError(f"{root}: holds nothing of subject {subject!r}; `fasdemo sessions list` shows who is in it.")
    return sorted(found)


def expired_sessions(root: Path, today: date) -> list[Path]:
    """Sessions whose consent ended before today."""
    return _matching(root, lambda session: session.consent is not None and session.consent.retain_until < today)


def _matching(root: Path, wanted: Callable[[Session], bool]) -> list[Path]:
    found = []
    for folder in find_sessions(root):
        try:
            session = load_session(folder)
        except UserError:
            continue
        if wanted(session):
            found.append(folder)
    return found


def measure(folders: list[Path]) -> Erased:
    """How much lies in these folders."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() or path.is_symlink()]
    size = sum(path.lstat().st_size for path in files)
    return Erased(tuple(folders), len(files), size / 1e6)


def erase(folders: list[Path], root: Path) -> Erased:
    """Remove the folders with everything in them, then the folders above that became empty, up to `root`.

    Links are removed, what they lead to is not.

    Raises:
        UserError: something could not be removed; names it.
    """
    erased = measure(folders)
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            name = error.filename or folder
            raise UserError(f"{name}: could not be deleted ({error.strerror}); delete it by hand.") from None
        parent = folder.parent
        while parent != root and parent.is_relative_to(root) and not any(parent.iterdir()):
            parent.rmdir()
            parent = parent.parent
    return erased
