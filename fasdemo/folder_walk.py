"""Walk through folders of any depth, without recursion and, by default, without following links."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from fasdemo.errors import UserError

_LITTER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_LITTER_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information", "@eadir", "lost+found"})


def is_litter(name: str) -> bool:
    """Return whether a file with this name is created by an operating system: `._NAME`, `.DS_Store`, `Thumbs.db` ..."""
    return name.startswith(("._", ".ds_store", ".DS_Store")) or name.lower() in _LITTER


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is hidden: its name begins with a dot, or an operating system created it."""
    return name.startswith(".") or is_litter(name) or name.lower() in _LITTER_FOLDERS


def walk(root: Path, *, links: bool = False) -> Iterator[tuple[Path, list[os.DirEntry[str]]]]:
    """Yield each folder at and below `root` with its entries sorted by name.

    Args:
        root: first folder.
        links: also enter links to folders, each folder once; only for reading.

    Raises:
        UserError: the folders are nested too deeply for the system.
        OSError: a folder cannot be read.
    """
    waiting = [str(root)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        place = waiting.pop()
        if links:
            try:
                facts = Path(place).stat()
            except OSError:
                continue
            if (facts.st_dev, facts.st_ino) in seen:
                continue
            seen.add((facts.st_dev, facts.st_ino))
        try:
            with os.scandir(place) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise UserError(
                    f"{root}: the folders are nested too deeply for the system; give a folder nearer to the files."
                ) from None
            if place != str(root) and isinstance(error, FileNotFoundError):
                continue  # The folder was removed in the meantime.
            raise
        yield Path(place), entries
        waiting += [entry.path for entry in reversed(entries) if _is_folder(entry, links)]


def linked_folders(root: Path) -> list[Path]:
    """Return the links to folders at and below `root`, which `walk` does not enter by default.

    Raises:
        UserError: the folders are nested too deeply for the system.
        OSError: a folder cannot be read.
    """
    return [folder / entry.name for folder, entries in walk(root) for entry in entries if _is_link_to_folder(entry)]


def visible_files(root: Path) -> Iterator[Path]:
    """Yield every file at and below `root`, also through links, except hidden ones and those of operating systems.

    Raises:
        UserError: the folders are nested too deeply for the system.
        OSError: a folder cannot be read.
    """
    for folder, entries in walk(root, links=True):
        if folder != root and any(is_hidden(part) for part in folder.relative_to(root).parts):
            continue
        for entry in entries:
            if not is_hidden(entry.name) and _is_file(entry):
                yield folder / entry.name


def _is_folder(entry: os.DirEntry[str], links: bool) -> bool:
    try:
        return entry.is_dir(follow_symlinks=links)
    except OSError:
        return False


def _is_link_to_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and _is_folder(entry, links=True)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False
