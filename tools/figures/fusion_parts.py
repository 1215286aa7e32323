"""Ablation of FlexFusion: the fusion trained without each of its parts, on the same frozen streams.

The streams are three FeatherNetB that were trained alone, so that no variant influenced them. Their features are
computed once, and a fusion is trained on them within a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS
from fasdemo.progress import bar, track
from trainer.checkpoints.stream_model import StreamModel, build_model
from trainer.config.schema import Config, all_subsets
from trainer.data.faces import FaceSet
from trainer.data.network_loader import make_loader, presence_rows
from trainer.data.sampling import epoch_order
from trainer.data.splits import Splits
from trainer.evaluation import metrics
from trainer.evaluation.evaluation import Evaluation, choose_operating_points
from trainer.evaluation.scoring import Margins, Subset
from trainer.evaluation.thresholds import log_odds, platt
from trainer.networks import FlexFusion
from trainer.networks.flexfusion import Levels
from trainer.networks.output import margin
from trainer.training.losses import flexible_loss
from trainer.training.schedule import learning_rate

SUBSETS: tuple[Subset, ...] = tuple(all_subsets(STREAMS))
_POLICY = "balanced"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Setting:
    """Settings of the trainings.

    Attributes:
        epochs: epochs over the training part, alternating between its augmented copies.
        augmented_copies: number of times that the features of the training part are computed with new augmentation.
        seeds: trainings of each variant.
    """

    epochs: int = 8
    augmented_copies: int = 2
    seeds: int = 3


class _NoGate(nn.Module):
    """Replacement of gates that passes everything."""

    def forward(self, x: Tensor, presence: Tensor) -> Tensor:
        return x


class _Zeros(nn.Module):
    """Replacement of the unit of one scale that returns zeros."""

    def __init__(self, width: int, stride: int) -> None:
        super().__init__()
        self._width, self._stride = width, stride

    def forward(self, x: Tensor) -> Tensor:
        height, width = (-(-side // self._stride) for side in x.shape[2:])
        return x.new_zeros(len(x), self._width, height, width)


class _Average(nn.Module):
    """Replacement of the head that keeps positions: the global average."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


def _without_gates(network: FlexFusion) -> None:
    network.add_module("gate_fine", _NoGate())
    network.add_module("gate_coarse", _NoGate())


def _without_fine(network: FlexFusion) -> None:
    network.add_module("fuse_fine", _Zeros(network.fuse_fine.pointwise.out_channels, 2))


def _without_coarse(network: FlexFusion) -> None:
    network.add_module("fuse_coarse", _Zeros(network.fuse_coarse.pointwise.out_channels, 1))


def _without_place(network: FlexFusion) -> None:
    width = network.final_DW.out_channels
    network.add_module("final_DW", _Average())
    network.linear = nn.Linear(width, 2)


def _without_tokens(network: FlexFusion) -> None:
    network.token_fine.requires_grad_(False).zero_()
    network.token_coarse.requires_grad_(False).zero_()


class Changes(TypedDict, total=False):
    """Options of FlexFusion that a variant changes."""

    theta: float


VARIANTS: dict[str, tuple[Changes, Callable[[FlexFusion], None]]] = {
    "as it is": ({}, lambda network: None),
    "plain convolutions instead of central differences": ({"theta": 0.0}, lambda network: None),
    "no gates across the streams": ({}, _without_gates),
    "S/32 alone": ({}, _without_fine),
    "S/16 alone": ({}, _without_coarse),
    "global average instead of a head that keeps the place": ({}, _without_place),
    "zeros instead of a learned token for an absent stream": ({}, _without_tokens),
}
SCORES_ADDED = "no fusion: the three networks' calibrated log-odds added"


