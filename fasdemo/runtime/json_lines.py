"""Writes one JSON object a line, to a file or to standard output."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from fasdemo.errors import UserError, unicode_text
from fasdemo.outputs import open_output
from fasdemo.terminal import stdout_was_closed


class JsonLines:
    """A context manager that appends objects.

    Every line is complete before the next begins, so a reader can follow the file while it grows, and what was
    written before a disk fills up stays valid.
    """

    def __init__(self, target: str, option: str = "--json") -> None:
        self._target, self._option = target, option
        self._stream: TextIO
        if target == "-":
            if stdout_was_closed():
                raise UserError(f"{option} -: standard output is closed; open it, or name a file.")
            self._stream = sys.stdout
            return
        try:
            self._stream = open_output(Path(target))
        except OSError as error:
            raise UserError(f"{option} {target}: cannot be written ({error.strerror}); choose another file.") from error

    def __enter__(self) -> Self:
        return self

    def write(self, item: dict[str, Any]) -> None:
        """Append one object.

        Raises:
            UserError: the disk is full.
        """
        line = json.dumps(item, allow_nan=False) + "\n"
        if "\\ud" in line:
            line = json.dumps(_encodable(item), allow_nan=False) + "\n"
        start = None
        try:
            if self._stream is not sys.stdout and self._stream.seekable():
                start = self._stream.tell()
            self._stream.write(line)
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            self._drop_half_line(start)
            raise UserError(
                f"{self._option} {self._target}: cannot be written ({error.strerror}); free some space."
            ) from error

    def _drop_half_line(self, start: int | None) -> None:
        if start is not None:
            try:
                os.ftruncate(self._stream.fileno(), start)
            except OSError:
                return  # A device such as /dev/full has nothing to cut off.

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not sys.stdout:
            try:
                self._stream.close()
            except OSError:
                if kind is None:
                    raise


def _encodable(value: Any) -> Any:
    """Return the same value with escapes in place of lone surrogates."""
    if isinstance(value, str):
        return unicode_text(value)
    if isinstance(value, dict):
        return {unicode_text(str(name)): _encodable(one) for name, one in value.items()}
    return [_encodable(one) for one in value] if isinstance(value, (list, tuple)) else value
