"""The stored geometry belongs to one device and its image sizes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fasdemo.capture.cameras.hello.pairs import DeviceIdentity
from fasdemo.capture.cameras.hello.registration import PairGeometry
from fasdemo.capture.cameras.hello.stored_geometry import geometry_path, load_geometry, save_geometry

DEVICE = DeviceIdentity("04f2", "b6d9", "AB/12", "f" * 64)
GEOMETRY = PairGeometry((640, 480), (640, 360), (0.9, 0.01, 40.0, -30.0, 0.4, 0.0), 18, 0.05, 0.04)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = geometry_path(DEVICE, tmp_path)
    assert save_geometry(path, DEVICE, GEOMETRY, lambda: datetime(2026, 1, 2, tzinfo=UTC)) == ""
    return path


def test_geometry_path_stays_in_its_folder(tmp_path: Path) -> None:
    assert geometry_path(DEVICE, tmp_path) == tmp_path / "hello/04f2-b6d9-AB_12.json"
    assert geometry_path(DeviceIdentity(serial="../../x"), tmp_path).parent == tmp_path / "hello"


def test_load_geometry_returns_what_was_saved(path: Path) -> None:
    assert load_geometry(path, DEVICE, (640, 480), (640, 360)) == GEOMETRY
    assert json.loads(path.read_text())["estimated"] == "2026-01-02T00:00:00+00:00"


def test_load_geometry_without_a_file_gives_no_complaint(tmp_path: Path) -> None:
    assert load_geometry(tmp_path / "none.json", DEVICE, (640, 480), (640, 360)) == ""


@pytest.mark.parametrize("name", ["vendor", "product", "serial", "descriptors"])
def test_load_geometry_refuses_another_device(path: Path, name: str) -> None:
    other = replace(DEVICE, **{name: "other"})
    assert load_geometry(path, other, (640, 480), (640, 360)) == "it belongs to another device or firmware"


def test_load_geometry_refuses_other_sizes(path: Path) -> None:
    assert load_geometry(path, DEVICE, (640, 480), (640, 480)) == "it is for other image sizes"
    assert load_geometry(path, DEVICE, (320, 240), (640, 360)) == "it is for other image sizes"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"parameters": [9.0, 0, 0, 0, 0, 0]}, "the fields of view differ too much"),
        ({"parameters": [1.0, 0]}, "it is damaged (parameters"),
        ({"parameters": [1e999, 0, 0, 0, 0, 0]}, "it is damaged"),
        ({"version": 2}, "it is damaged (version"),
        ({"extra": 1}, "it is damaged (extra"),
        ({"color_size": [0, 480]}, "it is damaged (color_size.0"),
    ],
)
def test_load_geometry_refuses_a_changed_file(path: Path, change: dict[str, object], reason: str) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    found = load_geometry(path, DEVICE, (640, 480), (640, 360))
    assert isinstance(found, str)
    assert found.startswith(reason)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[]", b"x" * 20_000])
def test_load_geometry_refuses_other_content(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    found = load_geometry(path, DEVICE, (640, 480), (640, 360))
    assert isinstance(found, str)
    assert found.startswith("it is damaged")


def test_save_geometry_names_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "hello").write_text("a file")
    assert "cannot be written" in save_geometry(geometry_path(DEVICE, tmp_path), DEVICE, GEOMETRY)
