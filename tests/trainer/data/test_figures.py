"""The page of figures: the app's scores, the trainer's rates, and the resulting tables."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import cv2
import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet
from fasdemo.models.crop import TEMPLATE, crop_face
from fasdemo.models.model_file import read_model, write_manifest
from tests.support.tiny_set import hold_out, write_tiny_set
from tools.figures import leave_one_out, page, tables
from tools.figures.app_scores import app_cutter, score_file, subsets_of
from tools.figures.measured import Measured, Value, agrees, line
from trainer.cli.main import main
from trainer.data.faces import HeldOut, Sample
from trainer.evaluation.evaluation import card_metrics
from trainer.synth.dataset.crop_set import CROP_SIZE

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = ["--set", "input.size=64", "run.precision=32-true", "optimiser.warmup=0", "--epochs", "2", "-b", "8"]
MARKS = f"# Models\n\nbefore\n{page.BEGIN}\nyesterday's\n{page.END}\nafter\n"


@dataclass(frozen=True)
class LeftOut:
    """A finished study of species left out.

    Attributes:
        data, runs, output, setting: what it was made of and where it was written.
        found: content of the output.
        commands: what was trained.
    """

    data: Path
    runs: Path
    output: Path
    setting: leave_one_out.Setting
    found: dict[str, Any]
    commands: list[list[str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set whose test part alone shows the species `replay` and, in some pictures, the sensor `tof`."""
    folder = write_tiny_set(tmp_path_factory.mktemp("data") / "set", people=8, shots=6)
    same = {"light": "even", "projector": "on", "distance_m": "0.5"}
    hold_out(folder, lambda number: {"skin_tone": ("dark", "light")[number % 2], **same})
    return folder


