"""CelebA-Spoof: labels and kinds of attack from the JSON files, squares around the owners' boxes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fasdemo.errors import UserError
from tests.support import public_trees
from tests.support.public_trees import opened
from trainer.data.opening import detect_layout
from trainer.data.public.celeba_spoof import MARGIN


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return public_trees.celeba(tmp_path_factory.mktemp("celeba") / "CelebA_Spoof")


@pytest.fixture
def tree(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "CelebA_Spoof")
    return tmp_path / "CelebA_Spoof"


@pytest.mark.parametrize("protocol", [None, "intra_test", "protocol2@low"])
def test_celeba_spoof_reads_labels_kinds_and_people(made: Path, protocol: str | None) -> None:
    splits = opened(made, protocol)
    assert splits.test is not None
    assert len(splits.train) + len(splits.dev) == 18
    assert set(splits.train.species.tolist()) == {"", "a4", "phone"}
    assert splits.test.labels.tolist() == [1, 0] * 2
    assert splits.test.species.tolist() == ["", "3d-mask"] * 2
    assert set(splits.test.subjects.tolist()) == {"11", "12"}
    # No development part is published, so some people of the training part are used for it.
    assert not set(splits.train.subjects.tolist()) & set(splits.dev.subjects.tolist())
    assert "a fifth of the training people used" in splits.described
    assert f"protocol {protocol or 'intra_test'}" in splits.described


def test_celeba_spoof_cuts_a_square_around_the_box(made: Path) -> None:
    picture = opened(made).train.sample(0).rgb
    assert picture is not None
    assert picture.shape == (256, 256, 3)
    red = (picture[..., 0] > 200) & (picture[..., 1] < 80)
    y, x = np.nonzero(red)
    # The box is 50 x 100 pixels (width x height) of the picture, its longer side 1 / MARGIN of the square.
    assert abs((y.max() - y.min() + 1) - 256 / MARGIN) < 4
    assert abs((x.max() - x.min() + 1) - 128 / MARGIN) < 4
    assert abs(x.mean() - 127.5) < 1
    assert abs(y.mean() - 127.5) < 1


@pytest.mark.parametrize("content", ["", "1 2 x 4 0.9", "nan 0 5 5 1", "1 1 0 0 1"])
def test_celeba_spoof_picture_without_a_usable_box_is_used_whole(tree: Path, content: str) -> None:
    for path in tree.glob("Data/**/*_BB.txt"):
        path.write_text(content)
    picture = opened(tree).train.sample(0).rgb
    assert picture is not None
    assert picture.shape == (400, 200, 3)


def changed(tree: Path, change: Callable[[dict[str, list[int]]], object]) -> None:
    path = tree / "metas" / "intra_test" / "train_label.json"
    labels = json.loads(path.read_text())
    change(labels)
    path.write_text(json.dumps(labels))


LIVE = "Data/train/1/live/001000.jpg"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda labels: labels.update({LIVE: [0] * 43 + [1]}),
            r"001000.jpg has the label 1, which its folder",
        ),
        (lambda labels: labels.update({LIVE: [0] * 40}), r"001000.jpg needs 44 numbers"),
        (lambda labels: labels.update({"../../x/live/1.jpg": [0] * 44}), r"is not a picture of the data set"),
        (lambda labels: labels.clear(), r"expected a dictionary of pictures"),
        (lambda labels: labels.update({"Data/train/1/live/9.jpg": [0] * 44}), r"1 of 19 files are missing.*live/9.jpg"),
    ],
)
def test_celeba_spoof_labels_that_cannot_be_right_are_refused(
    tree: Path, change: Callable[[dict[str, list[int]]], object], sentence: str
) -> None:
    changed(tree, change)
    with pytest.raises(UserError, match=sentence):
        opened(tree)


def test_celeba_spoof_damaged_files_are_named(tree: Path) -> None:
    path = tree / "metas" / "intra_test" / "train_label.json"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(UserError, match=r"train_label.json: is not complete JSON"):
        opened(tree)
    path.unlink()
    with pytest.raises(UserError, match=r"train_label.json: cannot be read"):
        opened(tree)


def test_celeba_spoof_is_recognised(made: Path) -> None:
    assert detect_layout(made) == detect_layout(made.parent) == "celeba-spoof"
    with pytest.raises(UserError, match=r"has no depth, which the network needs"):
        opened(made, None, ("depth",))
    with pytest.raises(UserError, match=r"has intra_test, protocol1, protocol2@high, protocol2@middle, protocol2@low"):
        opened(made, "protocol3")
