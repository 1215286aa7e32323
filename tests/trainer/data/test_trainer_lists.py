"""Lists as people have them: exchanged labels, headers, parallel files, other folders, links, owners' releases."""

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
from trainer.config.schema import DataConfig
from trainer.data.faces import UnreadableError
from trainer.data.layouts.cefa import parts_by_definition
from trainer.data.lists.entries import read_list
from trainer.data.opening import detect_layout
from trainer.data.splits import Splits, open_part, open_splits


def opened(streams: tuple[Stream, ...] = STREAMS, **data: object) -> Splits:
    return open_splits(DataConfig.model_validate(data), streams, False)


@pytest.fixture
def surf(tmp_path: Path) -> Path:
    return tiny_trees.casia_surf(tmp_path / "surf")


def turn(path: Path, lines: slice = slice(None)) -> None:
    rows = path.read_text().splitlines()
    rows[lines] = [row[:-1] + str(1 - int(row[-1])) for row in rows[lines]]
    path.write_text("\n".join(rows) + "\n")


def test_label_sense_turns_a_list_round_that_contradicts_all_its_paths(surf: Path) -> None:
    right = opened(folder=surf)
    turn(surf / "train_list.txt")
    turn(surf / "val_private_list.txt")
    with pytest.raises(UserError, match=r"val_private_list.*set live_label to 0"):
        opened(folder=surf)  # the paths of Val/ name no class, and the labels of the training list were exchanged
    turned = opened(folder=surf, live_label="0")
    assert turned.train.labels.tolist() == right.train.labels.tolist()
    assert turned.dev.labels.tolist() == right.dev.labels.tolist()
    assert turned.train.species.tolist() == right.train.species.tolist()
    assert any("were exchanged" in warning and "train_list.txt" in warning for warning in turned.warnings)


def test_label_sense_refuses_a_list_that_contradicts_itself(surf: Path) -> None:
    turn(surf / "train_list.txt", slice(0, 1))
    with pytest.raises(UserError, match=r"1 of 32 labels contradict.*real_part.*names a live face"):
        opened(folder=surf)
    with pytest.raises(UserError, match="contradict the paths"):
        opened(folder=surf, live_label="1")


def test_lists_command_writes_turned_labels_as_live_1(
    surf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turn(surf / "train_list.txt")
    assert main(["lists", str(surf), "--output", str(tmp_path / "out")]) == 0
    assert "were exchanged" in capsys.readouterr().err
    for line in (tmp_path / "out" / "train.txt").read_text().splitlines():
        assert line.endswith(" 1") == ("real_part" in line)


@pytest.mark.parametrize("shares", ["nan 0.5 0.5", "0.5 nan 0.1", "0.5 0.5 nan", "inf 0.1 0.1", "0.5 0.4 -0.1"])
def test_lists_command_refuses_shares_that_are_no_shares(
    surf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], shares: str
) -> None:
    assert main(["lists", str(surf), "--output", str(tmp_path / "out"), "--shares", *shares.split()]) == 2
    assert "--shares: not valid" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_casia_release_reads_the_owners_lists(tmp_path: Path) -> None:
    tiny_trees.casia_surf(tmp_path / "CASIA_SURF" / "Data")
    (tmp_path / "protocol").mkdir()
    tree = tmp_path / "CASIA_SURF" / "Data"
    for part, people in (("train", ("0000", "0001", "0002")), ("dev", ("0003",))):
        colours = [p for p in sorted(tree.glob("Training/*/*/*/color/*.jpg")) if p.parts[-4][-4:] in people]
        images = [f"{p.relative_to(tmp_path).as_posix()} {int('fake_part' in str(p))}" for p in colours]
        videos = sorted({f"{p.parent.relative_to(tmp_path).as_posix()} {int('fake_part' in str(p))}" for p in colours})
        (tmp_path / "protocol" / f"CASIA_SURF@p1_video_{part}.txt").write_text("\n".join(videos))
        (tmp_path / "protocol" / f"CASIA_SURF@p1_image_{part}.txt").write_text("\n".join(images))
    assert detect_layout(tmp_path) == "casia-release"
    splits = opened(folder=tmp_path)
    assert sorted(splits.train.labels.tolist()) == [0] * 12 + [1] * 12
    assert set(splits.train.species.tolist()) == {"", "01_en_b", "05_enm_b"}
    assert splits.train.sample(0).ir is not None
    assert "protocol 1" in splits.described
    assert "CASIA_SURF@p1_image_train.txt" in splits.described
    for path in (tmp_path / "protocol").glob("*_image_*"):
        path.unlink()
    by_video = opened(folder=tmp_path)
    assert len(set(by_video.train.lines.tolist())) == 9
    assert len(by_video.train) == 24
    with pytest.raises(UserError, match=r"protocol 4.1: .* has 1; choose one"):
        opened(folder=tmp_path, protocol="4.1")


