"""From margins to a calibrated score and to thresholds that a named policy chooses on the development set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from fasdemo.models.card import Calibration, Threshold
from trainer.evaluation.metrics import POLICIES, Scored, policy_threshold, resolves
from trainer.evaluation.scoring import probability

Floats = npt.NDArray[np.float64]

CARD_POLICIES = ("bpcer20", "apcer1", "balanced")
BAND = 1.0
"""Least width of the uncertain band, in the calibrated score's log-odds: 0.5 above, 0.27 below."""
LIVE_TAIL = 0.01
"""At most this share of the development set's live faces lies below `spoof_below`."""
_LEAST = 1e-6
_ROUNDING = 1e-9
"""Keeps the attack that a threshold lies on below it, whatever the last digit does."""


def platt(margins: Floats, labels: npt.NDArray[np.int64]) -> Calibration:
    """Scale and bias that make sigmoid(scale * margin + bias) a probability, live and attack equally likely beforehand.

    Platt (1999): logistic regression on targets that are drawn in by one sample a class, so that classes that never
    overlap get a finite slope.
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
    """The calibrated score's log-odds, on which thresholds are chosen: a score near 0 or 1 has no room left."""
    return calibration.scale * margins + calibration.bias


def thresholds(scored: Scored, data: str) -> dict[str, Threshold]:
    """The card's thresholds.

    Args:
        scored: log-odds of the development set.
        data: what the development set is, for the card.
    """
    chosen = {}
    for name in CARD_POLICIES:
        value = policy_threshold(scored, name)
        if value is None:
            continue
        rule = POLICIES[name]
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
    """Shift each subset's calibration so that its own threshold (log-odds) falls on the common one.

    One card has one threshold a policy for every subset of streams, while a subset that separates worse needs a
    stricter one; moving its scores does the same.
    """
    return {
        key: Calibration(scale=c.scale, bias=c.bias + common - thresholds_by_subset.get(key, common))
        for key, c in calibrations.items()
    }


def _unit(value: float) -> float:
    return float(np.clip(probability(np.array([value]))[0], _LEAST, 1.0 - _LEAST))
