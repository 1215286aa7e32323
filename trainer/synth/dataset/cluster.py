"""Shards rendered by the workers of a Dask cluster, which see the data set's folder under the same path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fasdemo.errors import UserError

TRIES = 4
"""How often a shard is begun before its failure ends the run; a killed worker costs its shard one try."""
_WAIT_S = 20


def run_on_cluster(
    address: str, render: Callable[[Any, int], object], job: Any, shards: Sequence[int], folder: Path
) -> Iterator[object]:
    """Render shards on a cluster and yield each one's result when it is finished, in any order.

    A shard whose worker is lost is rendered by another one.

    Args:
        address: address of the scheduler, e.g. `tcp://10.0.0.1:8786`.
        render: renders one shard of a job into the folder; the workers import it by its name.
        job: first argument of `render`.
        shards: numbers of the shards.
        folder: folder that the shards are written to.

    Raises:
        UserError: the extra is not installed, no scheduler or worker answers, a worker does not see the folder or has
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
        _check_workers(client, address, folder)
        # A task, so that the job is sent once to every worker, and again when the worker that held it is lost.
        shared = client.submit(_same, job, pure=False)
        futures = {
            client.submit(render, shared, shard, key=f"shard-{shard}-{folder}", retries=TRIES - 1): shard
            for shard in shards
        }
        try:
            for future in distributed.as_completed(futures, loop=client.loop):
                try:
                    yield future.result()
                except distributed.KilledWorker:
                    raise UserError(
                        f"cluster {address}: {TRIES} workers ended while they rendered shard {futures[future]}; look "
                        "into their logs, then run the same command again, finished shards are kept.",
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
        except BaseException:
            client.cancel(list(futures), force=True)
            raise


def _check_workers(client: Any, address: str, folder: Path) -> None:
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
    for worker, seen in client.run(_sees, str(folder)).items():
        if not seen:
            raise UserError(
                f"cluster {address}: the worker {worker} does not see {folder}; give a folder that all machines share "
                "under the same path.",
                parameter="cluster",
            )


def _sees(folder: str) -> bool:
    return Path(folder, "recipe.json").is_file()


def _same(job: Any) -> Any:
    return job
