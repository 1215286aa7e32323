"""The option `--cluster` of the commands that score and cut crops."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fasdemo.errors import UserError
from trainer.config import options
from trainer.workers import Workers

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from trainer.config.schema import DataConfig
    from trainer.evaluation.cluster_scoring import ClusterScoring
    from trainer.evaluation.loading import Loaded


def add_cluster(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Declare the option."""
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help=f"{purpose} on the workers of this Dask scheduler, e.g. tcp://host:8786",
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Declare the option for the number of threads that cut crops."""
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="number of threads (default: all cores)")


def workers(args: argparse.Namespace) -> Workers:
    """Return what cuts crops.

    Raises:
        UserError: the number of threads is negative.
    """
    return Workers(getattr(args, "jobs", 0), args.cluster)


def remote_scoring(
    args: argparse.Namespace, loaded: Loaded, data: DataConfig, part: str, fabric: Fabric, keep_all: bool = False
) -> ClusterScoring | None:
    """Return the scoring on the cluster that the options name, None without one.

    Raises:
        UserError: `torchrun` or `--devices` already uses several processes.
    """
    if args.cluster is None:
        return None
    if fabric.world_size > 1:
        raise UserError(
            f"cluster {args.cluster}: cannot be combined with torchrun or several devices; leave one of the two out.",
            parameter="cluster",
        )
    from trainer.evaluation.cluster_scoring import ClusterScoring
    from trainer.evaluation.loading import OnnxStreamModel

    accelerator = "cpu" if isinstance(loaded.model, OnnxStreamModel) else options.machine(args)[0]
    precision = options.scoring_precision(args, loaded.config).run.precision
    return ClusterScoring(args.cluster, args.model, data, part, keep_all, precision, accelerator, args.threads)
