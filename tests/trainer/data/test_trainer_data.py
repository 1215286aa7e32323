"""The public data sets' layouts, split by person, and what is said about damaged or misleading lists."""

import argparse
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from tests.support import tiny_trees
from tests.support.tiny_set import write_tiny_set
from trainer.cli.main import main
from trainer.config import options
from trainer.config.schema import DataConfig, check
from trainer.data.faces import UnreadableError
from trainer.data.lists.entries import read_list
from trainer.data.lists.list_set import ListSet
from trainer.data.lists.paths import describe
from trainer.data.opening import detect_layout
from trainer.data.person_split import by_person
from trainer.data.sampling import epoch_order
from trainer.data.splits import Splits, open_part, open_splits


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trees")
    tiny_trees.casia_surf(root / "surf")
    tiny_trees.cefa(root / "cefa")
    tiny_trees.mmfd(root / "mmfd")
    return root


def opened(streams: tuple[Stream, ...] = STREAMS, **data: object) -> Splits:
    return open_splits(DataConfig.model_validate(data), streams, False)


def test_casia_surf_lists_and_tree(trees: Path) -> None:
    splits = opened(folder=trees / "surf")
    assert len(splits.train) == 32
    assert set(splits.train.species) == {"", "01_en_b", "05_enm_b"}
    assert set(splits.train.subjects) == {f"CLKJ_AS{k:04d}" for k in range(4)}
    assert splits.test is not None
    assert (splits.test.labels == -1).all()
    pictures = splits.train.sample(0)
    assert pictures.rgb is not None
    assert pictures.depth is not None
    assert pictures.rgb.shape == (96, 96, 3)
    assert pictures.depth.dtype == np.uint8


def test_casia_surf_without_lists_is_split_by_person(trees: Path, tmp_path: Path) -> None:
    (tmp_path / "Training").symlink_to(trees / "surf" / "Training")
    splits = opened(folder=tmp_path)
    assert not set(splits.train.subjects) & set(splits.dev.subjects)
    assert len(splits.train) + len(splits.dev) == 32


@pytest.mark.parametrize(("protocol", "races"), [("4@1", "1"), ("4@2", "2"), ("4", "12")])
def test_cefa_protocols_and_video_level_lists(trees: Path, protocol: str, races: str) -> None:
    splits = opened(folder=trees / "cefa", protocol=protocol)
    assert {name[0] for name in splits.train.subjects} == set(races)
    assert set(splits.train.species) == {"", "print-cloth", "replay"}
    assert len(splits.dev) == 12 * len(races)
    assert len(set(splits.dev.lines)) == 4 * len(races)  # four videos of three frames each


def test_cefa_without_lists_takes_the_folders_of_the_protocols_ethnicity(trees: Path, tmp_path: Path) -> None:
    (tmp_path / "phase1").mkdir()
    (tmp_path / "phase1" / "train").symlink_to(trees / "cefa" / "phase1" / "train")
    splits = opened(folder=tmp_path, layout="cefa", protocol="4@2")
    assert {name[0] for name in (*splits.train.subjects, *splits.dev.subjects)} == {"2"}


def test_mmfd_parallel_lists(trees: Path) -> None:
    root = trees / "mmfd"
    splits = opened(folder=root, train_list=root / "depth_train.txt", val_list=root / "depth_val.txt")
    assert (len(splits.train), len(splits.dev)) == (16, 16)
    assert splits.train.labels.tolist() == [1, 0] * 8


def test_open_splits_reads_needed_streams_only(trees: Path) -> None:
    assert opened(("depth",), folder=trees / "surf").train.sample(0).rgb is None


def test_paths_say_who_and_what() -> None:
    assert describe("Training/fake_part/CLKJ_AS0005/04_en_b.rssdk/color/1.jpg").species == "04_en_b"
    assert describe("train/3_412_1_1_4/profile/0001.jpg").subject == "3_412"
    own = describe("anna/spoof-print-flat/s1/color/000001.png")
    assert (own.subject, own.species, own.label) == ("anna", "print-flat", 0)
    assert describe("Val/0000/000000-color.jpg").subject == ""


