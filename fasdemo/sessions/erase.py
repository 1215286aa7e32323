"""Delete recordings: all sessions of one person, or all sessions whose retention date has passed.

Only files that belong to a session are removed: in a folder with a valid `session.json`, or with a damaged one at the
path that the recorder uses. All other files are kept and listed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fasdemo.bounded_file import is_regular, read_bounded
from fasdemo.errors import UserError
from fasdemo.folder_walk import is_litter, walk
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import KEPT_ROWS_FILE, find_sessions
from fasdemo.sessions.schema import FRAMES_FILE, SESSION_FILE, Session, is_name
from fasdemo.sessions.session_lock import LOCK_FILE, SessionLock
from fasdemo.sessions.writer import FOLDERS, RESERVE_FILE, VIDEO_FILES

_KIND = re.compile(r"live|mixed|spoof-.+")
_STAMP = re.compile(r"\d{8}-\d{6}(-\d+)?")
_FILES = frozenset(
    {
        *(SESSION_FILE, FRAMES_FILE, KEPT_ROWS_FILE, RESERVE_FILE, LOCK_FILE),
        *(SESSION_FILE + ".partial", FRAMES_FILE + ".partial"),
        *VIDEO_FILES.values(),
    }
)
_PICTURES = (".jpg", ".jpeg", ".png")
_MAX_JSON_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Erased:
    """The result of a deletion, or of its preview."""

    folders: tuple[Path, ...]
    files: int
    megabytes: float
    left: tuple[str, ...] = ()
    """Sentences about files and folders that are not part of the sessions and are kept."""


def sessions_of_subject(root: Path, subject: str) -> list[Path]:
    """Return the folders of a person's sessions, including damaged sessions in the folder of that name.

    Raises:
        UserError: the folder does not exist, it has no session of that person, or `subject` is not a valid pseudonym.
    """
    if not is_name(subject):
        raise UserError(
            f"subject {subject!r}: is not a valid pseudonym; `fasdemo sessions list` shows the subjects in {root}.",
            parameter="subject",
        )
    found = _matching(root, lambda session: session.subject == subject)
    found += [folder for folder in _damaged(root, subject) if folder not in found]
    if not found:
        more = "; the folder of that name contains no recording and is kept" if _own(root, subject) else ""
        raise UserError(
            f"{root}: has no session of subject {subject!r}{more}; `fasdemo sessions list` shows the subjects."
        )
    return sorted(found)


def expired_sessions(root: Path, today: date) -> list[Path]:
    """Return the sessions whose retention date is before today."""
    return _matching(root, lambda session: session.consent is not None and session.consent.retain_until < today)


def unreadable(root: Path) -> list[str]:
    """Return sentences about sessions whose `session.json` cannot be read, so that their retention date is unknown."""
    found = []
    for folder in find_sessions(root):
        try:
            load_session(folder)
        except UserError as error:
            found.append(f"{str(error).rstrip('.')}; its retention date is unknown, so it is kept.")
    return found


def strays(root: Path) -> list[str]:
    """Return sentences about `session.json` files in folders that are not sessions; they are never deleted."""
    found = find_sessions(root)
    return [f"{folder / SESSION_FILE}: {reason}." for folder in found if (reason := _why_no_session(folder, found))]


def kept_beside(root: Path, subject: str | None) -> list[str]:
    """Return sentences about what is kept in the subject's folder."""
    own = None if subject is None else _own(root, subject)
    if own is None:
        return []
    try:
        rest = sorted(own.iterdir())
    except OSError:
        return []
    return [f"{path}: is not a recording and is kept." for path in rest if not _holds_sessions(path)]


