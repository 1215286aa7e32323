from __future__ import annotations

from pathlib import Path

import pytest

from fasdemo.assets_folder import assets_folder
from fasdemo.gui.controllers.drop_target import dropped_files, why_not_a_source


@pytest.mark.parametrize(
    ("names", "source", "depth", "ir", "model", "problem"),
    [
        (["clip.mp4"], "clip.mp4", None, None, None, ""),
        (["depth.mkv"], "depth.mkv", None, None, None, ""),
        (["a.mp4", "a-depth.mkv"], "a.mp4", "a-depth.mkv", None, None, ""),
        (["ir.mkv", "depth.mkv", "color.mp4"], "color.mp4", "depth.mkv", "ir.mkv", None, ""),
        (["birthday.mp4"], "birthday.mp4", None, None, None, ""),
        (["net.onnx"], None, None, None, "net.onnx", ""),
        (["net.onnx", "clip.mp4"], "clip.mp4", None, None, "net.onnx", ""),
        (["a.mp4", "b.mp4"], "a.mp4", None, None, None, "b.mp4 was not opened"),
        (["depth.mkv", "ir.mkv"], None, None, None, None, "needs a colour video"),
        ([], None, None, None, None, ""),
    ],
)
def test_what_dropped_files_mean(
    tmp_path: Path,
    names: list[str],
    source: str | None,
    depth: str | None,
    ir: str | None,
    model: str | None,
    problem: str,
) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"")
    found = dropped_files([tmp_path / name for name in names])

    def name_of(path: str | Path | None) -> str | None:
        return None if path is None else Path(path).name

    request = found.source
    assert name_of(None if request is None else request.spec) == source
    assert name_of(None if request is None else request.depth) == depth
    assert name_of(None if request is None else request.ir) == ir
    assert name_of(found.model) == model
    assert problem in found.problem
    assert bool(problem) == bool(found.problem)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("paper.pdf", "%PDF-1.7", "is not a video, a recording, a session or a model"),
        ("things.zip", "PK", "is an archive; unpack it"),
        ("setup.exe", "MZ", "is not a video"),
        ("photo.JPG", "", "is a single picture"),
        ("people.csv", "subject,form\n", "Record tab"),
        ("weights.pt", "", "export them as an ONNX model"),
        ("site.json", '{"site_schema": 1}', "is a site file; choose it in the preferences"),
        ("broken.json", "{", "is not a video"),
        ("list.json", "[1]", "is not a video"),
    ],
)
def test_a_file_that_is_no_source_gets_a_sentence_and_is_not_opened(
    tmp_path: Path, name: str, content: str, why: str
) -> None:
    path, clip = tmp_path / name, tmp_path / "clip.mp4"
    path.write_text(content, encoding="utf-8")
    clip.write_bytes(b"")
    found = dropped_files([path])
    assert found.source is None
    assert found.model is None
    assert found.problem.startswith(name)
    assert why in found.problem
    beside = dropped_files([path, clip])
    assert beside.source is not None
    assert beside.source.spec == str(clip)
    assert beside.problem == found.problem


def test_a_model_card_names_the_model_beside_it_and_a_session_file_may_be_opened() -> None:
    card = next(assets_folder().glob("models/*.json"))
    assert "open the .onnx file beside it" in why_not_a_source(card)
    assert why_not_a_source(assets_folder() / "demo/session.json") == ""
