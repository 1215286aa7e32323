"""Reading the trainer's text files: lists, score tables, submissions."""

from __future__ import annotations

from pathlib import Path

from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError

LARGEST = 512 * 1024 * 1024
"""Bytes: a list of five million lines."""


def read_text(path: Path, wanted: str) -> str:
    """The file's text; a byte order mark at its start is left out.

    Raises:
        UserError: it cannot be read, is no regular file, too large, or not UTF-8; `wanted` says what to give instead.
    """
    try:
        return read_bounded(path, LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); give {wanted}.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: this is no text file; give {wanted}.") from None
    except ValueError as error:
        raise UserError(f"{path}: cannot be used: {error}; give {wanted}.") from None
