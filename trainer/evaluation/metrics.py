"""Error rates of presentation attack detection, in the two families that are in use.

The *pooled metrics* are those of the CVPR 2019 challenge and of the published code: attacks pooled, decision at a
fixed score, TPR at fixed FPR by linear interpolation of the ROC, EER where FPR = 1 - TPR.

*ISO/IEC 30107-3* counts per presentation attack instrument species, see `fasdemo.error_rates`, which the app shares.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from fasdemo.error_rates import (
    TOLERANCE,
    UNNAMED_SPECIES,
    Floats,
    Rate,
    Scored,
    acer,
    apcer,
    at_threshold,
    bpcer,
    clopper_pearson,
    non_response,
    pair,
    pooled,
    resolves,
    threshold_at_apcer,
    worst,
)

__all__ = [
    "ISO_LIMITS",
    "POLICIES",
    "UNNAMED_SPECIES",
    "PolicyRule",
    "Rate",
    "Scored",
    "acer",
    "all_metrics",
    "apcer",
    "at_threshold",
    "auc",
    "bpcer",
    "clopper_pearson",
    "eer",
    "iso_metrics",
    "non_response",
    "policy_for",
    "policy_threshold",
    "pooled",
    "pooled_metrics",
    "resolves",
    "roc",
    "species_eer_threshold",
    "threshold_at_apcer",
    "tpr_at_fpr",
    "worst",
]

ISO_LIMITS = {"bpcer10": 1 / 10, "bpcer20": 1 / 20, "bpcer100": 1 / 100}
POOLED_FPR = {"tpr@fpr=1e-2": 1e-2, "tpr@fpr=1e-3": 1e-3, "tpr@fpr=1e-4": 1e-4}


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
    if not len(scored.live) or len(scored.attacks) * fpr_limit < 1.0 - TOLERANCE:
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


Policy = Literal["bpcer10", "bpcer20", "bpcer100", "apcer1", "pooled50", "balanced", "mean"]


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
    "pooled50": PolicyRule("lowest threshold at which the APCER of all attacks together is at most 1/50"),
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
    if policy == "pooled50":
        return threshold_at_apcer(replace(scored, species=np.where(scored.labels == 0, UNNAMED_SPECIES, "")), 1 / 50)
    return threshold_at_apcer(scored, {**ISO_LIMITS, "apcer1": 1 / 100}[policy])


def pooled_metrics(scored: Scored, threshold: float = 0.5) -> dict[str, Any]:
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
    for name, limit in POOLED_FPR.items():
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
            result[name] = {"threshold": threshold, "bpcer": refused.value, "ci95": pair(refused.ci95)}
            if not resolves(scored, limit):
                few = min(scored.by_species().items(), key=lambda item: len(item[1]))
                needed = round(1 / limit)
                result[name]["note"] = f"{few[0]} has {len(few[1])} attacks, fewer than {needed}: none of them may pass"
    result["non_response_rate"] = scored.no_response / total if total else None
    result["non_response"] = non_response(scored)
    return result


def all_metrics(scored: Scored, threshold: float = 0.5) -> dict[str, Any]:
    """Return both families of figures in the form that `python -m trainer metrics --json` prints."""
    return {
        "seed metrics": pooled_metrics(scored, threshold),
        "iso 30107-3": iso_metrics(scored, {f"threshold {threshold:g}": threshold}),
    }
