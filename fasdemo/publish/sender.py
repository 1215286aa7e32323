"""Send signals to one target from a separate thread, so that frames never wait for a network or a cable."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from fasdemo.publish.target import MAX_DELAY_S, Content, Target, TargetError, TargetStatus

_log = logging.getLogger(__name__)

OPEN_AGAIN_S = 5.0
"""Pause between two attempts to connect."""
_LOOK_S = 0.2


class Sender:
    """Sends each signal at most once and in time, or drops it.

    Args:
        target: where to send.
        clock: seconds, as `time.monotonic`.
        done: called with each signal and why it was not sent, which is empty if it was; it must not block or raise.
    """

    def __init__(
        self,
        target: Target,
        clock: Callable[[], float] = time.monotonic,
        done: Callable[[Content, str], None] = lambda content, problem: None,
    ) -> None:
        self._target, self._clock, self._done = target, clock, done
        # A second signal may wait while one is being sent; it is dropped if its time runs out.
        self._waiting: queue.Queue[tuple[Content, float]] = queue.Queue(1)
        self._lock = threading.Lock()
        self._status = TargetStatus(target.name)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fasdemo sender", daemon=True)

    def start(self) -> None:
        """Connect in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Request the end of the thread; a signal that is being sent is completed, and the target is released."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait up to `timeout_s` seconds for the thread after `stop`; return True if it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def status(self) -> TargetStatus:
        """Numbers of signals, and the current problem."""
        with self._lock:
            return self._status

    def offer(self, content: Content, decided_s: float) -> None:
        """Put a signal into the queue without waiting; it is dropped if an earlier one is still in the queue.

        Args:
            content: the signal.
            decided_s: time of the decision, on the clock of this object.
        """
        try:
            self._waiting.put_nowait((content, decided_s))
        except queue.Full:
            self._failed(content, "is too slow: a signal was dropped")

    def _run(self) -> None:
        try:
            opened_s = self._open()
            while not self._stop.is_set():
                try:
                    content, decided_s = self._waiting.get(timeout=_LOOK_S)
                except queue.Empty:
                    if self._clock() - opened_s >= OPEN_AGAIN_S:
                        opened_s = self._open()
                    continue
                self._send(content, decided_s)
        finally:
            self._target.close()

    def _open(self) -> float:
        """Connect if the target is not connected, and return the time."""
        try:
            works = self._target.open()
        except TargetError as error:
            self._say(str(error))
        except Exception as error:
            _log.exception("%s cannot be opened", self._target.name)
            self._say(f"cannot be opened ({error})")
        else:
            if works:
                self._say("")
        return self._clock()

    def _send(self, content: Content, decided_s: float) -> None:
        left_s = MAX_DELAY_S - (self._clock() - decided_s)
        if not left_s > 0.0:
            self._failed(content, "is too slow: a signal was dropped")
            return
        try:
            self._target.send(content, left_s)
        except TargetError as error:
            self._failed(content, str(error))
        except Exception as error:
            _log.exception("a signal to %s failed", self._target.name)
            self._failed(content, f"failed ({error})")
        else:
            with self._lock:
                self._status = replace(self._status, sent=self._status.sent + 1)
            self._say("")
            self._done(content, "")

    def _failed(self, content: Content, problem: str) -> None:
        with self._lock:
            self._status = replace(self._status, failed=self._status.failed + 1)
        self._say(problem)
        self._done(content, problem)

    def _say(self, problem: str) -> None:
        """Store the newest problem; log a new problem, and its end."""
        sentence = f"{self._target.name}: {problem}." if problem else ""
        with self._lock:
            before = self._status.problem
            self._status = replace(self._status, problem=sentence)
        if sentence and sentence != before:
            _log.warning(sentence)
        elif before and not sentence:
            _log.warning(f"{self._target.name}: works again.")
