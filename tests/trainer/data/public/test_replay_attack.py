"""Replay-Attack: protocols choose attacks by name; the application's detector cuts the crops."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from fasdemo.errors import UserError
from tests.support import face_fixtures, public_trees
from tests.support.public_trees import opened
from trainer.data.opening import detect_layout
from trainer.data.public.clips import Cutting
from trainer.data.public.replay_attack import ReplayAttack


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    face_fixtures.model_or_skip()
    picture = face_fixtures.picture(100, 160, 120, 320, 240)
    return public_trees.replay(tmp_path_factory.mktemp("replay") / "replay", picture)


@pytest.mark.parametrize(
    ("protocol", "species"),
    [
        (None, {"print", "mobile-photo", "mobile-video", "highdef-photo", "highdef-video"}),
        ("print", {"print"}),
        ("mobile", {"mobile-photo", "mobile-video"}),
        ("highdef", {"highdef-photo", "highdef-video"}),
        ("photo", {"print", "mobile-photo", "highdef-photo"}),
        ("digitalphoto", {"mobile-photo", "highdef-photo"}),
        ("video", {"mobile-video", "highdef-video"}),
    ],
)
def test_replay_attack_protocols_choose_the_attacks(made: Path, protocol: str | None, species: set[str]) -> None:
    splits = opened(made, protocol)
    for number, part in enumerate((splits.train, splits.dev, splits.test), 1):
        assert part is not None
        assert set(part.species.tolist()) == species | {""}
        assert int((part.labels == 1).sum()) == 2
        assert len(part) == 2 + 2 * len(species)  # fixed and hand-held
        assert set(part.subjects.tolist()) == {f"{number:03d}"}
        assert not any("enroll" in name for name in part.names)
    assert f"protocol {protocol or 'grandtest'}" in splits.described
    assert splits.warnings == ()


@pytest.mark.parametrize(
    ("protocol", "attacks"),
    [("grandtest", 1000), ("print", 200), ("mobile", 400), ("highdef", 400)]
    + [("photo", 600), ("digitalphoto", 400), ("video", 400)],
)
def test_replay_attack_protocols_have_the_published_numbers_of_attacks(protocol: str, attacks: int) -> None:
    layout = ReplayAttack(Path("replay"), protocol, Cutting(15))
    kinds = [
        ("print", "highdef_photo"),
        *((device, f"{device}_{what}") for device in ("mobile", "highdef") for what in ("photo", "video")),
    ]
    names = [
        f"train/attack/{support}/attack_{device}_client{client:03d}_session01_{content}_{light}.mov"
        for support in ("fixed", "hand")
        for client in range(50)
        for device, content in kinds
        for light in ("adverse", "controlled")
    ]
    assert sum(layout._clip(Path("replay") / name) is not None for name in names) == attacks


def test_replay_attack_crops_show_the_face(made: Path) -> None:
    splits = opened(made, "print")
    picture = splits.train.sample(0).rgb
    assert picture is not None
    # The made-up background is grey 120; the face fills the middle of an aligned crop.
    middle = picture[60:132, 60:132].astype(float)
    assert picture.shape == (192, 192, 3)
    assert np.abs(middle - 120).mean() > 20


def test_replay_attack_frames_without_a_face_and_strange_names(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "replay")
    tree = tmp_path / "replay"
    grey = np.full((240, 320, 3), 120, np.uint8)
    name = "attack/fixed/attack_print_client001_session01_highdef_photo_adverse.mov"
    public_trees.video(tree / "train" / name, [grey] * 3)
    splits = opened(tree, "print")
    assert any("1 frames show no face (0 live, 1 attack)" in warning for warning in splits.warnings)
    assert any("1 videos have no usable frame (train/attack/fixed" in warning for warning in splits.warnings)
    public_trees.video(tree / "train" / "attack" / "hand" / "mine.mov", [grey])
    with pytest.raises(UserError, match=r"hand/mine.mov: is not a name of Replay-Attack"):
        opened(tree, "print")
    shutil.rmtree(tree / "test")
    (tree / "train" / "attack" / "hand" / "mine.mov").unlink()
    with pytest.raises(UserError, match=r"test: contains no .mov videos"):
        opened(tree, "print")


def test_replay_attack_is_recognised(made: Path) -> None:
    assert detect_layout(made) == detect_layout(made.parent) == "replay-attack"
    with pytest.raises(UserError, match=r"has no ir, which the network needs; the data set has colour alone"):
        opened(made, "print", ("ir",))
    with pytest.raises(UserError, match="has grandtest, print, mobile, highdef, photo, digitalphoto, video"):
        opened(made, "cover")


def test_replay_attack_needs_no_detector_once_the_crops_are_cut(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(made, "print")
    monkeypatch.setattr("fasdemo.faces.detector.FaceDetector", None)
    assert opened(made, "print").train.names == first.train.names
