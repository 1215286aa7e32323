"""The generator end to end, on the built-in person and head: no download, no network, no data folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.faces import model_file
from fasdemo.sessions.schema import Session
from trainer.cli.main import main
from trainer.synth.attacks import masks
from trainer.synth.dataset.crop_set import SynthSet, load
from trainer.synth.dataset.crops import Job, Recipe, SetupSampler, render_crops
from trainer.synth.people.people import People, _entries, load_people, portrait_files, split_of
from trainer.synth.scene.scene import Scene
from trainer.synth.scene.setup import render_exposure
from trainer.synth.scene.subject import LIVE, SPECIES, PoseSample, draw_pose_sample
from trainer.synth.sensors.noise import plane_residual_mm


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    return load_people(None, None, 1, tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="session")
def sampler(people: People) -> SetupSampler:
    return SetupSampler(people)


@pytest.fixture(scope="session")
def _face_model() -> None:
    """The crops need MediaPipe's detector; where its file is not installed there is nothing to test."""
    import platformdirs

    if not (platformdirs.user_data_path("fasdemo", appauthor=False) / model_file.FILE_NAME).is_file():
        pytest.skip("MediaPipe's model file is not installed here (run `make demo` once)")


@pytest.mark.parametrize("species", [LIVE, *SPECIES])
def test_stage_shows_the_face_of_every_species_at_its_key_points(sampler: SetupSampler, species: str) -> None:
    setup = sampler.setup(np.random.default_rng(3), species, 0, 0, "d435")
    rng = np.random.default_rng(4)
    subject = setup.stage(replace(draw_pose_sample(rng), lean=None), setup.placement)
    frame = render_exposure(setup, rng, subject=subject, supersample=1)
    frames = frame.frames
    assert frames.rgb.shape == (480, 640, 3)
    assert frames.rgb.dtype == np.uint8
    assert frames.depth is not None
    assert frames.depth.dtype == np.uint16
    assert frames.ir is not None
    assert frames.ir.dtype == np.uint8
    assert frames.truth is not None
    assert (frames.truth.label, frames.truth.species) == (("live", "") if species == LIVE else ("spoof", species))
    x, y = np.round(frame.keypoints[2]).astype(int)
    near = frames.depth[max(y - 12, 0) : y + 12, max(x - 12, 0) : x + 12].astype(float) * frames.depth_scale
    assert (near > 0).mean() > 0.25
    assert np.median(near[near > 0]) == pytest.approx(frame.distance_m, abs=0.06)


def test_render_gives_a_face_relief_and_a_print_none(sampler: SetupSampler) -> None:
    relief = {}
    for species in (LIVE, "print-flat", "mask-resin"):
        setup = sampler.setup(np.random.default_rng(8), species, 0, 0, "d435")
        setup = replace(setup, placement=replace(setup.placement, ray=np.array([0.0, 0.0, 1.0]), distance_m=0.4))
        frame = render_exposure(setup, np.random.default_rng(1), supersample=1)
        assert frame.frames.depth is not None
        eyes = float(np.linalg.norm(frame.keypoints[0] - frame.keypoints[1]))
        (x, y), half = frame.keypoints[:4].mean(0), 0.8 * eyes
        patch = frame.frames.depth[int(y - half) : int(y + half), int(x - half) : int(x + half)].astype(float)
        # A leaning print is a plane in 1 / z.
        relief[species] = plane_residual_mm(patch * frame.frames.depth_scale * 1000)
    assert relief[LIVE] > 4
    assert relief["mask-resin"] > 4
    assert relief["print-flat"] < 2.5


@pytest.mark.parametrize("stuff", ["paper", "resin"])
def test_half_masks_are_visible_in_front_of_the_face_that_wears_them(
    sampler: SetupSampler, stuff: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masks, "HALF_MATERIALS", (stuff,))
    visible = []
    for seed in range(3):
        setup = sampler.setup(np.random.default_rng(seed), "mask-half", 0, 0, "d435")
        assert setup.instrument.startswith(f"half {stuff}")
        ahead = replace(setup.placement, ray=np.array([0.0, 0.0, 1.0]), distance_m=0.5)
        meshes = setup.stage(PoseSample((0.0, 0.0, 0.0), {}), ahead).meshes
        both, alone = (
            Scene(setup.camera, setup.surroundings.light, shown).render(1).surface for shown in (meshes, meshes[-1:])
        )
        visible.append(float((both == len(meshes) - 1).sum() / (alone == 0).sum()))
    assert min(visible) > 0.5
    assert np.mean(visible) > 0.75


