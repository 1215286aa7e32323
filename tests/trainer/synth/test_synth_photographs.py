"""Photographs and their recaptures, of the built-in person."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import platformdirs
import pytest

from fasdemo.faces import model_file
from fasdemo.faces.detector import FaceDetector
from trainer.cli.main import main
from trainer.config.schema import DataConfig
from trainer.data.layouts.listed import ListFolder
from trainer.data.opening import detect_layout, open_layout
from trainer.synth.people.people import People, load_people
from trainer.synth.people.portrait import read_picture
from trainer.synth.photographs.bona_fide import Photograph, limited
from trainer.synth.photographs.camera import matched
from trainer.synth.photographs.carriers import moire, preview
from trainer.synth.photographs.framing import Framing, draw_framing, draw_shown_framing
from trainer.synth.photographs.photo_set import FIELD, RECIPE_FILE, photo_job, write_shard
from trainer.synth.photographs.recaptured import SPECIES
from trainer.synth.photographs.shortcuts import frame_features
from trainer.synth.photographs.worn import WORN, WornSpecies, worn


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def _face_model() -> None:
    if not (platformdirs.user_data_path("fasdemo", appauthor=False) / model_file.FILE_NAME).is_file():
        pytest.skip("MediaPipe's model file is not installed here (run `make demo` once)")


@pytest.fixture(scope="module")
def people(work: Path) -> People:
    return load_people(None, None, 1, work)


def test_framing_places_the_face_between_its_margins() -> None:
    framing = Framing(100.0, left=0.5, top=0.25, right=1.0, bottom=0.75)
    assert framing.size == (200, 250)
    assert framing.centre == (100.0, 75.0)


def test_draw_shown_framing_takes_the_given_size() -> None:
    assert draw_shown_framing(np.random.default_rng(1), 80.0).face_px == 80.0


@pytest.mark.parametrize("field", [2.0, 3.0])
def test_draw_framing_fills_the_field_of_most_pictures(field: float) -> None:
    rng = np.random.default_rng(4)
    framings = [draw_framing(rng, field) for _ in range(300)]
    # A face crop is about 1.5 times as wide as the detected box.
    filled = [min(f.left, f.top, f.right, f.bottom) >= 1.5 * field / 2 - 0.5 for f in framings]
    assert 0.8 < np.mean(filled) < 0.97
    assert min(min(f.left, f.top, f.right, f.bottom) for f in framings) < 0.5


def test_moire_varies_around_one_by_its_strength() -> None:
    pattern = moire(np.random.default_rng(2), (64, 80), 0.1)
    assert pattern.shape == (64, 80, 3)
    assert 0.95 < float(pattern.mean()) < 1.05
    assert 0.75 < float(pattern.min()) < 0.95 < 1.05 < float(pattern.max()) < 1.25


@pytest.mark.usefixtures("_face_model")
def test_photographs_command_writes_a_list_that_training_reads(
    tmp_path: Path, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "photographs"
    command = ["synth", "photographs", "--count", "18", "--live-share", "0.5", "--work", str(work), "--jobs", "1"]
    assert main([*command, "--output", str(target)]) == 0
    assert "pictures in" in capsys.readouterr().out
    with (target / "details.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 12
    assert {row["label"] for row in rows} == {"live", "spoof"}
    assert {row["species"] for row in rows if row["label"] == "spoof"} <= set(SPECIES)
    assert detect_layout(target) == "lists"
    layout = open_layout(DataConfig(folder=target))
    assert isinstance(layout, ListFolder)
    whole = layout.read("train", target / "list.txt")
    assert len(whole) == len(rows)
    assert json.loads((target / "export.json").read_text())["crop"]["scale"] == FIELD
    before = {path.name: path.read_bytes() for path in (target / "color").iterdir()}
    assert main([*command, "--output", str(target)]) == 0
    assert {path.name: path.read_bytes() for path in (target / "color").iterdir()} == before


@pytest.mark.usefixtures("_face_model")
def test_write_shard_depends_on_the_seed_alone(tmp_path: Path, people: People, work: Path) -> None:
    made = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        job = photo_job(people, [], (), tmp_path / name, work, seed, 6, 0.5)
        (job.folder / "shards").mkdir(parents=True)
        write_shard(job, 0)
        made.append({path.name: path.read_bytes() for path in (job.folder / "color").iterdir()})
    assert made[0] == made[1]
    assert made[0] != made[2]


@pytest.mark.usefixtures("_face_model")
def test_wide_field_keeps_the_pixels_of_a_face_and_adds_surroundings(
    tmp_path: Path, people: People, work: Path
) -> None:
    sets = []
    for field in (2.0, 3.0):
        job = photo_job(people, [], (), tmp_path / str(field), work, 5, 6, 0.5, field)
        (job.folder / "shards").mkdir(parents=True)
        write_shard(job, 0)
        sets.append([read_picture(path) for path in sorted((job.folder / "color").iterdir())])
    assert {picture.shape for picture in sets[0]} == {(256, 256, 3)}
    assert {picture.shape for picture in sets[1]} == {(384, 384, 3)}
    filled = [max(frame_features(picture).values()) < 0.02 for picture in sets[1]]
    assert sum(filled) >= len(filled) / 2
    detector = FaceDetector()
    boxes = [detector.detect(picture) for pictures in sets for picture in pictures]
    sides = [found[0].box[2] for found in boxes if found]
    assert len(sides) >= 8
    # The crop aligns the eyes, so a face has the same size in every picture.
    assert max(sides) < 1.25 * min(sides)


def test_limited_keeps_a_frame_inside_the_original() -> None:
    picture = np.zeros((300, 200, 3), np.uint8)
    photograph = Photograph(picture, (50.0, 100.0, 100.0, 80.0), picture, picture[..., 0], (50.0, 100.0, 100.0, 80.0))
    framing = limited(Framing(60.0, left=2.0, top=0.1, right=0.2, bottom=3.0), photograph)
    assert (framing.left, framing.top, framing.right) == (0.5, 0.1, 0.2)
    assert framing.bottom == pytest.approx(1.1)


def test_frame_features_measure_the_black_border() -> None:
    picture = np.full((100, 200, 3), 90, np.uint8)
    picture[:10] = 0
    picture[:, :50] = 0
    assert frame_features(picture) == {"left": 0.25, "right": 0.0, "top": 0.1, "bottom": 0.0}


def test_shortcuts_command_measures_photographs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / RECIPE_FILE).write_text("{}")
    rng, rows = np.random.default_rng(3), []
    for number in range(60):
        live = number % 2 == 0
        # Attacks are darker, so the brightness predicts the class.
        picture = rng.integers(100 if live else 40, 160 if live else 100, (256, 256, 3), np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
        rows.append(f"{number}.png,p{number // 6},{'live' if live else 'spoof'},{'' if live else 'print-flat'}")
    (tmp_path / "details.csv").write_text("color,subject,label,species\n" + "\n".join(rows) + "\n")
    assert main(["synth", "shortcuts", "--data", str(tmp_path)]) == 0
    table = {line.split(" | ")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "1.000" in table["| brightness"]
    assert "0.500" in table["| frame"]


def test_matched_makes_the_brightness_of_dark_and_bright_crops_alike() -> None:
    pattern = np.random.default_rng(1).integers(0, 60, (96, 96, 3)).astype(np.uint8)
    pattern[:10] = 0
    means = []
    for offset in (20, 150):
        dark_to_bright = np.where(pattern > 0, pattern + offset, 0).astype(np.uint8)
        made = [matched(np.random.default_rng(seed), dark_to_bright, 32) for seed in range(40)]
        assert all((picture[:10] == 0).all() for picture in made)
        means.append(np.mean([picture[32:64, 32:64].mean() for picture in made]))
    assert abs(means[0] - means[1]) < 30


@pytest.mark.usefixtures("_face_model")
@pytest.mark.parametrize("species", WORN)
def test_worn_covers_a_face_that_is_detected(species: WornSpecies, people: People) -> None:
    detector = FaceDetector()
    person = people.portrait(0)
    box = detector.detect(person.texture, thorough=True)[0].box
    photograph = Photograph(person.texture, box, person.texture, person.matte, box)
    framing = Framing(120.0, 0.6, 0.5, 0.6, 0.5)
    made = [worn(np.random.default_rng(seed), photograph, framing, (), detector, species) for seed in range(4)]
    seen = [light for light in made if light is not None]
    assert len(seen) >= 3
    for light in seen:
        assert np.isfinite(light).all()
        assert light.min() >= 0
    assert sum(bool(detector.detect(preview(light), thorough=True)) for light in seen) >= 2


def test_help_after_a_task_shows_its_example(capsys: pytest.CaptureFixture[str]) -> None:
    for task in ("photographs", "noise"):
        with pytest.raises(SystemExit):
            main(["synth", task, "--help"])
        assert f"example: python -m trainer synth {task}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--count", "0"], "--count 0: must be at least 1"),
        (["--live-share", "2"], "--live-share 2.0: must be from 0 to 1"),
        (["--field", "9"], "--field 9.0: must be from 1.5 to 4.0"),
    ],
)
def test_photographs_command_refuses_impossible_numbers(
    option: list[str], words: str, tmp_path: Path, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["synth", "photographs", "--work", str(work), "--output", str(tmp_path / "x"), "--jobs", "1", *option]
    assert main(arguments) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
