from __future__ import annotations

import json
from pathlib import Path

import pytest

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.models.model_file import MANIFEST, read_manifest, write_manifest
from fasdemo.models.registry import select_model, shipped_models
from tests.support.onnx_fixtures import make_model


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    make_model(folder / "flexible.onnx", ("rgb", "depth", "ir"), optional=True, name="flexible")
    make_model(folder / "depth.onnx", ("depth",), name="depth-only")
    make_model(folder / "colour.onnx", ("rgb",), name="colour")
    write_manifest(folder, preferred=("colour.onnx", "depth.onnx"))
    return folder


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ({"rgb", "depth", "ir"}, "flexible"),
        ({"depth", "ir"}, "flexible"),
        ({"rgb", "depth"}, "flexible"),
        ({"depth"}, "depth-only"),
        ({"rgb"}, "colour"),
    ],
)
def test_select_model_prefers_the_model_with_most_streams(shelf: Path, declared: set[Stream], name: str) -> None:
    assert select_model(frozenset(declared), folder=shelf).card.name == name


def test_select_model_never_takes_a_model_that_needs_more_streams(tmp_path: Path) -> None:
    make_model(tmp_path / "all.onnx")
    write_manifest(tmp_path)
    with pytest.raises(UserError, match=r"No shipped model accepts a source with colour and depth only"):
        select_model(frozenset({"rgb", "depth"}), folder=tmp_path)
    with pytest.raises(UserError, match="needs infrared, but this source has colour and depth only"):
        select_model(frozenset({"rgb", "depth"}), "all", folder=tmp_path)


@pytest.mark.parametrize("name", ["depth-only", "depth", "depth.onnx"])
def test_select_model_finds_a_shipped_model_by_card_or_file(shelf: Path, name: str) -> None:
    assert select_model(frozenset({"rgb", "depth"}), name, folder=shelf).card.name == "depth-only"


def test_write_manifest_keeps_its_order(shelf: Path) -> None:
    make_model(shelf / "another.onnx", ("ir",), name="another")
    again = write_manifest(shelf)
    assert [entry.file for entry in again.models] == ["colour.onnx", "depth.onnx", "flexible.onnx", "another.onnx"]


def test_select_model_takes_a_file_by_its_path(shelf: Path, tmp_path: Path) -> None:
    own = make_model(tmp_path / "own.onnx", ("rgb",), name="own")
    assert select_model(frozenset({"rgb"}), own, folder=shelf).card.name == "own"


def test_select_model_refuses_an_unknown_name_and_lists_the_others(shelf: Path) -> None:
    with pytest.raises(UserError, match="choose from colour, depth-only, flexible"):
        select_model(frozenset({"rgb"}), "best", folder=shelf)


def test_shipped_models_keep_the_order_of_the_manifest(shelf: Path) -> None:
    assert [entry.path.stem for entry in shipped_models(shelf)] == ["colour", "depth", "flexible"]


def test_select_model_refuses_a_changed_shipped_model(shelf: Path) -> None:
    make_model(shelf / "depth.onnx", ("depth",), name="other")
    with pytest.raises(UserError, match="checksum mismatch"):
        shipped_models(shelf)


def test_select_model_refuses_a_model_that_is_not_in_the_manifest(shelf: Path) -> None:
    added = make_model(shelf / "added.onnx", ("rgb",))
    with pytest.raises(UserError, match="not in the manifest"):
        select_model(frozenset({"rgb"}), added, folder=shelf)


@pytest.mark.parametrize("name", ["../evil.onnx", "/etc/passwd", "a/b.onnx", "model.txt", ".onnx"])
def test_manifest_cannot_point_outside_its_folder(tmp_path: Path, name: str) -> None:
    content = {"models": [{"file": name, "sha256": "0" * 64}]}
    (tmp_path / MANIFEST).write_text(json.dumps(content))
    with pytest.raises(UserError, match="not a valid manifest"):
        read_manifest(tmp_path)


def test_shipped_models_is_empty_without_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no manifest"):
        select_model(frozenset({"rgb"}), folder=tmp_path)
