"""Error rates of presentation attack detection, in the two families that are in use.

The *seed metrics* are those of the CVPR 2019 challenge and of the published code: attacks pooled, decision at a
fixed score, TPR at fixed FPR by linear interpolation of the ROC, EER where FPR = 1 - TPR.

*ISO/IEC 30107-3* counts per presentation attack instrument species: APCER is the rate of accepted attacks,
BPCER the rate of live faces rejected; BPCER10, 20 and 100 are the BPCER at the lowest threshold at which every
species' APCER is at most 1/10, 1/20, 1/100. A face is accepted as live if its score is **greater** than the threshold.

Throughout: `scores` float (N,), higher is more live; `labels` int (N,), 1 = live, 0 = attack; `species` str (N,),
ignored where live. NaN scores are non-responses: they are counted separately and enter no rate.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]

UNNAMED_SPECIES = "attack"
"""The species under which attacks without a named species are counted."""

ISO_LIMITS = {"bpcer10": 1 / 10, "bpcer20": 1 / 20, "bpcer100": 1 / 100}
SEED_FPR = {"tpr@fpr=1e-2": 1e-2, "tpr@fpr=1e-3": 1e-3, "tpr@fpr=1e-4": 1e-4}
_TOLERANCE = 1e-9
"""Tolerance for comparisons of exact fractions (5 of 100 against 1/20)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores with their labels and species; for the shapes see the module's docstring.

    Attributes:
        no_response: number of samples without a score, which are not in the arrays.
        unanswered: the same by species, live faces under the empty name.
    """

    scores: Floats
    labels: Ints
    species: Names
    no_response: int = 0
    unanswered: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, scores: npt.ArrayLike, labels: npt.ArrayLike, species: Sequence[str] | npt.NDArray[Any] | None = None
    ) -> Scored:
        """Check and clean the three columns.

        Raises:
            ValueError: the lengths differ, or a label is neither 0 nor 1.
        """
        values = np.asarray(scores, np.float64).ravel()
        truth = np.asarray(labels).astype(np.int64).ravel()
        names = np.full(len(values), "", dtype="<U64") if species is None else np.asarray(species, dtype=np.str_)
        if not len(values) == len(truth) == len(names):
            raise ValueError(
                f"{len(values)} scores, {len(truth)} labels and {len(names)} species do not belong together"
            )
        if not np.isin(truth, (0, 1)).all():
            raise ValueError("labels must be 1 (live) or 0 (attack)")
        names = np.where(truth == 1, "", np.where(names == "", UNNAMED_SPECIES, names)).astype(np.str_)
        answered = ~np.isnan(values)
        kinds, numbers = np.unique(names[~answered], return_counts=True)
        missing = {str(kind): int(number) for kind, number in zip(kinds, numbers, strict=True)}
        return cls(values[answered], truth[answered], names[answered], int((~answered).sum()), missing)

    @property
    def live(self) -> Floats:
        """Return the scores of live faces."""
        return np.asarray(self.scores[self.labels == 1])

    @property
    def attacks(self) -> Floats:
        """Return the scores of attacks of all species."""
        return np.asarray(self.scores[self.labels == 0])

    def by_species(self) -> dict[str, Floats]:
        """Return the scores of each attack species, sorted by name."""
        return {str(name): self.scores[self.species == name] for name in np.unique(self.species[self.labels == 0])}


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate: `errors` of `total`."""

    errors: int
    total: int

    @property
    def value(self) -> float | None:
        """Return the rate, or None without samples."""
        return self.errors / self.total if self.total else None

    @property
    def ci95(self) -> tuple[float, float] | None:
        """Return the Clopper-Pearson 95 % interval, or None without samples."""
        return clopper_pearson(self.errors, self.total) if self.total else None