def _holds_sessions(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and bool(find_sessions(path))


def _matching(root: Path, wanted: Callable[[Session], bool]) -> list[Path]:
    every = find_sessions(root)
    found = []
    for folder in every:
        try:
            session = load_session(folder)
        except UserError:
            continue
        if wanted(session) and not _why_no_session(folder, every):
            found.append(folder)
    return found


def _why_no_session(folder: Path, every: Sequence[Path]) -> str:
    """Return why a folder with a `session.json` is not a session; empty if it is one."""
    if (folder / SESSION_FILE).is_symlink():
        return "is a link, so the folder is not a session and is kept"
    if any(other != folder and other.is_relative_to(folder) for other in every):
        return "is in a folder that contains other sessions, so it is kept; remove it by hand"
    if not is_regular(folder / FRAMES_FILE) and not _STAMP.fullmatch(folder.name):
        return f"has no {FRAMES_FILE} beside it, so the folder is not a session and is kept"
    return ""


def _own(root: Path, subject: str) -> Path | None:
    """Return the folder in `root` with exactly the subject's name that is not a link; None if there is none."""
    try:
        with os.scandir(root) as entries:
            for entry in entries:
                if entry.name == subject and entry.is_dir(follow_symlinks=False):
                    return root / entry.name
    except OSError:
        pass
    return None


def _damaged(root: Path, subject: str) -> list[Path]:
    """Return the folders of the subject's sessions whose `session.json` cannot be read."""
    own = [_own(root, subject)]
    if root.resolve().name == subject:
        own.append(root)
    found = []
    for place in own:
        for kind in _folders(place) if place is not None else ():
            if _KIND.fullmatch(kind.name):
                found += [folder for folder in _folders(kind) if _shows(folder, subject)]
    return found


def _folders(place: Path) -> list[Path]:
    try:
        with os.scandir(place) as entries:
            return sorted(place / entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _shows(folder: Path, subject: str) -> bool:
    """Return whether a folder at the path of a session contains recorded files and no other person's `session.json`."""
    description = folder / SESSION_FILE
    if description.is_symlink():
        return False
    if is_regular(description):
        try:
            content = json.loads(read_bounded(description, _MAX_JSON_BYTES))
        except (OSError, ValueError, RecursionError):
            content = None
        if isinstance(content, dict) and content.get("subject", subject) != subject:
            return False
    if any(place != folder and any(one.name == SESSION_FILE for one in entries) for place, entries in walk(folder)):
        return False
    if _STAMP.fullmatch(folder.name):
        return True
    try:
        return read_bounded(folder / FRAMES_FILE, _MAX_JSON_BYTES)[:200].startswith((b"frame,", b"timestamp_s,"))
    except (OSError, ValueError):
        return False


def _own_entries(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yield every entry of a session's folder and of its stream folders, and whether it belongs to the session.

    `session.json` and the lock file come last, so that an interrupted deletion can be repeated.
    """
    entries = sorted(folder.iterdir(), key=lambda path: (path.name in (SESSION_FILE, LOCK_FILE), path.name))
    for path in entries:
        if path.name in FOLDERS.values() and path.is_dir() and not path.is_symlink():
            for inner in sorted(path.iterdir()):
                plain = inner.is_symlink() or not inner.is_dir()
                yield inner, plain and (inner.is_symlink() or _is_picture(inner.name) or is_litter(inner.name))
            continue
        if path.is_symlink() or not path.is_dir():
            yield path, path.is_symlink() or path.name in _FILES or is_litter(path.name)
        else:
            yield path, False


def _is_picture(name: str) -> bool:
    return name.lower().endswith(_PICTURES)


def measure(folders: list[Path]) -> Erased:
    """Return how much of these folders would be deleted, and what would be kept."""
    files, size, left = 0, 0, []
    for folder in folders:
        try:
            for path, own in _own_entries(folder):
                if not own:
                    left.append(f"{path}: is not part of the session and is kept.")
                elif path.name != LOCK_FILE:
                    files += 1
                    size += path.lstat().st_size
        except OSError as error:
            raise UserError(f"{error.filename or folder}: cannot be read ({error.strerror}).") from None
    return Erased(tuple(folders), files, size / 1e6, tuple(left))


def erase(folders: list[Path], root: Path) -> Erased:
    """Remove the files of these sessions, then the folders that became empty, up to `root`.

    Links are removed, but not their targets. Nothing is removed while one of the sessions is recorded or repaired.

    Raises:
        UserError: a session is in use, or a file or folder could not be removed.
    """
    with ExitStack() as stack:
        try:
            locks = [stack.enter_context(SessionLock(folder, "deleted")) for folder in folders]
        except OSError as error:
            raise UserError(f"{error.filename}: could not be deleted ({error.strerror}); delete it by hand.") from None
        erased = measure(folders)
        for folder, lock in zip(folders, locks, strict=True):
            try:
                for path, own in list(_own_entries(folder)):
                    if own and path.name != LOCK_FILE:
                        path.unlink()
                for name in FOLDERS.values():
                    _remove_if_empty(folder / name)
                lock.release()
                _remove_if_empty(folder)
            except OSError as error:
                name = error.filename or str(folder)
                raise UserError(f"{name}: could not be deleted ({error.strerror}); delete it by hand.") from None
            parent = folder.parent
            while parent != root and parent.is_relative_to(root) and _remove_if_empty(parent):
                parent = parent.parent
    return erased


def _remove_if_empty(folder: Path) -> bool:
    """Remove a folder that contains only links and files that systems create; return whether it was removed."""
    try:
        rest = [] if folder.is_symlink() else list(folder.iterdir())
    except OSError:
        return False
    if any(not path.is_symlink() and not (is_litter(path.name) and path.is_file()) for path in rest):
        return False
    with contextlib.suppress(OSError):
        for path in rest:
            path.unlink()
        folder.rmdir()
        return True
    return False
