"""Check the outputs of a command, so that it does not overwrite its inputs or write through a link."""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

from fasdemo.errors import UserError

_SESSION_FILE, _FRAMES_FILE = "session.json", "frames.csv"
_PICTURES = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".heic", ".avif")
_VIDEOS = (".mp4", ".mkv", ".mov", ".avi", ".webm", ".ts", ".m4v", ".db3", ".bag")
_OTHERS = (".onnx", ".pt", ".npz", ".csv", ".json")
_MEDIA = frozenset({*_PICTURES, *_VIDEOS, *_OTHERS})
"""Files in an input folder that a command may read."""
_MAX_PARENTS = 64

Place = Path | str | None


def check_outputs(outputs: Mapping[str, Place], inputs: Iterable[Place] = ()) -> None:
    """Raise an error for outputs that would destroy data; no file is opened or changed here.

    Files are compared by identity, so that links, hard links and other spellings of a name are recognised.

    Args:
        outputs: path of each option (e.g. `--json`); None and `-` are skipped.
        inputs: files and folders that the command reads; None and paths that do not exist are skipped.

    Raises:
        UserError: an output is an input, is inside a recorded session, is a link or a folder, or is given twice.
    """
    read = [Path(one) for one in inputs if one is not None and _exists(Path(one))]
    taken: list[tuple[str, Path]] = []
    for option, place in outputs.items():
        if place is None or str(place) == "-":
            continue
        path = Path(place)
        if _is_device(path):
            continue
        label = f"{option} {path}".strip()
        for one in read:
            if _is_same(path, one):
                raise UserError(f"{label}: is a file that this command reads; choose another name.")
            if one.is_dir() and _is_read_from(path, one):
                raise UserError(
                    f"{label}: is one of the files in {one}, which this command reads; choose another name."
                )
        if path.is_symlink():
            raise UserError(f"{label}: is a link, whose target would be overwritten; give the file itself.")
        session = _session_around(path)
        if session is not None:
            raise UserError(f"{label}: is inside the recorded session {session}; choose a file outside of it.")
        if path.is_dir():
            raise UserError(f"{label}: is a folder; give the name of a file.")
        for other_option, other in taken:
            if _is_same(path, other):
                raise UserError(f"{label}: is also the file of {other_option}; give each output its own file.")
        taken.append((option, path))


def check_output_folder(option: str, folder: Path) -> None:
    """Raise an error if a folder for new files is a recorded session or inside one.

    Raises:
        UserError: the folder cannot be used.
    """
    session = _session_around(folder / "x")
    if session is not None:
        raise UserError(f"{option} {folder}: is inside the recorded session {session}; choose a folder outside of it.")


def check_folder_exists(option: str, path: Path) -> None:
    """Raise an error if the folder of a new file does not exist or cannot be written.

    Raises:
        UserError: the file cannot be created.
    """
    if _is_device(path):
        return
    label, folder = f"{option} {path}".strip(), path.parent
    if not folder.is_dir():
        raise UserError(f"{label}: there is no folder {folder}; create it, or choose another one.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"{label}: the folder {folder} cannot be written; choose another one.")


def open_output(path: Path, newline: str | None = None) -> TextIO:
    """Open a text file (UTF-8) that is written line by line; an existing one is emptied, a link is not followed.

    Bytes of file names that are not UTF-8 appear in the text as escapes.

    Raises:
        OSError: the file cannot be written, or is a link.
    """
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    if not _is_device(path):
        flags |= getattr(os, "O_NOFOLLOW", 0)
        if path.is_symlink():
            raise OSError(40, "it is a link; name the file itself", str(path))
        _separate(path)
    descriptor = os.open(path, flags, 0o666)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.ftruncate(descriptor, 0)
        return os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline=newline)
    except BaseException:
        os.close(descriptor)
        raise


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_device(path: Path) -> bool:
    """Return whether a path is a pipe or a device, or names an open stream such as /dev/stdout."""
    text = str(path)
    # A name such as /dev/fd/../cwd/x can be any file.
    named = text.startswith(("/dev/", "/proc/self/fd/")) and ".." not in path.parts
    if named and not text.startswith("/dev/shm/"):
        return True
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return _spelling(one) == _spelling(other)


def _spelling(path: Path) -> str:
    text = os.path.normcase(os.path.realpath(path))
    if sys.platform in ("darwin", "win32"):
        # On these systems, names that differ only in case or in the encoding of accents are the same file.
        text = unicodedata.normalize("NFC", text).casefold()
    return text


def _is_read_from(output: Path, folder: Path) -> bool:
    """Return whether an existing output is one of the files that are read from an input folder."""
    try:
        facts = output.stat()
    except (OSError, ValueError):
        return False
    inside = Path(os.path.realpath(output)).is_relative_to(os.path.realpath(folder))
    if inside and ((folder / _SESSION_FILE).exists() or output.suffix.lower() in _MEDIA):
        return True
    if facts.st_nlink < 2:
        return False
    # The output can be a hard link, i.e. the same file with another name.
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                if os.path.samestat(Path(place, name).stat(), facts):
                    return True
            except OSError:
                continue
    return False


def _session_around(path: Path) -> Path | None:
    """Return the recorded session that contains a path; None if there is none."""
    real = Path(os.path.realpath(path))
    for folder in list(real.parents)[:_MAX_PARENTS]:
        try:
            if (folder / _SESSION_FILE).is_file() and (folder / _FRAMES_FILE).is_file():
                return folder
        except OSError:
            continue
    return None


def _separate(path: Path) -> None:
    """Remove one of several hard links, so that the file's other names keep their content."""
    try:
        facts = path.lstat()
    except OSError:
        return
    if stat.S_ISREG(facts.st_mode) and facts.st_nlink > 1:
        path.unlink()
