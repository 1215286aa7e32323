"""Forms in which lists are written: columns with or without a header, parallel files, other people's folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from fasdemo.errors import UserError
from trainer.text_file import read_text

ABSENT = "-"
Row = tuple[int, list[str]]
"""Index of a line, from 0, and its words."""

_COLUMNS = {"rgb": 0, "color": 0, "colour": 0, "profile": 0, "depth": 1, "ir": 2, "infrared": 2, "label": 3}
"""Column names of a header, to the position in `color depth ir label`."""
_PARALLEL = re.compile(r"^(?P<prefix>\d*)(?P<stream>rgb|color|depth|ir)_(?P<rest>.+\.txt)$")
_MAX_STRIPPED = 12
"""Largest number of leading folders that are dropped from the paths of a list."""
_TRIED_ROWS = 12


def rows_of(path: Path) -> list[Row]:
    """Return the lines of a list as words, in the order `color depth ir label` if the list has a header.

    Backslashes of Windows paths become slashes.

    Raises:
        UserError: the file cannot be read, or a line does not have the columns of the header.
    """
    lines = read_text(path, "a list with lines `color depth ir label`").splitlines()
    rows = [
        (number, [_with_slashes(word) for word in line.split()]) for number, line in enumerate(lines) if line.strip()
    ]
    header = [word.lower() for word in rows[0][1]] if rows else []
    if len(header) < 2 or len(set(header)) < len(header) or not set(header) <= _COLUMNS.keys():
        return rows
    return [(number, _ordered(words, header, path, number)) for number, words in rows[1:]]


def _with_slashes(word: str) -> str:
    return word.replace("\\", "/") if "/" not in word else word


def _ordered(words: list[str], header: list[str], path: Path, number: int) -> list[str]:
    if len(words) != len(header):
        raise UserError(
            f"{path}, line {number + 1}: has {len(words)} columns, the header `{' '.join(header)}` has {len(header)}; "
            "correct the line."
        )
    row = [ABSENT] * 4
    for name, word in zip(header, words, strict=True):
        row[_COLUMNS[name]] = word
    return row if "label" in header else row[:3]


def parallel_rows(path: Path) -> list[Row] | None:
    """Return the rows of the parallel lists that a list belongs to, or None for a single list.

    Supported are `rgb_X.txt depth_X.txt ir_X.txt label_X.txt`, the same with a number before the names
    (`2rgb_train.txt`), and `ir_final_X.txt` with `label_ir_X.txt`, as the published code names them.

    Raises:
        UserError: a file cannot be read, or the files do not have the same number of lines.
    """
    named = _PARALLEL.match(path.name)
    if named is None:
        return None
    prefix, stream, rest = named["prefix"], named["stream"], named["rest"]
    choices: list[tuple[str, ...]] = [
        (f"{prefix}rgb_{rest}", f"{prefix}color_{rest}"),
        (f"{prefix}depth_{rest}",),
        (f"{prefix}ir_{rest}",),
        (f"{prefix}label_{rest}", f"{prefix}label_{stream}_{rest.removeprefix('final_')}"),
    ]
    if rest.startswith("final_"):
        # The lists `X_final_` have different samples, so they are not parallel to those of other streams.
        choices[:3] = [names if path.name in names else () for names in choices[:3]]
    columns: list[list[str]] = []
    for names in choices:
        file = next((path.with_name(name) for name in names if path.with_name(name).is_file()), None)
        columns.append([row[-1] for _, row in rows_of(file)] if file is not None else [])
    count = max(map(len, columns))
    if any(len(column) not in (0, count) for column in columns):
        sizes = ", ".join(str(len(column)) for column in columns)
        raise UserError(
            f"{path}: the parallel lists rgb, depth, ir, label of {rest} have {sizes} lines; make them equally long."
        )
    if not columns[3] and sum(bool(column) for column in columns[:3]) == 1 and _has_labels(path):
        return None
    pictures = [column or [ABSENT] * count for column in columns[:3]]
    labels = [[label] for label in columns[3]] or [[] for _ in range(count)]
    return [(k, [*(column[k] for column in pictures), *labels[k]]) for k in range(count)]


def _has_labels(path: Path) -> bool:
    return any(len(words) > 1 for _, words in rows_of(path)[:1])


def in_folder(rows: Sequence[Row], folder: Path) -> list[Row]:
    """Return rows with paths inside the folder, also if the list was written for a folder above or below it.

    Paths are changed only if none of the first ones leads to anything as written. Leading folders are then dropped
    (`/home/somebody/CASIA-SURF/Training/...`, `./MMFD/our_realsense/...`), or a folder of `folder` is put before them.
    """
    tried = [words[k] for _, words in rows[:_TRIED_ROWS] for k in range(min(len(words), 3)) if _is_path(words[k])]
    if not tried or any(_exists(folder, token) for token in tried):
        return list(rows)
    for count in range(1, _MAX_STRIPPED):
        if any(_exists(folder, _dropped(token, count)) for token in tried):
            return _changed(rows, partial(_dropped, count=count))
    for place in sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else ():
        if any(_exists(folder / place, token) for token in tried if not token.startswith("/")):
            return _changed(rows, f"{place}/{{}}".format)
    return list(rows)


def _changed(rows: Sequence[Row], change: Callable[[str], str]) -> list[Row]:
    return [(number, [change(word) if _is_path(word) else word for word in words]) for number, words in rows]


def _is_path(word: str) -> bool:
    return word != ABSENT and ("/" in word or "." in word) and not word.replace(".", "", 1).isdigit()


def _dropped(token: str, count: int) -> str:
    return "/".join([part for part in PurePosixPath(token).parts if part != "/"][count:])


def _exists(folder: Path, token: str) -> bool:
    try:
        return bool(token) and not token.startswith("..") and (folder / token).exists()
    except (OSError, ValueError):
        return False
