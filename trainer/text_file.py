"""Bounded reading of text files: lists, score tables, submissions, configurations."""

from __future__ import annotations

from pathlib import Path

from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError

MAX_BYTES = 512 * 1024 * 1024
"""Default limit, enough for a list of five million lines."""


def read_text(path: Path, wanted: str, name: str | None = None, max_bytes: int = MAX_BYTES) -> str:
    """Return the text of a UTF-8 file without its byte order mark.

    Args:
        path: path of the file.
        wanted: kind of file that the error asks for.
        name: name of the file in errors; the path if None.
        max_bytes: limit of the size.

    Raises:
        UserError: the file cannot be read, is not a regular file, is too large, or is not UTF-8.
    """
    name = name or str(path)
    try:
        return read_bounded(path, max_bytes).decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{name}: cannot be read ({error.strerror}); give {wanted}.") from None
    except UnicodeDecodeError:
        raise UserError(f"{name}: not a text file in UTF-8; give {wanted}.") from None
    except ValueError as error:
        raise UserError(f"{name}: cannot be used: {error}; give {wanted}.") from None
