from __future__ import annotations

from pathlib import Path

import pytest

from fasdemo.gui.controllers.drop_target import dropped_files


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
