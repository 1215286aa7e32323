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
from fasdemo.faces.face import Points
from trainer.cli.main import main
from trainer.config.schema import DataConfig
from trainer.data.layouts.listed import ListFolder
from trainer.data.opening import detect_layout, open_layout
from trainer.synth.people.people import People, load_people
from trainer.synth.people.portrait import read_picture
from trainer.synth.photographs.accessories import GLASSES_SHARE, HAT_SHARE, SCARF_SHARE, dressed
from trainer.synth.photographs.bona_fide import Photograph, limited
from trainer.synth.photographs.camera import matched, process
from trainer.synth.photographs.carriers import draw_moire_strength, in_front, moire, preview, reduced
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
    box, keys = (50.0, 100.0, 100.0, 80.0), np.zeros((6, 2), np.float32)
    photograph = Photograph(picture, box, picture, picture[..., 0], box, keys, keys)
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


def _photograph(keys: Points) -> Photograph:
    picture = np.full((300, 260, 3), 150, np.uint8)
    matte = np.zeros((300, 260), np.uint8)
    matte[40:, 60:200] = 255
    return Photograph(picture, (80.0, 70.0, 100.0, 120.0), picture, matte, (80.0, 70.0, 100.0, 120.0), keys, keys)


_KEYS = np.array([[105, 110], [155, 110], [130, 135], [130, 160], [70, 112], [190, 112]], np.float32)


def test_in_front_shows_the_lit_carrier_at_its_place_and_the_background_elsewhere() -> None:
    texels = np.full((10, 20, 3), 0.5, np.float32)
    behind = np.full((60, 80, 3), 0.1, np.float32)
    view = np.array([[2.0, 0.0, 30.0], [0.0, 2.0, 20.0], [0.0, 0.0, 1.0]])
    seen = in_front(texels, view, behind, lambda image: image * 2)
    assert seen.shape == (60, 80, 3)
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen[22:37, 32:67], 1.0, atol=1e-6)
    np.testing.assert_array_equal(seen[:18], behind[:18])
    np.testing.assert_array_equal(seen[:, 71:], behind[:, 71:])


def test_reduced_blurs_only_what_a_view_reduces() -> None:
    raster = np.tile(np.array([0.0, 1.0], np.float32), (16, 8))[..., None].repeat(3, 2)
    assert reduced(raster, 1.0) is raster
    assert np.ptp(reduced(raster, 0.3)[4:-4, 4:-4]) < 0.1
    assert reduced(raster, 0.3).mean() == pytest.approx(0.5, abs=0.02)


def test_dressed_paints_the_same_things_on_both_forms_of_some_photographs() -> None:
    photograph = _photograph(_KEYS)
    made = [dressed(np.random.default_rng(seed), photograph) for seed in range(60)]
    changed = [one for one in made if one is not photograph]
    expected = 1 - (1 - GLASSES_SHARE) * (1 - HAT_SHARE) * (1 - SCARF_SHARE)
    assert abs(len(changed) / len(made) - expected) < 0.2
    for one in changed:
        np.testing.assert_array_equal(one.original, one.cut_out)
        assert (one.original != photograph.original).any()
        assert (one.matte >= photograph.matte).all()
    # Hats and scarves extend beyond the person, so they belong to the cut-out form.
    assert any((one.matte > photograph.matte).any() for one in changed)


def test_dressed_leaves_faces_that_are_too_small() -> None:
    photograph = _photograph(_KEYS * 0.2)
    assert all(dressed(np.random.default_rng(seed), photograph) is photograph for seed in range(30))


def test_dressed_paints_no_hat_over_high_hair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.synth.photographs.accessories.GLASSES_SHARE", 0.0)
    monkeypatch.setattr("trainer.synth.photographs.accessories.SCARF_SHARE", 0.0)
    monkeypatch.setattr("trainer.synth.photographs.accessories.HAT_SHARE", 1.0)
    low, high = _photograph(_KEYS), _photograph(_KEYS + np.array([0, 90], np.float32))
    assert (dressed(np.random.default_rng(1), low).original != low.original).any()
    assert (dressed(np.random.default_rng(1), high).original == high.original).all()


def test_process_changes_some_pictures_by_sending_them() -> None:
    pattern = np.random.default_rng(1).integers(60, 200, (90, 120, 3)).astype(np.uint8)
    pattern = np.asarray(cv2.GaussianBlur(pattern, (0, 0), 3), np.uint8)
    made = [process(np.random.default_rng(seed), pattern) for seed in range(30)]
    assert {one.shape for one in made} == {pattern.shape}
    assert {one.dtype for one in made} == {np.dtype(np.uint8)}
    distances = [float(np.abs(one.astype(float) - pattern).mean()) for one in made]
    assert min(distances) < 1.0 < max(distances)


def test_moire_of_displays_is_stronger_than_of_prints() -> None:
    rng = np.random.default_rng(1)
    displays, prints = ([draw_moire_strength(rng, display) for _ in range(400)] for display in (True, False))
    assert 0.2 < max(displays) <= 0.35
    assert max(prints) <= 0.1
    assert min(prints) >= 0.01


@pytest.mark.usefixtures("_face_model")
@pytest.mark.parametrize("species", WORN)
def test_worn_covers_a_face_that_is_detected(species: WornSpecies, people: People) -> None:
    detector = FaceDetector()
    person = people.portrait(0)
    photograph = Photograph.of(person, person.texture, detector)
    assert photograph is not None
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
