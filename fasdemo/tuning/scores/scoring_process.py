"""Score sessions in a process of its own, so that a window and its camera stay smooth meanwhile.

The two processes exchange lines of JSON through the child's standard input and output; scores follow their line as the
bytes of `SessionScores.to_bytes`. If a session makes a native library crash, only this session has no scores.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil

from fasdemo.errors import UserError
from fasdemo.tuning.scores.records import SessionScores
from fasdemo.tuning.scores.session_scorer import OnFrame, SessionFailedError, SessionScorer

log = logging.getLogger(__name__)

_ENTRY = "import sys; sys.path.append(sys.argv.pop(1)); from {module} import main; sys.exit(main())"
_EVERY_S = 0.2
"""Time between two messages about progress."""
_END_S = 5.0
"""Time in which an idle child ends after its input was closed."""
_NICENESS = 10
"""Priority of the child on Linux and macOS, below that of the window and its camera."""


class ScoringProcess:
    """Scores sessions in a child process of low priority, which starts with the first session."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._receiver: threading.Thread | None = None
        self._messages: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()

    def score(self, folder: Path, model: str, device: str, policy: str, on_frame: OnFrame) -> SessionScores:
        """Return the scores of a session; see `Scorer.score`.

        Raises:
            UserError: the session or the model cannot be used.
            SessionFailedError: the child failed or ended; a new one is started for the next session.
        """
        frames = 0
        try:
            self._send((folder, model, device, policy))
            while True:
                try:
                    message = self._messages.get(timeout=_EVERY_S)
                except queue.Empty:
                    on_frame(frames)
                    continue
                if message is None:
                    raise SessionFailedError(self._how_it_ended())
                kind, content = message
                if kind == "frame":
                    frames = content
                    on_frame(frames)
                elif kind == "scores":
                    found: SessionScores = content
                    return found
                elif kind == "refused":
                    raise UserError(content)
                else:
                    raise SessionFailedError(content)
        except UserError:
            raise
        except BaseException:
            # The child may be in the middle of the session, so that its next messages would be about this one.
            self.kill()
            raise

    def _send(self, request: tuple[Path, str, str, str]) -> None:
        child = self._child or self._start()
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps([str(request[0]), *request[1:]]).encode() + b"\n")
            child.stdin.flush()
        except OSError:
            raise SessionFailedError(self._how_it_ended()) from None

    def _start(self) -> subprocess.Popen[bytes]:
        package = Path(__file__).resolve().parents[3]
        try:
            # With -P, Python does not import modules from the current folder.
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-c", _ENTRY.format(module=__name__), str(package)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        except OSError as error:
            raise SessionFailedError(f"no process can be started: {error.strerror}") from None
        self._messages = queue.SimpleQueue()
        assert self._child.stdout is not None
        self._receiver = threading.Thread(
            target=_receive, args=(self._child.stdout, self._messages), name="fasdemo scores", daemon=True
        )
        self._receiver.start()
        return self._child

    def _how_it_ended(self) -> str:
        assert self._child is not None
        try:
            status = self._child.wait(_END_S)
        except subprocess.TimeoutExpired:
            return "its process does not answer"
        if status >= 0:
            return f"its process ended with status {status}"
        with contextlib.suppress(ValueError):
            return f"its process was ended by {signal.Signals(-status).name}"
        return f"its process was ended by signal {-status}"

    @property
    def pid(self) -> int | None:
        """Number of the child process; None if there is none."""
        return None if self._child is None else self._child.pid

    def kill(self) -> None:
        """End the child at once."""
        self._end(kill=True)

    def close(self) -> None:
        """End the child, which is idle between two sessions."""
        self._end(kill=False)

    def _end(self, kill: bool) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if kill:
            child.kill()
        assert child.stdin is not None
        with contextlib.suppress(OSError):
            child.stdin.close()
        try:
            child.wait(_END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if self._receiver is not None:
            self._receiver.join(_END_S)
            self._receiver = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _receive(output: IO[bytes], messages: queue.SimpleQueue[tuple[str, Any] | None]) -> None:
    """Put the child's messages into a queue, and None after the last one."""
    with output:
        try:
            while True:
                kind, content = json.loads(output.readline())
                if kind == "scores":
                    content = SessionScores.from_bytes(output.read(content))
                messages.put((kind, content))
        except (OSError, ValueError):  # the end of the output is no JSON
            messages.put(None)


def main() -> int:
    """Score the sessions that standard input names, until it is closed."""
    # A library that prints must not write between the messages.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Ctrl+C in a terminal reaches this process too; the parent ends it in its own order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _NICENESS)
    with SessionScorer() as scorer, contextlib.suppress(BrokenPipeError):
        for line in sys.stdin.buffer:
            folder, model, device, policy = json.loads(line)
            _send(output, _answer(scorer, (Path(folder), model, device, policy), output))
    return 0


def _answer(scorer: SessionScorer, request: tuple[Path, str, str, str], output: IO[bytes]) -> tuple[str, Any]:
    told_s = 0.0

    def on_frame(number: int) -> None:
        nonlocal told_s
        if time.monotonic() - told_s >= _EVERY_S:
            told_s = time.monotonic()
            _send(output, ("frame", number))

    try:
        return "scores", scorer.score(*request, on_frame)
    except UserError as error:
        return "refused", str(error)
    except BrokenPipeError:
        raise
    except Exception as error:  # a damaged file must not end the work on the others
        log.exception("cannot score the session %s", request[0])
        return "failed", type(error).__name__


def _send(output: IO[bytes], message: tuple[str, Any]) -> None:
    kind, content = message
    scores = content.to_bytes() if isinstance(content, SessionScores) else b""
    output.write(json.dumps([kind, len(scores) if scores else content]).encode() + b"\n" + scores)
    output.flush()