@pytest.fixture(scope="module")
def models(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A depth model and a flexible one, as they are shipped."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("fasdemo-featherb-depth", "fasdemo-flex"):
        run = folder / "runs" / name
        assert main(["train", "--config", name, "--data", str(data), "--output", str(run), *SMALL]) == 0
        assert main(["export", str(run / "model.pt"), "--output", str(folder / f"{name}.onnx")]) == 0
    write_manifest(folder)
    return folder


@pytest.fixture(scope="module")
def flagship(data: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    parts = page.open_parts(data)
    model = read_model(models / "fasdemo-flex.onnx")
    return page.measure(model, parts, tmp_path_factory.mktemp("cache"), 1, shipped=True)


def test_app_cutter_gives_the_crop_that_the_app_would_have_cut(models: Path) -> None:
    rng = np.random.default_rng(0)
    card = read_model(models / "fasdemo-flex.onnx").card
    rgb = np.asarray(cv2.GaussianBlur(rng.integers(0, 255, (480, 640, 3), dtype=np.uint8), (0, 0), 3), np.uint8)
    depth = np.full((480, 640), 600, np.uint16)
    depth[200:280, 280:360] = 560
    frame = FrameSet(0, 0.0, rgb, depth, ir=rgb[..., 0].copy())
    keypoints = np.zeros((6, 2), np.float32)
    keypoints[:4] = (TEMPLATE - 0.5) * 180 + (320, 240)
    face = Face((250.0, 170.0, 140.0, 140.0), 0.9, keypoints)
    wide = crop_face(frame, face, card.crop.model_copy(update={"scale": 1.5}), CROP_SIZE)
    direct = crop_face(frame, face, card.crop, card.input_size)
    assert wide.depth_mm is not None
    again = app_cutter(card, 1.5)(Sample(wide.rgb, wide.depth_mm.astype(np.uint16), wide.ir))
    assert again.rgb is not None
    assert again.depth_mm is not None
    assert again.ir is not None
    assert direct.rgb is not None
    assert direct.depth_mm is not None
    assert direct.ir is not None
    assert np.abs(again.rgb.astype(int) - direct.rgb).mean() < 2.0
    assert np.equal(again.depth_mm, direct.depth_mm).mean() > 0.99
    assert np.abs(again.ir.astype(int) - direct.ir).mean() < 2.0


def test_score_file_scores_and_keeps_every_subset(data: Path, models: Path, tmp_path: Path) -> None:
    parts, model = page.open_parts(data), read_model(models / "fasdemo-flex.onnx")
    cut = app_cutter(model.card, 1.5)
    scores, margins = score_file(model, parts.test, cut, "a", tmp_path)
    assert list(scores) == subsets_of(model.card)
    assert len(scores) == 7
    assert all(np.isfinite(values).all() and len(values) == len(parts.test) for values in scores.values())
    assert not np.allclose(scores[("rgb", "depth", "ir")], scores[("rgb",)])

    def never(pictures: Sample) -> NoReturn:
        raise AssertionError("the scores are kept")

    again, margins_again = score_file(model, parts.test, never, "a", tmp_path)
    for subset, values in scores.items():
        np.testing.assert_array_equal(values, again[subset])
        np.testing.assert_array_equal(margins[subset], margins_again[subset])
    with pytest.raises(AssertionError, match="kept"):
        score_file(model, parts.test, never, "another set", tmp_path)


def test_agrees_finds_no_difference_between_app_and_trainer(flagship: Measured) -> None:
    assert agrees(flagship, flagship.card.metrics) == []
    own = card_metrics(flagship.evaluation(), flagship.operating_points, "")
    found = line(flagship, flagship.seen)
    assert found.acer.value == own["acer"].value
    assert found.worst.value == own["apcer_max"].value
    assert found.bpcer20.value == own["bpcer20"].value
    assert found.eer.ci95 is not None
    assert found.eer.value is not None
    assert found.eer.ci95[0] <= found.eer.value <= found.eer.ci95[1]
    assert (found.tpr3.value, "do not resolve" in found.tpr3.note) == (None, True)
    lie = {"bpcer": flagship.card.metrics["bpcer"].model_copy(update={"value": 0.77})}
    assert "says bpcer 0.7700" in agrees(flagship, lie)[0]


def test_tables_show_held_out_species_in_their_own_table_only(flagship: Measured) -> None:
    parts_seen = flagship.seen
    assert flagship.held_out == HeldOut(frozenset({"replay"}), frozenset({"tof"}))
    assert not np.isin(flagship.test.species[parts_seen], ["replay"]).any()
    assert not np.isin(flagship.test.sensors[parts_seen], ["tof"]).any()
    unseen = (flagship.test.species == "replay") & (flagship.test.sensors != "tof")
    row = tables.unseen_species_table([flagship])[2]
    assert f"of {int(unseen.sum())} |" in row
    assert "replay (held out)" in "\n".join(tables.species_table([flagship]))


def test_groups_divide_the_seen_part(flagship: Measured, data: Path) -> None:
    columns = page.open_parts(data).columns
    for title, groups in tables.groupings(flagship, columns).items():
        union = np.zeros(len(flagship.test), int)
        for _, mask in groups:
            union += mask
        usual = flagship.test.sensors != "tof"
        expected = np.ones(len(union), int) if title == "sensor" else usual.astype(int)
        np.testing.assert_array_equal(union, expected, err_msg=title)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Value(0.004, (0.001, 0.02)), "reached, within the interval"),
        (Value(0.001, (0.0, 0.004)), "| reached |"),
        (Value(0.03, (0.02, 0.05)), "| **missed** |"),
        (Value(None, None, "no species was held out"), "not known: no species was held out"),
    ],
)
def test_goals_table_says_reached_missed_or_not_known(value: Value, words: str) -> None:
    assert words in tables.goals_table([("ACER", "<=", 0.005, value)])[2]


def test_write_page_writes_between_the_marks(data: Path, models: Path, tmp_path: Path) -> None:
    (tmp_path / "models.md").write_text(MARKS)
    other = tmp_path / "other"
    other.mkdir()
    for suffix in (".onnx", ".json"):
        shutil.copy(models / f"fasdemo-featherb-depth{suffix}", other / f"depth{suffix}")
    differences = page.write_page(
        tmp_path / "models.md", data, tmp_path / "cache", [other / "depth.onnx"], models=models
    )
    assert differences == []
    text = (tmp_path / "models.md").read_text()
    assert text.startswith("# Models\n\nbefore\n")
    assert text.endswith("\nafter\n")
    assert "yesterday" not in text
    rows = re.findall(r"^\| fasdemo-flex \| rgb\+depth\+ir \|.*$", text, re.MULTILINE)
    assert rows
    assert len(re.findall(r"^\|  \| (?:rgb|depth|ir)", text, re.MULTILINE)) >= 6
    for name in re.findall(r"\]\((images/[^)]+)\)", text):
        assert (tmp_path / name).stat().st_size < 400_000
    assert "tof (held out)" in text
    assert "### fasdemo-featherb-depth by distance" in text
    assert str(tmp_path) not in text


