"""Write files atomically: under a temporary name that is renamed at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fasdemo.errors import UserError


@contextmanager
def replacing(path: Path, temporary: Path | None = None) -> Iterator[Path]:
    """Yield the path of a temporary file that replaces `path` atomically if the block ends without an error.

    Args:
        path: the file to replace.
        temporary: path of the temporary file, for folders in which only known names are allowed; an existing file or
            link with this path is removed first. None: a random name in the same folder, with the ending of `path`, so
            that an attacker cannot prepare a link.

    Raises:
        OSError: the folder cannot be written.
    """
    if temporary is None:
        temporary = path.with_name(f".{path.stem[:80]}.{secrets.token_hex(4)}.part{path.suffix}")
    else:
        temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(temporary, flags, 0o666))
    try:
        yield temporary
        if path.is_symlink():
            raise OSError(40, "it is a link; name the file itself", str(path))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes, temporary: Path | None = None) -> None:
    """Write a file atomically: a reader sees either the old content or the new content.

    Args:
        path: the file.
        content: the new content.
        temporary: as for `replacing`.

    Raises:
        OSError: the file cannot be written; the old one is unchanged.
    """
    with replacing(path, temporary) as part, part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode("utf-8"))
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}); free some space or choose another folder."
        ) from error