@dataclass(frozen=True, slots=True)
class Features:
    """Features of a set of samples from the frozen streams.

    Attributes:
        levels: for each stream (N, C, S/16, S/16) and (N, C', S/32, S/32), float16.
        own: margins of the single streams, (N, streams).
        labels: int64 (N,), 0 attack, 1 live.
    """

    levels: list[Levels]
    own: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates of a variant on unseen people, each float64 (seeds,), or of length one without training.

    Attributes:
        acer: ACER of all streams on seen species and sensors, at the policy's threshold.
        unseen: APCER of all streams over the held-out species.
        pairs: mean ACER of the subsets of two streams.
        singles: mean ACER of the single streams.
    """

    acer: Floats
    unseen: Floats
    pairs: Floats
    singles: Floats


def compare(config: Config, splits: Splits, setting: Setting) -> dict[str, Figures]:
    """Train and evaluate every variant on the streams that `config.network.init` names.

    Args:
        config: configuration of FlexFusion, with a checkpoint for each stream.
        splits: data with a test part.
        setting: settings of the trainings.

    Returns:
        Name of the variant to its rates.

    Raises:
        UserError: a checkpoint is missing or does not fit, or the data have no test part.
    """
    torch.manual_seed(config.run.seed)
    model, options = build_model(config)
    model.eval().requires_grad_(False)
    if splits.test is None:
        raise UserError("splits: the data have no test part; render a larger set.")
    train = [features(model, config, splits.train, "training", number) for number in range(setting.augmented_copies)]
    dev, test = features(model, config, splits.dev, "development"), features(model, config, splits.test, "test")
    result = {SCORES_ADDED: _rates([_added(dev, test, splits)], splits)}
    for name, (changed, change) in VARIANTS.items():
        found = []
        for seed in track(range(setting.seeds), name):
            torch.manual_seed(config.run.seed + seed)
            network = FlexFusion(**{**options, **changed})
            network.streams.requires_grad_(False)
            change(network)
            _train(network, train, config, splits, setting.epochs, config.run.seed + seed)
            found.append((_margins(network, dev), _margins(network, test)))
        result[name] = _rates(found, splits)
    return result


def features(model: StreamModel, config: Config, face_set: FaceSet, part: str, epoch: int | None = None) -> Features:
    """Return the features of a part of the data.

    Args:
        model: FlexFusion with its trained streams.
        config: its configuration.
        face_set: the samples.
        part: name of the part, for the progress bar.
        epoch: epoch whose augmentation is applied; None for no augmentation.
    """
    loader = make_loader(config, model, face_set)
    everything, batch = np.arange(len(face_set)), config.run.batch
    batches = (
        loader.exact(everything, batch) if epoch is None else loader.training(everything, batch, config.run.seed, epoch)
    )
    network = model.network
    assert isinstance(network, FlexFusion)
    parts: list[list[Levels]] = [[] for _ in model.modalities]
    own, labels = [], []
    with bar() as progress, torch.inference_mode():
        task = progress.add_task(f"features of the {part} part", total=len(face_set))
        for made in batches:
            levels, logits = network.features(*made.inputs)
            for kept, (fine, coarse) in zip(parts, levels, strict=True):
                kept.append((fine.half(), coarse.half()))
            own.append(torch.stack([margin(each) for each in logits], 1))
            labels.append(made.labels)
            progress.advance(task, len(made.labels))
    joined = [(torch.cat([f for f, _ in kept]), torch.cat([c for _, c in kept])) for kept in parts]
    return Features(joined, torch.cat(own), torch.cat(labels))


def _train(
    network: FlexFusion, train: Sequence[Features], config: Config, splits: Splits, epochs: int, seed: int
) -> None:
    """Train the fusion with the shipped recipe's loss, learning rate and sampling, without clipping and averaging.

    Every batch is used with all streams and with a random subset of them.
    """
    own = [p for name, p in network.named_parameters() if p.requires_grad and not name.startswith("streams.")]
    optimiser = torch.optim.AdamW(own, lr=config.optimiser.lr, weight_decay=config.optimiser.weight_decay)
    rows, odds = (torch.from_numpy(part).float() for part in presence_rows(config, network.modalities))
    count, batch = len(train[0].labels), config.run.batch
    an_epoch = count // batch
    network.train()
    network.streams.eval()
    for epoch in range(epochs):
        seen = train[epoch % len(train)]
        # The features lack the last incomplete batch, so drop its indices.
        order = epoch_order(splits.train, config.run.balance, config.run.epoch_samples, seed, epoch)
        order = order[order < count]
        for step in range(len(order) // batch):
            at = torch.from_numpy(order[step * batch : (step + 1) * batch])
            done = epoch + step / an_epoch
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(config.optimiser, min(done / epochs, 1.0), done)
            levels = [(fine[at].float(), coarse[at].float()) for fine, coarse in seen.levels]
            drawn = rows[torch.multinomial(odds, len(at), replacement=True)]
            fused = [network.fuse(levels, mask) for mask in (torch.ones_like(drawn), drawn)]
            loss = flexible_loss(fused, [], torch.ones_like(drawn), seen.labels[at], config.loss)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    network.eval()


@torch.inference_mode()
def _margins(network: FlexFusion, seen: Features) -> Margins:
    fused: dict[Subset, Floats] = {}
    for subset in SUBSETS:
        row = torch.tensor([[float(s in subset) for s in network.modalities]])
        found = []
        for start in range(0, len(seen.labels), 256):
            levels = [(f[start : start + 256].float(), c[start : start + 256].float()) for f, c in seen.levels]
            found.append(margin(network.fuse(levels, row.expand(len(levels[0][0]), -1))))
        fused[subset] = torch.cat(found).double().numpy()
    return Margins(fused, {})


def _added(dev: Features, test: Features, splits: Splits) -> tuple[Margins, Margins]:
    """Return margins of late fusion: the sum of each network's log-odds, calibrated on the development part."""
    labels = splits.dev.labels
    fitted = [platt(dev.own[:, k].double().numpy(), labels) for k in range(len(STREAMS))]

    def margins(seen: Features) -> Margins:
        odds = [log_odds(seen.own[:, k].double().numpy(), fitted[k]) for k in range(len(STREAMS))]
        return Margins({s: np.sum([odds[STREAMS.index(name)] for name in s], axis=0) for s in SUBSETS}, {})

    return margins(dev), margins(test)


