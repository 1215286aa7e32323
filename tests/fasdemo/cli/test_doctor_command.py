"""`fasdemo doctor` reports problems with their remedies, and works on a broken installation."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fasdemo.capture.cameras.realsense.devices import RealSenseDevice, StreamMode
from fasdemo.capture.cameras.v4l2 import VideoNode
from fasdemo.capture.cameras.webcam import Webcam
from fasdemo.cli.checks import cameras as camera_checks
from fasdemo.cli.checks import machine, models
from fasdemo.cli.checks.finding import Finding
from fasdemo.cli.commands import doctor
from fasdemo.cli.main import main
from fasdemo.errors import UserError

MODES = (
    StreamMode("rgb", 0, "rgb8", 640, 480, 30),
    StreamMode("depth", 0, "z16", 640, 480, 30),
    StreamMode("ir", 0, "y8", 640, 480, 30),
)


def device(**changes: Any) -> RealSenseDevice:
    values: dict[str, Any] = {
        "name": "Intel RealSense D435",
        "serial": "0123",
        "firmware": "5.16.0.1",
        "recommended_firmware": "5.16.0.1",
        "usb": "3.2",
        "modes": MODES,
    }
    return RealSenseDevice(**{**values, **changes})


def cameras(monkeypatch: pytest.MonkeyPatch, *found: RealSenseDevice) -> list[Finding]:
    monkeypatch.setattr("fasdemo.capture.cameras.realsense.devices.list_realsense", lambda: list(found))
    return camera_checks.realsense()


def test_json_has_every_area(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert {one["area"] for one in report["findings"]} == {
        "system", "cameras", "inference", "models", "display", "disk",
    }  # fmt: skip
    wrong = [one for one in report["findings"] if one["state"] == "wrong"]
    assert status == (1 if wrong else 0)
    assert all(one["advice"] for one in wrong)
    (runtime,) = [one for one in report["findings"] if "providers" in one["details"]]
    assert "CPUExecutionProvider" in runtime["details"]["providers"]


def test_text_is_for_people(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [Finding("disk", "wrong", "full [1]", "free some"), Finding("disk", "good", "fine")]
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    assert main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert "WRONG full [1]" in text
    assert "free some" in text
    assert "1 thing is wrong." in text


def test_a_camera_in_good_order(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = cameras(monkeypatch, device())
    assert found.state == "good"
    for part in ("D435", "serial 0123", "firmware 5.16.0.1", "USB 3.2", "rgb depth ir"):
        assert part in found.text
    assert found.details["streams"]["depth"] == ["640x480@30"]


def test_a_camera_on_usb_2_or_with_old_firmware_or_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    (slow,) = cameras(monkeypatch, device(usb="2.1"))
    assert (slow.state, "USB 3" in slow.advice) == ("wrong", True)
    _, old = cameras(monkeypatch, device(firmware="5.9.15.0"))
    assert (old.state, "5.9.15.0 is older" in old.text) == ("note", True)
    (blind,) = cameras(monkeypatch, device(modes=MODES[1:]))
    assert (blind.state, "no colour" in blind.advice) == ("wrong", True)


def test_no_camera_and_no_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    (absent,) = cameras(monkeypatch)
    assert absent.state == "note"

    def broken() -> list[RealSenseDevice]:
        raise UserError("needs libusb")

    monkeypatch.setattr("fasdemo.capture.cameras.realsense.devices.list_realsense", broken)
    (found,) = camera_checks.realsense()
    assert (found.state, found.advice) == ("note", "needs libusb")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nodes are Linux's")
def test_webcams_and_why_some_are_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [
        VideoNode(0, "Front", ("YUYV",), True),
        VideoNode(1, "Front", (), False),
        VideoNode(2, "Front IR", ("GREY",), False),
        VideoNode(3, "Locked", (), False, "Permission denied"),
        VideoNode(4, "USB IR Camera", ("MJPG",), False),
        VideoNode(5, "OBS Virtual Camera", ("YUYV",), True, virtual="driver v4l2 loopback"),
    ]
    monkeypatch.setattr("fasdemo.capture.cameras.v4l2.list_nodes", lambda: nodes)
    cameras = [Webcam(0, "Front", ("YUYV",)), Webcam(5, "OBS Virtual Camera", ("YUYV",), "driver v4l2 loopback")]
    monkeypatch.setattr("fasdemo.capture.cameras.webcam.list_webcams", lambda: cameras)
    found = camera_checks.webcams()
    assert [one.state for one in found] == ["good", "note", "good", "wrong", "good"]
    assert "a virtual camera (driver v4l2 loopback), refused" in found[1].text
    assert found[1].details["virtual"]
    assert "GREY: no colour" in found[2].text
    assert "group video" in found[3].advice
    assert "neither as colour nor as infrared" in found[4].text


def test_a_changed_face_model_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "face.task"
    monkeypatch.setenv("FASDEMO_FACE_MODEL", str(path))
    assert models.face_model()[0].state == "wrong"
    path.write_bytes(b"other")
    (found,) = models.face_model()
    assert (found.state, "checksum mismatch" in found.text) == ("wrong", True)


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    assert {one.state for one in machine.disk()} == {"wrong"}


def test_qt_that_cannot_start_is_reported_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_QT_TRIAL", "raise ImportError('libEGL.so.1: cannot open shared object file')")
    (found,) = machine.display()
    assert found.state == "wrong"
    assert "libEGL.so.1" in found.text


def test_a_look_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Finding]:
        raise RuntimeError("driver crashed")

    monkeypatch.setattr(camera_checks, "webcams", broken)
    assert any("driver crashed" in one.text and one.state == "wrong" for one in doctor.examine())
