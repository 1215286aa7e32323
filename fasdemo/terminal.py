"""Print text on terminals, and open standard streams that are closed.

Every message to a terminal must use `say` or `tell`: names and contents of files are untrusted, and control or
bidirectional characters in them could move the cursor, change the title or reverse a line.
"""

from __future__ import annotations

import os
import sys

from fasdemo.errors import printable

_closed: set[int] = set()


def open_missing_streams() -> None:
    """Open the null device instead of each closed standard stream (`2>&-`, daemons, `pythonw`).

    Otherwise the next opened file would get the file descriptor 1 or 2, and messages would be written into it.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            _closed.add(number)
            opened = os.open(os.devnull, mode)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - stays open to the end
    if sys.stdout is None:
        _closed.add(1)
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - stays open to the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - stays open to the end
    for stream in (sys.stdout, sys.stderr):
        # Characters that the terminal's encoding does not have are printed as escapes instead of raising an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def stdout_was_closed() -> bool:
    """Return whether standard output was closed when the program started."""
    return 1 in _closed


def say(sentence: str, program: str = "fasdemo") -> None:
    """Print one message on standard error, after the program's name."""
    if sys.stderr is not None:
        print(f"{program}: {printable(sentence)}", file=sys.stderr)


def tell(text: str, *, error: bool = False) -> None:
    """Print text on standard output, or on standard error."""
    stream = sys.stderr if error else sys.stdout
    if stream is not None:
        print(printable(text), file=stream)
