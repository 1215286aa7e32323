"""Find the colour and the infrared node of one USB device on Linux, through sysfs.

Both nodes must belong to one USB device. The infrared node must offer grey formats only, and its descriptors or its
name must show that it is infrared. Grey formats alone are not enough, because colour cameras offer them too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fasdemo.capture.cameras.hello.descriptors import control_interfaces
from fasdemo.capture.cameras.v4l2 import COLOR, GREY, VideoNode
from fasdemo.errors import UserError

SYSFS = Path("/sys/class/video4linux")
_USB_DEVICE = re.compile(r"\d+-\d+(\.\d+)*")
_USB_INTERFACE = re.compile(r"\d+-\d+(?:\.\d+)*:\d+\.(\d+)")
_MAX_DESCRIPTOR_BYTES = 64 << 10
_GROUP = "add yourself to the group video (usermod -aG video USER) and log in again"


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """What identifies a USB device, to bind a stored calibration to it.

    Attributes:
        vendor, product: USB numbers in hexadecimal; empty if unknown.
        serial: serial number, or the port if the device has none.
        descriptors: sha256 of its descriptors, in which another firmware or another sensor shows.
    """

    vendor: str = ""
    product: str = ""
    serial: str = ""
    descriptors: str = ""


@dataclass(frozen=True, slots=True)
class HelloPair:
    """A colour and an infrared camera in one USB device.

    Attributes:
        color: node of the colour camera.
        infrared: node of the infrared camera.
        device: path of the USB device below `/sys`.
        evidence: why the second node counts as infrared, e.g. `its infrared torch control`.
        identity: what identifies the device.
    """

    color: VideoNode
    infrared: VideoNode
    device: Path
    evidence: str
    identity: DeviceIdentity = DeviceIdentity()

    @property
    def port(self) -> str:
        """Its USB port, e.g. `1-6`."""
        return self.device.name

    @property
    def words(self) -> str:
        """Its specification and name, e.g. `hello:1-6 (Integrated Camera)`."""
        return f"hello:{self.port} ({self.color.name})"


def list_pairs(nodes: Sequence[VideoNode], sysfs: Path = SYSFS) -> list[HelloPair]:
    """Return the pairs among the video nodes, sorted by the index of the colour node.

    A device with several colour or several infrared nodes is skipped, because it is unknown which belong together.
    """
    pairs = []
    for device, members in _by_device(nodes, sysfs).items():
        descriptors = _read(device / "descriptors")
        controls = {number: one.evidence for number, one in control_interfaces(descriptors).items()}
        colors = [node for node, _ in members if node.color]
        infrareds = [(node, why) for node, interface in members if (why := _infrared(node, interface, controls))]
        if len(colors) == len(infrareds) == 1:
            identity = _identity(device, descriptors)
            pairs.append(HelloPair(colors[0], infrareds[0][0], device, infrareds[0][1], identity))
    return sorted(pairs, key=lambda pair: pair.color.index)


def choose_pair(pairs: Sequence[HelloPair], nodes: Sequence[VideoNode], which: str | None) -> HelloPair:
    """Return the pair with a serial number or USB port, or the only one.

    Args:
        pairs: the pairs found.
        nodes: all video nodes, to explain why there is no pair.
        which: serial number or port, e.g. `1-6`; None for the only pair.

    Raises:
        UserError: there is no pair, no pair with this serial number or port, or several.
    """
    if not pairs:
        raise UserError(f"hello{':' + which if which else ''}: {_why_none(nodes)}")
    listed = ", ".join(pair.words for pair in pairs)
    if which is None:
        if len(pairs) > 1:
            raise UserError(f"hello: {len(pairs)} cameras were found; choose one of {listed}.")
        return pairs[0]
    chosen = [pair for pair in pairs if pair.port == which]
    chosen = chosen or [pair for pair in pairs if pair.identity.serial == which]
    if not chosen:
        raise UserError(f"hello:{which}: no camera has this serial number or port; cameras found: {listed}.")
    if len(chosen) > 1:
        raise UserError(f"hello:{which}: {len(chosen)} cameras have this serial number; choose by port: {listed}.")
    return chosen[0]


def has_webcam(pairs: Sequence[HelloPair], which: str, webcam: str) -> bool:
    """Return whether a webcam can be one of the two cameras of a pair.

    Args:
        pairs: the pairs found.
        which: serial number or port of the pair; empty for the only one.
        webcam: number of the webcam; empty for the first one that is found.
    """
    indexes = {
        node.index
        for pair in pairs
        if which in ("", pair.port, pair.identity.serial)
        for node in (pair.color, pair.infrared)
    }
    return bool(indexes) if not webcam else webcam.isdecimal() and int(webcam) in indexes


def _why_none(nodes: Sequence[VideoNode]) -> str:
    """Return why there is no pair and what to do, as the end of a sentence."""
    blocked = next((node for node in nodes if node.problem), None)
    if blocked is not None:
        return f"/dev/video{blocked.index} cannot be queried ({blocked.problem}); {_GROUP}."
    mixed = next((n for n in nodes if n.labelled_infrared and COLOR & set(n.formats) and not n.virtual), None)
    if mixed is not None:
        return (
            f"/dev/video{mixed.index} is named infrared but delivers colour, so it cannot be used as infrared; "
            f"use another camera."
        )
    return (
        "no camera with a colour and an infrared sensor in one USB device was found; connect one, "
        "or run `fasdemo doctor` to see what is connected."
    )


def _by_device(nodes: Sequence[VideoNode], sysfs: Path) -> dict[Path, list[tuple[VideoNode, int]]]:
    found: dict[Path, list[tuple[VideoNode, int]]] = {}
    for node in nodes:
        place = _usb_place((sysfs / f"video{node.index}").resolve())
        if place is not None and not node.virtual and not node.problem:
            found.setdefault(place[0], []).append((node, place[1]))
    return found


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


def _identity(device: Path, descriptors: bytes) -> DeviceIdentity:
    def text(name: str) -> str:
        return _read(device / name).decode("utf-8", "replace").strip()

    return DeviceIdentity(
        text("idVendor"),
        text("idProduct"),
        text("serial") or device.name,
        hashlib.sha256(descriptors).hexdigest(),
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_DESCRIPTOR_BYTES)
    except OSError:
        return b""
