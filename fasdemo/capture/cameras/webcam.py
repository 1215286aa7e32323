"""Webcams: which there are, and one of them as a source."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import cv2

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import Box, DeviceError, Patience
from fasdemo.capture.cameras.v4l2 import VideoNode, list_nodes
from fasdemo.capture.cameras.virtual_cameras import FAULT, virtual_camera
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Rgb, StreamTime

_log = logging.getLogger(__name__)

_LINUX = sys.platform.startswith("linux")
_WINDOWS = sys.platform == "win32"
_PROBED = 4
"""Where the system does not list cameras, so many numbers are tried."""
_EMPTY_READS = 30

Opener = Callable[[int], Any]
"""A camera's number to an opened `cv2.VideoCapture`."""


@dataclass(frozen=True, slots=True)
class Webcam:
    """A colour camera.

    Attributes:
        index: its number.
        name: as the system calls it.
        formats: FourCC codes; empty where the system does not tell.
        virtual: what shows that it is a virtual camera; empty where nothing does.
        named: the system told its name; without one a virtual camera cannot be known, so no verdict is LIVE.
    """

    index: int
    name: str
    formats: tuple[str, ...]
    virtual: str = ""
    named: bool = True

    @property
    def words(self) -> str:
        """What to open and what it is, e.g. `webcam:2 (OBS Virtual Camera, virtual)`."""
        return f"webcam:{self.index} ({self.name}{', virtual' if self.virtual else ''})"


def list_webcams(nodes: Callable[[], list[VideoNode]] = list_nodes) -> list[Webcam]:
    """Return the colour cameras, virtual ones among them.

    On Linux by name and pixel format; elsewhere by name, or the numbers that can be opened.
    """
    if _LINUX:
        return [Webcam(node.index, node.name, node.formats, node.virtual) for node in nodes() if node.color]
    names = system_names()
    if names is not None:
        return [Webcam(index, name, (), virtual_camera(name)) for index, name in sorted(names.items())]
    found = []
    for index in range(_PROBED):
        camera = open_device(index)
        if camera.isOpened():
            found.append(Webcam(index, f"camera {index}", (), named=False))
        camera.release()
    return found


def system_names() -> dict[int, str] | None:
    """Return the cameras' names by number on Windows and macOS; None where the system cannot be asked."""
    try:
        from cv2_enumerate_cameras import enumerate_cameras

        found = enumerate_cameras(cv2.CAP_DSHOW if _WINDOWS else cv2.CAP_AVFOUNDATION)
    except Exception:
        # A missing package, a system without that interface, a driver that fails: all mean that no name is known.
        _log.warning("the cameras' names cannot be read", exc_info=True)
        return None
    return {int(one.index): str(one.name) for one in found}


def open_device(index: int) -> Any:
    """OpenCV's capture with the system's own interface, so that no other library grabs the number."""
    if _LINUX:
        return cv2.VideoCapture(index, cv2.CAP_V4L2)
    if _WINDOWS:
        return cv2.VideoCapture(index, cv2.CAP_DSHOW)
    return cv2.VideoCapture(index)


class WebcamGrabber:
    """One run of one webcam; see `fasdemo.capture.cameras.supervisor.Grabber`."""

    def __init__(self, camera: Webcam, opener: Opener = open_device) -> None:
        self._index = camera.index
        self._name = camera.name
        self._note = _injection_note(camera)
        self._opener = opener
        self._camera: Any = None
        self._count = 0
        self._empty = 0
        self.standing_faults: tuple[str, ...] = (FAULT,) if self._note else ()

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
            notes=(self._note,) if self._note else (),
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
    allow_virtual: bool = False,
) -> LiveSource:
    """A webcam by its number; without one, the first colour camera that is not a virtual one.

    Args:
        which: its number.
        patience: with a device that is silent.
        opener: opens the device.
        listed: the cameras that are there.
        allow_virtual: also open a virtual camera. Its frames carry the fault `virtual_camera` and are never LIVE.

    Raises:
        UserError: not a number, no such camera, one that gives no colour, or a virtual one that is not allowed; on
            entering: it cannot be opened.
    """
    cameras = listed()
    names = ", ".join(one.words for one in cameras) or "none"
    if which:
        if not which.isdigit():
            raise UserError(f"webcam:{which}: give the camera's number; there are: {names}.")
        index = int(which)
        chosen = next((one for one in cameras if one.index == index), None)
        if chosen is None:
            raise UserError(f"webcam:{index}: there is no such colour camera; there are: {names}.")
    elif cameras:
        chosen = next((one for one in cameras if not one.virtual), cameras[0])
    else:
        raise UserError("No webcam was found; plug one in, or run `fasdemo doctor` to see what is wrong.")
    if chosen.virtual and not allow_virtual:
        raise UserError(
            f"webcam:{chosen.index}: {chosen.name} is a virtual camera ({chosen.virtual}) and can show any picture; "
            f"choose another camera, or add --allow-virtual-camera to open it without ever calling it LIVE."
        )

    def present() -> bool:
        if not _LINUX:
            # Asking would mean opening it.
            return True
        # Not the number alone: another device can take it over while this one is away.
        return any(
            (one.index, one.name, one.virtual) == (chosen.index, chosen.name, chosen.virtual) for one in listed()
        )

    return LiveSource(
        lambda: WebcamGrabber(chosen, opener),
        present,
        f"webcam:{chosen.index}: is gone; plug it in again.",
        # OpenCV's own read may block longer than a RealSense is given.
        patience=patience or Patience(dead_s=4.0),
    )


def _injection_note(camera: Webcam) -> str:
    """One sentence for a camera whose frames are never LIVE; empty for one that shows nothing against it."""
    if camera.virtual:
        return f"{camera.name} is a virtual camera ({camera.virtual}): nothing that it shows is called LIVE."
    if not camera.named:
        return (
            f"The system does not name {camera.name}, so it may be a virtual camera and nothing is called LIVE; "
            f"install cv2-enumerate-cameras."
        )
    return ""
