"""List the webcams, and open one of them as a source."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import cv2

from fasdemo.capture.cameras.live import LiveSource
from fasdemo.capture.cameras.supervisor import Box, DeviceError, WatchdogTimeouts
from fasdemo.capture.cameras.v4l2 import VideoNode, list_nodes
from fasdemo.capture.cameras.virtual_cameras import FAULT, virtual_camera
from fasdemo.capture.cameras.webcam_controls import WebcamOptions, mode_controls, wanted_mode
from fasdemo.capture.controls import CameraControls, CameraState, apply_values
from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import FrameSet, Rgb, StreamTime

_log = logging.getLogger(__name__)

_LINUX = sys.platform.startswith("linux")
_WINDOWS = sys.platform == "win32"
_PROBED = 4
"""Number of camera numbers that are tested if the system cannot list cameras."""
_EMPTY_READS = 30

Opener = Callable[[int], Any]
"""A function that opens the camera of a number and returns its `cv2.VideoCapture`."""


@dataclass(frozen=True, slots=True)
class Webcam:
    """A colour camera.

    Attributes:
        index: its number.
        name: its name in the system.
        formats: FourCC codes of its formats; empty if unknown.
        virtual: why it counts as a virtual camera; empty if it does not.
        named: whether the system reports its name. Without a name, a virtual camera cannot be detected, so no verdict
            is LIVE.
    """

    index: int
    name: str
    formats: tuple[str, ...]
    virtual: str = ""
    named: bool = True

    @property
    def words(self) -> str:
        """Its specification and name, e.g. `webcam:2 (OBS Virtual Camera, virtual)`."""
        return f"webcam:{self.index} ({self.name}{', virtual' if self.virtual else ''})"


def list_webcams(nodes: Callable[[], list[VideoNode]] = list_nodes) -> list[Webcam]:
    """Return the colour cameras, including virtual ones.

    On Linux they are found by name and pixel format, on other systems by name or by trying to open numbers.
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
    """Return the cameras' names by number on Windows and macOS; None if they cannot be read."""
    try:
        from cv2_enumerate_cameras import enumerate_cameras

        found = enumerate_cameras(cv2.CAP_DSHOW if _WINDOWS else cv2.CAP_AVFOUNDATION)
    except Exception:
        # A missing package, an unsupported system and a failing driver all mean that no name is known.
        _log.warning("cannot read the names of the cameras", exc_info=True)
        return None
    return {int(one.index): str(one.name) for one in found}


def open_device(index: int) -> Any:
    """Open a camera with OpenCV and the system's native interface, whose numbering the names refer to."""
    if _LINUX:
        return cv2.VideoCapture(index, cv2.CAP_V4L2)
    if _WINDOWS:
        return cv2.VideoCapture(index, cv2.CAP_DSHOW)
    return cv2.VideoCapture(index)


