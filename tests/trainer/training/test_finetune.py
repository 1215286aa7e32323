"""Own recorded sessions to a new model: cut, split by person, trained, measured before and after, exported."""

import shutil
from pathlib import Path

import pytest

from fasdemo.models.predictor import Predictor
from tests.support.tiny_set import write_tiny_set
from trainer.cli.main import main
from trainer.data.layouts.recorded import crops_of
from trainer.data.loader import Batch
from trainer.evaluation.metrics import Rate
from trainer.training.finetuning import recommendation
from trainer.training.train import Training

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = ["--set", "input.size=64", "run.precision=32-true", "optimiser.warmup=0", "-b", "8"]


def test_sessions_become_crops_once(sessions: Path, detector: None) -> None:
    target = crops_of(sessions, every=1)
    made = (target / "list.txt").stat().st_mtime_ns
    assert len((target / "list.txt").read_text().splitlines()) == 32
    assert crops_of(sessions, every=1) == target
    assert (target / "list.txt").stat().st_mtime_ns == made


def test_finetune_makes_a_model_from_sessions_that_the_app_runs(
    sessions: Path, detector: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crops = crops_of(sessions, every=1)
    start = tmp_path / "start"
    generated = write_tiny_set(tmp_path / "set", people=8, shots=2)
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(generated), "--output", str(start)]
    assert main([*command, *SMALL, "--epochs", "1"]) == 0
    capsys.readouterr()
    target = tmp_path / "my-camera"
    command = ["finetune", str(crops), "--from", str(start / "model.pt"), "--output", str(target), "--epochs", "2"]
    assert main([*command, *SMALL]) == 0
    said = capsys.readouterr().out
    assert "before" in said
    assert "after" in said
    assert "worst APCER" in said
    with Predictor(target / "model.onnx", device="cpu") as predictor:
        assert predictor.card.modalities == ("depth",)
        assert "sessions-crops" in predictor.card.training_data


def test_finetuning_resumes_and_recommends_nothing_from_few_samples(
    sessions: Path, detector: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    crops = crops_of(sessions, every=1)
    start = tmp_path / "start"
    generated = write_tiny_set(tmp_path / "set", people=8, shots=2)
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(generated), "--output", str(start)]
    assert main([*command, *SMALL, "--epochs", "1"]) == 0
    target = tmp_path / "mine"
    command = ["finetune", str(crops), "--from", str(start / "model.pt"), "--output", str(target), *SMALL]
    real = Training._step

    def interrupted(self: Training, batch: Batch, budget_s: float) -> float:
        rate = real(self, batch, budget_s)
        self._stop = self.position.epoch == 1
        return rate

    monkeypatch.setattr(Training, "_step", interrupted)
    assert main([*command, "--epochs", "3"]) == 130
    assert "resume with:" in capsys.readouterr().err
    monkeypatch.setattr(Training, "_step", real)
    assert main([*command, "--epochs", "3"]) == 2
    assert "give --resume" in capsys.readouterr().err
    assert main([*command, "--epochs", "3", "--resume", "auto"]) == 0
    said = capsys.readouterr()
    assert "recommendation: no decision" in said.out or "recommendation: use the new model" in said.out
    assert " of 4, " in said.out
    assert "epoch 3/3" in said.out
    assert "epoch 1/3" not in said.out
    assert "only" in said.err
    assert "training samples of print-flat" in said.err


def test_recommendation_follows_from_intervals_that_do_not_overlap() -> None:
    rates = {
        "a": {"worst APCER": Rate(0, 12), "BPCER": Rate(0, 12)},
        "b": {"worst APCER": Rate(0, 12), "BPCER": Rate(1, 12)},
    }
    rates |= {
        "c": {"worst APCER": Rate(3, 400), "BPCER": Rate(4, 400)},
        "d": {"worst APCER": Rate(3, 400), "BPCER": Rate(90, 400)},
    }
    assert recommendation(rates["a"], rates["a"]).startswith("recommendation: no decision; 12 to 12")
    assert recommendation(rates["a"], rates["b"]).startswith("recommendation: no decision")
    assert recommendation(rates["d"], rates["c"]).startswith("recommendation: use the new model; BPCER fell")
    assert recommendation(rates["c"], rates["d"]).startswith("recommendation: keep the old model; BPCER rose")


def test_live_sessions_alone_are_sent_to_the_calibration_of_a_site(
    sessions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "live"
    for person in ("p0", "p1"):
        shutil.copytree(sessions / person / "live", root / person / "live")
    generated = write_tiny_set(tmp_path / "set", people=8, shots=2)
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(generated), "--output", str(tmp_path / "s")]
    assert main([*command, *SMALL, "--epochs", "1"]) == 0
    command = ["finetune", str(root), "--from", str(tmp_path / "s" / "model.pt"), "--output", str(tmp_path / "o")]
    assert main(command) == 2
    assert "fasdemo calibrate" in capsys.readouterr().err


def test_finetuning_an_exported_file_or_nothing_is_explained(
    sessions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["finetune", str(sessions), "--from", str(tmp_path / "none.pt")]) == 2
    assert "none.pt" in capsys.readouterr().err
