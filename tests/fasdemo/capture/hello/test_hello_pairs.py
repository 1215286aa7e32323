"""Colour and infrared nodes of one USB device, in a tree like that of `/sys`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasdemo.capture.cameras.hello.descriptors import control_interfaces
from fasdemo.capture.cameras.hello.pairs import choose_pair, has_webcam
from fasdemo.capture.cameras.v4l2 import NodeFacts
from fasdemo.errors import UserError
from tests.support.hello_camera import (
    DEVICE,
    FACE_AUTHENTICATION,
    FOCUS,
    HELLO,
    IR_TORCH,
    L8,
    L8_IR,
    NAME,
    Machine,
    interface,
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "sys")


def found(machine: Machine) -> list[tuple[int, int, str]]:
    return [(one.color.index, one.infrared.index, one.evidence) for one in machine.pairs()]


def test_list_pairs_finds_the_infrared_node_by_device_and_controls_with_any_name(machine: Machine) -> None:
    machine.plug(
        "1-6",
        HELLO,
        (0, 0, NAME, ("MJPG", "YUYV")),
        (1, 0, NAME, ()),
        (2, 2, NAME, ("GREY",)),
        (3, 2, NAME, ()),
    )
    assert found(machine) == [(0, 2, "its face authentication control")]


@pytest.mark.parametrize(
    ("descriptors", "formats", "name", "evidence"),
    [
        (DEVICE + interface(0) + interface(2, IR_TORCH), ("Y10",), NAME, "its infrared torch control"),
        (DEVICE + interface(0) + interface(2), ("GREY",), "Integrated IR Camera", "its name"),
        (DEVICE + interface(0) + interface(2, pixels=L8_IR), ("GREY",), NAME, "its format L8_IR"),
        (DEVICE + interface(0) + interface(2, pixels=L8), ("GREY",), NAME, ""),
        # The infrared format belongs to the other camera.
        (DEVICE + interface(0, pixels=L8_IR) + interface(2), ("GREY",), NAME, ""),
        (DEVICE + interface(0) + interface(2), ("GREY",), NAME, ""),
        (DEVICE + interface(0) + interface(2, FOCUS), ("GREY",), NAME, ""),
        (DEVICE + interface(0) + interface(2, FACE_AUTHENTICATION, bytes(16)), ("GREY",), NAME, ""),
        # The control belongs to the colour camera, and the other node is a grey camera.
        (DEVICE + interface(0, FACE_AUTHENTICATION) + interface(2), ("GREY",), NAME, ""),
        (HELLO, ("GREY", "YUYV"), "Integrated IR Camera", ""),
        (HELLO[:-60], ("GREY",), NAME, ""),
        (b"", ("GREY",), NAME, ""),
    ],
)
def test_list_pairs_needs_evidence_of_infrared(
    machine: Machine, descriptors: bytes, formats: tuple[str, ...], name: str, evidence: str
) -> None:
    machine.plug("1-6", descriptors, (0, 0, NAME, ("YUYV",)), (2, 2, name, formats))
    assert found(machine) == ([(0, 2, evidence)] if evidence else [])


def test_list_pairs_never_joins_two_devices(machine: Machine) -> None:
    machine.plug("1-6", DEVICE + interface(0), (0, 0, NAME, ("YUYV",)))
    machine.plug("1-7.2", HELLO, (2, 2, "Integrated IR Camera", ("GREY",)))
    assert found(machine) == []


def test_list_pairs_leaves_out_a_device_whose_nodes_are_ambiguous(machine: Machine) -> None:
    machine.plug("1-6", HELLO, (0, 0, "A", ("YUYV",)), (1, 0, "B", ("MJPG",)), (2, 2, NAME, ("GREY",)))
    assert found(machine) == []


@given(st.binary(max_size=300), st.integers(0, len(HELLO)))
def test_control_interfaces_reads_any_bytes(junk: bytes, cut: int) -> None:
    assert set(control_interfaces(junk)) <= set(range(256))
    assert set(control_interfaces(HELLO[:cut] + junk)) <= set(range(256))


def test_list_pairs_identifies_the_device(machine: Machine) -> None:
    machine.plug_hello("1-6", serial="AB12")
    machine.plug_hello("1-7", first=4)
    first, second = machine.pairs()
    assert (first.identity.vendor, first.identity.product, first.identity.serial) == ("04f2", "b6d9", "AB12")
    assert second.identity.serial == "1-7"
    assert len(first.identity.descriptors) == 64


@pytest.mark.parametrize(
    ("which", "webcam", "shared"),
    [
        ("1-6", "0", True),
        ("AB12", "2", True),
        ("", "00", True),
        ("1-7", "", True),
        ("1-6", "4", False),
        ("1-6", "8", False),
        ("1-9", "0", False),
    ],
)
def test_has_webcam_compares_the_nodes_of_the_pair(machine: Machine, which: str, webcam: str, shared: bool) -> None:
    machine.plug_hello("1-6", serial="AB12")
    machine.plug_hello("1-7", first=4)
    assert has_webcam(machine.pairs(), which, webcam) is shared


def test_choose_pair_takes_serial_number_or_port(machine: Machine) -> None:
    machine.plug_hello("1-6", serial="AB12")
    machine.plug_hello("1-7", first=4, serial="CD34")
    pairs, nodes = machine.pairs(), machine.nodes()
    assert choose_pair(pairs, nodes, "CD34").port == "1-7"
    assert choose_pair(pairs, nodes, "1-6").identity.serial == "AB12"
    assert choose_pair(pairs[:1], nodes, None).port == "1-6"


@pytest.mark.parametrize(
    ("which", "serials", "sentence"),
    [
        (None, ("A", "B"), r"hello: 2 cameras were found; choose one of hello:1-6 \(.*\), hello:1-7"),
        ("Z", ("A", "B"), "hello:Z: no camera has this serial number or port; cameras found: hello:1-6"),
        ("A", ("A", "A"), "hello:A: 2 cameras have this serial number; choose by port"),
    ],
)
def test_choose_pair_refuses_an_unclear_choice(
    machine: Machine, which: str | None, serials: tuple[str, str], sentence: str
) -> None:
    machine.plug_hello("1-6", serial=serials[0])
    machine.plug_hello("1-7", first=4, serial=serials[1])
    with pytest.raises(UserError, match=sentence):
        choose_pair(machine.pairs(), machine.nodes(), which)


def test_choose_pair_says_why_there_is_none(machine: Machine) -> None:
    def sentence() -> str:
        with pytest.raises(UserError) as error:
            choose_pair(machine.pairs(), machine.nodes(), None)
        return str(error.value)

    assert "no camera with a colour and an infrared sensor" in sentence()
    machine.plug("1-6", HELLO, (0, 0, NAME, ("YUYV",)), (2, 2, "Integrated IR Camera", ("GREY", "YUYV")))
    assert "/dev/video2 is named infrared but delivers colour" in sentence()
    machine.facts["video2"] = PermissionError(13, "Permission denied")
    assert "/dev/video2 cannot be queried (Permission denied); add yourself to the group video" in sentence()


def test_list_pairs_leaves_out_a_virtual_camera(machine: Machine) -> None:
    machine.plug_hello()
    machine.facts["video2"] = NodeFacts("Integrated IR Camera", ("GREY",), "v4l2 loopback", "platform:v4l2loopback")
    assert machine.pairs() == []
