"""The contract of everything that frames come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from fasdemo.errors import unicode_text
from fasdemo.frames import Calibration, FrameSet, Stream


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source says about itself before the first frame."""

    name: str
    """Shown to people and written to logs: a device name and serial, or a file name without its folder."""
    kind: str
    """`realsense`, `webcam`, `video`, `session`, `recording`, `images`."""
    live: bool
    declared: frozenset[Stream]
    width: int
    height: int
    fps: float
    frame_count: int | None
    """None for cameras and where the container does not say."""
    calibration: Calibration | None = None
    depth_scale: float = 0.001
    device_frames: int = 1
    """Frames of the device that make one of ours: 2 where a lit and a dark one are paired."""
    capable: frozenset[Stream] = frozenset()
    """Streams that the device has, or that lie in the file, whatever is declared. One that is left out is a reason
    against LIVE, so that nobody gets round depth by not mentioning it."""
    calibrated: bool = False
    """The device is one that has a calibration, so that depth without one is wrong. True of every live source."""
    notes: tuple[str, ...] = ()
    """Sentences for the user about how the source runs, e.g. that something was asked of it that it cannot do."""
    device: str = ""
    """Of a file: the camera that recorded it, as `name` would give it; empty where that is not known."""

    def __post_init__(self) -> None:
        # A file's name may hold bytes that are not UTF-8, which no log and no session could carry.
        object.__setattr__(self, "name", unicode_text(self.name))


class Source(Protocol):
    """A context manager that yields frame sets in order.

    `info` is valid after `__enter__`. Iteration ends at the end of a file; a camera never ends by itself: it
    yields frames that carry `faults`, or raises `fasdemo.errors.UserError` when it is gone for good.
    After iteration `warnings` holds sentences for the user, e.g. how much of a truncated file was lost.
    """

    @property
    def info(self) -> SourceInfo:
        """Facts about the source."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user about what was skipped or lost so far."""
        ...

    def __iter__(self) -> Iterator[FrameSet]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class SeekableSource(Source, Protocol):
    """A source of known length that can start anywhere, for the transport bar."""

    def seek(self, index: int) -> None:
        """The next frame that iteration yields is number `index`."""
        ...


def streams_of_device(name: str) -> frozenset[Stream]:
    """Return the streams that a device of this name has at least; empty where the name says nothing.

    Every RealSense that has colour has depth; not every one has infrared.
    """
    return frozenset({"rgb", "depth"}) if "realsense" in name.lower() else frozenset()
