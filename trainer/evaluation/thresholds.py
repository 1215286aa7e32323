"""Score calibration, and thresholds chosen on the development set by named policies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from fasdemo.models.card import Calibration, Threshold
from trainer.evaluation.metrics import POLICIES, Scored, policy_threshold, resolves
from trainer.evaluation.scoring import probability

Floats = npt.NDArray[np.float64]

CARD_POLICIES = ("bpcer20", "apcer1", "pooled50", "balanced", "mean")
BAND = 1.0
"""Smallest width of the uncertain band in log-odds of the calibrated score: from 0.5 down to 0.27."""
LIVE_TAIL = 0.01
"""Largest share of the development set's live faces below `spoof_below`."""
_MIN_PROBABILITY = 1e-6
_ROUNDING = 1e-9
"""Margin against rounding, so that an attack with a score at the threshold stays below it."""


def platt(margins: Floats, labels: npt.NDArray[np.int64]) -> Calibration:
    """Fit scale and bias so that sigmoid(scale * margin + bias) is the probability of a live face for equal priors.

    Logistic regression of Platt (1999): each target is moved inwards by one sample of its class, so that classes which
    do not overlap get a finite slope.
    """
    from scipy.optimize import minimize

    live = labels == 1
    n_live, n_attack = int(live.sum()), int((~live).sum())
    target = np.where(live, (n_live + 1.0) / (n_live + 2.0), 1.0 / (n_attack + 2.0))
    weight = np.where(live, 0.5 / max(n_live, 1), 0.5 / max(n_attack, 1))

    def loss(p: Floats) -> tuple[float, Floats]:
        scale = np.exp(p[0])
        z = scale * margins + p[1]
        value = float((weight * (np.logaddexp(0.0, z) - target * z)).sum())
        residual = weight * (probability(z) - target)
        return value, np.array([(residual * margins).sum() * scale, residual.sum()])

    found = minimize(
        loss,
        np.array([0.0, -float(np.median(margins)) * 0.1]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-5.0, 5.0), (-50.0, 50.0)],
    )
    return Calibration(scale=float(np.exp(found.x[0])), bias=float(found.x[1]))


def log_odds(margins: Floats, calibration: Calibration) -> Floats:
    """Return the calibrated score's log-odds, which keep their resolution where scores are close to 0 or 1."""
    return calibration.scale * margins + calibration.bias


def thresholds(scored: Scored, data: str) -> dict[str, Threshold]:
    """Return the card's thresholds by policy name.

    Args:
        scored: log-odds of the development set.
        data: description of the development set, for the card.
    """
    chosen = {}
    for name in CARD_POLICIES:
        value = policy_threshold(scored, name)
        if value is None:
            continue
        rule = POLICIES[name].text
        limit = {"bpcer20": 1 / 20, "apcer1": 1 / 100}.get(name)
        if limit is not None and not resolves(scored, limit):
            rule += " (some species has too few attacks to resolve this rate: none of them may pass)"
        below = min(float(np.quantile(scored.live, LIVE_TAIL)), value - BAND)
        rule += f"; SPOOF where at most {LIVE_TAIL:.0%} of live faces lie and odds are {np.exp(BAND):.1f} times lower"
        chosen[name] = Threshold(live_above=_unit(value + _ROUNDING), spoof_below=_unit(below), rule=rule, data=data)
    return chosen


def aligned(
    calibrations: Mapping[str, Calibration], thresholds_by_subset: Mapping[str, float], common: float
) -> dict[str, Calibration]:
    """Shift each subset's calibration so that its own threshold (log-odds) coincides with the common one.

    A card has one threshold per policy for all subsets of streams. A subset that separates worse needs a stricter
    threshold, and shifting its scores has the same effect.
    """
    return {
        key: Calibration(scale=c.scale, bias=c.bias + common - thresholds_by_subset.get(key, common))
        for key, c in calibrations.items()
    }


def _unit(value: float) -> float:
    return float(np.clip(probability(np.array([value]))[0], _MIN_PROBABILITY, 1.0 - _MIN_PROBABILITY))
