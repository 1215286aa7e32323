"""Send signals over a serial line: a text, or a pulse on DTR or RTS."""

from __future__ import annotations

import errno
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import serial

from fasdemo.publish.target import TIMEOUT_S, Content, TargetError


@dataclass(frozen=True, slots=True)
class SerialSignal:
    """The signal of a serial line.

    Attributes:
        device: e.g. `/dev/ttyUSB0` or `COM3`.
        baud: symbols per second.
        on: bytes at the beginning of a pulse; may be empty.
        off: bytes at its end; may be empty.
        line: modem line that is active during a pulse, or None.
        pulse_s: length of a pulse, seconds.
    """

    device: str
    baud: int = 9600
    on: bytes = b"LIVE\n"
    off: bytes = b""
    line: Literal["dtr", "rts"] | None = None
    pulse_s: float = 0.5


class SerialTarget:
    """A serial line; a `fasdemo.publish.target.Target`.

    Args:
        signal: device and pulse.
    """

    def __init__(self, signal: SerialSignal) -> None:
        self._signal = signal
        self.name = f"serial:{signal.device}"
        self._port: serial.Serial | None = None

    def open(self) -> bool:
        """Open the device in the off state, or check that it is still connected.

        Raises:
            TargetError: it is missing, in use by another program, or not a serial line.
        """
        try:
            if self._port is None:
                self._port = self._opened()
                # End the pulse of a program that was killed.
                self._end_pulse(self._port)
            # Fails if the device was unplugged.
            _ = self._port.in_waiting
        except (OSError, ValueError) as error:
            self.close()
            raise TargetError(f"cannot be opened ({_words(error)})") from None
        return True

    def _opened(self) -> serial.Serial:
        port = serial.Serial(baudrate=self._signal.baud, write_timeout=TIMEOUT_S, exclusive=True)
        port.port = self._signal.device
        port.dtr = port.rts = False
        port.open()
        return port

    def send(self, content: Content, left_s: float) -> None:
        """Send one pulse: its beginning, and its end after `pulse_s`.

        Raises:
            TargetError: the line is not open, or failed; it is closed, which ends a pulse on DTR or RTS.
        """
        if self._port is None:
            raise TargetError("is not open")
        try:
            try:
                if self._signal.line is not None:
                    setattr(self._port, self._signal.line, True)
                if self._signal.on:
                    self._port.write(self._signal.on)
                time.sleep(self._signal.pulse_s if self._signal.line or self._signal.off else 0.0)
            finally:
                self._end_pulse(self._port)
        except (OSError, ValueError) as error:
            self.close()
            raise TargetError(f"failed ({_words(error)})") from None

    def close(self) -> None:
        """End a pulse and close the line."""
        port, self._port = self._port, None
        if port is not None:
            with suppress(OSError, ValueError):
                self._end_pulse(port)
            with suppress(OSError, ValueError):
                port.close()

    def _end_pulse(self, port: serial.Serial) -> None:
        if self._signal.line is not None:
            setattr(port, self._signal.line, False)
        if self._signal.off:
            port.write(self._signal.off)


def _words(error: Exception) -> str:
    # pyserial's own text repeats the cause.
    number = error.errno if isinstance(error, OSError) else None
    return "it is in use" if number == errno.EAGAIN else os.strerror(number) if number else str(error)
