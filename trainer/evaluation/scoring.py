"""Margins of a network on a set, computed by all processes and gathered in the set's order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric

from fasdemo.frames import Stream
from fasdemo.models.predictor import MAX_MARGIN
from fasdemo.progress import bar
from trainer.checkpoints.stream_model import StreamModel
from trainer.data.faces import Ints
from trainer.data.loader import Loader
from trainer.networks.output import margin

Floats = npt.NDArray[np.float64]
Subset = tuple[Stream, ...]
Table = npt.NDArray[np.float64]
Advance = Callable[[int], None]
"""A function that receives the number of samples that were just scored."""


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


@dataclass(frozen=True, slots=True)
class Request:
    """What is computed for each sample.

    Attributes:
        shown: the subsets of streams that the network gets.
        own: the streams whose own margins are computed; empty unless the network is flexible.
        batch: samples per step and process.
        exact: compute in 32 bits, regardless of the precision.
    """

    shown: tuple[Subset, ...]
    own: tuple[Stream, ...]
    batch: int
    exact: bool

    @property
    def columns(self) -> int:
        """Return the number of margins of each sample."""
        return len(self.shown) + len(self.own)


class Elsewhere(Protocol):
    """Other machines that score the samples of a loader."""

    def rows(self, loader: Loader, request: Request, advance: Advance) -> Table:
        """Score all samples; names of unreadable ones are added to the loader (see `score_samples`)."""
        ...


def predict_margins(
    model: StreamModel,
    loader: Loader,
    fabric: Fabric,
    subsets: Sequence[Subset] | None = None,
    batch: int = 64,
    description: str = "scoring",
    exact: bool = False,
    elsewhere: Elsewhere | None = None,
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
        elsewhere: other machines that compute instead, with the same result.
    """
    count = len(loader.face_set)
    there = tuple(stream for stream in model.modalities if stream in loader.face_set.streams)
    shown = tuple(subsets) if subsets and model.flexible else (there,)
    request = Request(shown, tuple(model.modalities) if model.flexible else (), batch, exact)
    # Every process scores the same number of samples, as gathering requires; the repeated ones are dropped.
    share = -(-count // fabric.world_size)
    mine = (np.arange(share) * fabric.world_size + fabric.global_rank) % max(count, 1)
    with bar() as progress:
        task = progress.add_task(description, total=count if elsewhere else share)

        def advance(samples: int) -> None:
            progress.advance(task, samples)

        if elsewhere is not None:
            table = elsewhere.rows(loader, request, advance)
        else:
            table = score_samples(model, loader, fabric, mine, request, advance)
    if fabric.world_size > 1 and elsewhere is None:
        # Not `fabric.all_gather`, which warns of a deprecated function of torch at every call.
        own_rows = fabric.to_device(torch.from_numpy(table))
        gathered = [torch.empty_like(own_rows) for _ in range(fabric.world_size)]
        torch.distributed.all_gather(gathered, own_rows)
        table = torch.stack(gathered, 1).cpu().reshape(-1, request.columns).numpy()
    table = table[:count]
    broken = np.isinf(table)
    table[broken] = np.nan
    return Margins(
        fused={subset: table[:, k].copy() for k, subset in enumerate(shown)},
        own={s: table[:, len(shown) + k].copy() for k, s in enumerate(request.own)},
        broken=int(broken.any(1).sum()),
    )


def score_samples(
    model: StreamModel,
    loader: Loader,
    fabric: Fabric,
    indices: Ints,
    request: Request,
    advance: Advance = lambda samples: None,
) -> Table:
    """Return the margins of some samples, float64 (n, columns), first those of `request.shown`, then of `request.own`.

    NaN means that the sample cannot be read; infinity, that the result is not a number (margins are finite).
    """
    rows = torch.full((len(indices), request.columns), torch.nan, dtype=torch.float64)
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for made in loader.exact(indices, request.batch):
            pictures = [fabric.to_device(picture) for picture in made.inputs]
            size = len(made.indices)
            masks = [
                fabric.to_device(torch.tensor([[float(s in subset) for s in model.modalities]]).expand(size, -1))
                for subset in request.shown
            ]
            with nullcontext() if request.exact else fabric.autocast():
                fused, own = model(pictures, masks)
            block = torch.stack([margin(logits).clamp(-MAX_MARGIN, MAX_MARGIN) for logits in (*fused, *own)], 1)
            rows[torch.from_numpy(made.positions)] = block.double().cpu().nan_to_num(nan=torch.inf)
            advance(size)
    model.train(was_training)
    return rows.numpy()


def probability(margins: Floats) -> Floats:
    """Compute the sigmoid in double precision, without overflow."""
    return np.asarray(np.where(margins >= 0, 1.0, np.exp(-np.abs(margins))) / (1.0 + np.exp(-np.abs(margins))))
