"""The list of connected cameras in the window's menu."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fasdemo.gui.camera.camera_list import connected_cameras
from fasdemo.gui.window.pages.header import source_words
from tests.support.hello_camera import NAME, Machine, ScriptedSystem


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pairs are found through sysfs")
def test_connected_cameras_holds_pairs_of_colour_and_infrared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(tmp_path / "sys")
    machine.plug_hello("1-6")
    machine.plug_hello("1-7", first=4)
    monkeypatch.setattr("fasdemo.capture.cameras.hello.system.this_system", lambda: ScriptedSystem(machine, {}))
    monkeypatch.setattr("fasdemo.capture.cameras.realsense.devices.list_realsense", list)
    monkeypatch.setattr("fasdemo.capture.cameras.webcam.list_webcams", list)
    assert connected_cameras() == (
        ("hello:1-6", f"{NAME} (Windows Hello)"),
        ("hello:1-7", f"{NAME} (Windows Hello)"),
    )


def test_source_words_name_a_windows_hello_camera() -> None:
    assert source_words("hello:1-6") == "Windows Hello 1-6"
    assert source_words("hello") == "Windows Hello"
