"""Read files from unknown sources: only regular files up to a maximum size.

A folder from an archive can contain pipes and links to devices, whose content never ends.
"""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the content of a file.

    Args:
        path: the file; a link to a regular file is followed.
        limit: maximum size in bytes.

    Raises:
        OSError: the file does not exist or cannot be read.
        ValueError: the file is not a regular file, or is larger than `limit`.
    """
    # Without O_NONBLOCK, opening a pipe without a writer would never return.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("it is not a regular file")
        if facts.st_size > limit:
            raise ValueError(f"it is larger than {_size(limit)}")
        # `read(limit)` would allocate the whole limit; data appended since fstat is ignored.
        return file.read(facts.st_size)


def read_text(path: Path, limit: int) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark, or in UTF-16 with one.

    Editors and PowerShell on Windows write these marks.

    Args:
        path: the file; a link to a regular file is followed.
        limit: maximum size in bytes.

    Raises:
        OSError: the file does not exist or cannot be read.
        ValueError: the file is not a regular file, is larger than `limit`, or is not text (UnicodeDecodeError).
    """
    return decode_text(read_bounded(path, limit))


def decode_text(content: bytes) -> str:
    """Return the text of bytes in UTF-8, with or without a byte order mark, or in UTF-16 with one.

    Raises:
        UnicodeDecodeError: the bytes are not such text.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def is_regular(path: Path) -> bool:
    """Return whether a path is a regular file or a link to one; False if it cannot be examined."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _size(limit: int) -> str:
    return f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit} bytes"
