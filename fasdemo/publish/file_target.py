"""Send heartbeats by touching a file."""

from __future__ import annotations

import os
from pathlib import Path

from fasdemo.publish.target import Content, TargetError


class FileTarget:
    """A file whose modification time is the time of the last signal; a `fasdemo.publish.target.Target`.

    Args:
        path: the file; it is created if it does not exist, and its content is not changed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = str(path)

    def open(self) -> bool:
        """Do nothing: every signal opens the file again, so that a deleted file is created again."""
        return False

    def send(self, content: Content, left_s: float) -> None:
        """Touch the file.

        Raises:
            TargetError: it cannot be written.
        """
        # Without O_NONBLOCK, a pipe without a reader would block the thread.
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
        try:
            os.close(os.open(self._path, flags, 0o644))
            os.utime(self._path)
        except OSError as error:
            raise TargetError(f"cannot be written ({error.strerror})") from None

    def close(self) -> None:
        """Do nothing."""
