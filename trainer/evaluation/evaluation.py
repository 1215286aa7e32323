"""Measures a network: calibration and thresholds from one set, figures on another, and the card's facts of both."""

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
from trainer.evaluation.scoring import Margins, Subset, probability, score
from trainer.evaluation.thresholds import aligned, log_odds, platt, thresholds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Decision:
    """How margins become scores and verdicts; what the card says.

    Attributes:
        calibration: of all streams.
        subsets: of every subset of a flexible network's streams, key `depth+ir`.
        thresholds: by policy.
        default_policy: the one that figures are quoted at.
    """

    calibration: Calibration
    subsets: dict[str, Calibration]
    thresholds: dict[str, Threshold]
    default_policy: str

    def scores(self, margins: Floats, subset: Subset) -> Floats:
        """Calibrated scores in [0, 1]."""
        return probability(log_odds(margins, self.subsets.get("+".join(subset), self.calibration)))

    def card_facts(self) -> dict[str, Any]:
        """The card's fields."""
        return {
            "calibration": self.calibration.model_dump(mode="json"),
            "subset_calibration": {key: value.model_dump(mode="json") for key, value in self.subsets.items()},
            "thresholds": {key: value.model_dump(mode="json") for key, value in self.thresholds.items()},
            "default_policy": self.default_policy,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A network's figures on a set.

    Attributes:
        name: of the set's part, e.g. `test`.
        face_set: the samples.
        scores: calibrated scores (N,) of all streams that are there.
        by_subset: the same for every subset of a flexible network's streams.
        own: per stream of a flexible network its own, uncalibrated probability (N,).
        figures: everything that is reported, plain types.
        held_out: species and sensors that the network never saw; the figures on them are apart.
    """

    name: str
    face_set: FaceSet
    scores: Floats
    by_subset: dict[Subset, Floats]
    own: dict[Stream, Floats] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    held_out: HeldOut = NOTHING_HELD_OUT

    def scored(self, subset: Subset | None = None) -> Scored:
        """The labelled samples of species and sensors that were seen, a video's frames as one; of all streams or of a
        subset.
        """
        return self.part(self.held_out.seen(self.face_set), subset)

    def unseen_species(self) -> Scored:
        """Attacks of species that were held out, with sensors that were seen."""
        held = self.held_out
        return self.part(held.unseen_species(self.face_set) & ~held.unseen_sensor(self.face_set))

    def unseen_sensor(self, name: str) -> Scored:
        """What a held-out sensor took of live faces and of species that were seen."""
        return self.part((self.face_set.sensors == name) & ~self.held_out.unseen_species(self.face_set))

    def part(self, mask: npt.NDArray[np.bool_], subset: Subset | None = None) -> Scored:
        """The labelled samples of a mask (N,), a video's frames as one."""
        face_set, scores = self.face_set, self.scores if subset is None else self.by_subset[subset]
        first, means = by_line(face_set, scores)
        known = (face_set.labels[first] >= 0) & mask[first]
        return Scored.of(means[known], face_set.labels[first][known], face_set.species[first][known])


def by_line(face_set: FaceSet, scores: Floats) -> tuple[Ints, Floats]:
    """First sample and mean score of every line of the set's list: frames of a video are scored as one.

    A video's unreadable frames are left out of its mean; one without any readable frame has no score (NaN).
    """
    _, first, group = np.unique(face_set.lines, return_index=True, return_inverse=True)
    if len(first) == len(scores):
        return np.arange(len(scores)), scores
    readable = ~np.isnan(scores)
    count = np.bincount(group, weights=readable, minlength=len(first))
    total = np.bincount(group, weights=np.where(readable, scores, 0.0), minlength=len(first))
    return first, np.where(count > 0, total / np.maximum(count, 1), np.nan)


def subsets_of(judge: StreamModel, face_set: FaceSet) -> list[Subset]:
    """The subsets of streams on which a network can be judged with this set; all streams first."""
    there: tuple[Stream, ...] = tuple(s for s in judge.modalities if s in face_set.streams)
    return list(all_subsets(there)) if judge.flexible else [there]


def decide(margins: Margins, face_set: FaceSet, policy: str) -> Decision:
    """Calibrate on a labelled set and choose the thresholds on it.

    Raises:
        UserError: the set lacks a class.
    """
    known = (face_set.labels >= 0) & ~np.isnan(margins.all_streams)
    labels = face_set.labels[known]
    if len(np.unique(labels)) < 2:
        raise UserError(f"{face_set.source}: thresholds need live faces and attacks; this part has one class only.")
    fitted = {subset: platt(values[known], labels) for subset, values in margins.fused.items()}
    whole = next(iter(fitted))
    data = f"development part of {_name(face_set)}: {counts(face_set)}"

    def scored(subset: Subset) -> Scored:
        odds = log_odds(margins.fused[subset], fitted[subset])
        first, means = by_line(face_set, probability(odds))
        if len(first) < len(odds):
            # Videos: the threshold is applied to the mean score of their frames.
            odds = np.log(np.clip(means, _LEAST, 1.0)) - np.log(np.clip(1.0 - means, _LEAST, 1.0))
        labelled = (face_set.labels[first] >= 0) & ~np.isnan(odds)
        return Scored.of(odds[labelled], face_set.labels[first][labelled], face_set.species[first][labelled])

    chosen = thresholds(scored(whole), data)
    common = float(metrics.policy_threshold(scored(whole), policy) or 0.0)
    own = {"+".join(s): float(metrics.policy_threshold(scored(s), policy) or 0.0) for s in fitted}
    subsets = aligned({"+".join(s): c for s, c in fitted.items()}, own, common) if len(fitted) > 1 else {}
    return Decision(fitted[whole], subsets, chosen, policy)


def evaluate(
    judge: StreamModel,
    loader: Any,
    fabric: Fabric,
    decision: Decision,
    name: str,
    subsets: Sequence[Subset] | None = None,
    held_out: HeldOut = NOTHING_HELD_OUT,
) -> Evaluation:
    """Score a set and compute both families of figures at the decision's thresholds, what was held out apart."""
    face_set: FaceSet = loader.face_set
    margins = score(judge, loader, fabric, subsets or subsets_of(judge, face_set), description=name, exact=True)
    by_subset = {subset: decision.scores(values, subset) for subset, values in margins.fused.items()}
    own = {stream: probability(values) for stream, values in margins.own.items()}
    result = Evaluation(name, face_set, next(iter(by_subset.values())), by_subset, own, held_out=held_out)
    result.figures.update(_figures(result, decision))
    return result


def card_metrics(evaluation: Evaluation, decision: Decision, command: str) -> dict[str, Metric]:
    """The card's measured figures: seed metrics, ISO figures at the default policy, every species and every subset.

    They are of species and sensors that were seen; `apcer_unseen:SPECIES`, and of a held-out sensor `acer_unseen:NAME`,
    `apcer_max_unseen:NAME` and `bpcer_unseen:NAME`, are of those that were not.
    """
    scored = evaluation.scored()
    data = f"{command} ({_counted(evaluation)})"
    result = _at_policy(scored, decision, data, "")
    for name, value in metrics.seed_metrics(scored).items():
        if name in ("eer", "auc", *metrics.SEED_FPR):
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
        found = _at_policy(evaluation.scored(subset), decision, data, prefix)
        found[f"{prefix}eer"] = Metric(value=metrics.eer(evaluation.scored(subset)), data=data)
        result |= {key: value for key, value in found.items() if not key.split("/")[-1].startswith("apcer:")}
    for name, metric in _at_policy(evaluation.unseen_species(), decision, data, "").items():
        if name.startswith("apcer:"):
            note = f"{metric.note}; of this species no attack was trained on"
            result[name.replace("apcer:", "apcer_unseen:")] = metric.model_copy(update={"note": note})
    for sensor in sorted(evaluation.held_out.sensors):
        for name, metric in _at_policy(evaluation.unseen_sensor(sensor), decision, data, "").items():
            if name in ("acer", "apcer_max", "bpcer"):
                note = f"{metric.note}; nothing was trained on that this sensor took"
                result[f"{name}_unseen:{sensor}"] = metric.model_copy(update={"note": note})
    return result


def _counted(evaluation: Evaluation) -> str:
    """How many of what the figures are of."""
    face_set = evaluation.face_set
    if not evaluation.held_out:
        return counts(face_set)
    seen = SubsetOf(face_set, np.flatnonzero(evaluation.held_out.seen(face_set)))
    return f"seen species and sensors: {counts(seen)}"


def _at_policy(scored: Scored, decision: Decision, data: str, prefix: str) -> dict[str, Metric]:
    threshold = decision.thresholds[decision.default_policy].live_above
    rates, refused = metrics.apcer(scored, threshold), metrics.bpcer(scored, threshold)
    note = f"at policy {decision.default_policy}"
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


def _figures(evaluation: Evaluation, decision: Decision) -> dict[str, Any]:
    scored = evaluation.scored()
    at = {f"policy {name}": threshold.live_above for name, threshold in decision.thresholds.items()}
    figures: dict[str, Any] = {
        "data": f"{evaluation.name} part of {_name(evaluation.face_set)}: {_counted(evaluation)}",
        "seed metrics": metrics.seed_metrics(scored),
        "iso 30107-3": metrics.iso_metrics(scored, at),
        "thresholds": {name: threshold.model_dump(mode="json") for name, threshold in decision.thresholds.items()},
    }
    threshold = decision.thresholds[decision.default_policy].live_above
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


def training_facts(config: Config, train: FaceSet, decision: Decision) -> dict[str, Any]:
    """Card fields about where the weights come from."""
    return decision.card_facts() | {
        "training_data": f"{_name(train)}: {counts(train)}",
        "recipe": f"python -m trainer train --config {config.name}",
    }


def _name(face_set: FaceSet) -> str:
    """The set's folder without where it lies: cards travel."""
    return PurePath(face_set.source).name
