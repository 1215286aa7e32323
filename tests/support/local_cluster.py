"""A Dask scheduler and workers on this machine, each a process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

R = TypeVar("R")
ROOT = Path(__file__).resolve().parents[2]


def until(true: Callable[[], bool], seconds: float = 200) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


@dataclass
class Cluster:
    """A scheduler and its workers; every worker writes a log into the folder."""

    folder: Path
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, name: str, *words: str) -> None:
        """Start a scheduler or a worker."""
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
        """Start a worker that runs some code first."""
        (self.folder / f"{name}.py").write_text(preload)
        options = ["--nthreads", str(threads), "--no-nanny", "--preload", str(self.folder / f"{name}.py")]
        self.start(name, self.address, *options)

    def log(self, name: str) -> str:
        """Return what a process printed."""
        return (self.folder / f"{name}.log").read_text(errors="replace")


@contextmanager
def local_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a scheduler, and end all processes afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    folder.mkdir()
    made = Cluster(folder, port)
    made.start("scheduler", "--host", "127.0.0.1", "--port", str(port))
    try:
        yield made
    finally:
        for process in made.processes.values():
            process.kill()
            process.wait()


def with_a_killed_worker(cluster: Cluster, hangs: str, work: Callable[[], R], preload: str = "") -> R:
    """Return the result of work on two workers, the first of which hangs in its first part and is killed then.

    Args:
        cluster: has no workers yet.
        hangs: module and name of the function of a part, which never ends on the first worker.
        work: runs in a thread, which starts after the first worker is ready, because clients wait only seconds for one.
        preload: code that both workers run first.
    """
    begun = cluster.folder / "begun"
    module, _, function = hangs.rpartition(".")
    cluster.worker("hanging", preload + _HANG.format(module=module, function=function, begun=str(begun)))
    until(lambda: "Registered to" in cluster.log("hanging"))
    pool = ThreadPoolExecutor(1)
    ending = pool.submit(work)
    # After a failure, the thread ends when the fixture has ended the scheduler.
    pool.shutdown(wait=False)
    until(lambda: begun.exists() or ending.done())
    assert begun.exists(), ending.result()
    cluster.worker("working", preload)
    until(lambda: "Registered to" in cluster.log("working"))
    cluster.processes["hanging"].kill()
    until(ending.done)
    return ending.result()


_HANG = """
import pathlib, time
import {module}

def hang(job, number):
    pathlib.Path({begun!r}).touch()
    time.sleep(600)

{module}.{function} = hang
"""
