"""Workers that do the independent parts of a job: threads of this process, or the workers of a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fasdemo.errors import UserError
from trainer.cluster import run_on_cluster

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Workers:
    """The threads or the cluster that do a job.

    Attributes:
        threads: number of threads of this process; 0: one for each core.
        cluster: address of a Dask scheduler whose workers do the job instead.
    """

    threads: int = 0
    cluster: str | None = None

    def __post_init__(self) -> None:
        """Check the number of threads.

        Raises:
            UserError: it is negative.
        """
        if self.threads < 0:
            raise UserError(f"jobs {self.threads}: must be at least 1; choose another number.", parameter="jobs")

    def run(
        self, work: Callable[[J, int], R], job: J, numbers: Sequence[int], seen: Sequence[Path]
    ) -> Iterator[tuple[int, R]]:
        """Do the numbered parts of a job and yield number and result of each when it is finished, in any order.

        The first error ends the run.

        Args:
            work: does one part; OpenCV, PyAV and MediaPipe release the interpreter lock, so that threads suffice here.
            job: first argument of `work`.
            numbers: second arguments of `work`.
            seen: files and folders that the workers of a cluster must see.

        Raises:
            UserError: the cluster cannot be used.
        """
        if self.cluster is not None and numbers:
            yield from run_on_cluster(self.cluster, work, job, numbers, [path.resolve() for path in seen])
            return
        threads = min(self.threads or os.cpu_count() or 1, len(numbers))
        if threads <= 1:
            for number in numbers:
                yield number, work(job, number)
            return
        with ThreadPoolExecutor(threads, thread_name_prefix="part") as pool:
            futures = {pool.submit(work, job, number): number for number in numbers}
            try:
                for future in as_completed(futures):
                    yield futures.pop(future), future.result()
            finally:
                for future in futures:
                    future.cancel()


HERE = Workers()
"""All cores of this machine."""
