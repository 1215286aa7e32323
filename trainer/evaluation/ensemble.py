"""Combination of several models' scores by the published rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from trainer.evaluation.metrics import Scored, pooled_metrics
from trainer.evaluation.score_files import Submission, read_submission

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SCAN_STEPS = 1000
"""Number of thresholds in the published scan: 0.000, 0.001 ... 0.999."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """The constants of the published test rule (FeatherNets, CVPR 2019 challenge)."""

    factors: tuple[float, ...] = (1, 0, 1, 1, 0, 1, 0, 0, 1, 1)
    """Weights of the models in the mean; all 1 if the number of models differs."""
    low: float = 0.18
    high: float = 0.8
    ir: float = 0.54
    fish: float = 0.32


PUBLISHED_CASCADE = Cascade()


def read_members(paths: Sequence[Path]) -> tuple[list[str], Floats]:
    """Read the scores (models, samples) of several submissions for the same list.

    Raises:
        UserError: the files belong to different lists.
    """
    members = [read_submission(path) for path in paths]
    for path, member in zip(paths, members, strict=True):
        if member.names != members[0].names:
            at = next(
                (k for k, (a, b) in enumerate(zip(member.names, members[0].names, strict=False)) if a != b),
                min(len(member.names), len(members[0].names)),
            )
            raise UserError(
                f"{path}, line {at + 1}: the line differs from {paths[0]}; score the same list with both models."
            )
    return members[0].names, np.stack([member.scores for member in members])


def max_or_min(scores: Floats, threshold: float) -> Floats:
    """Apply the published validation rule: highest score if the mean exceeds the threshold, else lowest.

    The result for scores (models, N) is (N,).
    """
    return np.asarray(np.where(scores.mean(0) > threshold, scores.max(0), scores.min(0)))


def scan_threshold(scores: Floats, labels: Ints) -> tuple[float, int]:
    """Return the threshold with the fewest errors at a score of 0.5 (the lowest of several), and their number."""
    candidates = np.arange(SCAN_STEPS) / SCAN_STEPS
    errors = [int(((max_or_min(scores, t) > 0.5) != (labels == 1)).sum()) for t in candidates]
    best = int(np.argmin(errors))
    return float(candidates[best]), errors[best]


def cascade(scores: Floats, ir: Floats, fish: Floats, constants: Cascade = PUBLISHED_CASCADE) -> Floats:
    """Apply the published test rule; return scores (N,).

    If the weighted mean is below `low`, the result is the lowest score; above `high` it is the highest. Between them, a
    score of FishNet150 or of the infrared model below its own threshold gives the lowest of all; otherwise the mean
    including FishNet150 selects the highest or the lowest score.

    Args:
        scores: (models, N).
        ir: scores of the infrared model (N,).
        fish: scores of FishNet150 (N,).
        constants: thresholds and factors.
    """
    factors = np.array(constants.factors if len(constants.factors) == len(scores) else (1.0,) * len(scores))
    mean = factors @ scores / factors.sum()
    lowest, highest = scores.min(0), scores.max(0)
    refused = np.minimum(np.minimum(ir, lowest), fish)
    with_fish = (factors.sum() * mean + fish) / (factors.sum() + 1.0)
    between = np.where(with_fish > 0.5, np.maximum(fish, highest), np.minimum(ir, lowest))
    between = np.where((fish < constants.fish) | (ir < constants.ir), refused, between)
    return np.asarray(np.where(mean < constants.low, lowest, np.where(mean > constants.high, highest, between)))


@dataclass(frozen=True, slots=True)
class Contribution:
    """The contribution of one member: ACER at 0.5 of the member alone, and of the ensemble without it."""

    name: str
    alone: float
    without: float | None


def member_contributions(
    names: Sequence[str], scores: Floats, labels: Ints, threshold: float
) -> tuple[float, list[Contribution]]:
    """Return the ACER of the whole ensemble by the validation rule, and the contribution of each member."""

    def acer(values: Floats) -> float:
        return float(pooled_metrics(Scored.of(values, labels))["acer"])

    contributions = []
    for number, name in enumerate(names):
        rest = np.delete(scores, number, axis=0)
        contributions.append(
            Contribution(name, acer(scores[number]), acer(max_or_min(rest, threshold)) if len(rest) else None)
        )
    return acer(max_or_min(scores, threshold)), contributions


def labels_for(names: Sequence[str], labelled: Submission, where: Path) -> Ints:
    """Return the labels (N,) from a labelled list, in the order of the members' lines.

    Raises:
        UserError: a line is missing in the list, or a label is neither 0 nor 1.
    """
    known = dict(zip(labelled.names, labelled.scores, strict=True))
    missing = [name for name in names if name not in known]
    if missing:
        raise UserError(
            f"{where}: no label for {missing[0]!r} and {len(missing) - 1} other lines; give the list that was scored."
        )
    labels = np.array([known[name] for name in names])
    if not np.isin(labels, (0.0, 1.0)).all():
        raise UserError(f"{where}: labels must be 1 (live) or 0 (attack); give a labelled list.")
    return labels.astype(np.int64)
