"""Windows Hello cameras on Linux: the colour and the infrared node of one USB device, found through sysfs.

Both nodes must belong to one USB device. The infrared node must offer grey formats only, and a control or its name must
show that it is infrared. Grey formats alone are not enough, because colour cameras offer them too.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fasdemo.capture.cameras.v4l2 import COLOR, GREY, VideoNode

_SYSFS = Path("/sys/class/video4linux")
_USB_DEVICE = re.compile(r"\d+-\d+(\.\d+)*")
_USB_INTERFACE = re.compile(r"\d+-\d+(?:\.\d+)*:\d+\.(\d+)")
_MAX_DESCRIPTOR_BYTES = 64 << 10

# USB 2.0, table 9-5 and UVC 1.5, tables and 3-7.
_INTERFACE, _CS_INTERFACE = 0x04, 0x24
_VIDEO, _VIDEO_CONTROL = 0x0E, 0x01
_EXTENSION_UNIT = 0x06
_MICROSOFT_UNIT = uuid.UUID("0f3f95dc-2632-4c4e-92c9-a04782f43bc8").bytes_le
"""Microsoft's extensions to UVC 1.5, section 2.2.2: the extension unit of Windows cameras."""
_FACE_AUTHENTICATION, _IR_TORCH = 0x06, 0x0A
"""Control selectors of this unit that only infrared sensors have; selector n is bit n - 1 of `bmControls`."""


@dataclass(frozen=True, slots=True)
class HelloPair:
    """A colour and an infrared camera in one USB device.

    Attributes:
        color: node of the colour camera.
        infrared: node of the infrared camera.
        device: path of the USB device below `/sys`.
        evidence: why the second node counts as infrared, e.g. `its infrared torch control`.
    """

    color: VideoNode
    infrared: VideoNode
    device: Path
    evidence: str


def list_pairs(nodes: Sequence[VideoNode], sysfs: Path = _SYSFS) -> list[HelloPair]:
    """Return the pairs among the video nodes, sorted by the index of the colour node.

    A device with several colour or several infrared nodes is skipped, because it is unknown which belong together.
    """
    by_device: dict[Path, list[tuple[VideoNode, int]]] = {}
    for node in nodes:
        place = _usb_place((sysfs / f"video{node.index}").resolve())
        if place is not None and not node.virtual and not node.problem:
            by_device.setdefault(place[0], []).append((node, place[1]))
    pairs = []
    for device, members in by_device.items():
        controls = face_controls(_descriptors(device))
        colors = [node for node, _ in members if node.color]
        infrareds = [(node, why) for node, interface in members if (why := _infrared(node, interface, controls))]
        if len(colors) == len(infrareds) == 1:
            pairs.append(HelloPair(colors[0], infrareds[0][0], device, infrareds[0][1]))
    return sorted(pairs, key=lambda pair: pair.color.index)


def _infrared(node: VideoNode, interface: int, controls: dict[int, str]) -> str:
    """Return why a node counts as an infrared camera, e.g. `its name`; empty if it does not."""
    if COLOR & set(node.formats) or not GREY & set(node.formats):
        return ""
    return controls.get(interface, "") or ("its name" if node.labelled_infrared else "")


def _usb_place(path: Path) -> tuple[Path, int] | None:
    """Return the USB device of a video node and the number of its control interface; None if it is not on USB."""
    for place in path.parents:
        found = _USB_INTERFACE.fullmatch(place.name)
        if found is not None and _USB_DEVICE.fullmatch(place.parent.name):
            return place.parent, int(found[1])
    return None


def _descriptors(device: Path) -> bytes:
    try:
        with (device / "descriptors").open("rb") as file:
            return file.read(_MAX_DESCRIPTOR_BYTES)
    except OSError:
        return b""


def face_controls(descriptors: bytes) -> dict[int, str]:
    """Find the video control interfaces that declare controls of infrared face cameras.

    Args:
        descriptors: USB descriptors of a device, as in sysfs. Reading stops at the first damaged one.

    Returns:
        The number of each interface found and the name of its control, e.g. `its infrared torch control`.
    """
    found: dict[int, str] = {}
    interface: int | None = None
    place = 0
    while place + 2 <= len(descriptors):
        length, kind = descriptors[place], descriptors[place + 1]
        body = descriptors[place : place + length]
        if length < 2 or len(body) < length:
            break
        if kind == _INTERFACE and length >= 9:
            interface = body[2] if (body[5], body[6]) == (_VIDEO, _VIDEO_CONTROL) else None
        elif kind == _CS_INTERFACE and interface is not None and length >= 24 and body[2] == _EXTENSION_UNIT:
            name = _control_name(body)
            if name:
                found[interface] = name
        place += length
    return found


def _control_name(unit: bytes) -> str:
    """Return the name of an extension unit's infrared control (UVC 1.5, table 3-7); empty if it has none."""
    if unit[4:20] != _MICROSOFT_UNIT:
        return ""
    pins = unit[21]
    start = 23 + pins
    if len(unit) < start:
        return ""
    controls = int.from_bytes(unit[start : start + unit[start - 1]], "little")
    if controls >> (_FACE_AUTHENTICATION - 1) & 1:
        return "its face authentication control"
    return "its infrared torch control" if controls >> (_IR_TORCH - 1) & 1 else ""
