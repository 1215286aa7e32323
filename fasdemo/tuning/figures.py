"""Error rates of scored presentations at thresholds of the user's choice, and the curves and counts to draw."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fasdemo.engine.policy import MIN_LIVE_ABOVE
from fasdemo.error_rates import Floats, Rate, Scored, apcer, bpcer, non_response, pair, pooled, worst
from fasdemo.tuning.scores.presentations import Presentation
from fasdemo.tuning.scores.scoring import Scoring

MIN_THRESHOLD, MAX_THRESHOLD = 0.0001, 0.9999
BINS = 40
"""Bars of the histogram over scores from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The error rates of a scoring at two thresholds; a sample is one presentation.

    Attributes:
        live_above: threshold for LIVE.
        spoof_below: threshold for SPOOF.
        apcer: rate of attacks that are LIVE, by species.
        bpcer: rate of bona fide presentations that are not LIVE.
        non_response: rates of presentations without a score, see `fasdemo.error_rates.non_response`.
    """

    live_above: float
    spoof_below: float
    apcer: Mapping[str, Rate]
    bpcer: Rate
    non_response: Mapping[str, Any]

    @property
    def worst(self) -> tuple[str, Rate] | None:
        """The species with the highest APCER; None without attacks."""
        return worst(self.apcer) if self.apcer else None

    @property
    def pooled(self) -> Rate:
        """APCER over all attacks."""
        return pooled(self.apcer)

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON."""
        highest = self.worst
        return {
            "live_above": self.live_above,
            "spoof_below": self.spoof_below,
            "apcer_per_species": {name: _json(rate) for name, rate in self.apcer.items()},
            "apcer_max": None if highest is None else highest[1].value,
            "apcer_pooled": _json(self.pooled),
            "bpcer": _json(self.bpcer),
            "non_response": self.non_response,
        }


def _json(rate: Rate) -> dict[str, Any]:
    return {"rate": rate.value, "ci95": pair(rate.ci95), "errors": rate.errors, "total": rate.total}


def scored_of(presentations: Sequence[Presentation]) -> Scored:
    """Return the scores of presentations for `fasdemo.error_rates`."""
    return Scored.of(
        [one.score for one in presentations],
        [int(one.live) for one in presentations],
        ["" if one.live else one.kind for one in presentations],
    )


def figures_at(scoring: Scoring, live_above: float, spoof_below: float) -> Figures:
    """Return the error rates at thresholds.

    A presentation is accepted if its score is at least `live_above`, as in the app.
    """
    scored = scored_of(scoring.presentations)
    # The shared rates accept only scores above their threshold.
    below = math.nextafter(live_above, 0.0)
    return Figures(live_above, spoof_below, apcer(scored, below), bpcer(scored, below), non_response(scored))


def checked_thresholds(live_above: float, spoof_below: float) -> tuple[float, float]:
    """Return thresholds within the limits of every policy: 0.5 <= live_above < 1 and 0 < spoof_below <= live_above."""
    live = min(max(live_above, MIN_LIVE_ABOVE), MAX_THRESHOLD)
    return live, min(max(spoof_below, MIN_THRESHOLD), live)


@dataclass(frozen=True, slots=True)
class DetCurve:
    """The detection error trade-off: one point for each threshold at which a rate changes.

    Attributes:
        thresholds: thresholds for LIVE, increasing, float64 (K,).
        apcer: highest APCER of all species, float64 (K,).
        bpcer: BPCER, float64 (K,).
    """

    thresholds: Floats
    apcer: Floats
    bpcer: Floats


def det_curve(scoring: Scoring) -> DetCurve | None:
    """Return the DET curve; None unless there are both bona fide presentations and attacks with scores."""
    scored = scored_of(scoring.presentations)
    live, groups = np.sort(scored.live), [np.sort(group) for group in scored.by_species().values()]
    if not len(live) or not groups:
        return None
    thresholds = np.unique(np.concatenate([scored.scores, [MIN_LIVE_ABOVE, 1.0]]))
    refused = np.searchsorted(live, thresholds, side="left") / len(live)
    passed = [1.0 - np.searchsorted(group, thresholds, side="left") / len(group) for group in groups]
    return DetCurve(thresholds, np.max(passed, axis=0), refused)


def histogram(scoring: Scoring) -> dict[str, Floats]:
    """Return the number of presentations in each of `BINS` score ranges from 0 to 1, by kind."""
    edges = np.linspace(0.0, 1.0, BINS + 1)
    return {
        kind: np.histogram(
            [one.score for one in scoring.presentations if one.kind == kind and math.isfinite(one.score)], edges
        )[0].astype(np.float64)
        for kind in scoring.kinds
    }


def counts(scoring: Scoring) -> dict[str, int]:
    """Return the number of presentations by kind."""
    found = Counter(one.kind for one in scoring.presentations)
    return {kind: found[kind] for kind in scoring.kinds}