def test_protocol_beside_written_lists_is_refused_and_layout_selects_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = tiny_trees.cefa(tmp_path / "cefa")
    assert main(["lists", str(tree), "--protocol", "4@1"]) == 0
    assert "--layout cefa" in capsys.readouterr().out
    with pytest.raises(UserError, match=r"protocol 4@2: .*train.txt.*`layout` cefa"):
        opened(folder=tree, protocol="4@2")
    official = opened(folder=tree, protocol="4@2", layout="cefa")
    assert "4@2_train.txt" in official.described
    assert {name[0] for name in official.train.subjects.tolist()} == {"2"}
    assert "train: train.txt" in opened(folder=tree).described
    with pytest.raises(UserError, match="has no effect beside `train_list`"):
        opened(folder=tree, train_list=tree / "train.txt", val_list=tree / "val.txt", protocol="4@1")


def test_parallel_lists_with_the_published_names(tmp_path: Path) -> None:
    tree = tiny_trees.mmfd(tmp_path / "MMFD")
    for part in ("train", "val"):
        for stream in ("rgb", "depth", "ir", "label"):
            number = "2" if part == "train" else ""
            text = (tree / f"{stream}_{part}.txt").read_text().replace(f"{tree.resolve()}/", "./MMFD/")
            (tree / f"{stream}_{part}.txt").unlink()
            (tree / f"{number}{stream}_{part}.txt").write_text(text)
    assert detect_layout(tree) == "casia-surf"
    splits = opened(folder=tree)
    assert "train: 2rgb_train.txt" in splits.described
    assert len(splits.train) == len(splits.dev) == 16
    assert splits.train.labels.sum() == 8
    given = opened(folder=tree, train_list=tree / "2depth_train.txt", val_list=tree / "depth_val.txt")
    assert given.train.labels.tolist() == splits.train.labels.tolist()
    (tree / "2ir_train.txt").rename(tree / "ir_final_train.txt")
    (tree / "2label_train.txt").rename(tree / "label_ir_train.txt")
    infrared = opened(("ir",), folder=tree, train_list=tree / "ir_final_train.txt", val_list=tree / "ir_val.txt")
    assert infrared.train.labels.tolist() == splits.train.labels.tolist()
    assert infrared.train.streams == {"ir"}
    (tree / "label_ir_train.txt").unlink()
    with pytest.raises(UserError, match=r"ir_final_train.txt: has no labels"):
        opened(("ir",), folder=tree, train_list=tree / "ir_final_train.txt", val_list=tree / "ir_val.txt")


def test_parallel_lists_with_mmfd_take_precedence_over_the_challenges(surf: Path) -> None:
    lines = [line.split() for line in (surf / "train_list.txt").read_text().splitlines()]
    half = lines[:4] + lines[-4:]
    for column, name in enumerate(("2rgb", "2depth", "2ir", "2label")):
        (surf / f"{name}_train.txt").write_text("".join(f"{line[column]}\n" for line in half))
    splits = opened(folder=surf)
    assert "train: 2rgb_train.txt, val: val_private_list.txt" in splits.described
    assert len(splits.train) == 8


def test_lists_of_the_published_file_list_beside_training(surf: Path) -> None:
    lines = [line.split() for line in (surf / "train_list.txt").read_text().splitlines()]
    for column, name in enumerate(("rgb", "depth", "ir", "label")):
        words = [f"/home/zp/disk1T/CASIA-SURF/{w[column]}" if column < 3 else w[3] for w in lines]
        (surf / f"{name}_train.txt").write_text("\n".join(words) + "\n")
    expected = opened(folder=surf).train
    (surf / "train_list.txt").unlink()
    found = opened(folder=surf)
    assert "rgb_train.txt" in found.described
    assert found.train.labels.tolist() == expected.labels.tolist()
    np.testing.assert_array_equal(found.train.sample(0).rgb, expected.sample(0).rgb)


