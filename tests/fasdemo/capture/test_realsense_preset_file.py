"""Presets of RealSense Viewer: what is read from a file, loaded into a device, and refused in one sentence."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fasdemo.capture.cameras.realsense.preset_file import load_preset, read_preset
from fasdemo.cli.main import main
from fasdemo.errors import UserError

VALUES = {"param-disparityshift": "20", "controls-laserpower": "150", "x": 1}
NEW = {"device": {"name": "D435"}, "parameters": VALUES}
OLD = {"param-disparityshift": "20", "aux-param-depthclampmin": "0"}


def written(folder: Path, content: object) -> Path:
    path = folder / "door.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


class Advanced:
    """The SDK's advanced mode of one device."""

    def __init__(self, enabled: bool = True, refuses: str = "") -> None:
        self._enabled, self._refuses = enabled, refuses
        self.loaded: list[str] = []

    def is_enabled(self) -> bool:
        return self._enabled

    def load_json(self, text: str) -> None:
        if self._refuses:
            raise RuntimeError(self._refuses)
        self.loaded.append(text)

    def serialize_json(self) -> str:
        return json.dumps({"parameters": {**VALUES, "param-other": 3}})


class Sdk:
    def __init__(self, advanced: Advanced) -> None:
        self.advanced = advanced

    def rs400_advanced_mode(self, device: Any) -> Advanced:
        return self.advanced


@pytest.mark.parametrize("content", [NEW, OLD])
def test_preset_is_loaded_and_all_values_of_the_device_are_returned(tmp_path: Path, content: object) -> None:
    path, advanced = written(tmp_path, content), Advanced()
    found = load_preset(Sdk(advanced), None, path)
    assert advanced.loaded == [path.read_text()]
    assert found == (
        ("preset_file", "door.json"),
        ("advanced.controls-laserpower", "150"),
        ("advanced.param-disparityshift", "20"),
        ("advanced.param-other", "3"),
    )


@pytest.mark.skipif(os.name == "nt", reason="names on Windows are always Unicode")
def test_preset_with_a_name_that_is_not_unicode_can_be_stored(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"door-\xff.json")
    path.write_text(json.dumps(NEW), encoding="utf-8")
    assert load_preset(Sdk(Advanced()), None, path)[0] == ("preset_file", "door-\\udcff.json")


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", "{}", '{"parameters": 3}', '{"name": "x"}', "[" * 10_000, '{"param-x": NaN}']
)
def test_file_that_is_no_preset_is_refused(tmp_path: Path, content: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(UserError, match="is not a preset of a RealSense camera") as refused:
        read_preset(path)
    assert refused.value.parameter == "camera_preset"


def test_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_preset(tmp_path / "none.json")
    with pytest.raises(UserError, match="cannot be read"):
        read_preset(tmp_path)
    large = tmp_path / "large.json"
    large.write_bytes(b" " * 2**20 + b"{}")
    with pytest.raises(UserError, match="at most 1 MB"):
        read_preset(large)
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe.json")
        with pytest.raises(UserError, match="cannot be read"):
            read_preset(tmp_path / "pipe.json")


def test_camera_that_cannot_load_it_gets_one_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, NEW)
    with pytest.raises(UserError, match="advanced mode is switched off"):
        load_preset(Sdk(Advanced(enabled=False)), None, path)
    with pytest.raises(UserError, match=r"refused this preset \(hwmon command failed\); use one saved for this model"):
        load_preset(Sdk(Advanced(refuses="hwmon command failed\nat line 3")), None, path)


def test_device_without_an_advanced_mode_is_refused_by_the_sdk_itself(tmp_path: Path) -> None:
    rs = pytest.importorskip("pyrealsense2", exc_type=ImportError, reason="the RealSense SDK is not installed")
    from fasdemo.capture.cameras.realsense.devices import RealSenseSettings, describe
    from fasdemo.capture.cameras.realsense.run_controls import RunControls
    from fasdemo.capture.cameras.supervisor import DeviceError
    from fasdemo.capture.controls import CameraControls
    from tests.fasdemo.capture.test_realsense_device import software_device

    device, _ = software_device(exposure=(1, 165_000, 1, 8500))
    controls = RunControls(rs, CameraControls({"preset_file": str(written(tmp_path, NEW))}))
    with pytest.raises(DeviceError, match="has no advanced mode, so no preset file can be loaded; leave it out"):
        controls.apply(device, describe(rs, device), RealSenseSettings())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--camera", "webcam", "--camera-preset", "door.json"], "--camera-preset needs --camera realsense"),
        (["--demo", "--camera-preset", "door.json"], "--camera-preset needs --camera realsense"),
        (["--camera", "realsense", "--camera-preset", "none.json"], "none.json: no such file"),
        (["--camera", "realsense", "--camera-preset", "bad.json"], "is not a preset of a RealSense camera"),
    ],
)
def test_command_refuses_a_wrong_preset_before_it_opens_a_camera(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    written(tmp_path, NEW)
    Path("bad.json").write_text("{}")
    assert main(["--headless", *arguments]) == 2
    said = capsys.readouterr().err.replace("\n", " ")
    assert message in said