def clopper_pearson(errors: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact binomial interval of `errors` in `total` (Clopper and Pearson, 1934)."""
    from scipy.stats import binomtest

    interval = binomtest(errors, total).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)


def apcer(scored: Scored, threshold: float) -> dict[str, Rate]:
    """Return the rate of accepted attacks (score above the threshold) of each species."""
    return {name: Rate(int((s > threshold).sum()), len(s)) for name, s in scored.by_species().items()}


def bpcer(scored: Scored, threshold: float) -> Rate:
    """Return the rate of rejected live faces (score not above the threshold)."""
    live = scored.live
    return Rate(int((live <= threshold).sum()), len(live))


def worst(rates: Mapping[str, Rate]) -> tuple[str, Rate]:
    """Return the species with the highest rate; of several equal ones the one with the fewest samples."""
    return max(rates.items(), key=lambda item: (item[1].value or 0.0, -item[1].total))


def pooled(rates: Mapping[str, Rate]) -> Rate:
    """Return the rate over all attacks."""
    return Rate(sum(rate.errors for rate in rates.values()), sum(rate.total for rate in rates.values()))


def acer(passed: Rate, refused: Rate) -> tuple[float, tuple[float, float]] | None:
    """Return the mean of pooled APCER and BPCER with the mean of their intervals; None if a class is absent."""
    if passed.value is None or refused.value is None or passed.ci95 is None or refused.ci95 is None:
        return None
    low, high = ((a + b) / 2 for a, b in zip(passed.ci95, refused.ci95, strict=True))
    return (passed.value + refused.value) / 2, (low, high)


def threshold_at_apcer(scored: Scored, limit: float) -> float | None:
    """Return the lowest observed score t at which every species' APCER (scores > t) is at most `limit`.

    Return None if there are no attacks.
    """
    groups = scored.by_species().values()
    if not groups:
        return None
    needed = -np.inf
    for group in groups:
        allowed = int(np.floor(limit * len(group) + _TOLERANCE))
        # At most `allowed` attacks have a score strictly above the (allowed + 1)-th highest score.
        needed = max(needed, float(np.sort(group)[::-1][min(allowed, len(group) - 1)]))
    return float(needed)


def resolves(scored: Scored, limit: float) -> bool:
    """Return whether every species has enough attacks (1 / limit) to observe a rate of `limit`."""
    groups = scored.by_species().values()
    return bool(groups) and all(len(group) * limit >= 1.0 - _TOLERANCE for group in groups)


def roc(scored: Scored) -> tuple[Floats, Floats, Floats]:
    """Return false positive rate, true positive rate and thresholds (score >= threshold) from (0, 0) to (1, 1).

    Attacks are pooled; there is one point for each distinct score.
    """
    from sklearn.metrics import roc_curve

    fpr, tpr, thresholds = roc_curve(scored.labels, scored.scores, drop_intermediate=False)
    return fpr, tpr, thresholds


def auc(scored: Scored) -> float | None:
    """Return the area under the ROC, None unless both classes occur."""
    if not len(scored.live) or not len(scored.attacks):
        return None
    fpr, tpr, _ = roc(scored)
    return float(np.trapezoid(tpr, fpr))


def eer(scored: Scored) -> float | None:
    """Return the equal error rate: the FPR on the linearly interpolated ROC at which FPR = 1 - TPR."""
    if not len(scored.live) or not len(scored.attacks):
        return None
    fpr, tpr, _ = roc(scored)
    gap = fpr - (1.0 - tpr)
    after = int(np.argmax(gap >= 0.0))
    if after == 0 or gap[after] == 0.0:
        return float(fpr[after])
    share = -gap[after - 1] / (gap[after] - gap[after - 1])
    return float(fpr[after - 1] + share * (fpr[after] - fpr[after - 1]))


def tpr_at_fpr(scored: Scored, fpr_limit: float) -> float | None:
    """Return the TPR on the linearly interpolated ROC; None if there are fewer than 1 / fpr_limit attacks."""
    if not len(scored.live) or len(scored.attacks) * fpr_limit < 1.0 - _TOLERANCE:
        return None
    fpr, tpr, _ = roc(scored)
    above = int(np.searchsorted(fpr, fpr_limit, side="right"))
    if above == len(fpr):
        return float(tpr[-1])
    low, high = above - 1, above
    share = (fpr_limit - fpr[low]) / (fpr[high] - fpr[low])
    return float(tpr[low] + share * (tpr[high] - tpr[low]))


def species_eer_threshold(scored: Scored, mean: bool = False) -> float | None:
    """Return the threshold at which the worst species' APCER, or the mean over the species, meets the BPCER.

    If the classes do not overlap, return the middle of the gap. Return None if a class is absent.
    """
    live, groups = np.sort(scored.live), list(scored.by_species().values())
    if not len(live) or not groups:
        return None
    highest = max(float(group.max()) for group in groups)
    if highest < live[0]:
        return float((highest + live[0]) / 2.0)
    candidates = np.unique(scored.scores)
    refused = np.searchsorted(live, candidates, side="right") / len(live)
    rates = [1.0 - np.searchsorted(np.sort(g), candidates, side="right") / len(g) for g in groups]
    passed = np.mean(rates, axis=0) if mean else np.max(rates, axis=0)
    return float(candidates[int(np.argmin(np.maximum(refused, passed)))])


Policy = Literal["bpcer10", "bpcer20", "bpcer100", "apcer1", "balanced", "mean"]


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """The rule of a policy.

    Attributes:
        text: the rule in words, for the model card.
        without_depth: policy that chooses the threshold of streams without depth instead; None for the policy itself.
    """

    text: str
    without_depth: str | None = None


POLICIES: dict[str, PolicyRule] = {
    "bpcer10": PolicyRule("lowest threshold at which every species' APCER is at most 1/10"),
    "bpcer20": PolicyRule("lowest threshold at which every species' APCER is at most 1/20"),
    "bpcer100": PolicyRule("lowest threshold at which every species' APCER is at most 1/100"),
    "apcer1": PolicyRule("lowest threshold at which every species' APCER is at most 1/100"),
    "balanced": PolicyRule("threshold at which the worst species' APCER meets the BPCER"),
    # Without depth the app has no relief to refuse a mask or a print by: the worst species decides there.
    "mean": PolicyRule("threshold at which the mean of the species' APCER meets the BPCER", without_depth="balanced"),
}


def policy_for(policy: str, streams: Collection[str]) -> str:
    """Return the policy that chooses the threshold of a subset of a model's streams.

    Raises:
        KeyError: the policy does not exist.
    """
    other = POLICIES[policy].without_depth
    return policy if other is None or "depth" in streams else other


def policy_threshold(scored: Scored, policy: str) -> float | None:
    """Return the threshold that a policy of `POLICIES` chooses; None if a class is absent.

    Raises:
        KeyError: the policy does not exist.
    """
    if policy in ("balanced", "mean"):
        return species_eer_threshold(scored, mean=policy == "mean")
    return threshold_at_apcer(scored, {**ISO_LIMITS, "apcer1": 1 / 100}[policy])


def seed_metrics(scored: Scored, threshold: float = 0.5) -> dict[str, Any]:
    """Return the published figures: live is positive, attacks are pooled.

    Figures that the data cannot resolve are None and explained in `notes`.
    """
    live, attacks = scored.live, scored.attacks
    tp, fp = int((live > threshold).sum()), int((attacks > threshold).sum())
    fn, tn = len(live) - tp, len(attacks) - fp
    notes: list[str] = []
    result: dict[str, Any] = {
        "acc": (tp + tn) / len(scored.scores) if len(scored.scores) else None,
        "eer": eer(scored),
        "auc": auc(scored),
    }
    for name, limit in SEED_FPR.items():
        result[name] = tpr_at_fpr(scored, limit)
        if result[name] is None and len(live):
            notes.append(f"{name}: {len(attacks)} attacks cannot resolve this rate, {round(1 / limit)} are needed")
    result |= {"tp": tp, "tn": tn, "fp": fp, "fn": fn}
    attack_rate, live_rate = Rate(fp, len(attacks)).value, Rate(fn, len(live)).value
    acer = None if attack_rate is None or live_rate is None else (attack_rate + live_rate) / 2
    result |= {"apcer": attack_rate, "bpcer": live_rate, "acer": acer}
    if acer is None:
        notes.append("only one class is present: figures that need both are null")
    if notes:
        result["notes"] = notes
    return result


def at_threshold(scored: Scored, threshold: float) -> dict[str, Any]:
    """Return the ISO figures at a fixed threshold, with Clopper-Pearson 95 % intervals."""
    rates, refused = apcer(scored, threshold), bpcer(scored, threshold)
    highest = worst(rates)[1].value if rates else None
    return {
        "apcer_per_species": {name: {"rate": rate.value, "ci95": _pair(rate.ci95)} for name, rate in rates.items()},
        "apcer_max": highest,
        "bpcer": refused.value,
        "bpcer_ci95": _pair(refused.ci95),
        "acer": None if highest is None or refused.value is None else (highest + refused.value) / 2,
    }


def iso_metrics(scored: Scored, thresholds: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Return the ISO/IEC 30107-3 figures at each given threshold (default 0.5) and at BPCER10, 20 and 100.

    Args:
        scored: the scores.
        thresholds: thresholds by name, e.g. those chosen on a development set.
    """
    total = len(scored.scores) + scored.no_response
    result: dict[str, Any] = {
        name: at_threshold(scored, value) for name, value in (thresholds or {"threshold 0.5": 0.5}).items()
    }
    for name, limit in ISO_LIMITS.items():
        threshold = threshold_at_apcer(scored, limit)
        if threshold is None or not len(scored.live):
            result[name] = {"threshold": threshold, "bpcer": None, "note": "needs live faces and attacks"}
        else:
            refused = bpcer(scored, threshold)
            result[name] = {"threshold": threshold, "bpcer": refused.value, "ci95": _pair(refused.ci95)}
            if not resolves(scored, limit):
                few = min(scored.by_species().items(), key=lambda item: len(item[1]))
                needed = round(1 / limit)
                result[name]["note"] = f"{few[0]} has {len(few[1])} attacks, fewer than {needed}: none of them may pass"
    result["non_response_rate"] = scored.no_response / total if total else None
    result["non_response"] = non_response(scored)
    return result


def non_response(scored: Scored) -> dict[str, Any]:
    """Return the rates of samples without a score: APNRR per attack species and its maximum, and BPNRR."""
    answered = {name: len(scores) for name, scores in scored.by_species().items()}
    attacks = {
        name: Rate(scored.unanswered.get(name, 0), answered.get(name, 0) + scored.unanswered.get(name, 0))
        for name in sorted({*answered, *(kind for kind in scored.unanswered if kind)})
    }
    missing = scored.unanswered.get("", 0)
    live = Rate(missing, len(scored.live) + missing)
    rates = [rate.value for rate in attacks.values() if rate.value is not None]
    return {
        "apnrr_per_species": {name: {"rate": rate.value, "ci95": _pair(rate.ci95)} for name, rate in attacks.items()},
        "apnrr_max": max(rates, default=None),
        "bpnrr": live.value,
        "bpnrr_ci95": _pair(live.ci95),
    }


def all_metrics(scored: Scored, threshold: float = 0.5) -> dict[str, Any]:
    """Return both families of figures in the form that `python -m trainer metrics --json` prints."""
    return {
        "seed metrics": seed_metrics(scored, threshold),
        "iso 30107-3": iso_metrics(scored, {f"threshold {threshold:g}": threshold}),
    }


def _pair(interval: tuple[float, float] | None) -> list[float] | None:
    return None if interval is None else [interval[0], interval[1]]
