"""HQ-WMCA: colour from recordings or the RGB release, parts and species from list and names."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from fasdemo.errors import UserError
from tests.support import face_fixtures, public_trees
from tests.support.public_trees import opened
from trainer.data.opening import detect_layout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    face_fixtures.model_or_skip()
    picture = face_fixtures.picture(150, 120, 192, 240, 384)
    return public_trees.hq_wmca(tmp_path_factory.mktemp("hq") / "HQ", picture)


@pytest.fixture
def tree(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "HQ")
    return tmp_path / "HQ"


def test_hq_wmca_reads_recordings_by_the_list(made: Path) -> None:
    splits = opened(made)
    assert splits.test is not None
    assert splits.train.species.tolist() == ["", "mannequin", "print"]
    assert splits.dev.species.tolist() == ["", "flexiblemask"]
    assert splits.test.species.tolist() == ["", "tattoo"]
    assert splits.train.subjects.tolist() == ["0001", "0502", "0003"]
    assert len(opened(made, frame_step=1).train) == 6
    assert "protocol grand_test-curated" in splits.described
    picture = splits.train.sample(0).rgb
    assert picture is not None
    # Skin is red rather than blue, so the planes are in the right order.
    red, _, blue = picture[70:120, 70:120].reshape(-1, 3).mean(0)
    assert red > blue + 15


def test_hq_wmca_reads_the_videos_of_the_rgb_release(tree: Path) -> None:
    picture = face_fixtures.picture(150, 120, 192, 240, 384)
    for path in sorted(tree.glob("**/*.h5")):
        # The videos lack the hash in their names.
        public_trees.video(tree / "HQ-WMCA-RGB" / "Bonafide" / f"{path.stem.partition('-')[0]}.mov", [picture] * 2)
        path.unlink()
    splits = opened(tree)
    assert splits.train.species.tolist() == ["", "mannequin", "print"]
    assert splits.train.names[0] == "1_01_0001_0000_00_00_000-0a"


def test_hq_wmca_preprocessed_files_and_other_streams_are_named_as_not_supported(tree: Path) -> None:
    with pytest.raises(UserError, match=r"has no depth, ir, which the network needs; of HQ-WMCA colour alone is supp"):
        opened(tree, None, ("depth", "ir"))
    for path in tree.glob("**/*.h5"):
        public_trees.frames_file(path, [np.zeros((16, 8, 8), np.uint8)])
    with pytest.raises(UserError, match=r"is a preprocessed file, which is not supported"):
        opened(tree)


def test_hq_wmca_recordings_of_another_form_are_counted_as_unreadable(tree: Path) -> None:
    path = next(tree.glob("**/1_02_*.h5"))
    with h5py.File(path, "w") as file:
        file.create_dataset("BASLER_BGR", data=np.zeros((1, 4, 4), np.uint8))
    with pytest.raises(UserError, match=r"1 of 3 files are missing or unreadable \(1_02_0003"):
        opened(tree)
    path.write_bytes(b"")
    with pytest.raises(UserError, match=r"1 of 3 files are missing or unreadable \(1_02_0003"):
        opened(tree)


def test_hq_wmca_lists_that_cannot_be_right_are_refused(tree: Path) -> None:
    path = tree / "PROTOCOL-grand_test-curated.csv"
    text = path.read_text()
    path.write_text(text.replace("0000_00_00_000-0a,0,bonafide", "0000_00_00_000-0a,1,attack/Print"))
    with pytest.raises(UserError, match=r"line 2: the list says an attack, the name 1_01_0001.*says otherwise"):
        opened(tree)
    path.unlink()
    (tree / "HQ-WMCA-RGB").mkdir()
    with pytest.raises(UserError, match=r"has no PROTOCOL-grand_test-curated.csv, and the names do not say"):
        opened(tree)


def test_hq_wmca_is_recognised(made: Path) -> None:
    assert detect_layout(made) == "hq-wmca"
    assert detect_layout(made.parent) == "hq-wmca"
    with pytest.raises(UserError, match=r"protocol LOO_Wig: .*has grand_test-curated; choose"):
        opened(made, "LOO_Wig")