def test_list_with_a_header_in_another_order(surf: Path) -> None:
    lines = [line.split() for line in (surf / "train_list.txt").read_text().splitlines()]
    mixed = surf / "mixed.txt"
    mixed.write_text("rgb label ir depth\n" + "".join(f"{c} {y} {i} {d}\n" for c, d, i, y in lines))
    assert [(e.files, e.label) for e in read_list(mixed, surf)] == [
        (e.files, e.label) for e in read_list(surf / "train_list.txt", surf)
    ]
    mixed.write_text("rgb depth ir label\na b c\n")
    with pytest.raises(UserError, match=r"mixed.txt, line 2: has 3 columns, the header"):
        read_list(mixed, surf)


def test_list_of_results_has_scores_instead_of_labels(tmp_path: Path) -> None:
    tree = tiny_trees.cefa(tmp_path)
    path = tree / "phase1" / "4@1_test_res.txt"
    path.write_text("".join(f"{line.split()[0]} 0.153\n" for line in path.read_text().splitlines()))
    entries = read_list(path, tree / "phase1")
    assert {entry.label for entry in entries} == {-1}
    assert len(entries) == 12


@pytest.mark.parametrize("data", ["above", "below"])
def test_lists_written_for_a_folder_above_or_below(surf: Path, tmp_path: Path, data: str) -> None:
    if data == "below":
        shutil.copy(surf / "train_list.txt", tmp_path / "l.txt")
        entries = read_list(tmp_path / "l.txt", surf.parent)
        assert (surf.parent / entries[0].files["rgb"]).is_file()
    else:
        (tmp_path / "l.txt").write_text(
            (surf / "train_list.txt").read_text().replace("Training/", "up/CASIA/Training/")
        )
        entries = read_list(tmp_path / "l.txt", surf)
        assert (surf / entries[0].files["rgb"]).is_file()


def test_links_in_the_data_folder_are_followed_by_lists_and_train(surf: Path, tmp_path: Path) -> None:
    linked = tmp_path / "data"
    linked.mkdir()
    for name in ("Training", "Val"):
        (linked / name).symlink_to(surf / name)
    for path in surf.glob("*.txt"):
        shutil.copy(path, linked)
    assert len(opened(folder=linked).train) == len(opened(folder=surf).train)
    assert main(["lists", str(linked)]) == 0
    assert len(opened(folder=linked).train) > 0
    outside = tmp_path / "outside.txt"
    outside.write_text(f"{surf}/Val/0000/000000-color.jpg 1\n")
    (linked / "Val").unlink()
    with pytest.raises(UserError, match="outside the data folder"):
        read_list(outside, linked)


def full_cefa(tmp_path: Path) -> Path:
    """The full release with a printed and a silicone mask; pictures of CeFA's challenge under new names."""
    tree = tiny_trees.cefa(tmp_path / "small")
    full = tmp_path / "CASIA_CeFA"
    for video in sorted((tree / "phase1" / "train").iterdir()):
        race = {"1": "AF", "2": "CA"}[video.name[0]]
        shutil.copytree(video, full / "Ethnicity" / race / f"{race}-{video.name[2:5]}-198006250024" / video.name)
    for kind, name in (("3D-Mask", "1_002_1_1_2_1_3"), ("Silicone-Mask", "2_001_1_0_2_1_3")):
        shutil.copytree(tree / "phase1" / "dev" / "001001", full / "Mask" / kind / name[2:5] / name)
    return full


