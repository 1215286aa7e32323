"""One model's scores on the test part, and the rates that tables are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.models.card import ModelCard
from trainer.data.faces import FaceSet, HeldOut
from trainer.evaluation import metrics
from trainer.evaluation.evaluation import Evaluation, OperatingPoints
from trainer.evaluation.metrics import Rate, Scored
from trainer.evaluation.scoring import Subset

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Pair = tuple[float, float]
DRAWS = 300
"""Of the bootstrap over people."""


@dataclass(frozen=True, slots=True)
class Value:
    """A figure, its 95 % interval where there is one, and what a reader has to know."""

    value: float | None
    ci95: Pair | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A model on the test part.

    Attributes:
        name: for people.
        card: what it says about itself.
        operating_points: the thresholds, chosen on the development people.
        test: the samples.
        held_out: species and sensors that training never showed.
        by_subset: calibrated scores (N,) of every subset of its streams, all of them first.
        shipped: it comes with the program.
    """

    name: str
    card: ModelCard
    operating_points: OperatingPoints
    test: FaceSet
    held_out: HeldOut
    by_subset: dict[Subset, Floats]
    shipped: bool = True

    @property
    def threshold(self) -> float:
        """LIVE above it, by the card's default policy."""
        return self.operating_points.thresholds[self.operating_points.default_policy].live_above

    @property
    def all_streams(self) -> Subset:
        """The subset that is the whole."""
        return next(iter(self.by_subset))

    @property
    def seen(self) -> Mask:
        """(N,): of species and sensors that training showed."""
        return self.held_out.seen(self.test)

    def evaluation(self) -> Evaluation:
        """The same as the trainer keeps it."""
        scores = self.by_subset[self.all_streams]
        return Evaluation("test", self.test, scores, self.by_subset, held_out=self.held_out)

    def scored(self, mask: Mask, subset: Subset | None = None) -> Scored:
        """The samples of a mask."""
        return Scored.of(
            self.by_subset[subset or self.all_streams][mask], self.test.labels[mask], self.test.species[mask]
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What a row of a table says; see `trainer.evaluation.metrics` for the rates."""

    live: int
    attacks: int
    acer: Value
    worst: Value
    pooled: Value
    bpcer: Value
    eer: Value
    tpr2: Value
    tpr3: Value
    bpcer20: Value


def line(measured: Measured, mask: Mask, subset: Subset | None = None) -> Line:
    """The figures of the samples of a mask at the model's threshold.

    ACER is the mean of BPCER and of the APCER over all attacks, as the cards have it; its interval is the mean of both
    intervals. The EER's interval is a bootstrap over people, the others are Clopper-Pearson's.
    """
    scored = measured.scored(mask, subset)
    rates, refused = metrics.apcer(scored, measured.threshold), metrics.bpcer(scored, measured.threshold)
    pooled = metrics.pooled(rates)
    name, worst = metrics.worst(rates) if rates else ("", Rate(0, 0))
    both = bool(len(scored.live) and len(scored.attacks))
    twenty = metrics.iso_metrics(scored)["bpcer20"]
    return Line(
        live=refused.total,
        attacks=pooled.total,
        acer=Value(*(metrics.acer(pooled, refused) or (None,))),
        worst=Value(worst.value, worst.ci95, name),
        pooled=Value(pooled.value, pooled.ci95),
        bpcer=Value(refused.value, refused.ci95),
        eer=Value(metrics.eer(scored), over_people(measured, mask, subset, metrics.eer) if both else None),
        tpr2=_tpr(scored, 1e-2),
        tpr3=_tpr(scored, 1e-3),
        bpcer20=Value(twenty["bpcer"], tuple(twenty["ci95"]) if twenty.get("ci95") else None, twenty.get("note", "")),
    )


def over_people(
    measured: Measured, mask: Mask, subset: Subset | None, figure: Callable[[Scored], float | None]
) -> Pair | None:
    """95 % bootstrap interval of a figure, drawing people and not pictures: one person's pictures are alike."""
    scores = measured.by_subset[subset or measured.all_streams][mask]
    labels, people = measured.test.labels[mask], measured.test.subjects[mask]
    groups = [np.flatnonzero(people == name) for name in np.unique(people)]
    rng = np.random.default_rng(0)
    found = []
    for _ in range(DRAWS):
        drawn = np.concatenate([groups[k] for k in rng.integers(len(groups), size=len(groups))])
        value = figure(Scored.of(scores[drawn], labels[drawn]))
        if value is not None:
            found.append(value)
    return (float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))) if found else None


def agrees(measured: Measured, metric: dict[str, Any]) -> list[str]:
    """What the card's figures say otherwise than the file's scores: sentences, empty where they agree.

    A sample on the threshold may fall to either side between torch and ONNX Runtime; more than that is a difference.
    """
    found = line(measured, measured.seen)
    pairs = {"acer": found.acer, "apcer_max": found.worst, "bpcer": found.bpcer, "eer": found.eer}
    grain = {"apcer_max": 1.5 / max(found.attacks / max(len(np.unique(measured.test.species)), 1), 1)}
    problems = []
    for name, value in pairs.items():
        said = metric.get(name)
        if said is None or said.value is None or value.value is None:
            continue
        if abs(said.value - value.value) > grain.get(name, 1.5 / max(found.live, 1)):
            problems.append(f"{measured.name}: its card says {name} {said.value:.4f}, the file gives {value.value:.4f}")
    return problems


def _tpr(scored: Scored, limit: float) -> Value:
    value = metrics.tpr_at_fpr(scored, limit)
    if value is None:
        return Value(None, None, f"{len(scored.attacks)} attacks do not resolve this rate, {round(1 / limit)} would")
    total = len(scored.live)
    low, high = metrics.clopper_pearson(round((1.0 - value) * total), total)
    return Value(value, (1.0 - high, 1.0 - low))
