"""Compute the verdicts that the engine would give with other thresholds, from its stored results.

The thresholds act only on the evidence over time. The engine's own `TrackStates` are run again on the stored scores and
reasons, so that the verdicts are those of the app; a test compares them on the demo session.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from fasdemo.engine.reasons import Effect, Reason, effect
from fasdemo.engine.result import Status
from fasdemo.engine.temporal.track_state import TrackStates
from fasdemo.models.card import Threshold
from fasdemo.models.log_odds import log_odds, sigmoid
from fasdemo.tuning.scores.records import STATUSES, Ints, SessionScores

OVER_TIME = frozenset({Reason.SCORE_SPOOF, Reason.SCORE_UNCERTAIN, Reason.GATHERING})
"""Reasons that the sequential test adds; they depend on the thresholds."""
_FORGETS = frozenset({Reason.INTERNAL_ERROR, Reason.RGB_INVALID, Reason.CLOCK_BACK})
"""Reasons of a frame after which the engine forgets all faces."""
LOG_ODDS_LIMIT = 8.0
"""Scores of presentations are searched between these log-odds, i.e. 0.0003 and 0.9997."""
_HALVINGS = 11
"""Halvings of the search, which leave 0.008 in log-odds."""
_NUMBERS = {status: number for number, status in enumerate(STATUSES)}


@dataclass(frozen=True, slots=True)
class _Codes:
    """A set of reasons as the replay uses it.

    Attributes:
        given: the reasons without those that the sequential test adds.
        restarts: whether the evidence starts again before this frame.
        allows_live: whether only notes are among them.
    """

    given: tuple[str, ...]
    restarts: bool
    allows_live: bool


def _prepare(codes: Sequence[str]) -> _Codes:
    given = tuple(code for code in codes if code not in OVER_TIME)
    return _Codes(given, Reason.VIEW_CHANGED in given, all(effect(code) is Effect.NOTE for code in given))


def threshold_of(live_above: float, spoof_below: float) -> Threshold:
    """Return thresholds without a card; `spoof_below` is lowered to `live_above` if it is above it."""
    return Threshold(live_above=live_above, spoof_below=min(spoof_below, live_above), rule="tuning", data="")


class Replay:
    """The stored results of one session, prepared for many runs with different thresholds."""

    def __init__(self, scores: SessionScores) -> None:
        self._codes = [_prepare(codes) for codes in scores.code_sets]
        forgets = [bool(_FORGETS & frozenset(codes)) for codes in scores.code_sets]
        bounds = np.searchsorted(scores.of_frame, np.arange(scores.frames + 1)).tolist()
        times, frame_codes = scores.time_s.tolist(), scores.frame_codes.tolist()
        track, codes = scores.track.tolist(), scores.codes.tolist()
        score = [None if value != value else value for value in scores.score.tolist()]
        self._frames = [
            (
                times[frame],
                forgets[frame_codes[frame]],
                [(track[row], score[row], self._codes[codes[row]]) for row in range(bounds[frame], bounds[frame + 1])],
            )
            for frame in range(scores.frames)
        ]
        self._faces = len(track)

    def run(self, threshold: Threshold) -> Ints:
        """Return the verdict on each face with these thresholds, as indices in `STATUSES`, int32 (N,)."""
        return np.fromiter((_NUMBERS[status] for status in self._verdicts(threshold)), np.int32, self._faces)

    def _is_live(self, threshold: Threshold, rows: slice) -> bool:
        return Status.LIVE in islice(self._verdicts(threshold), rows.start, rows.stop)

    def _verdicts(self, threshold: Threshold) -> Iterator[Status]:
        states = TrackStates(threshold)
        for time_s, forgets, faces in self._frames:
            if forgets:
                states.clear()
            states.see((face[0] for face in faces), time_s)
            for track, score, codes in faces:
                state = states[track]
                if codes.restarts:
                    state.restart()
                test = state.sequential_test
                test.update(time_s, score, codes.given)
                status = test.status
                if status is Status.LIVE and not codes.allows_live:
                    status = Status.UNCERTAIN
                yield status

    def highest_threshold(self, rows: slice, spoof_below: float) -> float:
        """Return the highest threshold for LIVE at which one of the faces is LIVE; 0 if there is none.

        Args:
            rows: the faces of one presentation.
            spoof_below: threshold for SPOOF.
        """
        # A face becomes LIVE only in a frame whose score is above the threshold and whose reasons are all notes.
        possible = [
            score
            for _, _, faces in self._frames
            for _, score, codes in faces
            if score is not None and codes.allows_live
        ]
        if not possible:
            return 0.0

        def accepts(logit: float) -> bool:
            return self._is_live(threshold_of(sigmoid(logit), spoof_below), rows)

        low, high = -LOG_ODDS_LIMIT, min(log_odds(max(possible)) + 0.01, LOG_ODDS_LIMIT)
        if high <= low or not accepts(low):
            return 0.0
        if accepts(high):
            return sigmoid(high)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            low, high = (middle, high) if accepts(middle) else (low, middle)
        return sigmoid(low)
