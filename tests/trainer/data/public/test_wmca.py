"""WMCA: registered colour, depth and infrared from the owners' HDF5 files, grandtest and leave-one-out."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS
from tests.support import public_trees
from tests.support.public_trees import opened
from trainer.cli.main import main
from trainer.data.faces import UnreadableError
from trainer.data.opening import detect_layout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return public_trees.wmca(tmp_path_factory.mktemp("wmca") / "WMCA")


@pytest.fixture
def tree(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "WMCA")
    return tmp_path / "WMCA"


def test_wmca_grandtest_has_the_listed_parts_and_species(made: Path) -> None:
    splits = opened(made, None, STREAMS)
    assert splits.test is not None
    assert splits.train.species.tolist()[::2] == ["", "glasses", "fakehead", "papermask", "prints"]
    assert splits.dev.species.tolist()[::2] == ["", "glasses", "rigidmask", "replay"]
    assert splits.test.species.tolist()[::2] == ["", "glasses", "flexiblemask", "replay", "rigidmask"]
    assert splits.train.labels.tolist()[::2] == [1, 0, 0, 0, 0]
    assert splits.train.subjects.tolist()[0] == "001"
    assert np.unique(splits.train.lines, return_counts=True)[1].tolist() == [2] * 5
    assert "protocol grandtest, PROTOCOL-grandtest.csv" in splits.described


def test_wmca_streams_come_from_their_planes(made: Path) -> None:
    sample = opened(made, None, STREAMS).train.sample(1)
    assert sample.rgb is not None
    assert sample.depth is not None
    assert sample.ir is not None
    assert sample.rgb.shape == (16, 16, 3)
    assert sample.rgb[0, 0].tolist() == [101, 111, 121]
    assert (sample.depth == 11).all()
    assert (sample.ir == 21).all()
    alone = opened(made, None, ("depth",)).train.sample(0)
    assert alone.rgb is None
    assert alone.ir is None
    assert alone.depth is not None
    assert alone.depth.dtype == np.uint8


def test_wmca_without_colour_files_uses_the_grey_plane(tree: Path) -> None:
    shutil.rmtree(tree / "WMCA_preprocessed_RGB")
    rgb = opened(tree, None, ("rgb",)).train.sample(1).rgb
    assert rgb is not None
    assert rgb[0, 0].tolist() == [1, 1, 1]


def test_wmca_without_depth_files_says_where_depth_is(tree: Path) -> None:
    (tree / "WMCA_preprocessed_RGB").rename(tree / "preprocessed-face-station_RGB")
    shutil.rmtree(tree / "WMCA_preprocessed_CDIT")
    assert len(opened(tree, None, ("rgb",)).train) == 10
    with pytest.raises(UserError, match=r"has no depth, which the network needs; depth and infrared are in WMCA_pre"):
        opened(tree, None, ("depth",))
    with pytest.raises(UserError, match=r"has no depth"):
        opened(tree, None, ("rgb", "depth"))


def test_wmca_leave_one_out_follows_from_grandtest_or_its_own_list(tree: Path) -> None:
    splits = opened(tree, "LOO_glasses")
    assert splits.test is not None
    assert "glasses" not in {*splits.train.species.tolist(), *splits.dev.species.tolist()}
    assert set(splits.test.species.tolist()) == {"", "glasses"}
    lines = (tree / "PROTOCOL-grandtest.csv").read_text().splitlines()
    own = [f"{number},{line}" for number, line in enumerate(lines) if "_4_01" not in line]
    (tree / "lists").mkdir()
    (tree / "lists" / "PROTOCOL-LOO_replay.csv").write_text(",path,attack,set\n" + "\n".join(own) + "\n")
    listed = opened(tree, "LOO_replay")
    assert "PROTOCOL-LOO_replay.csv" in listed.described
    assert len(listed.dev) == 6


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("face-station/12.02.18/001_01_000_0_00,attack/prints,train", r"line 15: the list says an attack, the name"),
        ("face-station/12.02.18/001_01_000_3_01,bona-fide,train", r"line 15: the list says bona fide, the name"),
        ("face-station/12.02.18/001_01_000_0_00,0,tomorrow", r"line 15: expected a recording and train, dev or eval"),
        ("face-station/12.02.18/001_01_000_0_00_7,0,train", r"line 15: 001_01_000_0_00_7 is not a recording of WMCA"),
        ("face-station/12.02.18/009_01_000_0_00,0,eval", r"1 of 6 files are missing or unreadable \(face-station"),
    ],
)
def test_wmca_lists_that_cannot_be_right_are_refused(tree: Path, line: str, sentence: str) -> None:
    with (tree / "PROTOCOL-grandtest.csv").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(UserError, match=sentence):
        opened(tree)


def test_wmca_without_lists_is_refused(tree: Path) -> None:
    (tree / "PROTOCOL-grandtest.csv").unlink()
    with pytest.raises(UserError, match=r"has no PROTOCOL-grandtest.csv, and the names do not say"):
        opened(tree)


def test_wmca_raw_recordings_are_named_as_not_supported(tree: Path) -> None:
    path = next((tree / "WMCA_preprocessed_RGB").glob("**/001_*.hdf5"))
    with h5py.File(path, "w") as file:
        file.create_dataset("IntelSR300_BGR", data=np.zeros((1, 3, 4, 4), np.uint8))
    with pytest.raises(UserError, match=r"001_01_000_0_00.hdf5: is a raw recording, .* not supported; give the"):
        opened(tree)


def test_wmca_damaged_files_are_missing_and_damaged_frames_unreadable(tree: Path) -> None:
    path = next((tree / "WMCA_preprocessed_CDIT").glob("**/512_*.hdf5"))
    with h5py.File(path, "a") as file:
        del file["Frame_0/array"]
        file.create_dataset("Frame_0/array", data=np.zeros((4, 16, 16), np.float32))
    train = opened(tree, None, ("ir",)).train
    with pytest.raises(UnreadableError, match=r"512_01_002_1_01.hdf5, frame 0"):
        train.sample(2)
    path.write_bytes(b"not HDF5")
    with pytest.raises(UserError, match=r"1 of 5 files are missing or unreadable \(face-station/12.02.18/512_01"):
        opened(tree, None, ("ir",))
    assert len(opened(tree, None, ("ir",), max_missing=0.5).train) == 8
    assert len(opened(tree, None, ("rgb",)).train) == 10


def test_wmca_is_recognised(made: Path) -> None:
    assert detect_layout(made) == detect_layout(made.parent) == "wmca"
    with pytest.raises(UserError, match=r"protocol LOO_hats: .*has grandtest, LOO_fakehead"):
        opened(made, "LOO_hats")


def test_wmca_trains_and_submits_one_score_per_recording(made: Path, tmp_path: Path) -> None:
    data = ["--data", str(made), "--protocol", "LOO_glasses", "--device", "cpu"]
    run = ["--output", str(tmp_path / "run"), "--epochs", "1", "--input-size", "64", "--set", "run.batch=4"]
    assert main(["train", "--config", "FeatherNetB-32", *data, *run]) == 0
    written = tmp_path / "scores.txt"
    assert main(["submit", str(tmp_path / "run" / "model.pt"), *data, "--output", str(written)]) == 0
    names = [line.split()[0] for line in written.read_text().splitlines()]
    assert names == [f"face-station/12.02.18/{name}" for name in ("041_01_000_0_00", "514_01_042_1_05")]