class WebcamGrabber:
    """One run of one webcam; see `fasdemo.capture.cameras.supervisor.Grabber`."""

    def __init__(self, camera: Webcam, opener: Opener = open_device, controls: CameraControls | None = None) -> None:
        self._board = controls or CameraControls()
        self._options: WebcamOptions | None = None
        self._index = camera.index
        self._name = camera.name
        self._note = _injection_note(camera)
        self._opener = opener
        self._camera: Any = None
        self._count = 0
        self._empty = 0
        self.standing_faults: tuple[str, ...] = (FAULT,) if self._note else ()

    def start(self) -> SourceInfo:
        """Open the device at the wanted size, by default 640 x 480, or the size it prefers.

        Raises:
            DeviceError: it cannot be opened, delivers no image, or has no such option.
        """
        try:
            width, height, rate = wanted_mode(self._board.wanted)
        except UserError as error:
            raise DeviceError(str(error)) from None
        camera = self._opener(self._index)
        if not camera.isOpened():
            raise DeviceError(
                f"Webcam {self._index} ({self._name}) cannot be opened; close other programs that use it and try again."
            )
        self._camera = camera
        camera.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        camera.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        if rate is not None:
            camera.set(cv2.CAP_PROP_FPS, rate)
        # With a longer queue in the driver, the images would be old.
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        arrived, image = camera.read()
        if not arrived or image is None:
            raise DeviceError(f"Webcam {self._index} ({self._name}) delivers no image; unplug it and plug it in again.")
        fps = float(camera.get(cv2.CAP_PROP_FPS))
        fps = fps if 1.0 <= fps <= 240.0 else 30.0
        problem = self._set_up(camera, image.shape[1], image.shape[0], fps)
        return SourceInfo(
            name=self._name,
            kind="webcam",
            live=True,
            declared=frozenset({"rgb"}),
            width=image.shape[1],
            height=image.shape[0],
            fps=fps,
            frame_count=None,
            notes=tuple(note for note in (self._note, problem) if note),
            controls=self._board,
        )

    def _set_up(self, camera: Any, width: int, height: int, fps: float) -> str:
        """Set the wanted controls and publish the state; return the sentences about what the webcam refused.

        Raises:
            DeviceError: there is no such control, or a value is not a number.
        """
        wanted = self._board.wanted
        self._options = options = WebcamOptions(camera)
        modes = mode_controls(width, height, fps)
        actual = {control.name: control.text() for control in modes}
        others = {name: text for name, text in wanted.items() if name not in actual}
        problems = [
            f"{name}={text}: the webcam does not support this; {name} is {actual[name]}."
            for name, text in wanted.items()
            if name in actual and text.strip() != actual[name]
        ]
        try:
            problems.append(apply_values(options, CameraState((*modes, *options.controls())), others))
        except UserError as error:
            raise DeviceError(str(error)) from None
        problem = " ".join(one for one in problems if one)
        self._board.publish(CameraState((*modes, *options.controls()), (("Name", self._name),), problem=problem))
        return problem

    def wait(self, timeout_s: float) -> FrameSet | None:
        """Return the next image; None if there is none.

        OpenCV limits the wait (10 s on Linux) and releases Python's lock.

        Raises:
            DeviceError: the webcam was not started or delivers no more images.
        """
        if self._camera is None:
            raise DeviceError("the webcam was not started")
        if self._options is not None:
            self._board.apply_waiting(self._options)
        arrived, image = self._camera.read()
        now = time.monotonic()
        if not arrived or image is None or image.size == 0:
            self._empty += 1
            if self._empty >= _EMPTY_READS:
                raise DeviceError(f"webcam {self._index} delivers no more images")
            # A failed device returns immediately, so this avoids a busy loop.
            time.sleep(min(timeout_s, 0.02))
            return None
        self._empty = 0
        self._count += 1
        if image.ndim == 2:
            image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        return FrameSet(
            index=self._count,
            timestamp_s=now,
            rgb=cast(Rgb, cv2.cvtColor(image, cv2.COLOR_BGR2RGB)),  # the backends give 8 bits
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

    def set_exposure_roi(self, box: Box) -> None:
        """Do nothing: webcams control their exposure themselves."""


def open_webcam(
    which: str | None = None,
    timeouts: WatchdogTimeouts | None = None,
    opener: Opener = open_device,
    listed: Callable[[], list[Webcam]] = list_webcams,
    allow_virtual: bool = False,
    options: Mapping[str, str] | None = None,
) -> LiveSource:
    """Return a source for the webcam with a number, or for the first colour camera that is not virtual.

    Args:
        which: its number; None for the first one.
        timeouts: time limits of the supervisor; None for those of webcams.
        opener: opens the device.
        listed: returns the cameras of the system.
        allow_virtual: also open a virtual camera. Its frames have the fault `virtual_camera` and are never LIVE.
        options: values of its controls by name, see `docs/cameras.md`; set at every start.

    Raises:
        UserError: not a number, no such camera, a camera without colour, or a virtual one that is not allowed. On
            entering: it cannot be opened.
    """
    cameras = listed()
    names = ", ".join(one.words for one in cameras) or "none"
    if which:
        if not which.isdigit():
            raise UserError(f"webcam:{which}: give a camera number after the colon; cameras found: {names}.")
        index = int(which)
        chosen = next((one for one in cameras if one.index == index), None)
        if chosen is None:
            raise UserError(f"webcam:{index}: no colour camera with this number; cameras found: {names}.")
    elif cameras:
        chosen = next((one for one in cameras if not one.virtual), cameras[0])
    else:
        raise UserError("No webcam was found; plug one in, or run `fasdemo doctor` to see what is wrong.")
    if chosen.virtual and not allow_virtual:
        raise UserError(
            f"webcam:{chosen.index}: {chosen.name} is a virtual camera ({chosen.virtual}) and can show any picture; "
            f"choose another camera, or add --allow-virtual-camera to open it; its verdicts are never LIVE."
        )

    def present() -> bool:
        if not _LINUX:
            # The only way to find out is to open the camera.
            return True
        # The number alone is not enough: another device can get it while this one is disconnected.
        return any(
            (one.index, one.name, one.virtual) == (chosen.index, chosen.name, chosen.virtual) for one in listed()
        )

    controls = CameraControls(options)
    return LiveSource(
        lambda: WebcamGrabber(chosen, opener, controls),
        present,
        f"webcam:{chosen.index}: is not connected; plug it in again.",
        # OpenCV's read can block longer than that of a RealSense.
        timeouts=timeouts or WatchdogTimeouts(dead_s=4.0),
    )


def _injection_note(camera: Webcam) -> str:
    """Return why a camera's frames are never LIVE, as a sentence for the user; empty if they can be LIVE."""
    if camera.virtual:
        return f"{camera.name} is a virtual camera ({camera.virtual}), so no verdict is LIVE."
    if not camera.named:
        return (
            f"The system does not report the name of {camera.name}, so it may be a virtual camera and no verdict is "
            f"LIVE; install cv2-enumerate-cameras."
        )
    return ""
