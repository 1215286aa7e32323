"""Read images from one V4L2 node with FFmpeg (PyAV), with the kernel's time of each image."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import av
import av.error
import numpy as np
import numpy.typing as npt

from fasdemo.capture.cameras.supervisor import DeviceError
from fasdemo.capture.cameras.v4l2 import VideoNode

Kind = Literal["color", "infrared"]

# FFmpeg's names of the formats by FourCC, best first. Compressed colour is preferred, because both nodes share one
# USB 2 connection.
_COLOR_INPUTS = {"MJPG": "mjpeg", "YUYV": "yuyv422", "UYVY": "uyvy422", "NV12": "nv12", "YU12": "yuv420p"}
_INFRARED_INPUTS = {"GREY": "gray", "Y16": "gray16le"}
_GREY_PIXELS = frozenset({"gray", "gray16le"})
_NON_BLOCKING = "+4"
"""AVFMT_FLAG_NONBLOCK by its number, because FFmpeg has no name for it."""
_OPEN_TIMEOUT_S = 6.0
_POLL_S = 0.004
"""Time between two reads without an image; FFmpeg's blocking read cannot be interrupted if a camera falls silent."""
_MAX_AGE_S = 2.0
"""An image whose time is farther from now has a time of another clock."""
_MAX_DAMAGED = 50

Opener = Callable[[str, dict[str, str]], Any]
"""A function that opens a node with FFmpeg's options and returns a PyAV input container."""


@dataclass(frozen=True, slots=True)
class NodeImage:
    """One image of a node.

    Attributes:
        timestamp_s: capture time according to the kernel, on the clock of `time.monotonic`.
        decode: returns the image: uint8 (H, W, 3) RGB, or uint8 or uint16 (h, w) infrared. It raises `DeviceError` if
            the image is damaged.
    """

    timestamp_s: float
    decode: Callable[[], npt.NDArray[np.generic]]


class Node(Protocol):
    """An open video node."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its images."""
        ...

    @property
    def fps(self) -> float:
        """Its frame rate; 0 if unknown."""
        ...

    def read(self, timeout_s: float) -> NodeImage | None:
        """Return the next image; None after the timeout.

        Raises:
            DeviceError: the node has failed, e.g. was unplugged.
        """
        ...

    def close(self) -> None:
        """Release the node; raise nothing."""
        ...


def open_container(path: str, options: dict[str, str]) -> Any:
    """Open a V4L2 node with PyAV."""
    return av.open(path, format="v4l2", options=options, timeout=_OPEN_TIMEOUT_S)


class FfmpegNode:
    """An open V4L2 node, see `Node`.

    Args:
        node: the node.
        kind: which images it must deliver.
        opener: opens the node.
        clock: `time.monotonic`.

    Raises:
        DeviceError: the node cannot be opened, or delivers another kind of images.
    """

    def __init__(
        self,
        node: VideoNode,
        kind: Kind,
        opener: Opener = open_container,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._place = f"/dev/video{node.index}"
        self._kind: Kind = kind
        self._clock = clock
        self._damaged = 0
        inputs = _COLOR_INPUTS if kind == "color" else _INFRARED_INPUTS
        chosen = next((name for code, name in inputs.items() if code in node.formats), None)
        if chosen is None:
            raise DeviceError(
                f"{self._place} ({node.name}): none of its formats ({' '.join(node.formats) or 'none'}) can be read; "
                f"{' or '.join(inputs)} is needed; use another camera."
            )
        options = {"input_format": chosen, "ts": "default", "fflags": _NON_BLOCKING}
        if kind == "color":
            options |= {"video_size": "640x480", "framerate": "30"}
        try:
            self._container: Any = opener(self._place, options)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise DeviceError(_why_not_open(self._place, error)) from None
        streams: Sequence[Any] = self._container.streams.video
        if not streams:
            self.close()
            raise DeviceError(f"{self._place}: delivers no video; unplug the camera and plug it in again.")
        self._stream = streams[0]
        pixels = str(self._stream.codec_context.pix_fmt or "")
        if kind == "infrared" and pixels not in _GREY_PIXELS:
            self.close()
            raise DeviceError(
                f"{self._place} ({node.name}): delivers colour ({pixels or 'unknown'}) instead of infrared, so it "
                f"is not used; choose another camera."
            )
        self._size = (int(self._stream.codec_context.width), int(self._stream.codec_context.height))
        self._fps = float(self._stream.average_rate or self._stream.base_rate or 0.0)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its images."""
        return self._size

    @property
    def fps(self) -> float:
        """Its frame rate; 0 if unknown."""
        return self._fps

    def read(self, timeout_s: float) -> NodeImage | None:
        """Return the next image; None after the timeout; see `Node`."""
        end_s = self._clock() + timeout_s
        while True:
            packet = self._packet()
            if packet is not None:
                return self._image(packet)
            if self._clock() >= end_s:
                return None
            time.sleep(_POLL_S)

    def _packet(self) -> Any:
        if self._container is None:
            raise DeviceError(f"{self._place}: is closed.")
        try:
            packet = next(self._container.demux(self._stream), None)
        except (av.error.FFmpegError, OSError) as error:
            if getattr(error, "errno", None) == errno.EAGAIN:
                return None
            raise DeviceError(_why_lost(self._place, error)) from None
        if packet is None or packet.pts is None:
            raise DeviceError(f"{self._place}: delivers no more images; unplug the camera and plug it in again.")
        if packet.size == 0 or packet.is_corrupt:
            self._damaged += 1
            if self._damaged >= _MAX_DAMAGED:
                raise DeviceError(f"{self._place}: delivers damaged images; try another USB port.")
            return None
        self._damaged = 0
        return packet

    def _image(self, packet: Any) -> NodeImage:
        timestamp_s = float(packet.pts * packet.time_base)
        if not abs(self._clock() - timestamp_s) <= _MAX_AGE_S:
            raise DeviceError(
                f"{self._place}: its images have times of another clock, so old images cannot be detected; "
                f"load the driver with its default clock (uvcvideo clock=CLOCK_MONOTONIC)."
            )
        return NodeImage(timestamp_s, lambda: self._decode(packet))

    def _decode(self, packet: Any) -> npt.NDArray[np.generic]:
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, ValueError) as error:
            raise DeviceError(f"{self._place}: an image is damaged ({error}).") from None
        if not frames:
            raise DeviceError(f"{self._place}: an image is damaged.")
        if self._kind == "color":
            return np.asarray(frames[0].to_ndarray(format="rgb24"))
        return np.asarray(frames[0].to_ndarray())

    def close(self) -> None:
        """Release the node."""
        container, self._container = self._container, None
        if container is not None:
            container.close()


def _why_not_open(place: str, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EBUSY:
        return f"{place}: is in use by another program; close it and try again."
    if number in (errno.EACCES, errno.EPERM):
        return (
            f"{place}: may not be opened (permission denied); add yourself to the group video "
            f"(usermod -aG video USER) and log in again."
        )
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return f"{place}: is not connected; plug the camera in again."
    if number == errno.ENOSPC:
        return f"{place}: the USB connection is too slow for both cameras; use another port without a hub."
    return f"{place}: cannot be opened ({getattr(error, 'strerror', None) or error}); plug the camera in again."


def _why_lost(place: str, error: Exception) -> str:
    if getattr(error, "errno", None) in (errno.ENODEV, errno.ENXIO, errno.EIO):
        return f"{place}: was disconnected; plug the camera in again."
    return f"{place}: cannot be read ({getattr(error, 'strerror', None) or error})."