def test_cefa_masks_are_read_by_the_owners_lists(tmp_path: Path) -> None:
    full = full_cefa(tmp_path)
    (full / "protocol").mkdir()
    videos = sorted(full.glob("Ethnicity/*/*/*")) + sorted(full.glob("Mask/*/*/*"))
    for part, wanted in (("train", "Ethnicity/AF"), ("dev", "Ethnicity/CA"), ("test", "Mask")):
        lines = [
            # The owners write 0 for live faces, whose folders end with _1.
            f"{path.relative_to(full.parent).as_posix()} {int(wanted == 'Mask' or not video.name.endswith('_1'))}"
            for video in videos
            if f"/{wanted}/" in str(video)
            for path in sorted((video / "profile").iterdir())
        ]
        (full / "protocol" / f"CASIA_CeFA@p1.1_image_{part}.txt").write_text("\n".join(lines) + "\n")
    assert detect_layout(full) == "casia-release"
    splits = opened(folder=full, protocol="1.1")
    assert splits.test is not None
    assert set(splits.test.species.tolist()) == {"3d-mask", "silicone-mask"}
    assert set(splits.test.subjects.tolist()) == {"3d-mask-002", "silicone-mask-001"}
    assert set(splits.test.labels.tolist()) == {0}
    assert splits.test.streams == set(STREAMS)


CEFA_VIDEOS = ("1_1_1", "3_1_2", "3_2_2", "3_1_4")
"""Device, session and kind of the four videos of a person: live, two cloth prints, replay."""
CEFA_RELEASE = [
    *(f"{race}_{person:03d}_{video}" for race in (1, 2, 3) for person in range(500) for video in CEFA_VIDEOS),
    "1_002_1_1_2_1_3",
    "2_001_1_0_2_1_3",
]


@pytest.mark.parametrize(
    ("protocol", "counts"),
    [
        # Videos of the owners' description, but two masks instead of 1,123 in the test.
        ("1@1", (800, 400, 1602)),
        ("2@1", (1800, 900, 1202)),
        ("2@2", (1200, 600, 1802)),
        ("4@1", (400, 200, 1202)),
        ("4@3", (400, 200, 1202)),
        ("4", (1200, 600, 1802)),
    ],
)
def test_cefa_parts_by_definition_have_the_published_numbers_of_videos(
    protocol: str, counts: tuple[int, int, int]
) -> None:
    parts = parts_by_definition(protocol, CEFA_RELEASE)
    assert tuple(len(parts[part]) for part in ("train", "val", "test")) == counts
    assert not {name[:5] for name in parts["train"]} & {name[:5] for name in (*parts["val"], *parts["test"][:-2])}


def test_cefa_full_release_without_lists_has_the_parts_of_its_protocol(tmp_path: Path) -> None:
    tree = tiny_trees.cefa(tmp_path / "small")
    full = tmp_path / "above" / "CASIA_CeFA"
    for person in (f"{race}_{number}" for race in (1, 2) for number in ("007", "207", "307")):
        folder = full / "Ethnicity" / {"1": "AF", "2": "CA"}[person[0]] / f"{person[2:]}-198006250024"
        for video in CEFA_VIDEOS:
            shutil.copytree(tree / "phase1" / "train" / f"1_000_1_1_{video[-1]}", folder / f"{person}_{video}")
    shutil.copytree(tree / "phase1" / "dev" / "001001", full / "Mask" / "3D-Mask" / "002" / "1_002_1_1_2_1_3")
    assert detect_layout(full) == "cefa"
    splits = opened(folder=full, protocol="4@2")
    assert (set(splits.train.subjects), set(splits.train.species)) == ({"2_007"}, {"", "replay"})
    assert (set(splits.dev.subjects), set(splits.dev.species)) == ({"2_207"}, {"", "replay"})
    assert splits.test is not None
    assert set(splits.test.subjects) == {"1_307", "3d-mask-002"}
    assert set(splits.test.species) == {"", "print-cloth", "3d-mask"}
    assert len(set(splits.test.lines.tolist())) == 4  # live, two prints and the mask: each video gets one score
    assert "protocol 4@2, the definition applied to the names" in splits.described
    with pytest.raises(UserError, match=r"protocol 3@1: .* has 1@1, 1@2, 1@3, 2@1, 2@2, 4@1, 4@2, 4@3, 4"):
        opened(folder=full, protocol="3@1")
    with pytest.raises(UserError, match="CASIA_CeFA is; give that one"):
        detect_layout(full.parent)


