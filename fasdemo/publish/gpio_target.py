"""Send signals as pulses on a GPIO line of Linux, e.g. of a Raspberry Pi."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gpiod
from gpiod.line import Direction, Value

from fasdemo.publish.target import Content, TargetError

if TYPE_CHECKING:
    from gpiod.line_request import LineRequest


@dataclass(frozen=True, slots=True)
class GpioSignal:
    """What a GPIO line carries.

    Attributes:
        chip: device of the chip, e.g. `/dev/gpiochip0`.
        line: number or name of the line.
        active_low: the line is low during a pulse.
        pulse_s: length of a pulse, seconds.
    """

    chip: str
    line: int | str
    active_low: bool = False
    pulse_s: float = 0.5


class GpioTarget:
    """A GPIO line; a `fasdemo.publish.target.Target`.

    Args:
        signal: line and pulse.
    """

    def __init__(self, signal: GpioSignal) -> None:
        self._signal = signal
        self.name = f"gpio:{signal.chip}, line {signal.line}"
        self._request: LineRequest | None = None

    def open(self) -> bool:
        """Take the line as an inactive output, or check that it can still be read.

        Raises:
            TargetError: the chip or the line is missing, or in use by another program.
        """
        settings = gpiod.LineSettings(
            direction=Direction.OUTPUT, output_value=Value.INACTIVE, active_low=self._signal.active_low
        )
        try:
            if self._request is None:
                self._request = gpiod.request_lines(
                    self._signal.chip, consumer="fasdemo", config={self._signal.line: settings}
                )
            self._request.get_value(self._signal.line)
        except (OSError, ValueError) as error:
            self.close()
            raise TargetError(f"cannot be opened ({_words(error)})") from None
        return True

    def send(self, content: Content, left_s: float) -> None:
        """Send one pulse.

        Raises:
            TargetError: the line is not open, or broke; it is released.
        """
        if self._request is None:
            raise TargetError("is not open")
        try:
            try:
                self._request.set_value(self._signal.line, Value.ACTIVE)
                time.sleep(self._signal.pulse_s)
            finally:
                self._request.set_value(self._signal.line, Value.INACTIVE)
        except (OSError, ValueError) as error:
            self.close()
            raise TargetError(f"failed ({_words(error)})") from None

    def close(self) -> None:
        """End a pulse and release the line."""
        request, self._request = self._request, None
        if request is not None:
            with suppress(OSError, ValueError):
                request.set_value(self._signal.line, Value.INACTIVE)
            with suppress(OSError, ValueError):
                request.release()


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
