"""Reading a whole file that somebody else wrote: a regular file, and no larger than it may be.

A folder that was unpacked from an archive may hold pipes and links to devices, which never end when they are read.
"""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path


def read_bounded(path: Path, limit: int) -> bytes:
    """The file's bytes.

    Args:
        path: the file; a link to a regular file is followed.
        limit: the largest size, bytes.

    Raises:
        OSError: it is not there or cannot be read.
        ValueError: it is no regular file, or larger than `limit`.
    """
    # Opening a pipe that nobody writes to would wait for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("it is no regular file")
        if facts.st_size > limit:
            raise ValueError(f"it is larger than {_size(limit)}")
        # Not `read(limit)`, which sets the memory for it aside; what the file grows by meanwhile is left out.
        return file.read(facts.st_size)


def read_text(path: Path, limit: int) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark, or in UTF-16 with one.

    Windows' editors and PowerShell write these marks.

    Args:
        path: the file; a link to a regular file is followed.
        limit: the largest size, bytes.

    Raises:
        OSError: it is not there or cannot be read.
        ValueError: it is no regular file, larger than `limit`, or no text (UnicodeDecodeError).
    """
    return decode_text(read_bounded(path, limit))


def decode_text(content: bytes) -> str:
    """Return the text of bytes in UTF-8, with or without a byte order mark, or in UTF-16 with one.

    Raises:
        UnicodeDecodeError: the bytes are no such text.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def is_regular(path: Path) -> bool:
    """Whether there is a regular file, or a link to one; False for whatever cannot be looked at."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _size(limit: int) -> str:
    return f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit} bytes"