def test_lists_are_written_split_by_person_and_can_be_trained_on(
    trees: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["lists", str(trees / "surf"), "--output", str(tmp_path), "--shares", "0.5", "0.25", "0.25"]
    assert main(command) == 0
    assert "4 people" not in capsys.readouterr().out
    splits = opened(folder=trees / "surf", train_list=tmp_path / "train.txt", val_list=tmp_path / "val.txt")
    assert not set(splits.train.subjects) & set(splits.dev.subjects)
    assert splits.warnings == ()


def test_people_are_split_stably_and_each_part_can_be_judged() -> None:
    people = [f"p{k}" for k in range(10) for _ in range(2)]
    labels = [1, 0] * 10
    parts = by_person(people, labels, (0.7, 0.15, 0.15), 0, "x")
    assert sorted(map(len, parts.values())) == [1, 2, 7] or sorted(map(len, parts.values())) == [2, 2, 6]
    assert set().union(*parts.values()) == set(people)
    assert parts == by_person(people[::-1], labels[::-1], (0.7, 0.15, 0.15), 0, "x")
    with pytest.raises(UserError, match="only one person"):
        by_person(["anna"] * 4, [1, 0, 1, 0], (0.7, 0.3, 0.0), 0, "x")


def test_where_nobody_shows_both_classes_two_people_stand_for_a_part() -> None:
    people = [f"p{k}" for k in range(6)]
    for seed in range(8):
        labels = [1, 0, 0, 1, 0, 0]
        parts = by_person(people, labels, (0.7, 0.15, 0.15), seed, "x")
        for part in ("train", "val"):
            assert {label for name, label in zip(people, labels, strict=True) if name in parts[part]} == {0, 1}
        assert sum(map(len, parts.values())) == 6
    # One of each class: neither part can be judged, and none is empty.
    assert sorted(map(len, by_person(["a", "b"], [1, 0], (0.8, 0.2, 0.0), 0, "x").values())) == [1, 1]
    assert sorted(map(len, by_person(["a", "b", "c"], [-1] * 3, (0.7, 0.15, 0.15), 0, "x").values())) == [1, 1, 1]


def test_lists_with_one_class_are_warned_of(trees: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "list.txt").write_text("".join(f"{name}/live/a/color/0.png - - 1\n" for name in ("anna", "bert")))
    for name in ("anna", "bert"):
        (folder / f"{name}/live/a/color").mkdir(parents=True)
        (folder / f"{name}/live/a/color/0.png").write_bytes(b"")
    main(["lists", str(folder)])
    assert "one class only" in capsys.readouterr().err


def test_open_splits_warns_of_a_stream_that_some_samples_lack(trees: Path, tmp_path: Path) -> None:
    """One session of a webcam among those of a depth camera would take depth from all of them in silence."""
    lines = (trees / "surf" / "train_list.txt").read_text().splitlines()
    color, _, _, label = lines[0].split()
    path = tmp_path / "list.txt"
    path.write_text("\n".join([f"{color} - - {label}", *lines[1:]]))
    data = DataConfig(folder=trees / "surf", train_list=path, val_list=trees / "surf" / "val_private_list.txt")
    splits = open_splits(data, STREAMS, True)
    assert splits.train.streams == {"rgb"}
    said = " ".join(splits.warnings)
    for stream in ("depth", "ir"):
        assert f"1 of {len(lines)} samples have no {stream}" in said
    assert not open_splits(data, ("rgb",), True).warnings


def test_read_list_refuses_paths_outside_the_data_folder(trees: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("../../etc/passwd ../x ../y 1\n")
    with pytest.raises(UserError, match=r"line 1.*outside the data folder"):
        read_list(path, trees / "surf")


@pytest.mark.parametrize(
    ("text", "says"),
    [("a b 1\n", "expected `color depth ir label`"), ("", "is empty"), ("- - - 1\n", "no stream has a picture")],
)
def test_lists_that_cannot_be_understood(trees: Path, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(text)
    with pytest.raises(UserError, match=says):
        read_list(path, trees / "surf")


def test_missing_pictures_are_counted_named_and_stop_the_training_when_many(trees: Path, tmp_path: Path) -> None:
    lines = (trees / "surf" / "train_list.txt").read_text().splitlines()
    lines[3] = lines[3].replace("/color/", "/gone/")
    path = tmp_path / "train.txt"
    path.write_text("\n".join(lines))
    right = trees / "surf" / "val_private_list.txt"
    with pytest.raises(UserError, match=r"1 of 32 samples have missing pictures \(.*gone"):
        opened(folder=trees / "surf", train_list=path, val_list=right)
    splits = opened(folder=trees / "surf", train_list=path, val_list=right, max_missing=0.1)
    assert len(splits.train) == 31
    assert any("gone" in warning for warning in splits.warnings)


def test_list_set_names_a_damaged_picture(trees: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8 no picture")
    (tmp_path / "list.txt").write_text("a.jpg - - 1\n")
    with pytest.raises(UnreadableError, match=r"a\.jpg"):
        ListSet(read_list(tmp_path / "list.txt", tmp_path), tmp_path, "list").sample(0)


def test_list_set_refuses_infrared_of_floating_point(trees: Path, tmp_path: Path) -> None:
    shutil.copytree(trees / "surf", tmp_path / "surf")
    face_set = opened(folder=tmp_path / "surf").train
    file = tmp_path / "surf" / face_set.names[0].split()[2]
    shown = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    assert shown is not None
    encoded = cv2.imencode(".tiff", shown.astype(np.float32))[1]
    file.write_bytes(encoded.tobytes())
    with pytest.raises(UnreadableError, match=file.name):
        face_set.sample(0)


def test_open_splits_refuses_one_class_only(trees: Path, tmp_path: Path) -> None:
    lines = [line for line in (trees / "surf" / "train_list.txt").read_text().splitlines() if line.endswith("1")]
    (tmp_path / "train.txt").write_text("\n".join(lines))
    with pytest.raises(UserError, match="contains no attacks"):
        opened(
            folder=trees / "surf",
            train_list=tmp_path / "train.txt",
            val_list=trees / "surf" / "val_private_list.txt",
        )


def test_shared_people_are_warned_of(trees: Path) -> None:
    root = trees / "surf"
    splits = opened(
        folder=root,
        train_list=root / "train_list.txt",
        val_list=root / "val_private_list.txt",
        test_list=root / "train_list.txt",
    )
    assert any("4 people are in the training and in the test part" in w for w in splits.warnings)


def test_open_splits_refuses_a_network_whose_stream_is_absent(trees: Path, tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text(
        "\n".join(
            f"{line.split()[0]} - - {line[-1]}"
            for line in (trees / "surf/train_list.txt").read_text().split("\n")
            if line
        )
    )
    with pytest.raises(UserError, match="has no depth"):
        opened(("depth",), folder=trees / "surf", train_list=tmp_path / "train.txt")


def test_open_part_keeps_every_line_of_a_submission_list(trees: Path, tmp_path: Path) -> None:
    path = tmp_path / "test.txt"
    path.write_text("gone-color.jpg gone-depth.jpg gone-ir.jpg\nVal/0000/000000-color.jpg - -\n")
    part = open_part(DataConfig(folder=trees / "surf", test_list=path), "test", ("rgb",), keep_all=True)
    assert len(part) == 2


def test_layouts_are_recognised(trees: Path, tmp_path: Path) -> None:
    generated = write_tiny_set(tmp_path / "synth", people=4, shots=1)
    assert detect_layout(generated) == "synth"
    assert detect_layout(trees / "surf") == "casia-surf"
    assert detect_layout(trees / "cefa") == "cefa"
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="the layout is unknown"):
        detect_layout(tmp_path / "empty")


def test_balanced_epochs_show_every_species_alike_and_every_sample_in_turn(trees: Path) -> None:
    train = opened(folder=trees / "surf").train
    seen: list[int] = []
    for epoch in range(8):
        order = epoch_order(train, "species", 8, 0, epoch)
        seen += order.tolist()
        species = train.species[order]
        assert (species == "").sum() == 4
        assert (species == "01_en_b").sum() == 2
    assert set(np.bincount(seen, minlength=32)[train.labels == 1]) == {2}
    np.testing.assert_array_equal(epoch_order(train, "species", 8, 0, 3), epoch_order(train, "species", 8, 0, 3))


def test_open_splits_leaves_out_species_and_sensors(tmp_path: Path) -> None:
    folder = write_tiny_set(tmp_path / "set")
    table = (folder / "samples.csv").read_text().splitlines()
    # Every third sample of each person is another sensor's.
    changed = [line.replace("d435", "tof") if k % 3 == 0 else line for k, line in enumerate(table)]
    (folder / "samples.csv").write_text("\n".join([table[0], *changed[1:]]) + "\n")
    data = DataConfig(folder=folder, exclude_species=("replay",), exclude_sensors=("tof",))
    whole = open_splits(DataConfig(folder=folder), ("depth",), False)
    splits = open_splits(data, ("depth",), False)
    assert {*whole.train.species} == {"", "print-flat", "replay"}
    for part, all_of_it in ((splits.train, whole.train), (splits.dev, whole.dev)):
        assert {*part.species} == {"", "print-flat"}
        assert {*part.sensors} == {"d435"}
        kept = [n for n, s, c in zip(all_of_it.names, all_of_it.species, all_of_it.sensors, strict=True)
                if s != "replay" and c != "tof"]  # fmt: skip
        assert part.names == kept
    assert splits.test is not None
    assert whole.test is not None
    assert splits.test.names == whole.test.names


@pytest.mark.parametrize(
    ("excluded", "sentence"),
    [
        ({"exclude_species": ("reply",)}, "without_species reply: .* has print-flat, replay"),
        ({"exclude_sensors": ("tof",)}, "without_sensors tof: .* has d435"),
        ({"exclude_species": ("replay", "print-flat")}, "the training part contains no attacks"),
        ({"exclude_sensors": ("d435",)}, "the training part is empty"),
    ],
)
def test_open_splits_refuses_to_leave_out_what_it_needs(
    tmp_path: Path, excluded: dict[str, tuple[str, ...]], sentence: str
) -> None:
    data = DataConfig(folder=write_tiny_set(tmp_path / "set")).model_copy(update=excluded)
    with pytest.raises(UserError, match=sentence):
        open_splits(data, ("depth",), False)


def test_configure_takes_the_options_that_leave_out(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="fasdemo-flex")
    options.add_data(parser)
    options.add_training(parser)
    args = parser.parse_args(
        ["--data", str(tmp_path), "--without-species", "poster", "mask-resin", "--without-sensors", "tof"]
    )
    data = options.configure(args).data
    assert data.exclude_species == ("poster", "mask-resin")
    assert data.exclude_sensors == ("tof",)
    assert (
        check({"name": "a", "network": {"arch": "FeatherNetB"}, "data": data.model_dump(mode="json")}, "x").data == data
    )


def test_a_folder_above_a_data_set_names_the_data_set(tmp_path: Path) -> None:
    surf = tiny_trees.casia_surf(tmp_path / "data" / "CASIA-SURF")
    with pytest.raises(UserError, match=r"data: is not a data set, but .*CASIA-SURF is; give that one"):
        open_splits(DataConfig(folder=surf.parent), ("depth",), False)


def test_the_same_list_for_two_parts_is_warned_of(tmp_path: Path) -> None:
    lines = []
    for number in range(8):
        names = [f"{number:04d}-{stream}.jpg" for stream in ("color", "depth", "ir")]
        tiny_trees.save(tmp_path, names, number % 2 == 0, np.random.default_rng(number))
        lines.append(" ".join([*names, str(1 - number % 2)]))
    given = tmp_path / "list_of_mine.txt"
    given.write_text("\n".join(lines) + "\n")
    data = DataConfig(folder=tmp_path, train_list=given, val_list=given)
    assert "8 samples are in the training and in the development part" in " ".join(
        open_splits(data, ("depth",), False).warnings
    )
