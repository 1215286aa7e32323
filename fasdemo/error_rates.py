"""Error rates of presentation attack detection after ISO/IEC 30107-3, shared by the app and the trainer.

They are counted per presentation attack instrument species: APCER is the rate of accepted attacks, BPCER the rate of
live faces rejected; BPCER10, 20 and 100 are the BPCER at the lowest threshold at which every species' APCER is at most
1/10, 1/20, 1/100. A face is accepted as live if its score is **greater** than the threshold.

Throughout: `scores` float (N,), higher is more live; `labels` int (N,), 1 = live, 0 = attack; `species` str (N,),
ignored where live. NaN scores are non-responses: they are counted separately and enter no rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]

UNNAMED_SPECIES = "attack"
"""The species under which attacks without a named species are counted."""

TOLERANCE = 1e-9
"""Tolerance for comparisons of exact fractions (5 of 100 against 1/20)."""
_HALVINGS = 60


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
    """Return the exact binomial interval of `errors` in `total` (Clopper and Pearson, 1934).

    It is computed here, because the app does not depend on SciPy; a test compares it with `scipy.stats.binomtest`.
    """
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if errors == 0 else _probability_at(total, tail, errors, total)
    high = 1.0 if errors == total else 1.0 - _probability_at(total, tail, total - errors, total)
    return low, high


def _probability_at(total: int, tail: float, first: int, last: int) -> float:
    """Return the p at which a binomial variable of `total` trials is in [first, last] with probability `tail`."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, total + 1)))])
    counts = np.arange(first, last + 1)
    ways = logs[total] - logs[counts] - logs[total - counts]
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        mass = float(np.exp(ways + counts * np.log(middle) + (total - counts) * np.log1p(-middle)).sum())
        low, high = (middle, high) if mass < tail else (low, middle)
    return (low + high) / 2.0


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
        allowed = int(np.floor(limit * len(group) + TOLERANCE))
        # At most `allowed` attacks have a score strictly above the (allowed + 1)-th highest score.
        needed = max(needed, float(np.sort(group)[::-1][min(allowed, len(group) - 1)]))
    return float(needed)


def resolves(scored: Scored, limit: float) -> bool:
    """Return whether every species has enough attacks (1 / limit) to observe a rate of `limit`."""
    groups = scored.by_species().values()
    return bool(groups) and all(len(group) * limit >= 1.0 - TOLERANCE for group in groups)


def at_threshold(scored: Scored, threshold: float) -> dict[str, Any]:
    """Return the ISO figures at a fixed threshold, with Clopper-Pearson 95 % intervals."""
    rates, refused = apcer(scored, threshold), bpcer(scored, threshold)
    highest = worst(rates)[1].value if rates else None
    return {
        "apcer_per_species": {name: {"rate": rate.value, "ci95": pair(rate.ci95)} for name, rate in rates.items()},
        "apcer_max": highest,
        "bpcer": refused.value,
        "bpcer_ci95": pair(refused.ci95),
        "acer": None if highest is None or refused.value is None else (highest + refused.value) / 2,
    }


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
        "apnrr_per_species": {name: {"rate": rate.value, "ci95": pair(rate.ci95)} for name, rate in attacks.items()},
        "apnrr_max": max(rates, default=None),
        "bpnrr": live.value,
        "bpnrr_ci95": pair(live.ci95),
    }


def pair(interval: tuple[float, float] | None) -> list[float] | None:
    """Return an interval as JSON has it."""
    return None if interval is None else [interval[0], interval[1]]