def test_lists_with_some_unlabelled_lines_are_refused(surf: Path) -> None:
    right = (surf / "train_list.txt").read_text()
    rows = right.splitlines()
    for number, label, message in (
        (5, "2", r"train_list.txt, line 6: label 2; expected 1 for a live face or 0 for an attack"),
        (0, "-1", r"train_list.txt, line 1: label -1; expected"),
        (3, "", r"train_list.txt, line 4: `Training/.*` has no label, as have 1 of 32 samples; add the labels"),
        (3, "0.5", r"train_list.txt, line 4: .* has no label"),
    ):
        changed = [*rows[:number], f"{rows[number][:-1]}{label}".strip(), *rows[number + 1 :]]
        (surf / "train_list.txt").write_text("\n".join(changed) + "\n")
        with pytest.raises(UserError, match=message):
            opened(folder=surf)
    (surf / "train_list.txt").write_text(right)
    public = surf / "val_private_list.txt"
    public.write_text(public.read_text().replace(" 1\n", "\n", 1))
    with pytest.raises(UserError, match=r"val_private_list.txt, line 1: .* has no label, as have 1 of 8 samples"):
        opened(folder=surf)


@pytest.mark.parametrize("before", ["", "D:\\sets\\"])
def test_lists_with_windows_paths_are_read(surf: Path, tmp_path: Path, before: str) -> None:
    rows = (surf / "train_list.txt").read_text().splitlines()
    words = [[before + word.replace("/", "\\") for word in row.split()[:3]] + row.split()[3:] for row in rows]
    (tmp_path / "windows.txt").write_text("\r\n".join(" ".join(row) for row in words) + "\r\n")
    splits = opened(folder=surf, train_list=tmp_path / "windows.txt", val_list=surf / "val_private_list.txt")
    assert len(splits.train) == 32
    assert splits.train.sample(0).rgb is not None


def test_depth_of_floating_point_needs_numbers(surf: Path) -> None:
    rows = [row.split() for row in (surf / "train_list.txt").read_text().splitlines()]
    for row, picture in ((rows[0], np.full((8, 8), np.nan)), (rows[1], np.diag([np.nan] + [500.0] * 7))):
        code, content = cv2.imencode(".tiff", picture.astype(np.float32))
        assert code
        (surf / row[1]).write_bytes(content.tobytes())
    train = opened(("depth",), folder=surf).train
    with pytest.raises(UnreadableError):
        train.sample(0)
    depth = train.sample(1).depth
    assert depth is not None
    assert depth.dtype == np.float32
    assert (depth[0, 0], depth[1, 1]) == (0, 500)


def test_an_archive_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "casia.zip").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"casia.zip: is a file; unpack it, and give the folder"):
        detect_layout(tmp_path / "casia.zip")


def test_given_lists_replace_those_of_the_layout(surf: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("".join(f"{line}\n" for line in (surf / "val_private_list.txt").read_text().splitlines()[:4]))
    splits = opened(folder=surf, val_list=short, test_list=surf / "val_private_list.txt")
    assert (len(splits.dev), splits.test is not None and len(splits.test)) == (4, 8)
    assert "val: short.txt, test: val_private_list.txt" in splits.described
    assert main(["lists", str(surf)]) == 0
    assert len(opened(folder=surf, layout="lists", val_list=short).dev) == 4


def test_given_lists_of_a_set_with_its_own_parts_are_refused(surf: Path, tmp_path: Path) -> None:
    folder = write_tiny_set(tmp_path / "set", people=4, shots=2)
    message = r"val_list .*val_private_list.txt: has no effect, because .* its own parts; leave it out, or give"
    with pytest.raises(UserError, match=message):
        opened(folder=folder, val_list=surf / "val_private_list.txt")
    (surf / "list.txt").write_text((surf / "train_list.txt").read_text())
    with pytest.raises(UserError, match=message):
        opened(folder=surf, layout="lists", val_list=surf / "val_private_list.txt")


def test_open_part_tells_of_turned_labels(surf: Path) -> None:
    turn(surf / "train_list.txt")
    part = open_part(DataConfig(folder=surf, train_list=surf / "train_list.txt"), "train", STREAMS)
    assert any("were exchanged" in warning for warning in part.warnings)
    assert part.labels.sum() == 16
