"""`python -m trainer` before any of its commands has begun."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from trainer.cli.main import COMMANDS, main

WITHOUT = """
import sys
for name in ("torch", "yaml", "scipy", "sklearn", "numba", "matplotlib", "lightning_fabric", "onnx"):
    sys.modules[name] = None
from trainer.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def without_the_extra(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("name", ["summary", "train", "synth"])
def test_without_the_extra_one_sentence_says_how_to_get_it(name: str, tmp_path: Path) -> None:
    options = ["crops", "--count", "4", "--output", str(tmp_path / "crops")] if name == "synth" else ["--help"]
    done = without_the_extra(name, *options)
    assert done.returncode == 2
    assert done.stderr.startswith(f"trainer {name}: ")
    assert done.stderr.endswith("is not installed; run `pip install -e '.[train]'` in the project's folder.\n")
    assert done.stderr.count("\n") == 1


def test_main_lists_commands_without_the_extra() -> None:
    done = without_the_extra("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


def test_main_refuses_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trian"]) == 2
    assert "unknown command 'trian'; choose from train, " in capsys.readouterr().err
