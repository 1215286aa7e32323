"""Combine the scores of a face over time with a sequential test on log-likelihoods that decay.

Frames of one face are not independent, so evidence is counted per second and not per frame: a tenth of a second of
frames counts as one independent observation. One frame that looks like an attack removes all evidence for LIVE.
Evidence against LIVE takes effect immediately, and evidence for it is delayed, so that verdicts do not flicker.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from fasdemo.engine.reasons import Effect, Reason, effect
from fasdemo.engine.result import Status
from fasdemo.models.card import Threshold
from fasdemo.models.log_odds import log_odds, sigmoid

LIVE_EVIDENCE = 4.6
"""log(0.99 / 0.01): Wald's upper bound for 1 % false alarms and misses."""
SPOOF_EVIDENCE = -3.0
"""log(0.05 / 0.95): lower than for LIVE, because an attack that stays UNCERTAIN is not accepted either."""
_SPOOF_RELEASE = -1.0
_INDEPENDENT_S = 0.1
_MEMORY_S = 1.0
_SCORE_MEMORY_S = 0.3
_MAX_PER_FRAME = 4.0
_LOG_ODDS_RANGE = (-8.0, 8.0)
MIN_FRAMES = 5
MIN_SPAN_S = 0.12
SETTLE_S = 0.4
"""Time without a frame against LIVE after which a face that lost LIVE is LIVE again."""
MAX_DIP_S = 0.25
"""Time for which a LIVE face may have scores in the upper half of the uncertain band. In a blink, which takes 0.1 to
0.4 s, the eyes are closed for half of the time."""
_FIRST_FRAME_S = 1.0 / 30.0


