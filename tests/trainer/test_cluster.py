"""Cutting and scoring by two workers, one of which is killed, give the bytes of one machine; bad clusters are named."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fasdemo.errors import UserError
from tests.support.local_cluster import Cluster, local_cluster, until, with_a_killed_worker
from tests.support.network_weights import settle
from tests.support.public_trees import oulu
from tests.support.recorded_people import WholeFrame, record_people
from tests.support.tiny_set import write_tiny_set
from trainer.checkpoints.checkpoint import Checkpoint, save
from trainer.checkpoints.stream_model import build_model
from trainer.cli.main import main
from trainer.cluster import run_on_cluster
from trainer.config.schema import DataConfig, load
from trainer.evaluation.cluster_scoring import ScoringJob, score_shard
from trainer.evaluation.scoring import Request
from trainer.workers import Workers


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    with local_cluster(tmp_path / "cluster") as made:
        yield made


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written_model(path: Path) -> Path:
    config = load("fasdemo-featherb-depth", {"input.size": 64})
    model, options = build_model(config)
    settle(model.network)
    facts = config.model_dump(mode="json")
    return save(path, Checkpoint(config.network.arch, model.network.state_dict(), options, facts))


SMALL_SHARDS = """
from trainer.evaluation import cluster_scoring
cluster_scoring.SHARD_BATCHES = 1
"""


def test_submit_on_a_cluster_gives_the_bytes_of_one_machine_though_a_worker_is_killed(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.evaluation.cluster_scoring.SHARD_BATCHES", 1)
    data = write_tiny_set(tmp_path / "set", people=24)
    model = written_model(tmp_path / "model.pt")
    words = ["submit", str(model), "--data", str(data), "--split", "train", "--raw"]
    hangs = "trainer.evaluation.cluster_scoring.score_shard"
    far = [*words, "--output", str(tmp_path / "far.txt"), "--cluster", cluster.address]
    assert with_a_killed_worker(cluster, hangs, lambda: main(far), SMALL_SHARDS) == 0
    assert main([*words, "--output", str(tmp_path / "near.txt")]) == 0
    text = (tmp_path / "near.txt").read_text()
    assert (tmp_path / "far.txt").read_text() == text
    scores = [line.split()[-1] for line in text.splitlines()]
    assert len(scores) == 144
    assert len(set(scores)) > 100

    # The same workers evaluate; figures of one machine, to the digit.
    evaluated = ["evaluate", str(model), "--data", str(data), "--calibrate"]
    for name, more in (("near", []), ("far", ["--cluster", cluster.address])):
        assert main([*evaluated, "--output", str(tmp_path / name), *more]) == 0
    for name in ("figures.json", "scores.csv"):
        assert (tmp_path / "far" / name).read_bytes() == (tmp_path / "near" / name).read_bytes()


def test_cut_videos_on_a_cluster_gives_the_bytes_of_one_machine_though_a_worker_is_killed(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    near, far = oulu(tmp_path / "near"), tmp_path / "far"
    shutil.copytree(near, far)
    words = ["cut", "--frame-step", "2", "--protocol", "1", "--data"]
    hangs = "trainer.data.public.clips.cut_clip"
    assert with_a_killed_worker(cluster, hangs, lambda: main([*words, str(far), "--cluster", cluster.address])) == 0
    capsys.readouterr()
    assert main([*words, str(near), "--jobs", "2"]) == 0
    assert "training part: 20 samples" in capsys.readouterr().out
    pictures = {name: data for name, data in files(tmp_path / "near-crops").items() if name.endswith(".png")}
    assert len(pictures) == 60
    assert pictures == {name: data for name, data in files(tmp_path / "far-crops").items() if name.endswith(".png")}


WHOLE_FRAME = """
import fasdemo.faces.detector
from tests.support.recorded_people import WholeFrame
fasdemo.faces.detector.FaceDetector = WholeFrame
"""


def test_cut_sessions_on_a_cluster_gives_the_bytes_of_one_machine(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fasdemo.faces.detector.FaceDetector", WholeFrame)
    near, far = record_people(tmp_path / "near"), tmp_path / "far"
    shutil.copytree(near, far)
    hangs = "trainer.data.layouts.recorded.cut_session"
    cut = ["cut", "--data", str(far), "--cluster", cluster.address]
    assert with_a_killed_worker(cluster, hangs, lambda: main(cut), WHOLE_FRAME) == 0
    capsys.readouterr()
    assert main(["cut", "--data", str(near), "--jobs", "3"]) == 0
    assert "near-crops: 16 crops" in capsys.readouterr().out
    found = {name: files(tmp_path / f"{name}-crops") for name in ("near", "far")}
    for made in found.values():
        del made["export.json"]  # names the folder of the sessions
    assert found["near"] == found["far"]
    assert len(found["near"]) == 3 * 16 + 3


def test_cut_says_what_cannot_be_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_tiny_set(tmp_path / "set", people=4, shots=1)
    assert main(["cut"]) == 2
    assert "--data: is required; give the folder of the sessions or videos" in capsys.readouterr().err
    assert main(["cut", "--data", str(data)]) == 2
    assert "contains pictures (layout synth), which need no cutting" in capsys.readouterr().err
    assert main(["cut", "--data", str(data), "--jobs", "-1"]) == 2
    assert main(["cut", "--data", str(oulu(tmp_path / "oulu")), "--jobs", "-1"]) == 2
    assert "--jobs -1: must be at least 1" in capsys.readouterr().err


def test_workers_stop_at_the_first_error_of_a_thread() -> None:
    def work(job: set[int], number: int) -> int:
        if number == 3:
            raise UserError("part 3 is damaged.")
        job.add(number)
        return number * number

    assert dict(Workers(4).run(work, set(), range(3), [])) == {0: 0, 1: 1, 2: 4}
    with pytest.raises(UserError, match="part 3 is damaged"):
        list(Workers(2).run(work, set(), range(9), []))


def test_a_worker_that_sees_other_files_is_named(tmp_path: Path) -> None:
    data = write_tiny_set(tmp_path / "set", people=4)
    model = written_model(tmp_path / "model.pt")
    job = ScoringJob(
        model, "0" * 64, DataConfig(folder=data).model_dump_json(), "test", True, "0" * 64, "32-true", "cpu", None,
        Request((("depth",),), (), 64, False),
    )  # fmt: skip
    with pytest.raises(UserError, match=r"model.pt: differs on the machine that started the command"):
        score_shard(job, 0)
    same = replace(job, model_sha256=hashlib.sha256(model.read_bytes()).hexdigest())
    with pytest.raises(UserError, match=r"set: differs on the machine that started the command"):
        score_shard(same, 0)


def failing(job: object, shard: int) -> None:
    raise AssertionError("no worker knows this function")


def test_a_cluster_that_cannot_be_used_is_named(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    monkeypatch.setattr("trainer.cluster._WAIT_S", 2)
    until(lambda: "Scheduler at" in cluster.log("scheduler"))
    with pytest.raises(UserError, match=r"has no workers; start some with `dask worker tcp"):
        list(run_on_cluster(cluster.address, failing, None, [0], [folder]))
    monkeypatch.setattr("trainer.cluster._WAIT_S", 30)
    cluster.worker("one", "")
    with pytest.raises(UserError, match=r"does not see .*set; give a path that all machines share"):
        list(run_on_cluster(cluster.address, failing, None, [0], [folder]))
    folder.mkdir()
    # The workers cannot import this module.
    with pytest.raises(UserError, match=r"cannot load what this machine sends; install the same version"):
        list(run_on_cluster(cluster.address, failing, None, [0], [folder]))
    copy: Callable[[Any, int], object] = shutil.copyfile  # type: ignore[assignment]  # what any worker can import
    with pytest.raises(FileNotFoundError, match="absent"):
        list(run_on_cluster(cluster.address, copy, str(tmp_path / "absent"), [1], [folder]))
    cluster.worker("many", "", threads=3)
    until(lambda: "Registered to" in cluster.log("many"))
    with pytest.raises(UserError, match=r"has 3 threads, but shards need a process each"):
        list(run_on_cluster(cluster.address, failing, None, [0], [folder]))


def test_no_scheduler_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("trainer.cluster._WAIT_S", 1)
    with pytest.raises(UserError, match=r"cluster tcp://127.0.0.1:9: no scheduler answers; start one"):
        list(run_on_cluster("tcp://127.0.0.1:9", failing, None, [0], [tmp_path]))
    assert main(["synth", "noise", "--cluster", "tcp://127.0.0.1:9"]) == 2
    assert (
        "--cluster tcp://127.0.0.1:9: is only for the rendering of crops; omit it for noise" in capsys.readouterr().err
    )
