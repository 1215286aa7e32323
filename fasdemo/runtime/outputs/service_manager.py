"""Notify systemd of start, continued operation and end of the program (sd_notify).

See `packaging/fasdemo.service`. Without a service manager nothing is sent.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Self

ALIVE_EVERY_S = 1.0
"""Interval of the watchdog messages; a fraction of a usual `WatchdogSec`."""


class ServiceManager:
    """A connection to the service manager that started this process; a context manager.

    Entering reports that the program is ready, leaving that it ends.

    Args:
        environment: environment variables; `NOTIFY_SOCKET` is the address of the manager's datagram socket.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        address = (os.environ if environment is None else environment).get("NOTIFY_SOCKET", "")
        self._socket: socket.socket | None = None
        self._said_s = -ALIVE_EVERY_S
        if address and hasattr(socket, "AF_UNIX"):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            # A leading @ means the zero byte of an abstract address on Linux.
            self._address = f"\0{address[1:]}" if address.startswith("@") else address
            self._socket.setblocking(False)

    def alive(self, now_s: float) -> None:
        """Notify the watchdog, at most once per `ALIVE_EVERY_S`; call it for every processed frame.

        Args:
            now_s: `time.monotonic()`.
        """
        if now_s - self._said_s >= ALIVE_EVERY_S:
            self._said_s = now_s
            self._send("WATCHDOG=1")

    def __enter__(self) -> Self:
        self._send("READY=1")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._send("STOPPING=1")
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(message.encode(), self._address)
        except OSError:
            # Without these messages the service manager restarts the program, as intended.
            return
