"""Scores of a model on the test part, and the rates for tables."""

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
"""Resamplings of the bootstrap over people."""


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with its 95 % interval or None, and a note."""

    value: float | None
    ci95: Pair | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Scores of a model on the test part.

    Attributes:
        name: name in tables.
        card: model card.
        operating_points: the calibration and thresholds, chosen on the development part.
        test: the samples.
        held_out: species and sensors that were not used in training.
        by_subset: calibrated scores, float64 (N,), of every subset of its streams, all streams first.
        shipped: whether the model is shipped.
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
        """Threshold of the default policy; higher scores are LIVE."""
        return self.operating_points.thresholds[self.operating_points.default_policy].live_above

    @property
    def all_streams(self) -> Subset:
        """The subset of all streams."""
        return next(iter(self.by_subset))

    @property
    def seen(self) -> Mask:
        """Mask (N,) of the samples of species and sensors that were used in training."""
        return self.held_out.seen(self.test)

    def evaluation(self) -> Evaluation:
        """Return the scores as the trainer's `Evaluation`."""
        scores = self.by_subset[self.all_streams]
        return Evaluation("test", self.test, scores, self.by_subset, held_out=self.held_out)

    def scored(self, mask: Mask, subset: Subset | None = None) -> Scored:
        """Return the scores of the samples of a mask."""
        return Scored.of(
            self.by_subset[subset or self.all_streams][mask], self.test.labels[mask], self.test.species[mask]
        )


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of a row of a table; `trainer.evaluation.metrics` defines the rates."""

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
    """Return the figures of the samples of a mask at the model's threshold.

    ACER is the mean of BPCER and of the APCER over all attacks, as in model cards; its interval is the mean of both
    intervals. The interval of the EER is a bootstrap over people, the others are Clopper-Pearson intervals.
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
    """Return the 95 % bootstrap interval of a figure over people, because samples of one person are not independent."""
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
    """Return a sentence for each figure of the card that differs from the scores of the file.

    A difference of one sample is accepted, because torch and ONNX Runtime may round a score at the threshold
    differently.
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
