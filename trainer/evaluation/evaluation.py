"""Calibration and thresholds from one set, figures on another set, and the facts about both for the model card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt
from lightning_fabric import Fabric

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.models.card import Calibration, Metric, Threshold
from trainer.checkpoints.stream_model import StreamModel
from trainer.config.schema import Config, all_subsets
from trainer.data.faces import NOTHING_HELD_OUT, FaceSet, HeldOut, SubsetOf, counts
from trainer.evaluation import metrics
from trainer.evaluation.metrics import Scored
from trainer.evaluation.scoring import Elsewhere, Margins, Subset, predict_margins, probability
from trainer.evaluation.thresholds import aligned, log_odds, platt, thresholds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_MIN_PROBABILITY = 1e-12


@dataclass(frozen=True, slots=True)
class OperatingPoints:
    """The calibration and the thresholds that turn margins into scores and verdicts, as stored in the model card.

    Attributes:
        calibration: calibration for all streams together.
        subsets: calibration for every subset of a flexible network's streams, by key such as `depth+ir`.
        thresholds: thresholds by policy name.
        default_policy: name of the policy at which figures are reported.
    """

    calibration: Calibration
    subsets: dict[str, Calibration]
    thresholds: dict[str, Threshold]
    default_policy: str

    def scores(self, margins: Floats, subset: Subset) -> Floats:
        """Return calibrated scores (N,) in [0, 1] from margins (N,)."""
        return probability(log_odds(margins, self.subsets.get("+".join(subset), self.calibration)))

    def card_facts(self) -> dict[str, Any]:
        """Return the card's fields for calibration and thresholds."""
        return {
            "calibration": self.calibration.model_dump(mode="json"),
            "subset_calibration": {key: value.model_dump(mode="json") for key, value in self.subsets.items()},
            "thresholds": {key: value.model_dump(mode="json") for key, value in self.thresholds.items()},
            "default_policy": self.default_policy,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores and figures of a network on a set.

    Attributes:
        name: name of the set's part, e.g. `test`.
        face_set: the samples.
        scores: calibrated scores (N,) from all streams of the set.
        by_subset: calibrated scores (N,) for every subset of a flexible network's streams.
        own: uncalibrated probability (N,) of each stream of a flexible network alone.
        figures: all reported figures, as plain types.
        held_out: species and sensors that the network was not trained on; their figures are reported separately.
    """

    name: str
    face_set: FaceSet
    scores: Floats
    by_subset: dict[Subset, Floats]
    own: dict[Stream, Floats] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    held_out: HeldOut = NOTHING_HELD_OUT

    def scored(self, subset: Subset | None = None) -> Scored:
        """Return the labelled samples of species and sensors that occur in training, one score per video.

        The scores are from all streams, or from a subset of them.
        """
        return self.part(self.held_out.seen(self.face_set), subset)

    def unseen_species(self) -> Scored:
        """Return attacks of held-out species, seen by sensors that occur in training."""
        held = self.held_out
        return self.part(held.unseen_species(self.face_set) & ~held.unseen_sensor(self.face_set))

    def unseen_sensor(self, name: str) -> Scored:
        """Return live faces and attacks of known species, seen by one held-out sensor."""
        return self.part((self.face_set.sensors == name) & ~self.held_out.unseen_species(self.face_set))

    def part(self, mask: npt.NDArray[np.bool_], subset: Subset | None = None) -> Scored:
        """Return the labelled samples of a mask (N,), one score per video."""
        face_set, scores = self.face_set, self.scores if subset is None else self.by_subset[subset]
        first, means = per_video(face_set, scores)
        known = (face_set.labels[first] >= 0) & mask[first]
        return Scored.of(means[known], face_set.labels[first][known], face_set.species[first][known])


def per_video(face_set: FaceSet, scores: Floats) -> tuple[Ints, Floats]:
    """Return the first sample and the mean score of every video (line of the set's list).

    Unreadable frames do not enter the mean; a video without any readable frame has no score (NaN).
    """
    _, first, group = np.unique(face_set.lines, return_index=True, return_inverse=True)
    if len(first) == len(scores):
        return np.arange(len(scores)), scores
    readable = ~np.isnan(scores)
    count = np.bincount(group, weights=readable, minlength=len(first))
    total = np.bincount(group, weights=np.where(readable, scores, 0.0), minlength=len(first))
    return first, np.where(count > 0, total / np.maximum(count, 1), np.nan)


def subsets_of(model: StreamModel, face_set: FaceSet) -> list[Subset]:
    """Return the subsets of streams that can be evaluated on this set, all streams first."""
    there: tuple[Stream, ...] = tuple(s for s in model.modalities if s in face_set.streams)
    return list(all_subsets(there)) if model.flexible else [there]


def choose_operating_points(margins: Margins, face_set: FaceSet, policy: str) -> OperatingPoints:
    """Calibrate on a labelled set and choose the thresholds on it.

    Raises:
        UserError: the set has only one class.
    """
    known = (face_set.labels >= 0) & ~np.isnan(margins.all_streams)
    labels = face_set.labels[known]
    if len(np.unique(labels)) < 2:
        raise UserError(f"{face_set.source}: this part has one class only; thresholds need live faces and attacks.")
    fitted = {subset: platt(values[known], labels) for subset, values in margins.fused.items()}
    whole = next(iter(fitted))
    data = f"development part of {_name(face_set)}: {counts(face_set)}"

    def scored(subset: Subset) -> Scored:
        odds = log_odds(margins.fused[subset], fitted[subset])
        first, means = per_video(face_set, probability(odds))
        if len(first) < len(odds):
            # For videos the threshold applies to the mean score of the frames.
            odds = np.log(np.clip(means, _MIN_PROBABILITY, 1.0)) - np.log(np.clip(1.0 - means, _MIN_PROBABILITY, 1.0))
        labelled = (face_set.labels[first] >= 0) & ~np.isnan(odds)
        return Scored.of(odds[labelled], face_set.labels[first][labelled], face_set.species[first][labelled])

    chosen = thresholds(scored(whole), data)
    common = float(metrics.policy_threshold(scored(whole), policy) or 0.0)
    rules = {subset: metrics.policy_for(policy, subset) for subset in fitted}
    own = {"+".join(s): float(metrics.policy_threshold(scored(s), rules[s]) or 0.0) for s in fitted}
    subsets = aligned({"+".join(s): c for s, c in fitted.items()}, own, common) if len(fitted) > 1 else {}
    return OperatingPoints(fitted[whole], subsets, chosen, policy)


def evaluate(
    model: StreamModel,
    loader: Any,
    fabric: Fabric,
    operating_points: OperatingPoints,
    name: str,
    subsets: Sequence[Subset] | None = None,
    held_out: HeldOut = NOTHING_HELD_OUT,
    exact: bool = True,
    elsewhere: Elsewhere | None = None,
) -> Evaluation:
    """Score a set and compute all figures at the given operating points, held-out samples separately.

    `exact` computes in 32 bits; otherwise the precision of `fabric` is used. With
    `elsewhere`, other machines compute the scores.
    """
    face_set: FaceSet = loader.face_set
    shown = subsets or subsets_of(model, face_set)
    margins = predict_margins(model, loader, fabric, shown, description=name, exact=exact, elsewhere=elsewhere)
    by_subset = {subset: operating_points.scores(values, subset) for subset, values in margins.fused.items()}
    own = {stream: probability(values) for stream, values in margins.own.items()}
    result = Evaluation(name, face_set, next(iter(by_subset.values())), by_subset, own, held_out=held_out)
    result.figures.update(_figures(result, operating_points))
    return result


def card_metrics(evaluation: Evaluation, operating_points: OperatingPoints, command: str) -> dict[str, Metric]:
    """Return the card's figures: pooled metrics, ISO figures at the default policy, each species and each subset.

    They describe species and sensors that occur in training. `apcer_unseen:SPECIES` describes a held-out species;
    `acer_unseen:NAME`, `apcer_max_unseen:NAME` and `bpcer_unseen:NAME` describe a held-out sensor.
    """
    scored = evaluation.scored()
    data = f"{command} ({_counted(evaluation)})"
    result = _at_policy(scored, operating_points, data, "")
    for name, value in metrics.pooled_metrics(scored).items():
        if name in ("eer", "auc", *metrics.POOLED_FPR):
            note = "" if value is not None else "the data do not resolve this rate"
            result[name] = Metric(value=value, data=data, note=note)
    for name, entry in metrics.iso_metrics(scored).items():
        if name in metrics.ISO_LIMITS:
            interval = entry.get("ci95")
            result[name] = Metric(
                value=entry["bpcer"], ci95=tuple(interval) if interval else None, data=data, note=entry.get("note", "")
            )
    for subset in list(evaluation.by_subset)[1:]:
        prefix = "+".join(subset) + "/"
        found = _at_policy(evaluation.scored(subset), operating_points, data, prefix)
        found[f"{prefix}eer"] = Metric(value=metrics.eer(evaluation.scored(subset)), data=data)
        result |= {key: value for key, value in found.items() if not key.split("/")[-1].startswith("apcer:")}
    for name, metric in _at_policy(evaluation.unseen_species(), operating_points, data, "").items():
        if name.startswith("apcer:"):
            note = f"{metric.note}; no attack of this species occurs in training"
            result[name.replace("apcer:", "apcer_unseen:")] = metric.model_copy(update={"note": note})
    for sensor in sorted(evaluation.held_out.sensors):
        for name, metric in _at_policy(evaluation.unseen_sensor(sensor), operating_points, data, "").items():
            if name in ("acer", "apcer_max", "bpcer"):
                note = f"{metric.note}; this sensor does not occur in training"
                result[f"{name}_unseen:{sensor}"] = metric.model_copy(update={"note": note})
    return result


def _counted(evaluation: Evaluation) -> str:
    """Describe the samples that the figures are computed from."""
    face_set = evaluation.face_set
    if not evaluation.held_out:
        return counts(face_set)
    seen = SubsetOf(face_set, np.flatnonzero(evaluation.held_out.seen(face_set)))
    return f"seen species and sensors: {counts(seen)}"


def _at_policy(scored: Scored, operating_points: OperatingPoints, data: str, prefix: str) -> dict[str, Metric]:
    threshold = operating_points.thresholds[operating_points.default_policy].live_above
    rates, refused = metrics.apcer(scored, threshold), metrics.bpcer(scored, threshold)
    note = f"at policy {operating_points.default_policy}"
    result = {f"{prefix}bpcer": Metric(value=refused.value, ci95=refused.ci95, data=data, note=note)}
    if rates:
        name, highest = metrics.worst(rates)
        result[f"{prefix}apcer_max"] = Metric(value=highest.value, ci95=highest.ci95, data=data, note=f"{note}; {name}")
        if (both := metrics.acer(metrics.pooled(rates), refused)) is not None:
            result[f"{prefix}acer"] = Metric(
                value=both[0],
                ci95=both[1],
                data=data,
                note=f"{note}; attacks pooled, the interval is the mean of both rates' intervals",
            )
    for name, rate in rates.items():
        result[f"{prefix}apcer:{name}"] = Metric(value=rate.value, ci95=rate.ci95, data=data, note=note)
    return result


def _figures(evaluation: Evaluation, operating_points: OperatingPoints) -> dict[str, Any]:
    scored = evaluation.scored()
    at = {f"policy {name}": threshold.live_above for name, threshold in operating_points.thresholds.items()}
    figures: dict[str, Any] = {
        "data": f"{evaluation.name} part of {_name(evaluation.face_set)}: {_counted(evaluation)}",
        "seed metrics": metrics.pooled_metrics(scored),
        "iso 30107-3": metrics.iso_metrics(scored, at),
        "thresholds": {
            name: threshold.model_dump(mode="json") for name, threshold in operating_points.thresholds.items()
        },
    }
    threshold = operating_points.thresholds[operating_points.default_policy].live_above
    if evaluation.held_out:
        figures["held out"] = {
            "species": metrics.at_threshold(evaluation.unseen_species(), threshold)["apcer_per_species"],
            "sensors": {
                name: {"eer": metrics.eer(part), **metrics.at_threshold(part, threshold)}
                for name, part in ((n, evaluation.unseen_sensor(n)) for n in sorted(evaluation.held_out.sensors))
            },
        }
    if len(evaluation.by_subset) > 1:
        figures["subsets"] = {}
        for subset in evaluation.by_subset:
            part = evaluation.scored(subset)
            figures["subsets"]["+".join(subset)] = {
                "eer": metrics.eer(part),
                "auc": metrics.auc(part),
                **metrics.at_threshold(part, threshold),
            }
    return figures


def training_facts(config: Config, train: FaceSet, operating_points: OperatingPoints) -> dict[str, Any]:
    """Return the card's fields about the origin of the weights."""
    return operating_points.card_facts() | {
        "training_data": f"{_name(train)}: {counts(train)}",
        "recipe": f"python -m trainer train --config {config.name}",
    }


def _name(face_set: FaceSet) -> str:
    """Return the name of the set's folder without its parent folders, since cards are shared."""
    return PurePath(face_set.source).name
