"""A data set rendered by two workers, one of which is killed, has the bytes of one rendered here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fasdemo.faces import model_file
from tests.support.local_cluster import Cluster, local_cluster, with_a_killed_worker
from trainer.synth.dataset.crops import Job, Recipe, render_crops
from trainer.synth.people.people import load_people

SMALL_SHARDS = """
from trainer.synth.dataset import crops
crops.SHARD_SETUPS = 1
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    with local_cluster(tmp_path / "cluster") as made:
        yield made


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_a_killed_worker_costs_nothing_and_the_bytes_are_the_same(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    if not (platformdirs.user_data_path("fasdemo", appauthor=False) / model_file.FILE_NAME).is_file():
        pytest.skip("MediaPipe's model file is not installed here (run `make demo` once)")
    monkeypatch.setattr("trainer.synth.dataset.crops.SHARD_SETUPS", 1)
    recipe = Recipe(seed=5, count=4, shots=1, species=("print-flat",), sensors={"d435": 1.0})
    people = load_people(None, None, 1, tmp_path / "work")
    hangs = "trainer.synth.dataset.crops._render_shard"
    far = Job(recipe, people, (), tmp_path / "far")
    done = with_a_killed_worker(cluster, hangs, lambda: render_crops(far, 1, cluster.address), SMALL_SHARDS)
    assert render_crops(Job(recipe, people, (), tmp_path / "near"), 1) == done
    assert contents(tmp_path / "far") == contents(tmp_path / "near")