def test_write_page_refuses_a_page_without_marks(data: Path, tmp_path: Path) -> None:
    (tmp_path / "models.md").write_text("nothing")
    with pytest.raises(UserError, match="must occur once each"):
        page.write_page(tmp_path / "models.md", data, tmp_path / "cache")


def test_open_parts_refuses_a_set_without_a_test_part(tmp_path: Path) -> None:
    folder = write_tiny_set(tmp_path / "set", people=3, shots=2)
    with pytest.raises(UserError, match="has no test or no development part"):
        page.open_parts(folder)
    assert json.loads((folder / "recipe.json").read_text()) == {}


@pytest.fixture(scope="module")
def left_out(data: Path, tmp_path_factory: pytest.TempPathFactory) -> LeftOut:
    """Leaving each species out of a set that shows two and holds one back; what was trained, by command."""
    folder = tmp_path_factory.mktemp("out")
    copy = folder / "set"
    shutil.copytree(data, copy)
    table = (copy / "samples.csv").read_text().splitlines()
    # Every other print becomes a poster, so that something is left where one of them is not shown.
    changed = [line.replace("print-flat", "poster") if k % 8 < 4 else line for k, line in enumerate(table)]
    (copy / "samples.csv").write_text("\n".join(changed) + "\n")
    commands: list[list[str]] = []

    def train(command: list[str], minutes: float) -> None:
        commands.append(command)
        assert main([*command[3:], "run.batch=8", "run.precision=32-true"]) == 0

    setting = leave_one_out.Setting("fasdemo-featherb-depth", size=64, epochs=1, samples=16)
    runs, output = folder / "runs", folder / "out.json"
    found = leave_one_out.leave_each_out(copy, runs, output, setting, train=train)
    return LeftOut(copy, runs, output, setting, found, commands)


def test_leave_each_out_trains_once_per_species_from_scratch(left_out: LeftOut) -> None:
    found, commands = left_out.found, left_out.commands
    assert set(found["species"]) == {"poster", "print-flat", "replay"}
    without = [
        command[command.index("--without-species") + 1] for command in commands if "--without-species" in command
    ]
    assert without == ["poster", "print-flat"]
    assert len(commands) == 3
    assert not any("--init" in command for command in commands)
    assert found["species"]["replay"]["held_out_by"] == "the data set"
    assert set(found["whole"]["seen"]) == {"poster", "print-flat"}
    assert set(found["species"]["poster"]["seen"]) == {"print-flat"}
    assert json.loads(left_out.output.read_text()) == found


def test_leave_each_out_repeats_no_finished_training(left_out: LeftOut) -> None:
    found, output = left_out.found, left_out.output

    def never(command: Sequence[str], minutes: float) -> NoReturn:
        raise AssertionError("it is there")

    def repeat(species: Sequence[str] = (), setting: leave_one_out.Setting = left_out.setting) -> dict[str, Any]:
        return leave_one_out.leave_each_out(left_out.data, left_out.runs, output, setting, species, train=never)

    assert repeat() == found
    output.unlink()
    again = repeat()
    assert {k: v["apcer"] for k, v in again["species"].items()} == {k: v["apcer"] for k, v in found["species"].items()}
    with pytest.raises(UserError, match="another data set or setting"):
        repeat(setting=leave_one_out.Setting(size=96))
    with pytest.raises(UserError, match="species: shark"):
        repeat(species=["shark"])


def test_leave_one_out_table_has_a_row_per_species(left_out: LeftOut) -> None:
    rows = leave_one_out.table(left_out.found)
    assert (
        sum(row.startswith(("| poster |", "| print-flat |", "| replay (held out by the data set) |")) for row in rows)
        == 3
    )
    assert rows[-1].startswith("| none left out |")
    highest = max(entry["apcer"]["value"] for entry in left_out.found["species"].values())
    assert leave_one_out.worst(left_out.found).value == highest


def test_leave_each_out_refuses_a_run_that_saw_the_species(left_out: LeftOut) -> None:
    left_out.output.unlink(missing_ok=True)
    runs = left_out.runs.with_name("other")
    shutil.copytree(left_out.runs / "none", runs / "poster")
    shutil.copytree(left_out.runs / "none", runs / "none")
    with pytest.raises(UserError, match="was not trained from scratch without poster"):
        leave_one_out.leave_each_out(left_out.data, runs, left_out.output, left_out.setting)
