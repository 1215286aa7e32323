"""The interface of all sources of frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from fasdemo.capture.controls import CameraControls
from fasdemo.errors import unicode_text
from fasdemo.frames import Calibration, FrameSet, Stream, Truth


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """The facts about a source that are known before the first frame."""

    name: str
    """Name for users and logs: device name and serial number, or a file name without its folder."""
    kind: str
    """`realsense`, `hello`, `webcam`, `network`, `video`, `session`, `recording` or `images`."""
    live: bool
    declared: frozenset[Stream]
    width: int
    height: int
    fps: float
    frame_count: int | None
    """None for cameras, and for files whose length is unknown."""
    calibration: Calibration | None = None
    depth_scale: float = 0.001
    device_frames: int = 1
    """Number of device frames that make one frame set: 2 if a lit and a dark one are paired."""
    capable: frozenset[Stream] = frozenset()
    """Streams that the device has or that are stored in the file. If one of them is not declared, no verdict is LIVE,
    so that the depth checks cannot be bypassed by not declaring depth."""
    calibrated: bool = False
    """Whether the device has a calibration, so that depth without one is a fault. Live sources always count as such."""
    notes: tuple[str, ...] = ()
    """Sentences for the user about how the source runs, e.g. about a setting that it does not support."""
    device: str = ""
    """Name of the camera that recorded a file, as in `name`; empty if unknown."""
    markers: tuple[int, ...] = ()
    """Numbers of the frames of a file that the operator has marked."""
    changes: tuple[tuple[int, Truth], ...] = ()
    """Frames of a file from which on something else is shown, with it; empty if the same is shown in all frames."""
    controls: CameraControls | None = field(default=None, compare=False)
    """The camera's controls, or what a session says about those of its camera; None if unknown."""

    def __post_init__(self) -> None:
        # Names of files can contain bytes that are not UTF-8, which logs and sessions cannot store.
        object.__setattr__(self, "name", unicode_text(self.name))


class Source(Protocol):
    """A context manager that yields frame sets in order.

    `info` is valid after `__enter__`. Iteration ends at the end of a file. A camera never ends by itself: it yields
    frames with `faults`, or raises `fasdemo.errors.UserError` if it can no longer be used. After iteration,
    `warnings` contains sentences for the user, e.g. how much of a truncated file was lost.
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
    """A source with a known length that can continue at any frame, for the playback controls."""

    def seek(self, index: int) -> None:
        """Continue the iteration with frame `index`."""
        ...


def streams_of_device(name: str) -> frozenset[Stream]:
    """Return the streams that a device with this name certainly has; empty if the name does not show it.

    Every RealSense with colour has depth; not every one has infrared.
    """
    return frozenset({"rgb", "depth"}) if "realsense" in name.lower() else frozenset()
