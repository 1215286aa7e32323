"""A computer with Windows Hello cameras: a tree like that of `/sys`, and nodes that play scripted images."""

from __future__ import annotations

import struct
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fasdemo.capture.cameras.hello.node import Kind, NodeImage
from fasdemo.capture.cameras.hello.pairs import HelloPair, list_pairs
from fasdemo.capture.cameras.supervisor import DeviceError
from fasdemo.capture.cameras.v4l2 import NodeFacts, VideoNode, list_nodes
from fasdemo.faces.face import Face

MICROSOFT = uuid.UUID("0f3f95dc-2632-4c4e-92c9-a04782f43bc8").bytes_le
L8_IR = uuid.UUID("00000032-0002-0010-8000-00aa00389b71").bytes_le
L8 = uuid.UUID("00000032-0000-0010-8000-00aa00389b71").bytes_le
FACE_AUTHENTICATION, IR_TORCH, FOCUS = 1 << 5, 1 << 9, 1
NAME = "Integrated Camera: Integrated C"


def interface(number: int, controls: int = 0, guid: bytes = MICROSOFT, pixels: bytes = b"") -> bytes:
    """A video control interface, with an extension unit where `controls` are given, and its streaming interface."""
    data = struct.pack("<9B", 9, 4, number, 0, 1, 0x0E, 1, 0, 0)
    data += bytes([13, 0x24, 1]) + bytes(8) + bytes([1, number + 1])
    if controls:
        # Unit 4, its GUID, number of controls, one input pin (source 2), four bytes of controls, no name.
        unit = bytes([0x24, 6, 4]) + guid + bytes([2, 1, 2, 4]) + struct.pack("<I", controls) + b"\0"
        data += bytes([len(unit) + 1]) + unit
    data += struct.pack("<9B", 9, 4, number + 1, 0, 1, 0x0E, 2, 0, 0)
    # Its streaming interface has a class-specific descriptor of another meaning.
    data += bytes([26, 0x24, 6]) + MICROSOFT + bytes(7)
    if pixels:
        data += bytes([27, 0x24, 4, 1, 1]) + pixels + bytes(6)
    return data


DEVICE = struct.pack("<2B16x", 18, 1)
HELLO = DEVICE + interface(0, FOCUS) + interface(2, FACE_AUTHENTICATION)


class Machine:
    """Video nodes below a folder that stands for `/sys`."""

    def __init__(self, folder: Path) -> None:
        self.sysfs = folder / "class/video4linux"
        self.sysfs.mkdir(parents=True)
        self._root = folder / "devices/pci0000:00/0000:00:14.0/usb1"
        self.facts: dict[str, NodeFacts | OSError] = {}

    def plug(
        self, port: str, descriptors: bytes, *nodes: tuple[int, int, str, tuple[str, ...]], serial: str = ""
    ) -> None:
        """Add a device with nodes: number, control interface, name, formats."""
        device = self._root / port
        for number, control, name, formats in nodes:
            place = device / f"{port}:1.{control}" / "video4linux" / f"video{number}"
            place.mkdir(parents=True)
            (place / "name").write_text(name)
            (self.sysfs / f"video{number}").symlink_to(place)
            self.facts[f"video{number}"] = NodeFacts(name, formats, "uvcvideo", "usb-0000:00:14.0-6")
        (device / "descriptors").write_bytes(descriptors)
        (device / "idVendor").write_text("04f2\n")
        (device / "idProduct").write_text("b6d9\n")
        if serial:
            (device / "serial").write_text(f"{serial}\n")

    def plug_hello(self, port: str = "1-6", first: int = 0, serial: str = "") -> None:
        """Add a Windows Hello camera with the nodes `first` and `first + 2`."""
        self.plug(port, HELLO, (first, 0, NAME, ("YUYV",)), (first + 2, 2, NAME, ("GREY",)), serial=serial)

    def query(self, path: Path) -> NodeFacts:
        found = self.facts[path.name]
        if isinstance(found, OSError):
            raise found
        return found

    def nodes(self) -> list[VideoNode]:
        return list_nodes(self.sysfs, query=self.query)

    def pairs(self) -> list[HelloPair]:
        return list_pairs(self.nodes(), self.sysfs)


Script = Callable[[int], np.ndarray]
"""A function that returns the image of a number."""


class ScriptedNode:
    """A node that delivers images in real time."""

    def __init__(self, script: Script, fps: float, start_s: float, lost: Sequence[int] = ()) -> None:
        self._script = script
        self._period_s = 1.0 / fps
        self._start_s = start_s
        self._lost = frozenset(lost)
        self._number = 0
        self.size = (script(0).shape[1], script(0).shape[0])
        self.fps = fps
        self.closed = False

    def read(self, timeout_s: float) -> NodeImage | None:
        assert not self.closed
        due_s = self._start_s + self._number * self._period_s
        now = time.monotonic()
        if due_s > now + timeout_s:
            time.sleep(timeout_s)
            return None
        time.sleep(max(due_s - now, 0.0))
        number, self._number = self._number, self._number + 1
        if number in self._lost:
            return None
        return NodeImage(due_s, lambda: self._script(number))

    def close(self) -> None:
        self.closed = True


@dataclass
class ScriptedSystem:
    """The cameras of a `Machine`; a node is a scripted one, or fails with a sentence."""

    machine: Machine
    scripts: dict[Kind, Script | str]
    fps: float = 60.0
    lost: Sequence[int] = ()
    opened: list[ScriptedNode] = field(default_factory=list)

    def nodes(self) -> list[VideoNode]:
        return self.machine.nodes()

    def pairs(self, nodes: list[VideoNode]) -> list[HelloPair]:
        return list_pairs(nodes, self.machine.sysfs)

    def open_node(self, node: VideoNode, kind: Kind) -> ScriptedNode:
        script = self.scripts[kind]
        if isinstance(script, str):
            raise DeviceError(script)
        started = self.opened[-1]._start_s if kind == "infrared" and self.opened else time.monotonic()
        self.opened.append(ScriptedNode(script, self.fps, started, self.lost if kind == "infrared" else ()))
        return self.opened[-1]


class ScriptedDetector:
    """A detector that finds given faces in colour (three channels) and in infrared (grey)."""

    def __init__(self, color: Callable[[], Sequence[Face]], infrared: Callable[[], Sequence[Face]]) -> None:
        self._color = color
        self._infrared = infrared
        self.closed = False

    def detect(self, image: np.ndarray) -> Sequence[Face]:
        return self._color() if image.ndim == 3 else self._infrared()

    def close(self) -> None:
        self.closed = True
