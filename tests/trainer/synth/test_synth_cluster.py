"""A data set rendered by two workers, one of which is killed, has the bytes of one rendered here."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from fasdemo.errors import UserError
from fasdemo.faces import model_file
from trainer.cli.main import main
from trainer.synth.dataset.cluster import run_on_cluster
from trainer.synth.dataset.crops import Job, Recipe, render_crops
from trainer.synth.people.people import load_people

ROOT = Path(__file__).resolve().parents[3]
SMALL_SHARDS = """
from trainer.synth.dataset import crops
crops.SHARD_SETUPS = 1
"""
HANGS = """
import pathlib, time
from trainer.synth.dataset import crops

def hang(job, shard):
    pathlib.Path({started!r}).touch()
    time.sleep(600)

crops._render_shard = hang
"""


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


@dataclass
class Cluster:
    """A scheduler and workers on this machine, each a process."""

    folder: Path
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, name: str, *words: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        command = [
            sys.executable,
            "-m",
            "distributed.cli." + ("dask_scheduler" if name == "scheduler" else "dask_worker"),
        ]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [*command, *words, "--no-dashboard"], env=environment, cwd=self.folder, stdout=log, stderr=log
            )

    def worker(self, name: str, preload: str, threads: int = 1) -> None:
        (self.folder / f"{name}.py").write_text(preload)
        options = ["--nthreads", str(threads), "--no-nanny", "--preload", str(self.folder / f"{name}.py")]
        self.start(name, self.address, *options)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (tmp_path / "cluster").mkdir()
    made = Cluster(tmp_path / "cluster", port)
    made.start("scheduler", "--host", "127.0.0.1", "--port", str(port))
    yield made
    for process in made.processes.values():
        process.kill()
        process.wait()


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
    started = tmp_path / "started"
    cluster.worker("hanging", SMALL_SHARDS + HANGS.format(started=str(started)))
    done: list[tuple[int, int]] = []
    far = Job(recipe, people, (), tmp_path / "far")
    thread = Thread(target=lambda: done.append(render_crops(far, 1, cluster.address)))
    thread.start()
    until(started.exists)
    cluster.worker("working", SMALL_SHARDS)
    cluster.processes["hanging"].kill()
    thread.join(120)
    assert done, cluster.log("working")
    assert render_crops(Job(recipe, people, (), tmp_path / "near"), 1) == done[0]
    assert contents(tmp_path / "far") == contents(tmp_path / "near")


def failing(job: object, shard: int) -> None:
    raise AssertionError("no worker knows this function")


def test_a_cluster_that_cannot_be_used_is_named(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    monkeypatch.setattr("trainer.synth.dataset.cluster._WAIT_S", 2)
    until(lambda: "Scheduler at" in cluster.log("scheduler"))
    with pytest.raises(UserError, match=r"has no workers; start some with `dask worker tcp"):
        list(run_on_cluster(cluster.address, failing, None, [0], folder))
    monkeypatch.setattr("trainer.synth.dataset.cluster._WAIT_S", 30)
    cluster.worker("one", "")
    with pytest.raises(UserError, match=r"does not see .*set; give a folder that all machines share"):
        list(run_on_cluster(cluster.address, failing, None, [0], folder))
    (folder / "recipe.json").write_text("{}")
    # The workers cannot import this module.
    with pytest.raises(UserError, match=r"cannot load what this machine sends; install the same version"):
        list(run_on_cluster(cluster.address, failing, None, [0], folder))
    copy: Callable[[Any, int], object] = shutil.copyfile  # type: ignore[assignment]  # what any worker can import
    with pytest.raises(FileNotFoundError, match="absent"):
        list(run_on_cluster(cluster.address, copy, str(tmp_path / "absent"), [1], folder))
    cluster.worker("many", "", threads=3)
    until(lambda: "Registered to" in cluster.log("many"))
    with pytest.raises(UserError, match=r"has 3 threads, but shards need a process each"):
        list(run_on_cluster(cluster.address, failing, None, [0], folder))


def test_no_scheduler_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("trainer.synth.dataset.cluster._WAIT_S", 1)
    with pytest.raises(UserError, match=r"cluster tcp://127.0.0.1:9: no scheduler answers; start one"):
        list(run_on_cluster("tcp://127.0.0.1:9", failing, None, [0], tmp_path))
    assert main(["synth", "noise", "--cluster", "tcp://127.0.0.1:9"]) == 2
    assert (
        "--cluster tcp://127.0.0.1:9: is only for the rendering of crops; omit it for noise" in capsys.readouterr().err
    )
