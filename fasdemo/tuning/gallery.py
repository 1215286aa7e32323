"""Wrong and uncertain verdicts at chosen thresholds, the worst first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fasdemo.engine.reasons import Effect, Reason, effect, ordered
from fasdemo.engine.result import Status
from fasdemo.models.log_odds import log_odds, sigmoid
from fasdemo.tuning.scores.presentations import NO_RESPONSE, Outcome, Presentation, outcome
from fasdemo.tuning.scores.records import STATUSES, Ints
from fasdemo.tuning.scores.replay import LOG_ODDS_LIMIT, OVER_TIME, threshold_of
from fasdemo.tuning.scores.scoring import Scoring

Kind = Literal["accepted", "refused", "uncertain"]
_ORDER: tuple[Kind, ...] = ("accepted", "refused", "uncertain")


@dataclass(frozen=True, slots=True)
class Case:
    """A presentation with a wrong or uncertain verdict.

    Attributes:
        presentation: the presentation.
        kind: `accepted`: an attack is LIVE; `refused`: a live person is SPOOF or has no response; `uncertain`.
        outcome: the verdict.
        margin: distance of the score from the threshold for LIVE in log-odds; larger is worse.
        face: position of the face in `presentation.scores` that shows the reason best; None without a face.
        frame: number of its frame within the session.
        reasons: reasons of this face in this frame.
    """

    presentation: Presentation
    kind: Kind
    outcome: Outcome
    margin: float
    face: int | None
    frame: int
    reasons: tuple[str, ...]


def kind_of(live: bool, verdict: Outcome) -> Kind | None:
    """Return how a verdict differs from the truth, or None if it is right.

    An attack that is SPOOF or gives no response is right: it is not accepted.

    Args:
        live: whether a live person is shown.
        verdict: the verdict.
    """
    if verdict in ((Status.LIVE,) if live else (Status.SPOOF, NO_RESPONSE)):
        return None
    if verdict == Status.LIVE:
        return "accepted"
    return "refused" if verdict in (Status.SPOOF, NO_RESPONSE) else "uncertain"


def cases(scoring: Scoring, live_above: float, spoof_below: float) -> Iterator[Case | None]:
    """Yield the case of each presentation, or None if its verdict is right; see `in_order`."""
    threshold = threshold_of(live_above, spoof_below)
    for presentation in scoring.presentations:
        statuses = presentation.replay.run(threshold)
        verdict = outcome(presentation, statuses)
        kind = kind_of(presentation.live, verdict)
        if kind is None:
            yield None
            continue
        distance = _margin(presentation.score, live_above)
        face = _shown_face(presentation, statuses, verdict)
        frames = presentation.scores
        where = presentation.frames.start if face is None else int(frames.of_frame[face])
        codes = frames.code_sets[frames.frame_codes[where] if face is None else frames.codes[face]]
        if face is not None:
            codes = _with_score_reason(codes, float(frames.score[face]), live_above, spoof_below)
        yield Case(
            presentation,
            kind,
            verdict,
            -distance if presentation.live else distance,
            face,
            int(frames.index[where]),
            codes,
        )


def in_order(found: list[Case]) -> list[Case]:
    """Return the cases in the order of the gallery: accepted attacks, refused people, uncertain ones, by margin."""
    return sorted(found, key=lambda case: (_ORDER.index(case.kind), -case.margin))


def _with_score_reason(codes: tuple[str, ...], score: float, live_above: float, spoof_below: float) -> tuple[str, ...]:
    """Return the reasons with that of the score at these thresholds instead of the stored one."""
    given = [code for code in codes if code not in OVER_TIME]
    if score <= spoof_below:
        given.append(Reason.SCORE_SPOOF)
    elif score < live_above:
        given.append(Reason.SCORE_UNCERTAIN)
    elif Reason.GATHERING in codes:
        given.append(Reason.GATHERING)
    return ordered(given)


def _margin(score: float, live_above: float) -> float:
    limit = sigmoid(LOG_ODDS_LIMIT)
    bounded = 1.0 - limit if math.isnan(score) else min(max(score, 1.0 - limit), limit)
    return log_odds(bounded) - log_odds(live_above)


def _shown_face(presentation: Presentation, statuses: Ints, verdict: Outcome) -> int | None:
    """Return the first LIVE face, or the middle one of those with the verdict and its most frequent reasons."""
    first: int = presentation.faces.start
    last: int = presentation.faces.stop
    if first == last:
        return None
    numbers: list[int] = statuses[first:last].tolist()
    if verdict == Status.LIVE:
        return first + numbers.index(STATUSES.index(Status.LIVE))
    same = [row for row in range(first, last) if STATUSES[numbers[row - first]] == verdict] or list(range(first, last))
    codes = presentation.scores.codes
    sets = presentation.scores.code_sets
    # The first frames only lack evidence over time, which explains nothing.
    informative = [row for row in same if any(effect(code) is not Effect.NOTE for code in sets[codes[row]])] or same
    usual = Counter(int(codes[row]) for row in informative).most_common(1)[0][0]
    rows = [row for row in informative if codes[row] == usual]
    return rows[len(rows) // 2]
