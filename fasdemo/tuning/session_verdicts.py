"""The verdicts on a session over time beside its truth, from the stored results, and the scoring of some sessions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from fasdemo.engine.policy import Policy, thresholds
from fasdemo.engine.result import Status
from fasdemo.errors import UserError
from fasdemo.frames import Truth
from fasdemo.models.card import Threshold
from fasdemo.models.registry import select_model
from fasdemo.sessions.loading import load_session
from fasdemo.tuning.gallery import Kind, kind_of
from fasdemo.tuning.scores.cache import Cache, cache_folder, session_hash
from fasdemo.tuning.scores.presentations import Outcome, outcome, presentations_of
from fasdemo.tuning.scores.records import STATUSES, Ints, SessionScores
from fasdemo.tuning.scores.replay import Replay
from fasdemo.tuning.scores.scoring import Progress, score_folder
from fasdemo.tuning.scores.session_scorer import Scorer, SessionScorer

_STRONGEST = (Status.LIVE, Status.SPOOF, Status.UNCERTAIN)
"""Which verdict a frame with several faces has: LIVE if any face is LIVE, because a door opens then."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one presentation of a session.

    Attributes:
        truth: what is shown.
        verdict: the verdict on it.
        mistake: how the verdict differs from the truth; None if they agree.
    """

    truth: Truth
    verdict: Outcome
    mistake: Kind | None


@dataclass(frozen=True, eq=False)
class SessionVerdicts:
    """The verdicts on one session.

    Attributes:
        runs: frames in a row with the same verdict, in order: the verdict, None without a face, and their number.
        judged: its presentations; empty if it has no label.
        model: name of the model.
        policy: name of the model's policy.
    """

    runs: tuple[tuple[Status | None, int], ...]
    judged: tuple[Judged, ...]
    model: str
    policy: str

    @property
    def frames(self) -> int:
        """Number of frames."""
        return sum(count for _, count in self.runs)

    def share(self, status: Status | None) -> float:
        """Return the share of the frames with this verdict, 0 to 1; None for those without a face."""
        return sum(count for one, count in self.runs if one == status) / max(self.frames, 1)


def stored_verdicts(
    folder: Path, model: str | None = None, policy: str | None = None, cache: Path | None = None
) -> SessionVerdicts | None:
    """Return the verdicts on a session with a model and policy from its stored results.

    Args:
        folder: the session's folder.
        model: name of a shipped model, or an ONNX file; None for the shipped model for the session's streams.
        policy: name of a policy of the model's card; None for its default.
        cache: folder of stored results; None for the user's own.

    Returns:
        The verdicts; None if the session was not scored with this model, or the stored results cannot be used.

    Raises:
        UserError: the session cannot be read, or the model or policy cannot be used for it.
    """
    session = load_session(folder)
    model_file = select_model(frozenset(session.streams), model)
    name, threshold = thresholds(model_file.card, Policy(threshold=policy))
    scores = Cache(model_file.sha256, cache or cache_folder()).load(session_hash(folder, session))
    if scores is None:
        return None
    judged = []
    for presentation in presentations_of(folder, session, scores, threshold.spoof_below):
        verdict = outcome(presentation, presentation.replay.run(threshold))
        judged.append(Judged(presentation.truth, verdict, kind_of(presentation.live, verdict)))
    return SessionVerdicts(_runs(scores, threshold), tuple(judged), model_file.card.name, name)


def _runs(scores: SessionScores, threshold: Threshold) -> tuple[tuple[Status | None, int], ...]:
    statuses: Ints = Replay(scores).run(threshold)
    in_frame: list[set[Status]] = [set() for _ in range(scores.frames)]
    for frame, number in zip(scores.of_frame.tolist(), statuses.tolist(), strict=True):
        in_frame[frame].add(STATUSES[number])
    runs: list[tuple[Status | None, int]] = []
    for found in in_frame:
        status = next((one for one in _STRONGEST if one in found), None)
        if runs and runs[-1][0] == status:
            runs[-1] = (status, runs[-1][1] + 1)
        else:
            runs.append((status, 1))
    return tuple(runs)


def score_sessions(
    folders: Sequence[Path],
    model: str | None = None,
    policy: str | None = None,
    device: str = "auto",
    on_progress: Callable[[Progress], object] = lambda progress: None,
    on_scored: Callable[[Path], object] = lambda folder: None,
    stop: threading.Event | None = None,
    cache: Path | None = None,
    scorer: Scorer | None = None,
) -> list[str]:
    """Score some sessions, each with the model for its streams, and store the results.

    Args:
        folders: the sessions' folders.
        model: name of a shipped model, or an ONNX file; None for the shipped model for each session's streams.
        policy: name of a policy of the model's card; None for its default.
        device: `auto`, `cpu` or `cuda`.
        on_progress: called several times per second.
        on_scored: called after each session, also after one that cannot be scored.
        stop: cancels the scoring once it is set.
        cache: folder of stored results; None for the user's own.
        scorer: scores the sessions; None for this process. The caller closes it.

    Returns:
        Sentences about the sessions that could not be scored, or whose results could not be stored.

    Raises:
        Cancelled: `stop` was set; the finished sessions are stored.
    """
    problems: list[str] = []
    started = time.monotonic()
    with ExitStack() as stack:
        scorer = scorer or stack.enter_context(SessionScorer())
        for number, folder in enumerate(folders):
            left = (time.monotonic() - started) / number * (len(folders) - number) if number else None

            def tell(
                progress: Progress, number: int = number, folder: Path = folder, left: float | None = left
            ) -> None:
                on_progress(Progress(number, len(folders), folder.name, progress.frames, left))

            try:
                found = score_folder(folder, model, policy, device, tell, stop, cache, scorer)
                problems += found.left_out
                if stored_verdicts(folder, model, policy, cache) is None:
                    problems.append(
                        f"{folder.name}: its results cannot be stored in {cache or cache_folder()}; free some space, "
                        "and check the folder's permissions."
                    )
            except UserError as error:
                problems.append(str(error))
            on_scored(folder)
    return problems
