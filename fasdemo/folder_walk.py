"""Walking folders of any depth, without following links and without recursion."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from fasdemo.errors import UserError

_LITTER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_LITTER_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information", "@eadir", "lost+found"})


def is_litter(name: str) -> bool:
    """Return whether systems and not people make files of this name: `._NAME`, `.DS_Store`, `Thumbs.db` ..."""
    return name.startswith(("._", ".ds_store", ".DS_Store")) or name.lower() in _LITTER


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is not meant to be seen: dot files and what systems leave behind."""
    return name.startswith(".") or is_litter(name) or name.lower() in _LITTER_FOLDERS


def walk(root: Path) -> Iterator[tuple[Path, list[os.DirEntry[str]]]]:
    """Yield each folder at and below `root` with its entries sorted by name; links to folders are not entered.

    Raises:
        UserError: the folders are nested more deeply than the system can name.
        OSError: a folder cannot be read.
    """
    waiting = [str(root)]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise UserError(
                    f"{root}: its folders are nested more deeply than the system can name; "
                    "give a folder nearer to the files."
                ) from None
            if place != str(root) and isinstance(error, FileNotFoundError):
                continue  # It was removed meanwhile.
            raise
        yield Path(place), entries
        waiting += [entry.path for entry in reversed(entries) if entry.is_dir(follow_symlinks=False)]


def files_below(root: Path) -> Iterator[Path]:
    """Yield every file at and below `root`, links to files included."""
    for folder, entries in walk(root):
        for entry in entries:
            if entry.is_file():
                yield folder / entry.name
