"""Pictures of a network stream, and the check that a new stream has delivered its backlog."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from fasdemo.frames import Rgb

SETTLE_S = 1.0
"""A stream's delay must not decrease for this time before its pictures are used."""
_NOTICED_S = 0.03
"""A decrease of the delay by less than this is jitter."""


class StreamError(Exception):
    """A stream that cannot be opened or has ended. The message is a sentence for the user, without credentials."""


class UndecodableError(Exception):
    """A picture that cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A received picture.

    Attributes:
        decode: returns the RGB image, uint8 (H, W, 3); raises UndecodableError.
        device_s: capture time on the camera's clock in seconds; None if the stream has no time stamps.
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
        """Connect and yield pictures until `stopping` returns True.

        Raises:
            StreamError: the stream fails or ends.
        """
        ...


class Settling:
    """A check that a new stream has delivered its backlog, so that its pictures are current.

    Servers start a stream with stored pictures, e.g. since the last key frame, and send them faster than they were
    taken. The delay then decreases from picture to picture. It is known only after it has stopped decreasing.
    """

    def __init__(self) -> None:
        self._delay_s: float | None = None
        self._fell_s = 0.0
        self._settled = False

    def update(self, device_s: float, arrived_s: float) -> bool:
        """Return whether the delay has stopped decreasing at least once; arguments as in `Picture`."""
        delay_s = arrived_s - device_s
        if self._delay_s is None or delay_s < self._delay_s - _NOTICED_S:
            self._delay_s, self._fell_s = delay_s, arrived_s
        # Later changes of the delay are measured on the frames themselves.
        self._settled = self._settled or arrived_s - self._fell_s >= SETTLE_S
        return self._settled
