"""Every command of docs/tuning.md runs on a small folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from fasdemo.cli.commands import tune
from fasdemo.cli.main import main
from tests.conftest import ROOT
from tests.support.tuning_fixtures import LIVE, PRINT, scoring
from tests.test_docs import blocks

COMMANDS = [
    line.split()
    for body in blocks(ROOT / "docs" / "tuning.md", "sh")
    for line in body.splitlines()
    if line.startswith("fasdemo tune")
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_docs_tuning_commands_run(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = scoring(*((0.9, LIVE, ()) for _ in range(5)), (0.2, PRINT, ()))
    monkeypatch.setattr(tune, "score_folder", lambda *_: made)
    monkeypatch.setattr(tune, "plan_scoring", lambda *_: made)
    assert main(command[1:]) == 0
    for name in ("report.html", "figures.json", "own.onnx", "site.json"):
        assert (tmp_path / name).exists() == (name in command)
