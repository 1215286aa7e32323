"""The check of the lamp, and the report of `fasdemo doctor` about it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fasdemo.capture.cameras.hello.lamp_check import check_lamp
from fasdemo.capture.cameras.supervisor import DeviceError
from fasdemo.cli.checks.cameras import hello_pairs
from tests.support.hello_camera import NAME, Machine, Script, ScriptedSystem

RANDOM = np.random.default_rng(2)
NOISE = RANDOM.integers(0, 3, (16, 48, 64), np.uint8)


def pulsed(number: int) -> np.ndarray:
    return np.asarray(NOISE[number % 16] + np.uint8(90 * (number % 2)))


@pytest.fixture
def system(tmp_path: Path) -> ScriptedSystem:
    machine = Machine(tmp_path / "sys")
    machine.plug_hello(serial="AB12")
    return ScriptedSystem(machine, {"infrared": pulsed}, 60.0)


def test_doctor_lists_a_pair_whose_lamp_pulses(system: ScriptedSystem) -> None:
    (found,) = hello_pairs(system)
    assert found.state == "good"
    assert found.text == (
        f"hello:1-6 ({NAME}): colour /dev/video0 and infrared /dev/video2 are one device (recognised by its face "
        f"authentication control); its lamp pulses, 30 times per second"
    )
    assert found.details["lamp"] is True
    assert system.opened[0].closed


@pytest.mark.parametrize(
    ("script", "text"),
    [
        (lambda number: NOISE[number % 16], "its infrared picture is black"),
        (
            lambda number: NOISE[number % 16] + np.uint8(80),
            "its infrared lamp does not light up in every second picture",
        ),
    ],
)
def test_doctor_reports_a_lamp_that_does_not_light_up(system: ScriptedSystem, script: Script, text: str) -> None:
    system.scripts["infrared"] = script
    finding = check_lamp(system.pairs(system.nodes())[0], system, 0.4)
    assert not finding.works
    assert finding.text == text
    assert "linux-enable-ir-emitter" in finding.advice
    assert system.opened[0].closed


def test_check_lamp_names_a_node_in_use(system: ScriptedSystem) -> None:
    system.scripts["infrared"] = "/dev/video2: is in use by another program; close it and try again."
    (found,) = hello_pairs(system)
    assert found.state == "wrong"
    assert found.text.endswith("its lamp could not be checked")
    assert found.advice == "/dev/video2: is in use by another program; close it and try again."


def test_check_lamp_names_a_node_without_images(system: ScriptedSystem) -> None:
    system.lost = range(100_000)
    finding = check_lamp(system.pairs(system.nodes())[0], system, 0.3)
    assert (finding.works, finding.text) == (False, "its infrared camera delivers no image")


def test_check_lamp_survives_an_unplugged_camera(system: ScriptedSystem) -> None:
    def unplugged(number: int) -> np.ndarray:
        if number > 3:
            raise DeviceError("/dev/video2: was disconnected; plug the camera in again.")
        return pulsed(number)

    system.scripts["infrared"] = unplugged
    finding = check_lamp(system.pairs(system.nodes())[0], system)
    assert finding.advice == "/dev/video2: was disconnected; plug the camera in again."
    assert system.opened[0].closed
