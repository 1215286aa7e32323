"""Webcams: which there are, and one of them as a source."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import cv2

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import Box, DeviceError, Patience
from fasdemo.capture.cameras.v4l2 import VideoNode, list_nodes
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Rgb, StreamTime

_LINUX = sys.platform.startswith("linux")
_WINDOWS = sys.platform == "win32"
_PROBED = 4
"""Where the system does not list cameras, so many numbers are tried."""
_EMPTY_READS = 30

Opener = Callable[[int], Any]
"""A camera's number to an opened `cv2.VideoCapture`."""


@dataclass(frozen=True, slots=True)
class Webcam:
    """A camera that may be offered as a colour camera."""

    index: int
    name: str
    formats: tuple[str, ...]
    """FourCC codes; empty where the system does not tell."""


def list_webcams(nodes: Callable[[], list[VideoNode]] = list_nodes) -> list[Webcam]:
    """Colour cameras. On Linux by name and pixel format; elsewhere the numbers that can be opened."""
    if _LINUX:
        return [Webcam(node.index, node.name, node.formats) for node in nodes() if node.color]
    found = []
    for index in range(_PROBED):
        camera = open_device(index)
        if camera.isOpened():
            found.append(Webcam(index, f"camera {index}", ()))
        camera.release()
    return found


def open_device(index: int) -> Any:
    """OpenCV's capture with the system's own interface, so that no other library grabs the number."""
    if _LINUX:
        return cv2.VideoCapture(index, cv2.CAP_V4L2)
    if _WINDOWS:
        return cv2.VideoCapture(index, cv2.CAP_DSHOW)
    return cv2.VideoCapture(index)


class WebcamGrabber:
    """One run of one webcam; see `fasdemo.capture.cameras.supervisor.Grabber`."""

    def __init__(self, index: int, name: str, opener: Opener = open_device) -> None:
        self._index = index
        self._name = name
        self._opener = opener
        self._camera: Any = None
        self._count = 0
        self._empty = 0
        self.standing_faults: tuple[str, ...] = ()

    def start(self) -> SourceInfo:
        """Open the device at 640 x 480, or the size it prefers."""
        camera = self._opener(self._index)
        if not camera.isOpened():
            raise DeviceError(
                f"Webcam {self._index} ({self._name}) cannot be opened; another program may be using it: close that."
            )
        self._camera = camera
        camera.set(cv2.CAP_PROP_FRAME_WIDTH, 640)
        camera.set(cv2.CAP_PROP_FRAME_HEIGHT, 480)
        # One image may wait in the driver, or every verdict is about the past.
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        arrived, image = camera.read()
        if not arrived or image is None:
            raise DeviceError(f"Webcam {self._index} ({self._name}) gives no picture; unplug it and plug it in again.")
        fps = float(camera.get(cv2.CAP_PROP_FPS))
        return SourceInfo(
            name=self._name,
            kind="webcam",
            live=True,
            declared=frozenset({"rgb"}),
            width=image.shape[1],
            height=image.shape[0],
            fps=fps if 1.0 <= fps <= 240.0 else 30.0,
            frame_count=None,
        )

    def wait(self, timeout_s: float) -> FrameSet | None:
        """The next image; OpenCV bounds the wait itself (10 s on Linux) and releases the GIL."""
        if self._camera is None:
            raise DeviceError("the webcam was not started")
        arrived, image = self._camera.read()
        now = time.monotonic()
        if not arrived or image is None or image.size == 0:
            self._empty += 1
            if self._empty >= _EMPTY_READS:
                raise DeviceError(f"webcam {self._index} gives no picture any more")
            # A dead device answers at once: do not spin.
            time.sleep(min(timeout_s, 0.02))
            return None
        self._empty = 0
        self._count += 1
        if image.ndim == 2:
            image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        return FrameSet(
            index=self._count,
            timestamp_s=now,
            rgb=cast(Rgb, cv2.cvtColor(image, cv2.COLOR_BGR2RGB)),
            declared=frozenset({"rgb"}),
            times={"rgb": StreamTime(now, self._count)},
            live_source=True,
            received_s=now,
        )

    def stop(self) -> None:
        """Release the device."""
        camera, self._camera = self._camera, None
        if camera is not None:
            with contextlib.suppress(cv2.error):
                camera.release()

    def focus_on(self, box: Box) -> None:
        """Webcams choose their exposure themselves."""


def open_webcam(
    which: str | None = None,
    patience: Patience | None = None,
    opener: Opener = open_device,
    listed: Callable[[], list[Webcam]] = list_webcams,
) -> LiveSource:
    """A webcam by its number; without one, the first colour camera.

    Raises:
        UserError: not a number, no such camera, or one that gives no colour; on entering: it cannot be opened.
    """
    cameras = listed()
    names = ", ".join(f"webcam:{one.index} ({one.name})" for one in cameras) or "none"
    if which:
        if not which.isdigit():
            raise UserError(f"webcam:{which}: give the camera's number; there are: {names}.")
        index = int(which)
        chosen = next((one for one in cameras if one.index == index), None)
        if chosen is None:
            raise UserError(f"webcam:{index}: there is no such colour camera; there are: {names}.")
    elif cameras:
        chosen = cameras[0]
    else:
        raise UserError("No webcam was found; plug one in, or run `fasdemo doctor` to see what is wrong.")

    def present() -> bool:
        if not _LINUX:
            # Asking would mean opening it.
            return True
        return any(one.index == chosen.index for one in listed())

    return LiveSource(
        lambda: WebcamGrabber(chosen.index, chosen.name, opener),
        present,
        f"webcam:{chosen.index}: is gone; plug it in again.",
        # OpenCV's own read may block longer than a RealSense is given.
        patience=patience or Patience(dead_s=4.0),
    )
