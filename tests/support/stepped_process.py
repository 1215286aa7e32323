"""Processes that stop before each of their operations on files, so that a test decides in which order several go on.

A process is a fork, which stands before an operation until a byte in a pipe says how many it may do, or to kill itself.
So a schedule is the same on every machine, however slow it is. A process that forks must have one thread.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

_EVENTS = frozenset(
    {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.utime", "os.scandir", "os.listdir"}
)
"""Audit events of Python for operations on files; `fcntl.flock` is one more, without a path."""
_STEP = b"."
_MAX_TEXT = 100_000


class SteppedProcess:
    """A forked process that runs one tool, step by step.

    Args:
        name: name of the tool, for messages.
        tool: returns the exit status; it may call the function that it is given to report a number.
        root: operations outside this folder are no steps.

    Attributes:
        status: the exit status; None while the process runs; -9 after `kill`.
        reported: numbers that the tool reported.
        steps: number of operations so far.
    """

    def __init__(self, name: str, tool: Callable[[Callable[[int], None]], int], root: Path) -> None:
        self.name = name
        self.status: int | None = None
        self.reported: list[int] = []
        self.steps = 0
        self._text = b""
        self._from, to_parent = os.pipe()
        from_parent, self._to = os.pipe()
        said, into = os.pipe()
        self._said = said
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._from)
            os.close(self._to)
            os.dup2(into, 1)
            os.dup2(into, 2)
            _run(tool, root, from_parent, to_parent)
        os.close(to_parent)
        os.close(from_parent)
        os.close(into)
        os.set_blocking(said, False)
        self._wait()

    @property
    def alive(self) -> bool:
        """Whether the process has neither ended nor been killed."""
        return self.status is None

    @property
    def said(self) -> str:
        """Everything that the tool wrote to the terminal."""
        return self._text.decode("utf-8", "replace")

    def step(self, count: int = 1) -> None:
        """Let the process do its next operations, at most 255, or end."""
        self.steps += count
        os.write(self._to, bytes([count]))
        self._wait()

    def kill(self) -> None:
        """Kill the process before its next operation."""
        os.write(self._to, bytes(1))
        self._wait()

    def _wait(self) -> None:
        """Wait until the process stands before an operation, or has ended."""
        while True:
            kind = os.read(self._from, 1)
            self._listen()
            if kind == b"n":
                self.reported.append(int.from_bytes(os.read(self._from, 4), "big"))
                continue
            if kind == _STEP:
                return
            _, status = os.waitpid(self._pid, 0)
            self._listen()
            self.status = os.waitstatus_to_exitcode(status)
            for descriptor in (self._from, self._to, self._said):
                os.close(descriptor)
            return

    def _listen(self) -> None:
        try:
            while part := os.read(self._said, 65536):
                self._text = (self._text + part)[-_MAX_TEXT:]
        except BlockingIOError:
            pass


def _run(tool: Callable[[Callable[[int], None]], int], root: Path, answers: int, reports: int) -> None:
    """Run a tool in this process, which ends with it."""
    inside = str(root)
    granted = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal granted
        if event != "fcntl.flock" and not (
            event in _EVENTS and any(str(one).startswith(inside) for one in arguments[:2])
        ):
            return
        if granted == 0:
            os.write(reports, _STEP)
            granted = ord(os.read(answers, 1) or bytes(1))
            if granted == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        granted -= 1

    def report(number: int) -> None:
        os.write(reports, b"n" + number.to_bytes(4, "big"))

    # The streams of the parent can be files, at a position that a pipe does not have.
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    status = 70
    try:
        sys.addaudithook(hook)
        status = tool(report)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)
