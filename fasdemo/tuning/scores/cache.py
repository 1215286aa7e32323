"""Keep the results of scored sessions on disk, so that a folder that was scored before is shown at once.

A file is named after the session and the model. The label is not part of the name, so that a corrected label needs no
new scoring; changed pictures, rows or models do.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import platformdirs

from fasdemo import __version__
from fasdemo.atomic_file import write_atomically
from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.folder_walk import walk
from fasdemo.sessions.schema import FRAMES_FILE, SESSION_FILE, Session
from fasdemo.tuning.scores.records import SessionScores

FORMAT = 1
"""Number of the content's form; a change of it, or of the version of fasdemo, makes the old files unused."""
_MAX_FILE_BYTES = 512 * 1024 * 1024
_ABOUT_LABEL = frozenset({"label", "species", "instrument", "note", "checksums"})


def cache_folder() -> Path:
    """Return the folder of the user's stored results."""
    return platformdirs.user_cache_path("fasdemo", appauthor=False) / "tuning"


def session_hash(folder: Path, session: Session) -> str:
    """Return the sha256 of a session's description without its label, and of its rows and its files' sizes and times.

    The pictures themselves are not read, because that would take as long as their decoding.

    Raises:
        UserError: the folder cannot be read.
    """
    found = hashlib.sha256()
    values = session.model_dump(mode="json", exclude=set(_ABOUT_LABEL))
    # Whether the frames have labels of their own decides whether stored truths are used.
    values["mixed"] = session.label == "mixed"
    found.update(json.dumps(values, sort_keys=True).encode())
    try:
        for place, entries in walk(folder):
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name == SESSION_FILE or not entry.is_file():
                    continue
                facts = entry.stat()
                name = Path(place, entry.name).relative_to(folder).as_posix()
                found.update(f"{os.fsencode(name)!r} {facts.st_size} {facts.st_mtime_ns}\n".encode())
        found.update((folder / FRAMES_FILE).read_bytes())
    except OSError as error:
        raise UserError(f"{folder}: cannot be read ({error.strerror}); check its permissions.") from None
    return found.hexdigest()


class Cache:
    """The stored results of one model.

    Args:
        model_sha256: hash of the model file.
        folder: folder of all stored results.
    """

    def __init__(self, model_sha256: str, folder: Path) -> None:
        self._key = f"{FORMAT} {__version__} {model_sha256}"
        self._folder = folder

    def path(self, session_hash: str) -> Path:
        """Return the file of a session's results."""
        name = hashlib.sha256(f"{self._key} {session_hash}".encode()).hexdigest()
        return self._folder / f"{name}.npz"

    def load(self, session_hash: str) -> SessionScores | None:
        """Return the stored results; None if there are none that can be used."""
        try:
            return SessionScores.from_bytes(read_bounded(self.path(session_hash), _MAX_FILE_BYTES))
        except (OSError, ValueError):
            return None

    def store(self, session_hash: str, scores: SessionScores) -> None:
        """Store the results.

        Raises:
            UserError: the file cannot be written.
        """
        path = self.path(session_hash)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, scores.to_bytes())
        except OSError as error:
            raise UserError(
                f"{path.parent}: the results cannot be stored ({error.strerror}), so the sessions will be scored again "
                "next time; free some space."
            ) from None
