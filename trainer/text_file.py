"""Reading the trainer's text files: lists, score tables, submissions, configurations."""

from __future__ import annotations

from pathlib import Path

from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError

LARGEST = 512 * 1024 * 1024
"""Bytes: a list of five million lines."""


def read_text(path: Path, wanted: str, called: str | None = None, largest: int = LARGEST) -> str:
    """The file's text; a byte order mark at its start is left out.

    Args:
        path: of the file.
        wanted: what to give instead of a file that cannot be used.
        called: what the person typed, where that is not the path.
        largest: bytes.

    Raises:
        UserError: it cannot be read, is no regular file, too large, or not UTF-8.
    """
    name = called or path
    try:
        return read_bounded(path, largest).decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{name}: cannot be read ({error.strerror}); give {wanted}.") from None
    except UnicodeDecodeError:
        raise UserError(f"{name}: this is no text file; give {wanted}.") from None
    except ValueError as error:
        raise UserError(f"{name}: cannot be used: {error}; give {wanted}.") from None
