"""Write one JSON object per line to a file or to standard output."""

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
    """A writer of JSON lines; a context manager.

    Lines are always complete, so a reader can follow the growing file, and the file stays valid if the disk becomes
    full.

    Args:
        target: path of the file, or `-` for standard output.
        parameter: name of the parameter that gave the target, for error messages.

    Raises:
        UserError: the file cannot be written.
    """

    def __init__(self, target: str, parameter: str = "json") -> None:
        self._target, self._parameter = target, parameter
        self._stream: TextIO
        if target == "-":
            if stdout_was_closed():
                raise UserError(
                    f"{parameter} -: standard output is closed; give the name of a file.", parameter=parameter
                )
            self._stream = sys.stdout
            return
        try:
            self._stream = open_output(Path(target))
        except OSError as error:
            raise UserError(
                f"{parameter} {target}: cannot be written ({error.strerror}); choose another file.", parameter=parameter
            ) from error

    def __enter__(self) -> Self:
        return self

    def write(self, item: dict[str, Any]) -> None:
        """Append one object.

        Raises:
            UserError: the line cannot be written, e.g. because the disk is full.
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
                f"{self._parameter} {self._target}: cannot be written ({error.strerror}); free some space.",
                parameter=self._parameter,
            ) from error

    def _drop_half_line(self, start: int | None) -> None:
        if start is not None:
            try:
                os.ftruncate(self._stream.fileno(), start)
            except OSError:
                return  # A device such as /dev/full cannot be truncated.

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