class SequentialTest:
    """A sequential test of the scores of one track, which gives its verdict."""

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        # A LIVE face may score down to the middle of the uncertain band, in log-odds, for `MAX_DIP_S`.
        self._hold = sigmoid((log_odds(threshold.live_above) + log_odds(threshold.spoof_below)) / 2)
        self.restart()

    def restart(self) -> None:
        """Forget everything, e.g. because another object may be at this position now."""
        self.status = Status.UNCERTAIN
        self._last_s: float | None = None
        self._log_odds = 0.0
        self._score_logit: float | None = None
        self._live_frames = 0
        self._live_span_s = 0.0
        self._good_since_s: float | None = None
        self._best_s = -math.inf
        self._must_settle = False
        self._was_spoof = False

    def restart_after_change(self) -> None:
        """Forget everything, but keep SPOOF if the next frame shows an attack too."""
        was_spoof = self.status is Status.SPOOF
        self.restart()
        self._was_spoof = was_spoof

    def interrupt(self) -> None:
        """Drop the evidence for LIVE after a frame without this face; LIVE then needs consecutive good frames again."""
        self._forget_live()
        if self.status is Status.LIVE:
            self.status = Status.UNCERTAIN

    @property
    def score(self) -> float | None:
        """Live score combined over about `_SCORE_MEMORY_S`, in [0, 1]; None before the first score."""
        return None if self._score_logit is None else sigmoid(self._score_logit)

    def update(self, timestamp_s: float, score: float | None, codes: Iterable[str]) -> list[Reason]:
        """Update the test with one frame.

        Args:
            timestamp_s: time of the frame; the caller must restart the test if it decreases.
            score: calibrated live score of the frame; None if there is none.
            codes: the reasons for this frame. Those with the effect `cap` are ignored here, because the caller limits
                the status.

        Returns:
            The reasons from the evidence over time; `status` and `score` are the verdict.
        """
        effects = {effect(code) for code in codes}
        elapsed = self._elapsed(timestamp_s)
        if Effect.RESTART in effects:
            self.restart()
            return []
        before = self.status
        blocked, attacked = Effect.BLOCK in effects, Effect.SPOOF in effects
        clean = not effects & {Effect.BLOCK, Effect.DOUBT, Effect.SPOOF}
        if score is None or not 0.0 <= score <= 1.0:
            self._forget_live()
            self.status, reasons = Status.UNCERTAIN, [Reason.SCORE_MISSING]
            self._good_since_s, self._was_spoof = None, False
        else:
            self._note_good(timestamp_s, clean and score >= self._threshold.live_above)
            self._gather(elapsed, score, clean, blocked, attacked)
            reasons = self._decide(timestamp_s, score, clean)
        if before is Status.LIVE and self.status is not Status.LIVE:
            self._must_settle = True
        return reasons

    def _elapsed(self, timestamp_s: float) -> float:
        last, self._last_s = self._last_s, timestamp_s
        return _FIRST_FRAME_S if last is None else min(max(timestamp_s - last, 0.0), _INDEPENDENT_S)

    def _note_good(self, timestamp_s: float, good: bool) -> None:
        if good:
            self._best_s = timestamp_s
            self._good_since_s = timestamp_s if self._good_since_s is None else self._good_since_s
        else:
            self._good_since_s = None

    def _gather(self, elapsed_s: float, score: float, clean: bool, blocked: bool, attacked: bool) -> None:
        said = self._log_likelihood(score)
        if attacked:
            said = min(said, -_MAX_PER_FRAME)
        elif not clean:
            said = min(said, 0.0)
        if said < 0.0 and (attacked or score <= self._threshold.spoof_below):
            self._forget_live()
        gathered = self._log_odds * math.exp(-elapsed_s / _MEMORY_S) + said * elapsed_s / _INDEPENDENT_S
        if blocked and not attacked:
            # An unusable picture can remove evidence for LIVE, but does not prove an attack.
            gathered = max(gathered, min(self._log_odds, 0.0))
        elif self._was_spoof and said < 0.0:
            # SPOOF before the view changed and an attack again: keep SPOOF.
            gathered = min(gathered, SPOOF_EVIDENCE)
        self._was_spoof = False
        self._log_odds = min(max(gathered, _LOG_ODDS_RANGE[0]), _LOG_ODDS_RANGE[1])
        logit = log_odds(score)
        if self._score_logit is None:
            self._score_logit = logit
        else:
            keep = math.exp(-elapsed_s / _SCORE_MEMORY_S)
            self._score_logit = keep * self._score_logit + (1.0 - keep) * logit
        if clean and score >= self._hold:
            self._live_frames += 1
            self._live_span_s += elapsed_s if self._live_frames > 1 else 0.0

    def _decide(self, timestamp_s: float, score: float, clean: bool) -> list[Reason]:
        was = self.status
        fused = self.score
        assert fused is not None
        dips = was is Status.LIVE and timestamp_s - self._best_s <= MAX_DIP_S
        needed = self._hold if dips else self._threshold.live_above
        enough = (
            self._log_odds >= LIVE_EVIDENCE
            and self._live_frames >= MIN_FRAMES
            and self._live_span_s >= MIN_SPAN_S
            and fused >= self._threshold.live_above
            and (not self._must_settle or self._settled(timestamp_s))
        )
        if enough and score >= needed and clean:
            self.status, self._must_settle = Status.LIVE, False
            return []
        release = _SPOOF_RELEASE if was is Status.SPOOF else SPOOF_EVIDENCE
        self.status = Status.SPOOF if self._log_odds <= release else Status.UNCERTAIN
        if score <= self._threshold.spoof_below:
            return [Reason.SCORE_SPOOF]
        if score < needed:
            return [Reason.SCORE_UNCERTAIN]
        return [Reason.GATHERING] if clean else []

    def _settled(self, timestamp_s: float) -> bool:
        return self._good_since_s is not None and timestamp_s - self._good_since_s >= SETTLE_S

    def _forget_live(self) -> None:
        self._log_odds = min(self._log_odds, 0.0)
        self._live_frames = 0
        self._live_span_s = 0.0
        if self._score_logit is not None and self._score_logit > 0.0:
            self._score_logit = None

    def _log_likelihood(self, score: float) -> float:
        """Return 0 within the uncertain band; beyond a threshold, the distance to it in log-odds plus 1."""
        if score >= self._threshold.live_above:
            said = log_odds(score) - log_odds(self._threshold.live_above) + 1.0
        elif score <= self._threshold.spoof_below:
            said = log_odds(score) - log_odds(self._threshold.spoof_below) - 1.0
        else:
            said = 0.0
        return min(max(said, -_MAX_PER_FRAME), _MAX_PER_FRAME)


def judge_still(score: float | None, codes: Iterable[str], threshold: Threshold) -> tuple[Status, list[Reason]]:
    """Return the verdict on a single picture and its reasons; the caller applies a `cap`, as in `SequentialTest`."""
    effects = {effect(code) for code in codes}
    if score is None or not 0.0 <= score <= 1.0:
        return Status.UNCERTAIN, [Reason.SCORE_MISSING]
    if Effect.SPOOF in effects or score <= threshold.spoof_below:
        return (Status.SPOOF if Effect.RESTART not in effects else Status.UNCERTAIN), (
            [Reason.SCORE_SPOOF] if score <= threshold.spoof_below else []
        )
    if score < threshold.live_above:
        return Status.UNCERTAIN, [Reason.SCORE_UNCERTAIN]
    return (Status.LIVE if effects <= {Effect.NOTE, Effect.CAP} else Status.UNCERTAIN), []
