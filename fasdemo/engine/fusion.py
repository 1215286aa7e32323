"""From scores to a verdict over time: a sequential test on log-likelihoods that decay.

Frames of one face are not independent, so evidence is counted per second and not per frame: a tenth of a second of
frames weighs as much as one independent look. Evidence for LIVE is lost at once by one frame that looks like an attack.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from fasdemo.engine.reasons import Effect, effect
from fasdemo.engine.result import Status
from fasdemo.models.card import Threshold

LIVE_EVIDENCE = 4.6
"""log(0.99 / 0.01): Wald's upper bound for 1 % false alarms and misses."""
SPOOF_EVIDENCE = -3.0
"""log(0.05 / 0.95): an attack that is called uncertain does no harm, and one that is called an attack helps."""
_SPOOF_RELEASE = -1.0
_INDEPENDENT_S = 0.1
_MEMORY_S = 1.0
_SCORE_MEMORY_S = 0.3
_MOST_PER_LOOK = 4.0
_LOG_ODDS_RANGE = (-8.0, 8.0)
LEAST_FRAMES = 5
LEAST_SPAN_S = 0.12
_FIRST_FRAME_S = 1.0 / 30.0


class Fusion:
    """The verdict on one track."""

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        # Once LIVE, a face may dip to the middle of the uncertain band, in log-odds, without losing the word.
        self._hold = _sigmoid((_logit(threshold.live_above) + _logit(threshold.spoof_below)) / 2)
        self.restart()

    def restart(self) -> None:
        """Forget everything, e.g. because something else may stand there now."""
        self.status = Status.UNCERTAIN
        self._last_s: float | None = None
        self._log_odds = 0.0
        self._score_logit: float | None = None
        self._live_frames = 0
        self._live_span_s = 0.0

    @property
    def score(self) -> float | None:
        """Live score fused over about `_SCORE_MEMORY_S`, in [0, 1]; None before the first score."""
        return None if self._score_logit is None else _sigmoid(self._score_logit)

    def update(self, timestamp_s: float, score: float | None, codes: Iterable[str]) -> list[str]:
        """Take one frame.

        Args:
            timestamp_s: its time; the caller restarts when time goes back.
            score: its own calibrated live score, None when there is none.
            codes: the reasons that hold for it.

        Returns:
            The reasons that the evidence itself gives; `status` and `score` are the verdict.
        """
        effects = {effect(code) for code in codes}
        elapsed = self._elapsed(timestamp_s)
        if Effect.RESTART in effects:
            self.restart()
            return []
        blocked = Effect.BLOCK in effects
        attacked = Effect.SPOOF in effects
        if score is None or not 0.0 <= score <= 1.0:
            self._forget_live()
            self.status = Status.UNCERTAIN
            return ["score_missing"]
        self._gather(elapsed, score, blocked, attacked)
        return self._decide(score, blocked, attacked)

    def _elapsed(self, timestamp_s: float) -> float:
        last, self._last_s = self._last_s, timestamp_s
        return _FIRST_FRAME_S if last is None else min(max(timestamp_s - last, 0.0), _INDEPENDENT_S)

    def _gather(self, elapsed_s: float, score: float, blocked: bool, attacked: bool) -> None:
        said = self._log_likelihood(score)
        if attacked:
            said = min(said, -_MOST_PER_LOOK)
        elif blocked:
            # A bad picture can take trust away; it proves no attack.
            said = min(said, 0.0)
        if said < 0.0 and (attacked or score <= self._threshold.spoof_below):
            self._forget_live()
        gathered = self._log_odds * math.exp(-elapsed_s / _MEMORY_S) + said * elapsed_s / _INDEPENDENT_S
        if blocked and not attacked:
            gathered = max(gathered, min(self._log_odds, 0.0))
        self._log_odds = min(max(gathered, _LOG_ODDS_RANGE[0]), _LOG_ODDS_RANGE[1])
        logit = _logit(score)
        if self._score_logit is None:
            self._score_logit = logit
        else:
            keep = math.exp(-elapsed_s / _SCORE_MEMORY_S)
            self._score_logit = keep * self._score_logit + (1.0 - keep) * logit
        if not blocked and not attacked and score >= self._hold:
            self._live_frames += 1
            self._live_span_s += elapsed_s if self._live_frames > 1 else 0.0

    def _decide(self, score: float, blocked: bool, attacked: bool) -> list[str]:
        was = self.status
        fused = self.score
        assert fused is not None
        needed = self._hold if was is Status.LIVE else self._threshold.live_above
        enough = (
            self._log_odds >= LIVE_EVIDENCE
            and self._live_frames >= LEAST_FRAMES
            and self._live_span_s >= LEAST_SPAN_S
            and fused >= self._threshold.live_above
        )
        if enough and score >= needed and not blocked and not attacked:
            self.status = Status.LIVE
            return []
        release = _SPOOF_RELEASE if was is Status.SPOOF else SPOOF_EVIDENCE
        self.status = Status.SPOOF if self._log_odds <= release else Status.UNCERTAIN
        if score <= self._threshold.spoof_below:
            return ["score_spoof"]
        if score < needed:
            return ["score_uncertain"]
        return [] if blocked or attacked else ["gathering"]

    def _forget_live(self) -> None:
        self._log_odds = min(self._log_odds, 0.0)
        self._live_frames = 0
        self._live_span_s = 0.0
        if self._score_logit is not None and self._score_logit > 0.0:
            self._score_logit = None

    def _log_likelihood(self, score: float) -> float:
        """Zero within the uncertain band; beyond a threshold the distance to it in log-odds, and one more."""
        if score >= self._threshold.live_above:
            said = _logit(score) - _logit(self._threshold.live_above) + 1.0
        elif score <= self._threshold.spoof_below:
            said = _logit(score) - _logit(self._threshold.spoof_below) - 1.0
        else:
            said = 0.0
        return min(max(said, -_MOST_PER_LOOK), _MOST_PER_LOOK)


def judge_still(score: float | None, codes: Iterable[str], threshold: Threshold) -> tuple[Status, list[str]]:
    """The verdict on a picture that stands alone, and its reasons."""
    effects = {effect(code) for code in codes}
    if score is None or not 0.0 <= score <= 1.0:
        return Status.UNCERTAIN, ["score_missing"]
    if Effect.SPOOF in effects or score <= threshold.spoof_below:
        return (Status.SPOOF if Effect.RESTART not in effects else Status.UNCERTAIN), (
            ["score_spoof"] if score <= threshold.spoof_below else []
        )
    if score < threshold.live_above:
        return Status.UNCERTAIN, ["score_uncertain"]
    blocked = Effect.BLOCK in effects or Effect.RESTART in effects
    return (Status.UNCERTAIN if blocked else Status.LIVE), []


def _logit(score: float) -> float:
    bounded = min(max(score, 1e-6), 1.0 - 1e-6)
    return math.log(bounded / (1.0 - bounded))


def _sigmoid(value: float) -> float:
    return 0.5 * (1.0 + math.tanh(0.5 * value))
