"""CASIA-SURF 3DMask: live people and masks by their folders, split by person."""

import shutil
from pathlib import Path

import pytest

from fasdemo.errors import UserError
from tests.support import face_fixtures, public_trees
from tests.support.public_trees import opened
from trainer.data.opening import detect_layout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    face_fixtures.model_or_skip()
    picture = face_fixtures.picture(100, 160, 120, 320, 240)
    return public_trees.casia_3dmask(tmp_path_factory.mktemp("3dmask") / "CASIA_SURF_3DMask", picture)


def test_casia_3dmask_is_split_by_person(made: Path) -> None:
    assert detect_layout(made) == detect_layout(made.parent) == "casia-surf-3dmask"
    splits = opened(made)
    assert splits.test is not None
    parts = [splits.train, splits.dev, splits.test]
    people = [set(part.subjects.tolist()) for part in parts]
    assert sorted(name for some in people for name in some) == [f"0927_{person:03d}" for person in range(4)]
    for part in parts:
        assert set(part.species.tolist()) == {"", "mask-1", "mask-3"}
        assert part.labels.sum() * 3 == len(part)
    assert "split by person" in splits.described


def test_casia_3dmask_names_what_it_lacks(made: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"protocol 1: .*layout casia-surf-3dmask\) has none"):
        opened(made, "1")
    with pytest.raises(UserError, match="has no ir, which the network needs"):
        opened(made, None, ("ir",))
    shutil.copytree(made / "Real", tmp_path / "some" / "Real")
    (tmp_path / "some" / "Fake").mkdir()
    with pytest.raises(UserError, match=r"Fake: contains no PERSON/MASK/N.MOV"):
        opened(tmp_path / "some")
