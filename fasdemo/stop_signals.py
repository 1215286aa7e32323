"""Signals that end a program, as Ctrl-C does: outputs are completed first."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

STOPPING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))
"""SIGTERM: a service manager. SIGHUP: the terminal or the connection was closed. SIGBREAK: the same on Windows."""


@contextmanager
def stops_like_ctrl_c() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first of these signals; those that follow are ignored while outputs complete.

    Closing a terminal sends SIGHUP twice, once by the shell and once by the system. A signal that was ignored before
    (`nohup`) stays ignored.
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
    """Call `stop` at each of these signals; returns the handlers before, by number. Main thread only."""
    terminals = [number for number in (0, 1, 2) if _is_terminal(number)]

    def handle(number: int, _: FrameType | None) -> None:
        if number == getattr(signal, "SIGHUP", None):
            # Messages to a terminal that is gone would fail, and the failure would spoil the outputs.
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
