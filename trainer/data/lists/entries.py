"""Picture lists: one line a sample, files relative to a folder.

Supported lines: `color depth ir label` of CASIA-SURF; the same without a label; a single path from which the other
two follow by the name of the folder or file (CeFA: `.../profile/0001.jpg`; CASIA-SURF Val: `...-color.jpg`); a folder
with a whole video (CeFA: `dev/003000`, or its colour pictures alone: `.../color`), also with a score behind it; columns
in any order under a header; and the parallel files of MMFD (see `trainer.data.lists.list_form`). `-` marks an absent
stream.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from trainer.data.faces import UNLABELLED
from trainer.data.lists.list_form import ABSENT, in_folder, parallel_rows, rows_of

_COLOUR = ("color", "profile", "rgb")
_TWINS: dict[Stream, tuple[str, ...]] = {"rgb": _COLOUR, "depth": ("depth",), "ir": ("ir",)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One sample of a list.

    Attributes:
        files: path relative to the folder, for every stream that is present.
        label: 1 live, 0 attack, -1 if none is given.
        line: index of the line in the list, from 0; frames of one video share it.
        text: the line's paths as written in the list.
    """

    files: dict[Stream, str]
    label: int
    line: int
    text: str


def read_list(path: Path, folder: Path) -> list[Entry]:
    """Read a list file.

    Args:
        path: the list; for MMFD any one of the parallel files.
        folder: the folder that the paths are relative to; paths that were written for a folder above or below it are
            changed (see `trainer.data.lists.list_form.in_folder`), others must lie inside it.

    Raises:
        UserError: the file does not exist or is empty, or a line is malformed or points outside the folder.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such list; correct the path, or write lists with `python -m trainer lists`.")
    rows = parallel_rows(path)
    entries: list[Entry] = []
    for number, tokens in in_folder(rows_of(path) if rows is None else rows, folder):
        label = UNLABELLED
        if len(tokens) > 1 and tokens[-1] in ("0", "1"):
            label = int(tokens.pop())
        elif len(tokens) in (2, 4) and _is_score(tokens[-1]):
            if float(tokens[-1]).is_integer() and float(tokens[-1]) not in (0, 1):
                raise UserError(
                    f"{path}, line {number + 1}: label {tokens[-1]}; expected 1 for a live face or 0 for an attack."
                )
            # A list of results, as CeFA's `4@1_dev_res.txt` after a submission was written into it.
            tokens.pop()
        if len(tokens) not in (1, 3):
            raise UserError(f"{path}, line {number + 1}: expected `color depth ir label`, found {len(tokens)} paths.")
        inside = [token if token == ABSENT else _inside(token, folder, path, number) for token in tokens]
        text = " ".join(tokens)
        if len(inside) == 3:
            files = {s: token for s, token in zip(STREAMS, inside, strict=True) if token != ABSENT}
            if not files:
                raise UserError(f"{path}, line {number + 1}: no stream has a picture; name at least one file.")
            entries.append(Entry(files, label, number, text))
        else:
            entries += _from_one(inside[0], folder, label, number, text)
    if not entries:
        raise UserError(f"{path}: the list is empty; write lists with `python -m trainer lists`.")
    return entries


def frames_of(video: Path, folder: Path) -> list[dict[Stream, str]]:
    """Return the frames of a video: equally named files in its folders `profile` (`color`, `rgb`), `depth` and `ir`."""
    places: dict[Stream, Path] = {}
    for stream, names in _TWINS.items():
        place = next((video / name for name in names if (video / name).is_dir()), None)
        if place is not None:
            places[stream] = place
    if not places:
        return []
    first = next(iter(places.values()))
    files = sorted(p.name for p in first.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    return [{s: (place / name).relative_to(folder).as_posix() for s, place in places.items()} for name in files]


def _from_one(token: str, folder: Path, label: int, number: int, text: str) -> list[Entry]:
    video = folder / token
    if video.is_dir():
        # The owners' video lists name the folder of the colour pictures, the challenge's lists the folder above it.
        frames = frames_of(video.parent if video.name in _COLOUR else video, folder)
        if not frames:
            raise UserError(f"{folder / token}: contains no pictures in profile, depth or ir; correct the list.")
        return [Entry(files, label, number, text) for files in frames]
    return [Entry(_twins(token), label, number, text)]


def _twins(token: str) -> dict[Stream, str]:
    """Return the files of all streams, derived from the folder or name of one of them."""
    folder, _, name = token.rpartition("/")
    parent, _, last = folder.rpartition("/")
    for own, names in _TWINS.items():
        if last in names:
            others = {s: f"{parent}/{twins[0]}/{name}".lstrip("/") for s, twins in _TWINS.items()}
            return {**others, own: token}
        for word in names:
            if f"-{word}." in name:
                base = f"{folder}/" if folder else ""
                others = {s: base + name.replace(f"-{word}.", f"-{twins[0]}.") for s, twins in _TWINS.items()}
                return {**others, own: token}
    return {"rgb": token}


def _inside(token: str, folder: Path, path: Path, number: int) -> str:
    """Return a path relative to the folder; links in the folder are followed, because its owner created them."""
    relative = Path(token)
    try:
        _check_name(folder / relative)
        if relative.is_absolute():
            # The folder may be named through a link.
            root = folder if relative.is_relative_to(folder) else folder.resolve()
            relative = Path(os.path.relpath(relative if root == folder else relative.resolve(), root))
    except (OSError, ValueError, RuntimeError):
        raise UserError(f"{path}, line {number + 1}: {token[:80]!r} is not a file name; correct the list.") from None
    normal = os.path.normpath(relative)
    if normal == os.pardir or normal.startswith(os.pardir + os.sep):
        raise UserError(f"{path}, line {number + 1}: {token} is outside the data folder {folder}; correct the list.")
    return Path(normal).as_posix()


def _check_name(path: Path) -> None:
    """Raise an error if no file can have this name; a file that is only missing is counted later.

    Raises:
        OSError: the name is too long, or it is a symbolic link to itself.
        ValueError: the name contains a null byte.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        path.stat()


def _is_score(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True
