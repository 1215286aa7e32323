"""Training: it learns, it can be interrupted and resumed to the bit, and it never keeps a broken state."""

import csv
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
import torch
from torch import Tensor

from tests.support.saved_parts import saved_card, saved_position
from tests.support.tiny_set import write_tiny_set
from trainer.checkpoints import checkpoint
from trainer.cli.main import main
from trainer.config.schema import LossConfig, load
from trainer.data.loader import Batch
from trainer.data.splits import open_splits
from trainer.networks.output import margin
from trainer.training import train
from trainer.training.losses import flexible_loss, per_sample
from trainer.training.schedule import learning_rate

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = ["--set", "input.size=64", "run.precision=32-true", "run.workers=1", "optimiser.warmup=0"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp("data") / "set", people=8, shots=4)


def command(data: Path, output: Path, *more: str, config: str = "fasdemo-featherb-depth") -> list[str]:
    return ["train", "--config", config, "--data", str(data), "--output", str(output), "-b", "8", *SMALL, *more]


def weights(path: Path) -> dict[str, torch.Tensor]:
    return checkpoint.load(path).state_dict


def losses(folder: Path) -> list[tuple[str, str]]:
    with (folder / "epochs.csv").open() as file:
        return [(row["loss"], row["dev_loss"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three uninterrupted epochs."""
    folder = tmp_path_factory.mktemp("run") / "whole"
    assert main(command(data, folder, "--epochs", "3")) == 0
    return folder


def test_training_learns_and_writes_every_file(run: Path) -> None:
    saved = checkpoint.load(run / "model.pt")
    assert saved.metrics["dev_eer"] <= 0.1
    assert saved.config["network"]["arch"] == "FeatherNetB"
    assert saved.revision
    rows = json.loads((run / "epochs.json").read_text())
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert 0 < rows[0]["loading_share"] < 1
    assert list((run / "tensorboard").iterdir())
    assert not list(run.glob(".*.part"))


def test_training_writes_a_complete_card(run: Path) -> None:
    card = saved_card(run / "model.pt")
    assert set(card["thresholds"]) == {"bpcer20", "apcer1", "pooled50", "balanced", "mean"}
    assert card["default_policy"] == "balanced"
    for threshold in card["thresholds"].values():
        assert 0 < threshold["spoof_below"] < threshold["live_above"] < 1
    assert "set" in card["thresholds"]["balanced"]["data"]
    assert card["metrics"]["bpcer"]["ci95"] is not None
    assert "--split test" in card["metrics"]["acer"]["data"]
    assert "apcer:replay" in card["metrics"]
    assert "/tmp" not in json.dumps(card)


def test_resuming_equals_never_having_stopped(data: Path, run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"

    def stop_in_the_second_epoch(
        self: train.Training,
        batch: Batch,
        budget_s: float,
        step: Callable[[train.Training, Batch, float], float] = train.Training._step,
    ) -> float:
        rate = step(self, batch, budget_s)
        if (self.position.epoch, self.position.batch) == (1, 2):
            os.kill(os.getpid(), signal.SIGINT)
        return rate

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train.Training, "_step", stop_in_the_second_epoch)
        assert main(command(data, folder, "--epochs", "3")) == 130
    assert saved_position(folder / "last.pt")["batch"] == 2
    assert main(command(data, folder, "--epochs", "3", "--resume", str(folder / "last.pt"))) == 0
    assert losses(folder) == losses(run)
    whole, resumed = weights(run / "last.pt"), weights(folder / "last.pt")
    assert all(torch.equal(whole[key], resumed[key]) for key in whole)
    assert all(
        torch.equal(a, b)
        for a, b in zip(weights(run / "best.pt").values(), weights(folder / "best.pt").values(), strict=True)
    )


def test_interrupting_says_how_to_go_on(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = train.Training._step

    def interrupted(self: train.Training, batch: Batch, budget_s: float) -> float:
        os.kill(os.getpid(), signal.SIGINT)
        return step(self, batch, budget_s)

    monkeypatch.setattr(train.Training, "_step", interrupted)
    assert main(command(data, tmp_path / "r", "--epochs", "1")) == 130
    assert f"--resume {tmp_path / 'r' / 'last.pt'}" in capsys.readouterr().err


def test_training_stops_at_a_loss_that_is_no_number(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(
        fused: list[torch.Tensor],
        own: list[torch.Tensor],
        there: torch.Tensor,
        labels: torch.Tensor,
        config: LossConfig,
        live: Tensor | None = None,
    ) -> Tensor:
        loss = flexible_loss(fused, own, there, labels, config, live)
        return loss * float("nan") if (tmp_path / "r" / "last.pt").is_file() else loss

    monkeypatch.setattr(train, "flexible_loss", explode)
    assert main(command(data, tmp_path / "r", "--epochs", "2")) == 2
    said = capsys.readouterr().err
    assert "became nan in epoch 2" in said
    assert "last.pt contains the last good state" in said
    assert all(torch.isfinite(t).all() for t in weights(tmp_path / "r" / "last.pt").values())


def test_training_names_a_full_disk_in_one_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    assert main(command(data, tmp_path / "r", "--epochs", "1")) == 2
    said = capsys.readouterr().err
    assert "No space left" in said
    assert "Traceback" not in said


def test_training_overwrites_no_run(data: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(data, run, "--epochs", "3")) == 2
    assert f"--resume {run / 'last.pt'}" in capsys.readouterr().err


def test_max_minutes_ends_the_schedule_in_time(data: Path, tmp_path: Path) -> None:
    assert main(command(data, tmp_path / "r", "--epochs", "500", "--max-minutes", "0.03")) == 0
    rows = json.loads((tmp_path / "r" / "epochs.json").read_text())
    assert len(rows) < 100
    assert rows[-1]["elapsed_s"] < 30


def test_training_starts_a_flexible_network_from_single_streams(data: Path, run: Path, tmp_path: Path) -> None:
    more = ["--epochs", "1", "--init", f"depth={run / 'model.pt'}"]
    assert main(command(data, tmp_path / "flex", *more, config="fasdemo-flex")) == 0
    card = saved_card(tmp_path / "flex" / "model.pt")
    assert len(card["subset_calibration"]) == 7
    assert card["presence_input"] == "presence"
    assert "depth+ir/acer" in card["metrics"]


def test_starting_from_another_network_is_refused(
    data: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--epochs", "1", "--init", f"rgb={run / 'model.pt'}"]  # one channel where RGB has three
    assert main(command(data, tmp_path / "flex", *more, config="fasdemo-flex")) == 2
    assert "stream rgb" in capsys.readouterr().err


def test_focal_loss_is_its_formula_and_cross_entropy_at_gamma_zero() -> None:
    logits, labels = torch.randn(5, 4), torch.tensor([0, 1, 1, 0, 1])
    p = logits.softmax(1).gather(1, labels[:, None])[:, 0]
    focal = per_sample(logits, labels, LossConfig(kind="focal", gamma=3))
    torch.testing.assert_close(focal, -((1 - p) ** 3) * p.log())
    torch.testing.assert_close(per_sample(logits, labels, LossConfig(gamma=0)), -p.log())
    live = logits.softmax(1)[:, 1]
    torch.testing.assert_close(margin(logits), torch.log(live / (1 - live)))


def test_schedules_do_what_was_published() -> None:
    step = load("FeatherNetB-32").optimiser
    assert [round(learning_rate(step, 0.0, e), 9) for e in (0, 59.9, 60, 120)] == [0.01, 0.01, 0.001, 0.0001]
    cosine = load("fasdemo-flex").optimiser
    assert learning_rate(cosine, cosine.warmup, 0) == pytest.approx(cosine.lr)
    assert learning_rate(cosine, 1.0, 0) == pytest.approx(cosine.lr * cosine.final)


def test_excluded_species_are_kept_for_the_test(data: Path) -> None:
    config = load("fasdemo-featherb-depth", {"data.folder": str(data), "data.exclude_species": ["replay"]})
    splits = open_splits(config.data, ("depth",), False)
    assert splits.test is not None
    assert "replay" not in set(splits.train.species) | set(splits.dev.species)
    assert "replay" in set(splits.test.species)
