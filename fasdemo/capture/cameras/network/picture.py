"""What a network stream delivers, and when a stream that has just begun delivers the present."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from fasdemo.frames import Rgb

SETTLE_S = 1.0
"""A stream's delay must not have fallen for this long before its pictures count."""
_NOTICED_S = 0.03
"""A fall of the delay by less than this is jitter."""


class StreamError(Exception):
    """The stream cannot be opened or has ended. The message is a sentence for the user, without credentials."""


class UndecodableError(Exception):
    """A picture cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A received picture.

    Attributes:
        decode: returns the RGB image, uint8 (H, W, 3); raises UndecodableError.
        device_s: capture time on the camera's clock, seconds; None where the stream has no time stamps.
        arrived_s: `time.monotonic()` at which its data began to arrive.
    """

    decode: Callable[[], Rgb]
    device_s: float | None
    arrived_s: float


class PictureStream(Protocol):
    """A connection to a camera, used by one thread."""

    fps: float
    """Nominal frames per second, valid after the first picture."""

    def pictures(self, stopping: Callable[[], bool]) -> Iterator[Picture]:
        """Connect and yield pictures until `stopping`; raise StreamError when the stream fails or ends."""
        ...


class Settling:
    """Tells when a new stream has delivered its backlog and shows the present.

    Servers start a stream with pictures that they have kept, e.g. since the last key frame, and send these faster than
    they were taken. The delay then falls from picture to picture. Only when it has stopped falling is it known.
    """

    def __init__(self) -> None:
        self._delay_s: float | None = None
        self._fell_s = 0.0
        self._settled = False

    def update(self, device_s: float, arrived_s: float) -> bool:
        """Return whether the delay has once stopped falling; `device_s` and `arrived_s` as in `Picture`."""
        delay_s = arrived_s - device_s
        if self._delay_s is None or delay_s < self._delay_s - _NOTICED_S:
            self._delay_s, self._fell_s = delay_s, arrived_s
        # Later changes of the delay are measured on the frames themselves.
        self._settled = self._settled or arrived_s - self._fell_s >= SETTLE_S
        return self._settled
