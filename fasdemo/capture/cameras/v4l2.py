"""Names and pixel formats of Linux video devices, read through the kernel's interface (linux/videodev2.h).

linuxpy is not used: two requests and a folder of names are all that is needed.
"""

from __future__ import annotations

import errno
import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fasdemo.capture.cameras.virtual_cameras import virtual_camera

_SYSFS = Path("/sys/class/video4linux")
_DEVICES = Path("/dev")

# _IOR('V', 0, struct v4l2_capability) and _IOWR('V', 2, struct v4l2_fmtdesc).
_QUERYCAP, _QUERYCAP_BYTES = 0x80685600, 104
_ENUM_FMT, _FMTDESC_BYTES = 0xC0405602, 64
_CAPTURE, _CAPTURE_MPLANE = 0x1, 0x1000
_HAS_DEVICE_CAPS = 0x80000000
_MAX_FORMATS = 64

COLOR = frozenset({
    "YUYV", "UYVY", "YVYU", "VYUY", "MJPG", "JPEG", "H264", "HEVC", "NV12", "NV21", "YU12", "YV12", "RGB3", "BGR3",
    "RGBP", "422P", "BGR4", "RGB4", "AB24", "AR24", "XB24", "XR24",
})  # fmt: skip
"""Pixel formats (FourCC) with colour; excludes grey, depth, metadata and raw Bayer formats."""
GREY = frozenset({"GREY", "Y8I", "Y10", "Y10B", "Y10P", "Y12", "Y12I", "Y14", "Y16"})
"""Pixel formats with one brightness per pixel, which infrared sensors deliver."""
_INFRARED = re.compile(r"\b(ir|infrared)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VideoNode:
    """A video device node `/dev/videoN`.

    Attributes:
        index: N.
        name: name of the device according to the kernel.
        formats: FourCC codes of its capture formats; empty for metadata nodes.
        color: whether it may be offered as a colour camera.
        problem: why it could not be queried, e.g. missing permission; empty if it could.
        driver: name of its kernel driver.
        virtual: why it counts as a virtual camera, see `virtual_camera`; empty if it does not.
    """

    index: int
    name: str
    formats: tuple[str, ...]
    color: bool
    problem: str = ""
    driver: str = ""
    virtual: str = ""

    @property
    def labelled_infrared(self) -> bool:
        """Whether its name contains `IR` or `infrared` as a word."""
        return bool(_INFRARED.search(self.name))

    @property
    def infrared(self) -> bool:
        """Whether it may be offered as an infrared camera: by its name, with grey formats only, and not virtual.

        A node with colour formats has a colour sensor, even if its name contains `IR`.
        """
        return (
            self.labelled_infrared
            and bool(GREY & set(self.formats))
            and not COLOR & set(self.formats)
            and not self.virtual
        )


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """The facts that a device node reports.

    Attributes:
        card: name of the device.
        formats: FourCC codes of its capture formats.
        driver: name of its kernel driver.
        bus: its connection, e.g. `usb-0000:00:14.0-1` or `platform:v4l2loopback-000`.
    """

    card: str
    formats: tuple[str, ...]
    driver: str = ""
    bus: str = ""


Query = Callable[[Path], NodeFacts]
"""A function that queries a device node; raises OSError."""


def query_node(path: Path) -> NodeFacts:
    """Query a device node for its name, driver, bus and the FourCC codes of its capture formats.

    Raises:
        OSError: no such node, no permission, or not a video device.
    """
    import fcntl

    handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        capability = bytearray(_QUERYCAP_BYTES)
        fcntl.ioctl(handle, _QUERYCAP, capability)
        # driver[16], card[32], bus_info[32], version, capabilities, device_caps
        driver, card, bus = (_text(capability[start:end]) for start, end in ((0, 16), (16, 48), (48, 80)))
        capabilities, device_caps = struct.unpack_from("<II", capability, 84)
        # Use the capabilities of the node, because those of the device include its other nodes.
        able = device_caps if capabilities & _HAS_DEVICE_CAPS else capabilities
        kinds = [kind for bit, kind in ((_CAPTURE, 1), (_CAPTURE_MPLANE, 9)) if able & bit]
        formats: list[str] = []
        for kind in kinds:
            for number in range(_MAX_FORMATS):
                description = bytearray(_FMTDESC_BYTES)
                struct.pack_into("<II", description, 0, number, kind)
                try:
                    fcntl.ioctl(handle, _ENUM_FMT, description)
                except OSError as error:
                    if error.errno == errno.EINVAL:
                        break
                    raise
                formats.append(bytes(description[44:48]).decode("ascii", "replace").rstrip())
        return NodeFacts(card, tuple(formats), driver, bus)
    finally:
        os.close(handle)


def _text(field: bytearray) -> str:
    return bytes(field).split(b"\0", 1)[0].decode("utf-8", "replace")


def list_nodes(sysfs: Path = _SYSFS, devices: Path = _DEVICES, query: Query = query_node) -> list[VideoNode]:
    """Return all video nodes in the order of their numbers; nodes that cannot be queried have a `problem`."""
    found = []
    for entry in sysfs.glob("video*"):
        match = re.fullmatch(r"video(\d+)", entry.name)
        if match is None:
            continue
        index = int(match[1])
        try:
            name = (entry / "name").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            name = entry.name
        facts, problem = NodeFacts("", ()), ""
        try:
            facts = query(devices / entry.name)
            name = name or facts.card
        except OSError as error:
            problem = error.strerror or str(error)
        color = bool(COLOR & set(facts.formats)) and not _INFRARED.search(name)
        # The kernel's and the driver's name can differ, and either can identify a virtual camera.
        virtual = virtual_camera(f"{name} {facts.card}".strip(), facts.driver, facts.bus, entry.resolve())
        found.append(VideoNode(index, name, facts.formats, color, problem, facts.driver, virtual))
    return sorted(found, key=lambda node: node.index)
