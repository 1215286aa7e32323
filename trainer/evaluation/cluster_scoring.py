"""Scoring of a set by the workers of a Dask cluster; each opens model and data and scores some of the batches."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric

from fasdemo.errors import UserError
from trainer.checkpoints.stream_model import StreamModel
from trainer.cluster import run_on_cluster
from trainer.config.schema import DataConfig
from trainer.data.faces import FaceSet
from trainer.data.loader import Loader
from trainer.data.network_loader import make_loader
from trainer.data.splits import open_part
from trainer.device import make_fabric
from trainer.evaluation.loading import open_model
from trainer.evaluation.scoring import Advance, Request, Table, score_samples

SHARD_BATCHES = 16
"""Batches of one shard; whole batches, so that each batch has the same samples as on one machine."""


@dataclass(frozen=True, slots=True)
class ScoringJob:
    """What a worker needs to score a set.

    Attributes:
        model: absolute path of the checkpoint or the exported file.
        model_sha256: its checksum.
        data: the data set's configuration as JSON, with absolute paths.
        part: `train`, `dev` or `test`.
        keep_all: keep samples without label or with missing files.
        names_sha256: checksum of the names of all samples.
        precision: precision of the network.
        accelerator: `cpu`, `cuda` or `auto`.
        threads: processor threads of the network; None leaves the worker's own number.
        request: what is computed for each sample.
    """

    model: Path
    model_sha256: str
    data: str
    part: str
    keep_all: bool
    names_sha256: str
    precision: str
    accelerator: str
    threads: int | None
    request: Request


@dataclass(frozen=True, slots=True)
class ClusterScoring:
    """The scoring of one part of a data set on a cluster, for `predict_margins`.

    Attributes:
        address: address of the scheduler.
        model: the checkpoint or the exported file.
        data: the data set.
        part: `train`, `dev` or `test`.
        keep_all: keep samples without label or with missing files.
        precision: precision of the network.
        accelerator: `cpu`, `cuda` or `auto`.
        threads: processor threads of the network; None leaves the worker's own number.
    """

    address: str
    model: Path
    data: DataConfig
    part: str
    keep_all: bool = False
    precision: str = "32-true"
    accelerator: str = "auto"
    threads: int | None = None

    def of(self, part: str) -> ClusterScoring:
        """Return the scoring of another part of the same data set."""
        return replace(self, part=part)

    def rows(self, loader: Loader, request: Request, advance: Advance) -> Table:
        """Score all samples; names of unreadable ones are added to the loader (see `score_samples`).

        Raises:
            UserError: the cluster cannot be used, or a worker sees other data or another model.
        """
        face_set = loader.face_set
        places = {
            name: str(value.resolve())
            for name in ("folder", "train_list", "val_list", "test_list")
            if isinstance(value := getattr(self.data, name), Path)
        }
        job = ScoringJob(
            self.model.resolve(),
            _sha256(self.model),
            self.data.model_copy(update={name: Path(place) for name, place in places.items()}).model_dump_json(),
            self.part,
            self.keep_all,
            _names_sha256(face_set),
            self.precision,
            self.accelerator,
            self.threads,
            request,
        )
        size = SHARD_BATCHES * request.batch
        table = np.full((len(face_set), request.columns), np.nan)
        shards = range(-(-len(face_set) // size))
        seen = [job.model, *map(Path, places.values())]
        for shard, (rows, unreadable) in run_on_cluster(self.address, score_shard, job, shards, seen):
            table[shard * size : shard * size + len(rows)] = rows
            loader.unreadable |= unreadable
            advance(len(rows))
        return table


def score_shard(job: ScoringJob, shard: int) -> tuple[Table, set[str]]:
    """Return the rows of one shard's samples, and the names of those that cannot be read.

    Raises:
        UserError: model or data differ from those of the machine that started the command, or cannot be read.
    """
    model, loader, fabric = _opened(job)
    size = SHARD_BATCHES * job.request.batch
    indices = np.arange(shard * size, min((shard + 1) * size, len(loader.face_set)))
    loader.unreadable.clear()
    return score_samples(model, loader, fabric, indices, job.request), set(loader.unreadable)


@lru_cache(maxsize=1)
def _opened(job: ScoringJob) -> tuple[StreamModel, Loader, Fabric]:
    """Open model and data once for all shards that a worker gets."""
    if _sha256(job.model) != job.model_sha256:
        raise UserError(f"{job.model}: differs on the machine that started the command; put it on a shared disk.")
    if job.threads is not None:
        torch.set_num_threads(job.threads)
    loaded = open_model(job.model)
    data = DataConfig.model_validate_json(job.data)
    face_set = open_part(data, job.part, loaded.model.modalities, keep_all=job.keep_all)
    if _names_sha256(face_set) != job.names_sha256:
        raise UserError(f"{face_set.source}: differs on the machine that started the command; put it on a shared disk.")
    config = loaded.config
    config = config.model_copy(update={"run": config.run.model_copy(update={"precision": job.precision})})
    fabric = make_fabric(config, job.accelerator)
    fabric.launch()
    fabric.to_device(loaded.model)
    return loaded.model, make_loader(config, loaded.model, face_set), fabric


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _names_sha256(face_set: FaceSet) -> str:
    return hashlib.sha256("\n".join(face_set.names).encode("utf-8", "surrogateescape")).hexdigest()
