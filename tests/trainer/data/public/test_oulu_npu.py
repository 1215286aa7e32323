"""OULU-NPU: protocols by the owners' lists and by the definition, crops around the owners' eye positions."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.models.crop import TEMPLATE
from tests.support import public_trees
from tests.support.public_trees import opened
from trainer.cli.main import main
from trainer.config.schema import DataConfig
from trainer.data.faces import FaceSet
from trainer.data.layouts.recorded import SCALE, SIZE
from trainer.data.opening import detect_layout
from trainer.data.public.clips import Clip
from trainer.data.public.oulu_npu import OuluNpu, _eyes, _from_names
from trainer.data.splits import open_part


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return public_trees.oulu(tmp_path_factory.mktemp("oulu") / "OULU")


@pytest.fixture
def tree(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "OULU")
    return tmp_path / "OULU"


def shown(part: FaceSet | None) -> set[str]:
    assert part is not None
    return {name.rpartition("/")[2] for name in part.names}


@pytest.mark.parametrize(
    ("protocol", "train", "test"),
    [
        ("1", "[12]_1_01_[1-5]", "[12]_3_36_[1-5]"),
        ("2", "[12]_[13]_01_[124]", "[12]_[13]_36_[135]"),
        ("3@2", "1_[13]_01_[1-5]", "2_[13]_36_[1-5]"),
        ("4@1", "2_1_01_[124]", "1_3_36_[135]"),
    ],
)
def test_oulu_npu_protocols_follow_the_published_definition(made: Path, protocol: str, train: str, test: str) -> None:
    splits = opened(made, protocol)
    everything = [name for names in public_trees.OULU_NAMES.values() for name in names]
    assert shown(splits.train) == {name for name in everything if Path(name).match(train)}
    assert shown(splits.test) == {name for name in everything if Path(name).match(test)}
    assert shown(splits.dev) == {name.replace("_01_", "_21_") for name in shown(splits.train)}
    assert f"protocol {protocol}, the definition applied to the names" in splits.described


@pytest.mark.parametrize(
    ("protocol", "counts"),
    [("1", (1200, 900, 600)), ("2", (1080, 810, 1080)), ("3@4", (1500, 1125, 300)), ("4@6", (600, 450, 60))],
)
def test_oulu_npu_parts_have_the_published_numbers_of_videos(protocol: str, counts: tuple[int, int, int]) -> None:
    everything = [
        f"{phone}_{session}_{person:02d}_{kind}"
        for phone in range(1, 7)
        for session in range(1, 4)
        for person in range(1, 56)
        for kind in range(1, 6)
    ]
    assert tuple(len(_from_names(protocol, part, everything)) for part in ("train", "val", "test")) == counts


def test_oulu_npu_labels_species_people_and_phones(made: Path) -> None:
    splits = opened(made, "2")
    facts = {
        (name[-1], label, species)
        for name, label, species in zip(splits.train.names, splits.train.labels, splits.train.species, strict=True)
    }
    assert facts == {("1", 1, ""), ("2", 0, "print-1"), ("4", 0, "replay-1")}
    assert set(splits.train.subjects.tolist()) == {"01"}
    assert set(splits.train.sensors.tolist()) == {"phone-1", "phone-2"}
    assert splits.warnings == ()


def test_oulu_npu_crops_have_the_eyes_at_the_template(made: Path) -> None:
    splits = opened(made, "1")
    rgb = splits.train.sample(0).rgb
    assert rgb is not None
    picture = rgb.astype(float)
    assert picture.shape == (SIZE, SIZE, 3)
    assert splits.train.crop_scale == SCALE
    for index, channel in ((0, 0), (1, 2)):
        others = [c for c in range(3) if c != channel]
        mask = (picture[..., channel] > 180) & (picture[..., others].max(-1) < 90)
        y, x = np.nonzero(mask)
        expected = ((TEMPLATE[index] - 0.5) / SCALE + 0.5) * SIZE - 0.5
        assert np.abs(np.array([x.mean(), y.mean()]) - expected).max() < 1.5


def test_oulu_npu_frames_are_taken_by_the_step_and_share_a_video(made: Path) -> None:
    assert len(opened(made, "1").train) == 10
    finer = opened(made, "1", frame_step=2)
    assert len(finer.train) == 20
    assert np.unique(finer.train.lines, return_counts=True)[1].tolist() == [2] * 10
    assert "one frame in 2" in finer.described


@pytest.mark.parametrize("place", ["Protocols", "Protocols/Protocols", "."])
def test_oulu_npu_lists_of_the_owners_take_precedence(tree: Path, place: str) -> None:
    folder = tree / place / "Protocol_3"
    folder.mkdir(parents=True)
    (folder / "Train_5.txt").write_text("+1,1_1_01_1\n-1,1_1_01_2\n")
    (folder / "Dev_5.txt").write_text("+1,1_1_21_1\n-2,1_1_21_4\n")
    # Anonymous names of early test videos, whose labels follow from the list or are unknown.
    for source, name in (("1_1_36_1", "02B80"), ("1_1_36_5", "02F68"), ("1_1_36_2", "03350")):
        for suffix in (".avi", ".txt"):
            (tree / "Test_files" / f"{source}{suffix}").rename(tree / "Test_files" / f"{name}{suffix}")
    (folder / "Test_5.txt").write_text("+1,02B80\n-2,02F68\n03350\n")
    splits = opened(tree, "3@5")
    assert "Train_5.txt, Dev_5.txt, Test_5.txt" in splits.described
    assert splits.train.names == ["train/1_1_01_1", "train/1_1_01_2"]
    assert splits.test is not None
    assert splits.test.labels.tolist() == [1, 0, -1]
    assert splits.test.species.tolist() == ["", "replay", ""]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("-1,1_1_01_1", r"Train.txt, line 2: label -1 contradicts the name 1_1_01_1"),
        ("+7,1_1_01_1", r"Train.txt, line 2: expected `\+1,NAME`"),
    ],
)
def test_oulu_npu_lists_that_cannot_be_right_are_refused(tree: Path, line: str, sentence: str) -> None:
    (tree / "Protocols" / "Protocol_1").mkdir(parents=True)
    (tree / "Protocols" / "Protocol_1" / "Train.txt").write_text(f"+1,1_1_01_1\n{line}\n")
    with pytest.raises(UserError, match=sentence):
        opened(tree, "1")


def test_oulu_npu_crops_are_kept_and_cut_again_when_a_video_changes(tree: Path) -> None:
    opened(tree, "1")
    crops = tree.with_name("OULU-crops")
    first = (crops / "train/1_1_01_1/000000.png").stat().st_mtime_ns
    opened(tree, "1")
    assert (crops / "train/1_1_01_1/000000.png").stat().st_mtime_ns == first
    public_trees.oulu_video(tree, "1_1_01_1", "Train_files", frames=20)
    assert len(opened(tree, "1").train) == 11
    assert not list(crops.glob("**/*.partial"))
    assert json.loads((crops / "train/1_1_01_1/clip.json").read_text())["frames"] == [0, 15]


def test_oulu_npu_frames_without_eyes_and_missing_videos_are_counted(tree: Path) -> None:
    public_trees.oulu_video(tree, "1_1_01_2", "Train_files", frames=2, without=(0,))
    splits = opened(tree, "1")
    assert "train/1_1_01_2" not in splits.train.names
    assert any("1 frames show no face (0 live, 1 attack)" in warning for warning in splits.warnings)
    assert any("1 videos have no usable frame (train/1_1_01_2" in warning for warning in splits.warnings)
    (tree / "Protocols" / "Protocol_1").mkdir(parents=True)
    (tree / "Protocols" / "Protocol_1" / "Train.txt").write_text("+1,1_1_01_1\n-1,1_1_01_3\n-1,1_1_02_3\n")
    with pytest.raises(UserError, match=r"1 of 3 files are missing or unreadable \(1_1_02_3.avi"):
        opened(tree, "1")
    assert any("1_1_02_3.avi" in warning for warning in opened(tree, "1", max_missing=0.5).warnings)


def test_oulu_npu_damaged_videos_are_named(tree: Path) -> None:
    (tree / "Train_files" / "1_1_01_4.avi").write_bytes(b"not a video")
    with pytest.raises(UserError, match=r"1 of 10 files are missing or unreadable \(train/1_1_01_4"):
        opened(tree, "1")
    (tree / "Train_files" / "1_1_01_3.txt").write_text("0,1,2,3\n")
    with pytest.raises(UserError, match=r"1_1_01_3.txt, line 1: expected `frame,x_left"):
        opened(tree, "1", frame_step=3)


def test_oulu_npu_eyes_in_the_other_order_give_the_same_crop(tree: Path) -> None:
    clip = Clip(tree / "Train_files" / "1_1_01_1.avi", "x", 1)
    nothing = np.zeros((1, 1, 3), np.uint8)
    expected = _eyes(clip)(0, nothing)
    left, right = "40,60", "80,62"
    clip.path.with_suffix(".txt").write_text(f"0,{right},{left}\n")
    found = _eyes(clip)(0, nothing)
    assert expected is not None
    assert found is not None
    assert np.allclose(found, expected)


def test_oulu_npu_is_recognised_also_from_the_folder_above(made: Path, tmp_path: Path) -> None:
    assert detect_layout(made) == "oulu-npu"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "OULU").symlink_to(made, target_is_directory=True)
    assert detect_layout(tmp_path / "data") == "oulu-npu"
    with pytest.raises(UserError, match=r"protocol 5: .*layout oulu-npu\) has 1, 2, 3@1"):
        opened(made, "5")
    with pytest.raises(UserError, match="does not contain oulu-npu; correct the path"):
        opened(tmp_path, layout="oulu-npu")


def test_oulu_npu_gives_colour_alone_and_refuses_lists(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match=r"has no depth, which the network needs; the data set has colour alone"):
        opened(made, "1", ("depth",))
    assert main(["lists", str(made)]) == 2
    assert "oulu-npu has its own parts" in capsys.readouterr().err


def test_oulu_npu_crops_do_not_replace_other_folders(tree: Path) -> None:
    crops = tree.with_name("OULU-crops")
    crops.mkdir()
    (crops / "mine.txt").write_text("x")
    with pytest.raises(UserError, match=r"OULU-crops: this folder exists, but does not contain crops of videos"):
        opened(tree, "1")
    assert [path.name for path in crops.iterdir()] == ["mine.txt"]


def test_open_part_reads_the_test_part_of_a_protocol(made: Path) -> None:
    part = open_part(DataConfig(folder=made, protocol="4@2"), "test", ("rgb",))
    assert set(part.species.tolist()) == {"", "print-2", "replay-2"}
    assert OuluNpu.protocols[2] == "3@1"


def test_oulu_npu_videos_that_are_cut_off_are_named(tree: Path) -> None:
    path = tree / "Train_files" / "1_1_01_1.avi"
    public_trees.oulu_video(tree, "1_1_01_1", "Train_files", frames=40)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for splits in (opened(tree, "1"), opened(tree, "1")):  # cut, then kept
        assert any("1 videos are damaged or cut off (train/1_1_01_1 ...)" in warning for warning in splits.warnings)
        assert "train/1_1_01_1" in splits.train.names
    path.unlink()
    path.symlink_to(tree / "absent.avi")
    with pytest.raises(UserError, match=r"1 of 10 files are missing or unreadable \(train/1_1_01_1"):
        opened(tree, "1")
