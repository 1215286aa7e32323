"""The child process in which a model that is not a shipped one runs first."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from fasdemo.models import sandbox_check
from tests.support.onnx_fixtures import SIZE, make_model


def run_child_here(content: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the child's `main` in this process, without its bound of memory."""
    shapes = {"rgb": [1, 3, SIZE, SIZE], "depth": [1, 1, SIZE, SIZE], "ir": [1, 1, SIZE, SIZE], "other": [1]}
    stream = io.BytesIO(json.dumps(shapes).encode() + b"\n" + content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    limits: list[int] = []
    monkeypatch.setattr(sandbox_check, "limit_memory", limits.append)
    status = sandbox_check.main()
    assert limits == [3 * 1024**3]
    return status


def test_child_judges_one_face_and_ends_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_child_here(make_model(tmp_path / "model.onnx").read_bytes(), monkeypatch) == 0


def test_child_says_in_one_line_why_a_network_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_child_here(b"no network", monkeypatch) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
