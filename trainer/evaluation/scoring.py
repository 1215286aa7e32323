"""Margins of a network over a set, sharded over the processes and gathered again in the set's order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric

from fasdemo.frames import Stream
from fasdemo.models.predictor import MAX_MARGIN
from fasdemo.progress import bar
from trainer.checkpoints.stream_model import Judge
from trainer.data.loader import Loader
from trainer.networks.output import margin

Floats = npt.NDArray[np.float64]
Subset = tuple[Stream, ...]


@dataclass(frozen=True, slots=True)
class Margins:
    """What a network says about N samples: margins, log(p_live / (1 - p_live)).

    Attributes:
        fused: per subset of streams that was shown, float64 (N,), NaN where pictures could not be read; the first is
            that of all streams there.
        own: per stream its own margin (N,); empty unless the network is flexible.
    """

    fused: dict[Subset, Floats]
    own: dict[Stream, Floats]

    @property
    def all_streams(self) -> Floats:
        """The fused margin of all streams that are there."""
        return next(iter(self.fused.values()))


def score(
    judge: Judge,
    loader: Loader,
    fabric: Fabric,
    subsets: Sequence[Subset] | None = None,
    batch: int = 64,
    description: str = "scoring",
    exact: bool = False,
) -> Margins:
    """Run a network over a whole set.

    Args:
        judge: the network, bare (not wrapped by Fabric): each process runs its own share.
        loader: over the set.
        fabric: device, precision and the other processes.
        subsets: which streams to show a flexible network; default: all that the set has.
        batch: samples a step and process.
        description: for the progress bar.
        exact: in 32 bits whatever the training's precision, as the exported file computes.
    """
    count = len(loader.face_set)
    there = tuple(stream for stream in judge.modalities if stream in loader.face_set.streams)
    shown = list(subsets) if subsets and judge.flexible else [there]
    columns = len(shown) + (len(judge.modalities) if judge.flexible else 0)
    # Every process scores the same number of samples, so that the results can be gathered; repeats are dropped.
    share = -(-count // fabric.world_size)
    mine = (np.arange(share) * fabric.world_size + fabric.global_rank) % max(count, 1)
    # A sample that cannot be read keeps its NaN: it has no score.
    rows = torch.full((share, columns), torch.nan, dtype=torch.float64)
    was_training = judge.training
    judge.eval()
    with bar() as progress, torch.inference_mode():
        task = progress.add_task(description, total=share)
        for made in loader.exact(mine, batch):
            pictures = [fabric.to_device(picture) for picture in made.inputs]
            size = len(made.indices)
            masks = [
                fabric.to_device(torch.tensor([[float(s in subset) for s in judge.modalities]]).expand(size, -1))
                for subset in shown
            ]
            with nullcontext() if exact else fabric.autocast():
                fused, own = judge(pictures, masks)
            block = torch.stack([margin(logits).clamp(-MAX_MARGIN, MAX_MARGIN) for logits in (*fused, *own)], 1)
            rows[torch.from_numpy(made.positions)] = block.double().cpu()
            progress.advance(task, size)
    judge.train(was_training)
    if fabric.world_size > 1:
        gathered = fabric.all_gather(fabric.to_device(rows))
        rows = torch.as_tensor(gathered).cpu().transpose(0, 1).reshape(-1, columns)
    table = rows[:count].numpy()
    return Margins(
        fused={subset: table[:, k].copy() for k, subset in enumerate(shown)},
        own={s: table[:, len(shown) + k].copy() for k, s in enumerate(judge.modalities)} if judge.flexible else {},
    )


def probability(margins: Floats) -> Floats:
    """Sigmoid in double precision, without overflow."""
    return np.asarray(np.where(margins >= 0, 1.0, np.exp(-np.abs(margins))) / (1.0 + np.exp(-np.abs(margins))))
