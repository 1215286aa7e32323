"""Margins of a network on a set, computed by all processes and gathered in the set's order."""

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
from trainer.checkpoints.stream_model import StreamModel
from trainer.data.loader import Loader
from trainer.networks.output import margin

Floats = npt.NDArray[np.float64]
Subset = tuple[Stream, ...]


@dataclass(frozen=True, slots=True)
class Margins:
    """A network's margins, log(p_live / (1 - p_live)), of N samples.

    Attributes:
        fused: float64 (N,) for each evaluated subset of streams, NaN if pictures could not be read. The first subset
            contains all streams of the set.
        own: margin (N,) of each stream alone; empty unless the network is flexible.
        broken: number of samples for which the result of the network is not a number; their margins are also NaN.
    """

    fused: dict[Subset, Floats]
    own: dict[Stream, Floats]
    broken: int = 0

    @property
    def all_streams(self) -> Floats:
        """Return the fused margins from all streams of the set."""
        return next(iter(self.fused.values()))


def predict_margins(
    model: StreamModel,
    loader: Loader,
    fabric: Fabric,
    subsets: Sequence[Subset] | None = None,
    batch: int = 64,
    description: str = "scoring",
    exact: bool = False,
) -> Margins:
    """Run a network over a whole set.

    Args:
        model: the network, not wrapped by Fabric, because each process computes its own part.
        loader: loader of the set.
        fabric: device, precision and processes.
        subsets: the streams that a flexible network gets; default: all streams of the set.
        batch: samples per step and process.
        description: text of the progress bar.
        exact: compute in 32 bits, as the exported file does, regardless of the training precision.
    """
    count = len(loader.face_set)
    there = tuple(stream for stream in model.modalities if stream in loader.face_set.streams)
    shown = list(subsets) if subsets and model.flexible else [there]
    columns = len(shown) + (len(model.modalities) if model.flexible else 0)
    # Every process scores the same number of samples, as gathering requires; the repeated ones are dropped.
    share = -(-count // fabric.world_size)
    mine = (np.arange(share) * fabric.world_size + fabric.global_rank) % max(count, 1)
    # The row of an unreadable sample stays NaN: it has no score.
    rows = torch.full((share, columns), torch.nan, dtype=torch.float64)
    was_training = model.training
    model.eval()
    with bar() as progress, torch.inference_mode():
        task = progress.add_task(description, total=share)
        for made in loader.exact(mine, batch):
            pictures = [fabric.to_device(picture) for picture in made.inputs]
            size = len(made.indices)
            masks = [
                fabric.to_device(torch.tensor([[float(s in subset) for s in model.modalities]]).expand(size, -1))
                for subset in shown
            ]
            with nullcontext() if exact else fabric.autocast():
                fused, own = model(pictures, masks)
            block = torch.stack([margin(logits).clamp(-MAX_MARGIN, MAX_MARGIN) for logits in (*fused, *own)], 1)
            # Infinity means that the result is not a number (margins are clamped and finite); NaN means not scored.
            rows[torch.from_numpy(made.positions)] = block.double().cpu().nan_to_num(nan=torch.inf)
            progress.advance(task, size)
    model.train(was_training)
    if fabric.world_size > 1:
        # Not `fabric.all_gather`, which warns of a deprecated function of torch at every call.
        own_rows = fabric.to_device(rows)
        gathered = [torch.empty_like(own_rows) for _ in range(fabric.world_size)]
        torch.distributed.all_gather(gathered, own_rows)
        rows = torch.stack(gathered, 1).cpu().reshape(-1, columns)
    table = rows[:count].numpy()
    broken = np.isinf(table)
    table[broken] = np.nan
    return Margins(
        fused={subset: table[:, k].copy() for k, subset in enumerate(shown)},
        own={s: table[:, len(shown) + k].copy() for k, s in enumerate(model.modalities)} if model.flexible else {},
        broken=int(broken.any(1).sum()),
    )


def probability(margins: Floats) -> Floats:
    """Compute the sigmoid in double precision, without overflow."""
    return np.asarray(np.where(margins >= 0, 1.0, np.exp(-np.abs(margins))) / (1.0 + np.exp(-np.abs(margins))))
