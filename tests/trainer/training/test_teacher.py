"""The teacher of a training: a second model that lowers the targets of live faces, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
import torch

from fasdemo.errors import UserError
from fasdemo.models.card import CropSpec
from tests.support.onnx_fixtures import make_model
from tests.support.tiny_set import write_tiny_set
from trainer.checkpoints import checkpoint
from trainer.cli.main import main
from trainer.config.schema import Config, LossConfig, load
from trainer.training.losses import per_sample
from trainer.training.teacher import Teacher

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def config() -> Config:
    return load("fasdemo-wide-rgb")


def pictures(brightness: float) -> torch.Tensor:
    """One normalised picture (1, 3, 224, 224) whose middle has this brightness and whose border is white."""
    picture = torch.ones(1, 3, 224, 224)
    picture[..., 46:178, 46:178] = brightness
    return (picture - 0.498) / 0.502


def test_teacher_lowers_the_targets_of_live_faces_alone(tmp_path: Path, config: Config) -> None:
    # The model's log-odds are 8 times the mean brightness minus 4.
    teacher = Teacher(make_model(tmp_path / "m.onnx", ("rgb",)), 0.5, config)
    batch = [torch.cat([pictures(0.1), pictures(0.9), pictures(0.1), pictures(0.9)])]
    targets = teacher.live_targets(batch, torch.tensor([1, 1, 0, 0]))
    expected = [0.5 + 0.5 / (1 + np.exp(-(8 * value - 4 + 2) / 2)) for value in (0.1, 0.9)]
    assert targets.tolist() == pytest.approx([*expected, 0.0, 0.0], abs=1e-4)


def test_per_sample_with_hard_targets_equals_the_labels() -> None:
    logits, labels = torch.randn(6, 2, generator=torch.manual_seed(1)), torch.tensor([0, 1, 1, 0, 1, 0])
    loss = LossConfig(kind="cross-entropy", smoothing=0.02)
    hard = per_sample(logits, labels, loss)
    assert torch.allclose(per_sample(logits, labels, loss, labels.float()), hard)
    assert not torch.allclose(per_sample(logits, labels, loss, labels * 0.5), hard)


def test_teacher_refuses_models_of_other_streams(
    tmp_path: Path, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_tiny_set(tmp_path / "set", people=8, shots=1)
    model = make_model(tmp_path / "m.onnx", ("depth",))
    command = ["train", "--config", "fasdemo-wide-rgb", "--data", str(data), "--output", str(tmp_path / "run")]
    assert main([*command, "--teacher", str(model), "--epochs", "1"]) == 2
    assert "rates colour alone, but the model needs depth" in capsys.readouterr().err
    assert main([*command, "--teacher", str(tmp_path / "absent.onnx"), "--epochs", "1"]) == 2
    assert "absent.onnx" in capsys.readouterr().err


def test_teacher_refuses_a_wider_view_than_the_networks(tmp_path: Path, config: Config) -> None:
    model = make_model(tmp_path / "m.onnx", ("rgb",), crop=CropSpec(template="box-v1", scale=4.0))
    with pytest.raises(UserError, match=r"sees 2\.60 times the face"):
        Teacher(model, 0.5, config)


def test_train_with_a_teacher_changes_the_loss(tmp_path: Path) -> None:
    data = write_tiny_set(tmp_path / "set", people=8, shots=2)
    model = make_model(tmp_path / "m.onnx", ("rgb",))
    small = ["--set", "input.size=64", "run.precision=32-true", "run.workers=1"]
    command = ["train", "--config", "fasdemo-featherb-rgb", "--data", str(data), "-b", "8", "--epochs", "1"]
    rows = []
    for name, more in (("alone", []), ("taught", ["--teacher", str(model)])):
        assert main([*command, *more, "--output", str(tmp_path / name), *small]) == 0
        saved = checkpoint.load(tmp_path / name / "model.pt")
        assert saved.config["loss"]["teacher"] == (str(model) if more else None)
        rows.append(saved.metrics["loss"])
    assert rows[0] != rows[1]