def test_screens_are_dark_in_infrared(sampler: SetupSampler) -> None:
    def reflectance(species: str) -> float:
        setup = sampler.setup(np.random.default_rng(21), species, 0, 0, "d435", projector="off")
        subject = setup.stage(PoseSample((0.0, 0.0, 0.0), {}), setup.placement)
        light = replace(setup.surroundings.light, ir_ambient=0.0, ir_sun=0.0, ir_falloff=0.0)
        picture = Scene(setup.camera, light, subject.meshes).render(1)
        x, y = (subject.keypoints[2, :2] / subject.keypoints[2, 2] * setup.camera.fx).astype(int) + (320, 240)
        inner = slice(y - 15, y + 15), slice(x - 15, x + 15)
        return float(np.median(picture.ir[inner] * picture.depth_m[inner] ** 2)) / light.ir_intensity

    assert reflectance("replay-tablet") < 0.3 * reflectance(LIVE)


RECIPE = Recipe(seed=5, count=4, shots=2, species=("print-flat", "replay-phone"), sensors={"d435": 1.0})


@pytest.mark.usefixtures("_face_model")
def test_render_crops_is_repeatable_for_any_number_of_jobs(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.synth.dataset.crops.SHARD_SETUPS", 1)
    first = Job(RECIPE, people, (), tmp_path / "a")
    second = Job(RECIPE, people, (), tmp_path / "b")
    assert render_crops(first, 1)[0] == 4
    # A run that was stopped goes on: one shard is there already.
    render_crops(second, 1)
    a, b = SynthSet(first.folder), load(second.folder)
    assert a.rgb.shape == (4, 192, 192, 3)
    assert a.depth.shape == a.ir.shape == (4, 192, 192)
    for name in ("rgb", "depth", "ir"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert list(a.table["label"]) == list(b.table["label"])
    assert set(a.table["sensor"]) == {"d435"}
    middle = a.depth[:, 72:120, 72:120] * a.table["depth_scale"][:, None, None]
    assert np.median(middle[middle > 0]) == pytest.approx(float(np.median(a.table["distance_m"])), abs=0.2)


@pytest.mark.usefixtures("_face_model")
def test_finished_shards_are_kept_when_a_run_is_stopped(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.synth.dataset.crops.SHARD_SETUPS", 1)
    job = Job(RECIPE, people, (), tmp_path / "set")
    from trainer.synth.dataset import crops

    original = crops._render_shard
    done: list[int] = []

    def stopped(job: Job, shard: int) -> tuple[int, int, int]:
        if done and len(done) == 1:
            done.append(-1)
            raise KeyboardInterrupt
        done.append(shard)
        return original(job, shard)

    monkeypatch.setattr(crops, "_render_shard", stopped)
    with pytest.raises(KeyboardInterrupt):
        render_crops(job, 1)
    with pytest.raises(UserError, match="not finished"):
        SynthSet(job.folder)
    kept = (job.folder / "shards" / "00000.rgb.npy").stat().st_mtime_ns
    rendered: list[int] = []

    def noted(job: Job, shard: int) -> object:
        rendered.append(shard)
        return original(job, shard)

    monkeypatch.setattr(crops, "_render_shard", noted)
    monkeypatch.setattr("shutil.rmtree", lambda path: None)
    render_crops(job, 1)
    assert rendered == [1]
    assert (job.folder / "shards" / "00000.rgb.npy").stat().st_mtime_ns == kept


@pytest.mark.usefixtures("_face_model")
def test_shortcut_check_needs_people_and_both_classes(people: People, tmp_path: Path) -> None:
    from trainer.synth.dataset.shortcuts import measure_shortcuts

    job = Job(replace(RECIPE, count=2), people, (), tmp_path / "set")
    render_crops(job, 1)
    with pytest.raises(UserError, match="two people"):
        measure_shortcuts(SynthSet(job.folder))


def test_render_crops_refuses_a_folder_of_another_recipe(people: People, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "recipe.json").write_text(json.dumps({"kind": "crops", "seed": 99}))
    with pytest.raises(UserError, match="another recipe"):
        render_crops(Job(RECIPE, people, (), folder), 1)
    (folder / "recipe.json").unlink()
    (folder / "holiday.jpg").touch()
    with pytest.raises(UserError, match="not empty"):
        render_crops(Job(RECIPE, people, (), folder), 1)


def test_held_out_species_appear_in_the_test_split_only(people: People) -> None:
    from trainer.synth.dataset.crops import choose

    names = [f"person{k}" for k in range(60)]
    crowd = People(None, people.files * 60, tuple(names))
    chosen = replace(
        RECIPE,
        species=SPECIES,
        holdout=("mask-resin", "replay-phone"),
        holdout_sensors=("tof",),
        sensors={"d435": 1.0, "tof": 1.0},
    )
    drawn = [choose(np.random.default_rng([1, k]), chosen, crowd) for k in range(400)]
    for split, species, sensor, first, second in drawn:
        assert split_of(names[first]) == split == split_of(names[second])
        if split != "test":
            assert species not in chosen.holdout
            assert sensor != "tof"
    assert any(species in chosen.holdout for _, species, *_ in drawn)


def test_splits_depend_on_the_person_alone() -> None:
    counts = {split: sum(split_of(f"p{k}") == split for k in range(2000)) for split in ("train", "dev", "test")}
    assert counts["train"] / 2000 == pytest.approx(0.70, abs=0.04)
    assert counts["dev"] / 2000 == pytest.approx(0.15, abs=0.03)
    assert split_of("london-001") == split_of("london-001")


def test_load_people_joins_two_portraits_of_one_person(tmp_path: Path) -> None:
    for name in ("a1.jpg", "a2.jpg", "b.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "people.csv").write_text("file,set,person\na1.jpg,london,7\na2.jpg,london,7\n")
    assert [name for _, name in portrait_files(tmp_path)] == ["london-7", "london-7", "b"]


def test_folders_of_portraits_add_up_and_may_not_share_a_person(tmp_path: Path) -> None:
    for folder, name in (("a", "one.jpg"), ("b", "two.jpg"), ("c", "one.jpg")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).touch()
    entries = _entries([tmp_path / "a", tmp_path / "b"])
    assert [name for _, name in entries] == ["one", "two"]
    with pytest.raises(UserError, match=r"person one is also in .*a;"):
        _entries([tmp_path / "a", tmp_path / "c"])


@pytest.mark.usefixtures("_face_model")
def test_pictures_without_a_face_are_skipped_and_named(tmp_path: Path) -> None:
    import cv2

    folder = tmp_path / "portraits"
    folder.mkdir()
    cv2.imwrite(str(folder / "wall.png"), np.full((200, 200, 3), 180, np.uint8))
    with pytest.raises(UserError, match="no face was found in any of 1"):
        load_people(folder, None, 1, tmp_path / "work")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["crops"], "--output"),
        (["crops", "--output", "OUT", "--species", "hologram"], "hologram"),
        (["crops", "--output", "OUT", "--sensor", "d435=much"], "the weight must be a number"),
        (["crops", "--output", "OUT", "--sensor", "kinect"], "kinect"),
        (["crops", "--output", "OUT", "--portraits", "nowhere"], "no such folder"),
        (["crops", "--output", "OUT", "--heads", "nowhere.npz"], "no such file"),
        (["crops", "--output", "OUT", "--count", "0"], "--count"),
        (["crops", "--output", "OUT", "--environments", "."], "environment"),
    ],
)
def test_unusable_options_end_with_one_sentence(
    arguments: list[str],
    words: str,
    people: People,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    work = people.files[0].parent.parent
    given = [str(tmp_path / "out") if a == "OUT" else a for a in arguments]
    assert main(["synth", *given, "--work", str(work)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_write_sessions_uses_the_session_format(people: People, tmp_path: Path) -> None:
    work = people.files[0].parent.parent
    arguments = ["synth", "sessions", "--output", str(tmp_path / "s"), "--work", str(work), "--count", "1"]
    arguments += ["--seconds", "0.1", "--live-share", "0", "--species", "print-bent", "--jobs", "1", "--sensor", "d415"]
    assert main(arguments) == 0
    (file,) = (tmp_path / "s").glob("*/*/*/session.json")
    session = Session.model_validate_json(file.read_text())
    assert (session.label, session.species, session.state, session.frames) == ("spoof", "print-bent", "complete", 3)
    assert session.device.sensor_preset == "d415"
    assert file.parent.parent.name == "spoof-print-bent"
    assert len(list((file.parent / "depth").iterdir())) == 3
    before = file.stat().st_mtime_ns
    assert main(arguments) == 0
    assert file.stat().st_mtime_ns == before
