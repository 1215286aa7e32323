"""`python -m trainer average`: the mean of the weights of two runs, with thresholds of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from fasdemo.errors import UserError
from tests.support.tiny_set import write_tiny_set
from trainer.checkpoints import checkpoint
from trainer.checkpoints.averaging import average
from trainer.cli.main import main


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A tiny set, and two runs of one epoch, of which the second continues the first."""
    folder = tmp_path_factory.mktemp("average")
    data = write_tiny_set(folder / "set", people=8, shots=2)
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(data), "-b", "8", "--epochs", "1"]
    small = ["--set", "input.size=64", "run.precision=32-true", "run.workers=1"]
    first, second = folder / "first", folder / "second"
    assert main([*command, "--output", str(first), *small]) == 0
    assert main([*command, "--output", str(second), "--init", f"all={first / 'model.pt'}", *small]) == 0
    return data, first / "model.pt", second / "model.pt"


def test_average_is_the_mean_of_the_weights_with_a_card_of_its_own(
    runs: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, first, second = runs
    output = tmp_path / "mean"
    assert main(["average", str(first), str(second), "--data", str(data), "--output", str(output)]) == 0
    assert "EER" in capsys.readouterr().out
    mean, one, other = (checkpoint.load(path) for path in (output / "model.pt", first, second))
    for key, tensor in mean.state_dict.items():
        if tensor.is_floating_point():
            expected = (one.state_dict[key] + other.state_dict[key]) / 2
            torch.testing.assert_close(tensor, expected, atol=1e-6, rtol=1e-5)
    assert mean.card is not None
    assert mean.card["thresholds"]
    assert one.card is not None
    assert mean.card["calibration"] != one.card["calibration"]
    assert set(json.loads((output / "figures.json").read_text())) == {"dev", "test"}
    assert main(["average", str(first), str(second), "--data", str(data), "--output", str(output)]) == 2
    assert "of another run" in capsys.readouterr().err


def test_average_refuses_models_that_differ(runs: tuple[Path, Path, Path], tmp_path: Path) -> None:
    data, first, second = runs
    saved = checkpoint.load(second)
    other = tmp_path / "other.pt"
    checkpoint.save(other, checkpoint.Checkpoint("FeatherNetA", saved.state_dict, saved.options, saved.config))
    crop = tmp_path / "crop.pt"
    inputs = saved.config["input"] | {"crop_scale": 1.5}
    checkpoint.save(
        crop, checkpoint.Checkpoint(saved.arch, saved.state_dict, saved.options, saved.config | {"input": inputs})
    )
    for members, words in (
        ([first], "at least two"),
        ([first, other], "is not the network of"),
        ([first, crop], "other inputs"),
        ([first, tmp_path / "none.pt"], "none.pt"),
    ):
        with pytest.raises(UserError, match=words):
            average(members)
        arguments = ["average", *map(str, members), "--data", str(data), "--output", str(tmp_path / "mean")]
        assert main(arguments) == 2
    assert not (tmp_path / "mean").exists()


def test_training_without_epochs_keeps_the_weights_and_chooses_thresholds(
    runs: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    data, first, _ = runs
    output = tmp_path / "none"
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(data), "-b", "8", "--epochs", "0"]
    small = ["--set", "input.size=64", "run.precision=32-true", "run.workers=1"]
    assert main([*command, "--output", str(output), "--init", f"all={first}", *small]) == 0
    saved, given = checkpoint.load(output / "model.pt"), checkpoint.load(first)
    for key, tensor in given.state_dict.items():
        torch.testing.assert_close(saved.state_dict[key], tensor, atol=0, rtol=0)
    assert saved.card is not None
    assert saved.card["thresholds"]
