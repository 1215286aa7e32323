"""The commands as their readme writes them."""

import json
import re
from pathlib import Path

import pytest
import torch

from fasdemo.cli.main import main as fasdemo_main
from tests.support import tiny_trees
from tests.support.tiny_set import write_tiny_set
from trainer.checkpoints import checkpoint
from trainer.cli.main import main

pytestmark = pytest.mark.usefixtures("one_thread")

COMMANDS = {
    "fishnet150": "--config=cfgs/fishnet150-32.yaml --b 2 --lr 0.01 --every-decay 30 --fl-gamma 2",
    "mobilenetv2": "--config=cfgs/mobilenetv2.yaml --b 4 --lr 0.01 --every-decay 40 --fl-gamma 2",
    "MobileLiteNet54": "--config=cfgs/MobileLiteNet54-32.yaml --every-decay 60 -b 4 --lr 0.01 --fl-gamma 3",
    "MobileLiteNet54-se": "--config=cfgs/MobileLiteNet54-se-64.yaml --b 4 --lr 0.01 --every-decay 60 --fl-gamma 3",
    "FeatherNetA": "--config=cfgs/FeatherNetA-32.yaml --b 4 --lr 0.01 --every-decay 60 --fl-gamma 3",
    "FeatherNetB": "--config=cfgs/FeatherNetB-32.yaml --b 4 --lr 0.01 --every-decay 60 --fl-gamma 3",
    "FeatherNetB-ir": "--config=cfgs/FeatherNetB-32-ir.yaml --b 4 --lr 0.01 --every-decay 60 --fl-gamma 3",
    "fusion": "--config=cfgs/FeatherNet-modal-fusion.yaml --b 4 --lr 0.01 --every-decay 60 --fl-gamma 3",
}


@pytest.fixture(scope="module")
def surf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_trees.casia_surf(tmp_path_factory.mktemp("surf") / "data")


def test_the_table_of_the_readme_names_the_tested_commands_and_their_tests() -> None:
    root = Path(__file__).parents[3]
    text = (root / "docs" / "published.md").read_text(encoding="utf-8")
    table = text[text.index("## The README's items") :]
    for command in COMMANDS.values():
        # The tests' batches are smaller.
        written = re.sub(r"(--?b) \d+", r"\1 (32|64)", re.escape(command).replace("\\ ", " ").replace("\\-", "-"))
        assert re.search(rf"`python -m trainer {written}[ `]", table), command
    named = re.findall(r"`(tests/[\w/]+\.py)`", text)
    assert len(named) > 6
    assert [path for path in named if not (root / path).is_file()] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_published_command_trains_an_epoch_on_generated_crops(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_tiny_set(tmp_path / "data", people=4, shots=1)
    assert main([*COMMANDS[name].split(), "--epochs", "1"]) == 0
    assert list(tmp_path.glob("runs/*/model.pt"))


def test_training_and_the_submission_file_as_published(
    surf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # No option names the data: the published code expects the folder `data`.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(surf)
    small = ["--epochs", "1", "--set", "input.size=64", "input.resize=72"]
    assert main([*COMMANDS["FeatherNetB"].split(), *small]) == 0
    best = tmp_path / "runs" / "FeatherNetB-32" / "best.pt"
    config = checkpoint.load(best).config
    assert (config["run"]["batch"], config["optimiser"]["every_decay"], config["loss"]["gamma"]) == (4, 60, 3)
    evaluate = ["--config=cfgs/FeatherNetB-32.yaml", "--resume", str(best), "--val", "True", "--val-save", "True"]
    assert main([*evaluate, "--gpus", "0"]) == 0
    assert "acer" in capsys.readouterr().out
    (written,) = (tmp_path / "submission").iterdir()
    assert written.name.endswith("_FeatherNetB-32_1_submission.txt")
    expected = [line.rsplit(" ", 1)[0] for line in (surf / "val_private_list.txt").read_text().splitlines()]
    assert [line.rsplit(" ", 1)[0] for line in written.read_text().splitlines()] == expected
    assert main([*evaluate, "--phase-test", "True"]) == 0


def test_published_command_evaluates_a_published_checkpoint_as_it_is(
    surf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from trainer import networks

    monkeypatch.chdir(tmp_path)
    state = {f"module.{key}": value for key, value in networks.build("FeatherNetA").state_dict().items()}
    torch.save({"epoch": 51, "arch": "FeatherNetA", "state_dict": state}, tmp_path / "_50_best.pth.tar")
    command = ["--config=cfgs/FeatherNetA-32.yaml", "--resume", "_50_best.pth.tar", "--data", str(surf)]
    assert main([*command, "--val", "True", "--val-save", "True"]) == 0
    (written,) = (tmp_path / "submission").iterdir()
    assert written.name.endswith("_FeatherNetA-32_51_submission.txt")


def test_app_scores_a_picture_as_the_published_validation_does(
    surf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from trainer import networks

    monkeypatch.chdir(tmp_path)
    torch.manual_seed(3)
    network = networks.build("FeatherNetB")
    torch.save({"epoch": 1, "state_dict": network.state_dict()}, tmp_path / "published.pth.tar")
    command = ["--config=cfgs/FeatherNetB-32.yaml", "--resume", "published.pth.tar", "--data", str(surf)]
    assert main([*command, "--val", "True", "--val-save", "True"]) == 0
    (written,) = (tmp_path / "submission").iterdir()
    submitted = dict(line.split(" ")[1::2] for line in written.read_text().splitlines())
    assert main(["import", "published.pth.tar", "--arch", "FeatherNetB", "--output", "model.pt"]) == 0
    assert main(["export", "model.pt", "--output", "FeatherNetB.onnx"]) == 0
    capsys.readouterr()
    assert fasdemo_main(["score", "--model", "FeatherNetB.onnx", str(surf / "Val")]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    scores = {Path(answer["depth"]).relative_to(surf).as_posix(): answer["faces"][0]["score"] for answer in answers}
    assert scores.keys() == submitted.keys()
    assert len(scores) == 8
    for name, score in scores.items():
        assert score == pytest.approx(float(submitted[name]), abs=1e-6, rel=1e-3)


def test_val_without_a_checkpoint_and_wrong_truths_are_explained(
    surf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--config", "FeatherNetB-32", "--data", str(surf), "--val", "True"]) == 2
    assert "--resume" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--config", "FeatherNetB-32", "--val", "perhaps"])
