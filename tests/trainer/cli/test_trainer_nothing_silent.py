"""Problems that training and scoring must report or refuse: broken networks, precision, logs, stale crops."""

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from fasdemo.cli.main import main as app
from tests.support import tiny_trees
from tests.support.saved_parts import saved_position
from tests.support.tiny_set import write_tiny_set
from trainer.checkpoints import checkpoint
from trainer.cli.main import main
from trainer.data.layouts.recorded import crops_of, skipped_frames
from trainer.evaluation.score_files import read_submission
from trainer.training.resuming import resume_command

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = ["--set", "input.size=64", "run.precision=32-true", "optimiser.warmup=0", "-b", "8"]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp("nothing") / "set", people=8, shots=2)


def train(data: Path, run: Path, *more: str) -> int:
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(data), "--output", str(run)]
    return main([*command, *SMALL, *more])


def test_training_stops_before_it_saves_a_network_without_numbers(
    generated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    real = torch.optim.AdamW.step
    steps: list[int] = []

    def step(self: torch.optim.AdamW, closure: Callable[[], float] | None = None) -> float | None:
        done: float | None = real(self, closure)
        steps.append(1)
        if len(steps) > 2:  # the second epoch
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.data.fill_(torch.nan)
        return done

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    assert train(generated, run, "--epochs", "2", "--set", "run.ema=0", "run.epoch_samples=16", "input.size=64") == 2
    said = capsys.readouterr().err
    assert "after epoch 2 the network gives no number" in said or "loss became nan in epoch 2" in said
    assert "contains the last good state" in said
    saved = checkpoint.load(run / "last.pt")
    assert all(torch.isfinite(t).all() for t in saved.state_dict.values() if t.is_floating_point())
    assert saved_position(run / "last.pt")["epoch"] == 1


def test_training_logs_a_line_at_the_start_and_after_every_epoch(
    generated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(generated, tmp_path / "run", "--epochs", "2", "-j", "0") == 0
    said = capsys.readouterr().out
    assert "start: epoch 1 of 2" in said
    assert "generated set" in said
    lines = re.findall(r"^epoch \d/2  loss [\d.]+  lr \S+  dev loss [\d.]+  EER .* %  ACER .* %", said, re.MULTILINE)
    assert len(lines) == 2


def test_training_without_loading_threads_gives_the_same_weights(generated: Path, tmp_path: Path) -> None:
    for name, workers in (("none", "0"), ("two", "2")):
        assert train(generated, tmp_path / name, "--epochs", "1", "-j", workers) == 0
    one, two = (checkpoint.load(tmp_path / name / "best.pt").state_dict for name in ("none", "two"))
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_resume_command_can_be_pasted_into_a_shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "train", "--data", "my data", "--resume", "old.pt", "--output", "o/sp run"])
    words = shlex.split(resume_command(tmp_path / "sp run" / "last.pt"))
    assert words[:6] == ["python", "-m", "trainer", "train", "--data", "my data"]
    assert words[6:] == ["--output", "o/sp run", "--resume", str(tmp_path / "sp run" / "last.pt")]
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "1")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert shlex.split(resume_command(tmp_path / "last.pt"))[:5] == [
        "torchrun",
        "--nproc-per-node",
        "2",
        "-m",
        "trainer",
    ]


def test_submission_scores_in_32_bits_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = tiny_trees.casia_surf(tmp_path / "surf")
    monkeypatch.chdir(tmp_path)
    command = ["train", "--config", "FeatherNetB-32", "--data", str(tree), "--epochs", "1", "--output", "run"]
    assert main([*command, "-b", "8", "--set", "input.size=64", "input.resize=73"]) == 0
    scores = {}
    for name, more in (("default", []), ("full", ["--precision", "32-true"]), ("half", ["--precision", "bf16-mixed"])):
        assert main(["submit", "run/model.pt", "--data", str(tree), "--output", f"{name}.txt", "--raw", *more]) == 0
        scores[name] = read_submission(tmp_path / f"{name}.txt").scores
    assert (scores["default"] == scores["full"]).all()
    assert len(np.unique(scores["default"])) == 8
    assert (scores["half"] != scores["full"]).any()


def test_crops_follow_the_set_of_sessions(
    sessions: Path, detector: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "rec"
    shutil.copytree(sessions, root)
    crops = crops_of(root, every=1)
    assert len((crops / "list.txt").read_text().splitlines()) == 32
    # Sessions that were recorded before the crops were cut arrive with their old times.
    for kind in ("live", "spoof-print-flat"):
        place = root / "p9" / kind / "s1"
        shutil.copytree(root / "p0" / kind / "s1", place)
        description = place / "session.json"
        facts = json.loads(description.read_text())
        description.write_text(json.dumps(facts | {"subject": "p9"}))
        os.utime(description, (1, 1))
    crops_of(root, every=1)
    assert "p9/live" in (crops / "list.txt").read_text()
    assert skipped_frames(crops) == {}
    model = tmp_path / "run"
    assert main(["lists", str(root), "--output", str(tmp_path / "lists"), "--layout", "sessions"]) == 0
    assert train(root, model, "--epochs", "1") == 0
    capsys.readouterr()
    assert app(["sessions", "delete", str(root), "--subject", "p9", "--yes"]) == 0
    said = "".join(capsys.readouterr())
    assert "crops of p9 were deleted too" in said
    assert "these lists contain p9" in said
    assert re.search(r"run: this model .* was trained on p9", said)
    assert "p9" not in (crops / "list.txt").read_text()
    assert "p9" not in (crops / "details.csv").read_text()
    assert not list(crops.glob("p9/**/*.png"))
    crops_of(root, every=1)
    assert "p9" not in (crops / "list.txt").read_text()
