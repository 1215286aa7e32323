"""Work done by the workers of a Dask cluster, which see the same files under the same paths."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from fasdemo.errors import UserError

J = TypeVar("J")
R = TypeVar("R")

TRIES = 4
"""How often a shard is begun before its failure ends the run; a killed worker costs its shard one try."""
_WAIT_S = 20


def run_on_cluster(
    address: str, work: Callable[[J, int], R], job: J, shards: Sequence[int], seen: Sequence[Path]
) -> Iterator[tuple[int, R]]:
    """Do shards of a job on a cluster and yield number and result of each when it is finished, in any order.

    A shard whose worker is lost is done by another one.

    Args:
        address: address of the scheduler, e.g. `tcp://10.0.0.1:8786`.
        work: does one shard of a job; the workers import it by its name.
        job: first argument of `work`.
        shards: numbers of the shards.
        seen: absolute paths of the files and folders that every worker must see.

    Raises:
        UserError: the extra is not installed, no scheduler or worker answers, a worker does not see the files or has
            several threads, or a shard failed `TRIES` times.
    """
    try:
        import distributed
    except ImportError:
        raise UserError(
            f"cluster {address}: needs Dask; install the extra with `pip install 'fasdemo[cluster]'`.",
            parameter="cluster",
        ) from None
    try:
        client = distributed.Client(address, timeout=_WAIT_S, set_as_default=False)
    except (OSError, ValueError, TypeError):
        raise UserError(
            f"cluster {address}: no scheduler answers; start one with `dask scheduler` and give its address.",
            parameter="cluster",
        ) from None
    with client:
        _check_workers(client, address, seen)
        # A task, so that the job is sent once to every worker, and again when the worker that held it is lost.
        shared = client.submit(_same, job, pure=False)
        # The scheduler reuses results by key, which must not happen between runs.
        run = secrets.token_hex(8)
        futures = {
            client.submit(work, shared, shard, key=f"shard-{shard}-{run}", retries=TRIES - 1): shard for shard in shards
        }
        try:
            for future in distributed.as_completed(futures, loop=client.loop):
                try:
                    result = future.result()
                except distributed.KilledWorker:
                    raise UserError(
                        f"cluster {address}: {TRIES} workers ended while they worked on shard {futures[future]}; look "
                        "into their logs, then run the same command again, finished files are kept.",
                        parameter="cluster",
                    ) from None
                except RuntimeError as error:
                    if "deserialization" not in str(error):
                        raise
                    raise UserError(
                        f"cluster {address}: the workers cannot load what this machine sends; install the same version "
                        "of fasdemo and of its packages on all machines.",
                        parameter="cluster",
                    ) from None
                yield futures[future], result
                # The result need not stay on the cluster.
                future.release()
        except BaseException:
            client.cancel(list(futures), force=True)
            raise


def _check_workers(client: Any, address: str, seen: Sequence[Path]) -> None:
    try:
        client.wait_for_workers(1, timeout=_WAIT_S)
    except TimeoutError:
        raise UserError(
            f"cluster {address}: has no workers; start some with `dask worker {address} --nthreads 1 --nworkers 8`.",
            parameter="cluster",
        ) from None
    for worker, threads in client.nthreads().items():
        if threads != 1:
            raise UserError(
                f"cluster {address}: the worker {worker} has {threads} threads, but shards need a process each; start "
                "it with --nthreads 1.",
                parameter="cluster",
            )
    for worker, absent in client.run(_absent, [str(path) for path in seen]).items():
        if absent:
            raise UserError(
                f"cluster {address}: the worker {worker} does not see {absent[0]}; give a path that "
                "all machines share.",
                parameter="cluster",
            )


def _absent(paths: list[str]) -> list[str]:
    return [path for path in paths if not Path(path).exists()]


def _same(job: Any) -> Any:
    return job
