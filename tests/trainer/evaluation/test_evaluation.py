"""From a trained checkpoint to figures, a report, a submission and an exported file with equal scores."""

import csv
import json
import re
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch

from fasdemo.models.card import Calibration
from tests.support import tiny_trees
from tests.support.saved_parts import saved_card
from tests.support.tiny_set import hold_out, write_tiny_set
from trainer.cli.main import main
from trainer.data.faces import HeldOut
from trainer.evaluation.metrics import Scored, apcer
from trainer.evaluation.scoring import probability
from trainer.evaluation.thresholds import aligned, log_odds, platt, thresholds

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = ["--set", "input.size=64", "run.precision=32-true", "optimiser.warmup=0", "--epochs", "2", "-b", "8"]
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp("data") / "set", people=8, shots=4)


@pytest.fixture(scope="module")
def model(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "depth"
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(data), "--output", str(folder), *SMALL]
    assert main(command) == 0
    return folder / "model.pt"


def figures(capsys: pytest.CaptureFixture[str], *command: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["evaluate", *command, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_evaluate_repeats_the_cards_figures(model: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = saved_card(model)
    found = figures(capsys, str(model), "--data", str(data))
    at = found["iso 30107-3"]["policy balanced"]
    assert at["bpcer"] == card["metrics"]["bpcer"]["value"]
    assert at["apcer_max"] == card["metrics"]["apcer_max"]["value"]
    assert found["thresholds"]["balanced"]["live_above"] == card["thresholds"]["balanced"]["live_above"]


def test_evaluate_writes_one_report_with_curves_tables_and_pictures(model: Path, data: Path, tmp_path: Path) -> None:
    assert main(["evaluate", str(model), "--data", str(data), "--output", str(tmp_path)]) == 0
    text = (tmp_path / "report.html").read_text()
    assert text.count("<svg") == 3
    assert text.count("data:image/jpeg;base64,") == 16  # eight live faces and eight attacks are in the test part
    assert "print-flat" in text
    # The curves follow the page's colours, light and dark.
    assert "prefers-color-scheme: dark" in text
    assert text.count("var(--ink)") > 10
    assert not re.search(r"#(0[0-9a-f]){3}|#101112", text)
    for outside in ("<script", "<link", 'src="http', "url(h", "@import"):
        assert outside not in text
    with (tmp_path / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    assert {row["label"] for row in rows} == {"0", "1"}


def test_evaluate_measures_an_exported_file_like_its_checkpoint(
    model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    onnx = tmp_path / "m.onnx"
    assert main(["export", str(model), "--output", str(onnx)]) == 0
    for path, folder in ((model, "a"), (onnx, "b")):
        assert main(["evaluate", str(path), "--data", str(data), "--output", str(tmp_path / folder)]) == 0
    first, second = (
        [float(row["score"]) for row in csv.DictReader((tmp_path / folder / "scores.csv").open())] for folder in "ab"
    )
    np.testing.assert_allclose(first, second, atol=0.02)  # bfloat16 against float32


def test_submit_writes_the_lists_order_and_scores_unreadable_lines_as_attacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_trees.casia_surf(tmp_path / "surf")
    command = ["train", "--config", "FeatherNetA-32", "--data", str(root), "--output", str(tmp_path / "run")]
    assert main([*command, "--set", "input.size=64", "input.resize=72", "--epochs", "1", "-b", "8"]) == 0
    (root / "Val/0000/000003-depth.jpg").unlink()
    output = tmp_path / "sub.txt"
    model = str(tmp_path / "run" / "model.pt")
    listed = root / "test_public_list.txt"
    assert main(["submit", model, "--data", str(root), "--test-list", str(listed), "--output", str(output)]) == 0
    lines = output.read_text().splitlines()
    assert [line.rsplit(" ", 1)[0] for line in lines] == listed.read_text().splitlines()
    assert lines[3].endswith(" 0")
    assert "1 lines have missing or damaged images" in capsys.readouterr().err
    assert main(["evaluate", model, "--data", str(root), "--test-list", str(listed), "--max-missing", "1"]) == 2
    assert "no labels, so nothing can be measured" in capsys.readouterr().err


def test_videos_are_scored_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tiny_trees.cefa(tmp_path / "cefa")
    run = tmp_path / "run"
    command = ["train", "--config", "FeatherNetB-32-ir", "--data", str(root), "--output", str(run), "--protocol", "4"]
    assert main([*command, "--set", "input.size=64", "input.resize=64", "--epochs", "1", "-b", "8"]) == 0
    output = tmp_path / "sub.txt"
    options = ["--data", str(root), "--protocol", "4", "--output", str(output)]
    assert main(["submit", str(run / "model.pt"), *options]) == 0
    lines = output.read_text().splitlines()
    assert len(lines) == 8
    assert lines[0].startswith("dev/001000 ")
    found = figures(capsys, str(run / "model.pt"), "--data", str(root), "--protocol", "4", "--split", "dev")
    pooled = found["seed metrics"]
    assert pooled["tp"] + pooled["fn"] + pooled["tn"] + pooled["fp"] == 8


def test_parallel_lists_are_trained_on_and_a_damaged_picture_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_trees.mmfd(tmp_path / "mmfd")
    (root / "our_realsense/train1/depth/2.jpg").write_bytes(b"damaged")
    lists = ["--train-list", str(root / "depth_train.txt"), "--val-list", str(root / "depth_val.txt")]
    command = ["train", "--config", "FeatherNetB-32", "--data", str(root), *lists, "--epochs", "1", "-b", "8"]
    small = ["--set", "input.size=64", "input.resize=72"]
    assert main([*command, "--output", str(tmp_path / "a"), *small]) == 2
    assert "1 of 16 samples cannot be read" in capsys.readouterr().err
    assert main([*command, "--output", str(tmp_path / "b"), "--max-missing", "0.1", *small]) == 0
    assert "our_realsense/train1/depth/2.jpg" in capsys.readouterr().err


def test_millimetres_are_not_read_from_grey_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tiny_trees.casia_surf(tmp_path / "surf")
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(root), "--output", str(tmp_path / "run")]
    assert main(command) == 2
    assert "8 bits, which are not millimetres" in capsys.readouterr().err


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_evaluate_refuses_a_missing_gpu(model: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(model), "--data", str(data), "--device", "cuda"]) == 2
    assert "finds no GPU" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"no torch file", b"PK\x03\x04"])
def test_evaluate_names_a_file_that_is_no_model(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(content)
    assert main(["evaluate", str(path), "--data", str(data)]) == 2
    assert "x.pt" in capsys.readouterr().err


def test_platt_scaling_recovers_a_known_distortion() -> None:
    labels = RNG.integers(0, 2, 20_000)
    # Margins of two normal distributions are log-odds already; halved and shifted they are not.
    odds = RNG.normal(np.where(labels == 1, 2.0, -2.0), 2.0)
    found = platt((odds - 1.0) / 2.0, labels)
    assert found.scale == pytest.approx(2.0, rel=0.06)
    assert found.bias == pytest.approx(1.0, abs=0.08)
    separable = platt(np.array([-3.0, -2.0, 2.0, 3.0]), np.array([0, 0, 1, 1]))
    assert 0 < separable.scale < 50


def test_thresholds_hold_on_the_scores_that_chose_them() -> None:
    labels = RNG.integers(0, 2, 3000)
    margins = RNG.normal(np.where(labels == 1, 3.0, -3.0), 2.0)
    scored = Scored.of(margins, labels, RNG.choice(["mask", "print"], 3000))
    chosen = thresholds(scored, "test")
    for name, limit in (("bpcer20", 0.05), ("apcer1", 0.01)):
        rates = apcer(Scored(probability(scored.scores), scored.labels, scored.species), chosen[name].live_above)
        assert max(rate.value for rate in rates.values() if rate.value is not None) <= limit
    assert chosen["apcer1"].live_above > chosen["bpcer20"].live_above
    attacks = probability(scored.attacks)
    assert 0.018 < (attacks > chosen["pooled50"].live_above).mean() <= 0.02
    assert all(t.spoof_below < t.live_above for t in chosen.values())


def test_aligned_gives_a_weaker_subset_a_stricter_scale() -> None:
    shifted = aligned({"depth": Calibration(scale=2.0, bias=0.5)}, {"depth": 3.0}, 1.0)["depth"]
    # What was its own threshold of 3 lies on the common one of 1 now.
    assert log_odds(np.array([1.25]), Calibration(scale=2.0, bias=0.5))[0] == 3.0
    assert log_odds(np.array([1.25]), shifted)[0] == 1.0


@pytest.fixture(scope="module")
def held_out_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set whose species `replay` and sensor `tof` are in the test part alone."""
    folder = write_tiny_set(tmp_path_factory.mktemp("held") / "set", people=8, shots=6)
    hold_out(folder)
    return folder


def test_train_counts_held_out_species_apart(
    held_out_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(held_out_set), "--output", str(tmp_path)]
    assert main([*command, *SMALL]) == 0
    metrics = saved_card(tmp_path / "model.pt")["metrics"]
    # Of the 12 pictures of each of the two test people, 3 are tof's; of the 6 attacks 3 are replays.
    table = list(csv.DictReader((held_out_set / "samples.csv").open()))
    test = [row for row in table if row["split"] == "test"]
    seen = [row for row in test if row["species"] != "replay" and row["sensor"] != "tof"]
    assert f"seen species and sensors: {len(seen)} samples" in metrics["bpcer"]["data"]
    assert "apcer:print-flat" in metrics
    assert "apcer:replay" not in metrics
    assert "never" not in metrics["acer"]["note"]
    assert metrics["apcer_unseen:replay"]["ci95"] is not None
    assert "no attack of this species occurs in training" in metrics["apcer_unseen:replay"]["note"]
    assert {"acer_unseen:tof", "bpcer_unseen:tof", "apcer_max_unseen:tof"} <= metrics.keys()
    found = figures(capsys, str(tmp_path / "model.pt"), "--data", str(held_out_set))
    assert found["held out"]["species"]["replay"]["rate"] == metrics["apcer_unseen:replay"]["value"]
    assert found["held out"]["sensors"]["tof"]["bpcer"] == metrics["bpcer_unseen:tof"]["value"]
    assert found["iso 30107-3"]["policy balanced"]["bpcer"] == metrics["bpcer"]["value"]


def test_evaluation_separates_held_out_species_and_sensors(held_out_set: Path) -> None:
    from trainer.config.schema import DataConfig
    from trainer.data.splits import open_splits
    from trainer.evaluation.evaluation import Evaluation

    splits = open_splits(DataConfig(folder=held_out_set), ("depth",), False)
    test = splits.test
    assert test is not None
    assert splits.held_out == HeldOut(frozenset({"replay"}), frozenset({"tof"}))
    scores = np.where(test.labels == 1, 0.9, 0.1)
    scores[test.species == "replay"] = 0.8
    scores[(test.sensors == "tof") & (test.labels == 1)] = 0.2
    evaluation = Evaluation("test", test, scores, {("depth",): scores}, held_out=splits.held_out)
    assert set(evaluation.scored().species) == {"", "print-flat"}
    assert evaluation.scored().live.min() == 0.9
    assert apcer(evaluation.unseen_species(), 0.5)["replay"].value == 1.0
    assert "print-flat" not in apcer(evaluation.unseen_species(), 0.5)
    assert set(evaluation.unseen_sensor("tof").live) == {0.2}


def test_train_stores_what_it_left_out(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "--config", "fasdemo-featherb-depth", "--data", str(data), "--output", str(tmp_path)]
    assert main([*command, *SMALL, "--without-species", "replay"]) == 0
    found = figures(capsys, str(tmp_path / "model.pt"), "--data", str(data))
    assert set(found["held out"]["species"]) == {"replay"}
    assert set(found["iso 30107-3"]["policy balanced"]["apcer_per_species"]) == {"print-flat"}


def test_figures_are_of_32_bits_whatever_the_trainings_precision(model: Path, data: Path) -> None:
    from lightning_fabric import Fabric

    from trainer.config.schema import DataConfig
    from trainer.data.network_loader import make_loader
    from trainer.data.splits import open_splits
    from trainer.evaluation.loading import open_model
    from trainer.evaluation.scoring import predict_margins

    loaded = open_model(model)
    loader = make_loader(loaded.config, loaded.model, open_splits(DataConfig(folder=data), ("depth",), False).dev)

    def margins(precision: Literal["32-true", "bf16-mixed"], exact: bool) -> np.ndarray:
        fabric = Fabric(accelerator="cpu", precision=precision)
        return predict_margins(loaded.model, loader, fabric, exact=exact).all_streams

    whole = margins("32-true", False)
    np.testing.assert_array_equal(margins("bf16-mixed", True), whole)
    assert not np.array_equal(margins("bf16-mixed", False), whole)
