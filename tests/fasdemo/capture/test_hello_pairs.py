"""Colour and infrared nodes of one USB device, in a tree like that of `/sys`."""

from __future__ import annotations

import struct
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.cameras.hello_pairs import face_controls, list_pairs
from fasdemo.capture.cameras.v4l2 import NodeFacts, list_nodes
from fasdemo.cli.checks import cameras

MICROSOFT = uuid.UUID("0f3f95dc-2632-4c4e-92c9-a04782f43bc8").bytes_le
FACE_AUTHENTICATION, IR_TORCH, FOCUS = 1 << 5, 1 << 9, 1


def interface(number: int, controls: int = 0, guid: bytes = MICROSOFT) -> bytes:
    """A video control interface, with an extension unit where `controls` are given."""
    data = struct.pack("<9B", 9, 4, number, 0, 1, 0x0E, 1, 0, 0)
    if controls:
        # Unit 4, its GUID, number of controls, one input pin (source 2), four bytes of controls, no name.
        unit = bytes([0x24, 6, 4]) + guid + bytes([2, 1, 2, 4]) + struct.pack("<I", controls) + b"\0"
        data += bytes([len(unit) + 1]) + unit
    # Its streaming interface has a class-specific descriptor of another meaning.
    return (
        data + struct.pack("<9B", 9, 4, number + 1, 0, 1, 0x0E, 2, 0, 0) + bytes([26, 0x24, 6]) + MICROSOFT + bytes(7)
    )


DEVICE = struct.pack("<2B16x", 18, 1)
HELLO = DEVICE + interface(0, FOCUS) + interface(2, FACE_AUTHENTICATION)


class Machine:
    """Video nodes below a folder that stands for `/sys`."""

    def __init__(self, folder: Path) -> None:
        self.sysfs = folder / "class/video4linux"
        self.sysfs.mkdir(parents=True)
        self._root = folder / "devices/pci0000:00/0000:00:14.0/usb1"
        self._facts: dict[str, NodeFacts] = {}

    def plug(self, port: str, descriptors: bytes, *nodes: tuple[int, int, str, tuple[str, ...]]) -> None:
        """Add a device with nodes: number, control interface, name, formats."""
        device = self._root / port
        for number, control, name, formats in nodes:
            place = device / f"{port}:1.{control}" / "video4linux" / f"video{number}"
            place.mkdir(parents=True)
            (place / "name").write_text(name)
            (self.sysfs / f"video{number}").symlink_to(place)
            self._facts[f"video{number}"] = NodeFacts(name, formats, "uvcvideo", "usb-0000:00:14.0-6")
        (device / "descriptors").write_bytes(descriptors)

    def pairs(self) -> list[tuple[int, int, str]]:
        nodes = list_nodes(self.sysfs, query=lambda path: self._facts[path.name])
        return [(one.color.index, one.infrared.index, one.evidence) for one in list_pairs(nodes, self.sysfs)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "sys")


CAMERA = "Integrated Camera: Integrated C"


def test_list_pairs_finds_the_infrared_node_by_device_and_controls_with_any_name(machine: Machine) -> None:
    machine.plug(
        "1-6",
        HELLO,
        (0, 0, CAMERA, ("MJPG", "YUYV")),
        (1, 0, CAMERA, ()),
        (2, 2, CAMERA, ("GREY",)),
        (3, 2, CAMERA, ()),
    )
    assert machine.pairs() == [(0, 2, "its face authentication control")]


@pytest.mark.parametrize(
    ("descriptors", "formats", "name", "evidence"),
    [
        (DEVICE + interface(0) + interface(2, IR_TORCH), ("Y10",), CAMERA, "its infrared torch control"),
        (DEVICE + interface(0) + interface(2), ("GREY",), "Integrated IR Camera", "its name"),
        (DEVICE + interface(0) + interface(2), ("GREY",), CAMERA, ""),
        (DEVICE + interface(0) + interface(2, FOCUS), ("GREY",), CAMERA, ""),
        (DEVICE + interface(0) + interface(2, FACE_AUTHENTICATION, bytes(16)), ("GREY",), CAMERA, ""),
        # The control belongs to the colour camera, and the other node is a grey camera.
        (DEVICE + interface(0, FACE_AUTHENTICATION) + interface(2), ("GREY",), CAMERA, ""),
        (HELLO, ("GREY", "YUYV"), "Integrated IR Camera", ""),
        (HELLO[:-60], ("GREY",), CAMERA, ""),
        (b"", ("GREY",), CAMERA, ""),
    ],
)
def test_list_pairs_needs_evidence_of_infrared(
    machine: Machine, descriptors: bytes, formats: tuple[str, ...], name: str, evidence: str
) -> None:
    machine.plug("1-6", descriptors, (0, 0, CAMERA, ("YUYV",)), (2, 2, name, formats))
    assert machine.pairs() == ([(0, 2, evidence)] if evidence else [])


def test_list_pairs_never_joins_two_devices(machine: Machine) -> None:
    machine.plug("1-6", DEVICE + interface(0), (0, 0, CAMERA, ("YUYV",)))
    machine.plug("1-7.2", HELLO, (2, 2, "Integrated IR Camera", ("GREY",)))
    assert machine.pairs() == []


def test_list_pairs_leaves_out_a_device_whose_nodes_are_ambiguous(machine: Machine) -> None:
    machine.plug("1-6", HELLO, (0, 0, "A", ("YUYV",)), (1, 0, "B", ("MJPG",)), (2, 2, CAMERA, ("GREY",)))
    assert machine.pairs() == []


@given(st.binary(max_size=300), st.integers(0, len(HELLO)))
def test_face_controls_reads_any_bytes(junk: bytes, cut: int) -> None:
    assert set(face_controls(junk)) <= set(range(256))
    assert set(face_controls(HELLO[:cut] + junk)) <= set(range(256))


def test_doctor_lists_pairs(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.plug("1-6", HELLO, (0, 0, CAMERA, ("YUYV",)), (2, 2, CAMERA, ("GREY",)))
    nodes = list_nodes(machine.sysfs, query=lambda path: machine._facts[path.name])
    (found,) = cameras.hello_pairs(nodes, machine.sysfs)
    assert found.state == "note"
    assert found.text.startswith(f"{CAMERA}: colour /dev/video0 and infrared /dev/video2 are one device")
    assert found.details["infrared"] == 2
