"""Presentations: a person or an attack in front of the camera, i.e. a labelled session or a part of a mixed one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from fasdemo.engine.result import Status
from fasdemo.error_rates import UNNAMED_SPECIES
from fasdemo.frames import Truth
from fasdemo.sessions.schema import Session
from fasdemo.tuning.scores.records import STATUSES, Ints, SessionScores
from fasdemo.tuning.scores.replay import Replay

NO_RESPONSE = "NO RESPONSE"
"""Outcome of a presentation in which no face had a score."""
Outcome = Status | str


@dataclass(frozen=True, eq=False)
class Presentation:
    """One presentation and its score.

    Attributes:
        folder: folder of the session.
        subject: the person's pseudonym.
        truth: what is shown.
        frames: positions of its frames in `scores`.
        faces: positions of its faces in `scores`.
        scores: results of the session.
        replay: the same, prepared for other thresholds.
        score: highest threshold for LIVE at which the verdict is LIVE in a frame of this presentation, 0 if there is
            none, NaN without a response.
    """

    folder: Path
    subject: str
    truth: Truth
    frames: slice
    faces: slice
    scores: SessionScores
    replay: Replay
    score: float

    @property
    def live(self) -> bool:
        """Whether it is a bona fide presentation."""
        return self.truth.label == "live"

    @property
    def kind(self) -> str:
        """The attack species; `live` for a bona fide presentation."""
        return "live" if self.live else self.truth.species or UNNAMED_SPECIES

    @property
    def responds(self) -> bool:
        """Whether a face had a score."""
        return bool(np.isfinite(self.scores.score[self.faces]).any())


def outcome(presentation: Presentation, statuses: Ints) -> Outcome:
    """Return the verdict on a presentation: LIVE if any face in any frame is LIVE, because a door opens then.

    Args:
        presentation: the presentation.
        statuses: verdict on each face of its session, from `Replay.run`.

    Returns:
        LIVE, else SPOOF if it occurs, else UNCERTAIN; `NO_RESPONSE` if no face had a score.
    """
    if not presentation.responds:
        return NO_RESPONSE
    found = frozenset(STATUSES[number] for number in np.unique(statuses[presentation.faces]).tolist())
    return next(status for status in (Status.LIVE, Status.SPOOF, Status.UNCERTAIN) if status in found)


def presentations_of(
    folder: Path, session: Session, scores: SessionScores, spoof_below: float
) -> tuple[Presentation, ...]:
    """Return the presentations of a session: all of it, or each run of frames with the same label if it is mixed.

    Frames without a label are left out.

    Args:
        folder: folder of the session.
        session: its description, whose label is used unless it is `mixed`.
        scores: its results.
        spoof_below: threshold for SPOOF with which the scores are computed.
    """
    replay = Replay(scores)
    found = []
    for start, end, truth in _runs(session, scores):
        first, last = np.searchsorted(scores.of_frame, (start, end)).tolist()
        faces = slice(first, last)
        responds = bool(np.isfinite(scores.score[faces]).any())
        score = replay.highest_threshold(faces, spoof_below) if responds else float("nan")
        found.append(Presentation(folder, session.subject, truth, slice(start, end), faces, scores, replay, score))
    return tuple(found)


def _runs(session: Session, scores: SessionScores) -> list[tuple[int, int, Truth]]:
    """Return the first frame, the end and the truth of each presentation."""
    if session.label != "mixed":
        return [(0, scores.frames, Truth(session.label, session.species or ""))] if scores.frames else []
    changes = np.flatnonzero(np.diff(scores.truth)) + 1
    bounds = [0, *changes.tolist(), scores.frames]
    return [
        (start, end, scores.truths[scores.truth[start]])
        for start, end in pairwise(bounds)
        if end > start and scores.truth[start] >= 0
    ]