def _rates(found: Sequence[tuple[Margins, Margins]], splits: Splits) -> Figures:
    test = splits.test
    assert test is not None
    rows = []
    for dev_margins, test_margins in found:
        operating_points = choose_operating_points(dev_margins, splits.dev, _POLICY)
        by_subset = {s: operating_points.scores(values, s) for s, values in test_margins.fused.items()}
        evaluation = Evaluation("test", test, by_subset[SUBSETS[0]], by_subset, held_out=splits.held_out)
        threshold = operating_points.thresholds[_POLICY].live_above
        acer = {s: _acer(evaluation, s, threshold) for s in SUBSETS}
        unseen = metrics.pooled(metrics.apcer(evaluation.unseen_species(), threshold)).value
        rows.append(
            (
                acer[SUBSETS[0]],
                np.nan if unseen is None else unseen,
                float(np.mean([acer[s] for s in SUBSETS if len(s) == 2])),
                float(np.mean([acer[s] for s in SUBSETS if len(s) == 1])),
            )
        )
    return Figures(*np.array(rows).T)


def _acer(evaluation: Evaluation, subset: Subset, threshold: float) -> float:
    scored = evaluation.scored(subset)
    found = metrics.acer(metrics.pooled(metrics.apcer(scored, threshold)), metrics.bpcer(scored, threshold))
    return np.nan if found is None else found[0]


def table(found: Mapping[str, Figures], setting: Setting) -> list[str]:
    """Return the table of docs/networks.md: means, lowest and highest values over the seeds."""
    rows = [
        f"{setting.seeds} trainings each; the mean, in brackets the lowest and highest.",
        "",
        "| | ACER, all streams | APCER, held-out species | ACER, two streams | ACER, one stream |",
        "|---|---|---|---|---|",
    ]
    for name, figures in found.items():
        cells = [_spread(getattr(figures, column)) for column in ("acer", "unseen", "pairs", "singles")]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return rows


def _spread(values: Floats) -> str:
    mean = f"{100 * values.mean():.2f} %"
    return mean if len(values) == 1 else f"{mean} ({100 * values.min():.2f}-{100 * values.max():.2f})"


def streams_of(folder: Path) -> dict[str, Path]:
    """Return the checkpoints of the streams that `tools/weights.sh` trains alone."""
    return {stream: folder / f"fasdemo-featherb-{stream}" / "model.pt" for stream in STREAMS}
