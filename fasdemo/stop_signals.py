"""Handle signals that end a program like Ctrl-C, so that outputs are completed first."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

STOPPING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
"""Signals of a service manager (SIGTERM) and of a closed terminal or connection (SIGHUP; SIGBREAK on Windows)."""


@contextmanager
def stops_like_ctrl_c() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first of these signals; further ones are ignored while outputs are completed.

    When a terminal is closed, both the shell and the system send SIGHUP. Signals that were ignored before (`nohup`)
    remain ignored.
    """
    stopped = threading.Event()

    def stop() -> None:
        if not stopped.is_set():
            stopped.set()
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = handle_stop_signals(stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def handle_stop_signals(stop: Callable[[], object]) -> dict[int, Any]:
    """Call `stop` at each of these signals; return the previous handlers by number. Only for the main thread."""
    terminals = [number for number in (0, 1, 2) if _is_terminal(number)]

    def handle(number: int, _: FrameType | None) -> None:
        if number == getattr(signal, "SIGHUP", None):
            # Messages to a closed terminal would raise errors, and the outputs would not be completed.
            for descriptor in terminals:
                null = os.open(os.devnull, os.O_RDWR)
                os.dup2(null, descriptor)
                os.close(null)
        stop()

    before: dict[int, Any] = {}
    for number in STOPPING:
        if signal.getsignal(number) is signal.SIG_IGN:
            continue
        before[number] = signal.signal(number, handle)
    return before


def _is_terminal(number: int) -> bool:
    try:
        return os.isatty(number)
    except OSError:
        return False
