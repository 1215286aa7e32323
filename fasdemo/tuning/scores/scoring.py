"""Score every session of a folder with one model, with progress, and keep the results on disk."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from fasdemo.engine.policy import Policy, thresholds
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.models.card import ModelCard, Threshold
from fasdemo.models.registry import select_model
from fasdemo.sessions.description import edited_files
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.repair import find_sessions
from fasdemo.sessions.schema import Session
from fasdemo.tuning.scores.cache import Cache, cache_folder, session_hash
from fasdemo.tuning.scores.presentations import Presentation, presentations_of
from fasdemo.tuning.scores.records import SessionScores
from fasdemo.tuning.scores.session_scorer import Scorer, SessionFailedError, SessionScorer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a scoring.

    Attributes:
        done: sessions that are finished.
        total: all sessions.
        name: the session that is being scored; empty at the end.
        frames: frames of this session that are scored.
        left_s: estimated remaining time in seconds; None while it is unknown.
    """

    done: int
    total: int
    name: str
    frames: int
    left_s: float | None


@dataclass(frozen=True, eq=False)
class Scoring:
    """The scored sessions of a folder.

    Attributes:
        root: the folder.
        card: the model's card.
        model_sha256: hash of the model file.
        model_path: the model file.
        policy: name of the policy whose threshold for SPOOF the scores use.
        threshold: thresholds of this policy.
        streams: the streams of the sessions.
        cameras: names of the cameras that recorded them, most frequent first.
        presentations: all presentations.
        left_out: sentences about sessions that are not used.
        notes: sentences about the whole folder.
        from_cache: number of sessions whose results were stored before.
        took_s: duration in seconds.
    """

    root: Path
    card: ModelCard
    model_sha256: str
    model_path: Path
    policy: str
    threshold: Threshold
    streams: tuple[Stream, ...]
    cameras: tuple[str, ...]
    presentations: tuple[Presentation, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    from_cache: int
    took_s: float

    @property
    def kinds(self) -> tuple[str, ...]:
        """`live` and the attack species that occur, in this order."""
        return tuple(sorted({one.kind for one in self.presentations}, key=lambda kind: (kind != "live", kind)))


@dataclass(frozen=True, eq=False)
class Plan:
    """What a folder contains and with which model it is scored.

    Attributes:
        card: the model's card.
        model_sha256: hash of the model file.
        model_path: the model file.
        policy: name of the policy.
        threshold: thresholds of this policy.
        streams: the streams that most sessions have.
        cameras: names of the cameras that recorded them, most frequent first.
        sessions: the sessions with these streams, and their folders.
        left_out: sentences about sessions that cannot be used.
    """

    card: ModelCard
    model_sha256: str
    model_path: Path
    policy: str
    threshold: Threshold
    streams: tuple[Stream, ...]
    cameras: tuple[str, ...]
    sessions: tuple[tuple[Path, Session], ...]
    left_out: tuple[str, ...]


def plan_scoring(root: Path, model: str | None = None, policy: str | None = None) -> Plan:
    """Return what would be scored, without scoring anything, e.g. to check options first.

    Args:
        root: the folder.
        model: name of a shipped model, or an ONNX file; None for the shipped model for the sessions' streams.
        policy: name of a policy of the model's card; None for its default.

    Raises:
        UserError: the folder has no readable session, or the model or policy cannot be used.
    """
    found, left_out = _find(root)
    streams, cameras = _common(found)
    model_file = select_model(frozenset(streams), model)
    policy_name, threshold = thresholds(model_file.card, Policy(threshold=policy))
    used = []
    for folder, session in found:
        if frozenset(session.streams) == frozenset(streams):
            used.append((folder, session))
        else:
            left_out.append(
                f"{_short(folder, root)}: has {_names(session.streams)}, but most sessions have {_names(streams)}; "
                "score it in another folder."
            )
    return Plan(
        model_file.card, model_file.sha256, model_file.path, policy_name, threshold, streams, cameras, tuple(used),
        tuple(left_out),
    )  # fmt: skip


class Cancelled(Exception):  # noqa: N818 - it is not an error
    """The user cancelled the scoring; finished sessions are stored."""


def score_folder(
    root: Path,
    model: str | None = None,
    policy: str | None = None,
    device: str = "auto",
    on_progress: Callable[[Progress], object] = lambda progress: None,
    stop: threading.Event | None = None,
    cache: Path | None = None,
    scorer: Scorer | None = None,
) -> Scoring:
    """Score the sessions below a folder.

    Args:
        root: the folder.
        model: name of a shipped model, or an ONNX file; None for the shipped model for the sessions' streams.
        policy: name of a policy of the model's card; None for its default.
        device: `auto`, `cpu` or `cuda`.
        on_progress: called before and after each session and several times per second.
        stop: cancels the scoring once it is set.
        cache: folder of stored results; None for the user's own.
        scorer: scores the sessions; None for this process. The caller closes it.

    Raises:
        UserError: the folder has no usable session, or the model or policy cannot be used.
        Cancelled: `stop` was set.
    """
    started = time.monotonic()
    plan = plan_scoring(root, model, policy)
    used, left_out = plan.sessions, list(plan.left_out)
    store = Cache(plan.model_sha256, cache or cache_folder())
    presentations: list[Presentation] = []
    notes: list[str] = []
    run = _Run(len(used), on_progress, stop or threading.Event())
    with ExitStack() as stack:
        scorer = scorer or stack.enter_context(SessionScorer())
        name_of_model = str(plan.model_path) if model is None else model
        for number, (folder, session) in enumerate(used):
            run.next(number, _short(folder, root))
            try:
                name = session_hash(folder, session)
                scores = store.load(name)
                run.cached += scores is not None
                if scores is None:
                    scores = scorer.score(folder, name_of_model, device, plan.policy, run.frame)
                    notes += _stored(store, name, scores)
            except UserError as error:
                left_out.append(_sentence(error, folder, root))
                continue
            except Cancelled:
                raise
            except Exception as error:  # a damaged file must not end the work on the others
                log.exception("cannot score the session %s", folder)
                cause = str(error) if isinstance(error, SessionFailedError) else type(error).__name__
                left_out.append(f"{_short(folder, root)}: cannot be scored ({cause}); run `fasdemo sessions verify`.")
                continue
            made = presentations_of(folder, session, scores, plan.threshold.spoof_below)
            if not made:
                left_out.append(f"{_short(folder, root)}: has no label; relabel it with `fasdemo sessions`.")
            presentations += made
            notes += _doubts(folder, session, root)
        run.next(len(used), "")
    if not presentations:
        first = f" The first problem: {left_out[0]}" if left_out else ""
        raise UserError(f"{root}: no session could be scored.{first}")
    notes = list(dict.fromkeys(notes)) + _about(plan.cameras, presentations)
    return Scoring(
        root, plan.card, plan.model_sha256, plan.model_path, plan.policy, plan.threshold, plan.streams, plan.cameras,
        tuple(presentations), tuple(left_out), tuple(notes), run.cached, time.monotonic() - started,
    )  # fmt: skip


class _Run:
    """The progress of one scoring.

    Args:
        total: number of sessions.
        on_progress: receives the progress.
        stop: cancels the scoring.
    """

    EVERY_S = 0.2

    def __init__(self, total: int, on_progress: Callable[[Progress], object], stop: threading.Event) -> None:
        self._total, self._tell, self._stop = total, on_progress, stop
        self._number, self._name, self._reported_s = 0, "", 0.0
        self._started_s = time.monotonic()
        self.cached = 0

    def next(self, number: int, name: str) -> None:
        """Begin with a session; an empty name is the end.

        Raises:
            Cancelled: the user cancelled.
        """
        self._number, self._name = number, name
        self._report(0)

    def frame(self, number: int) -> None:
        """Note that a frame is scored.

        Raises:
            Cancelled: the user cancelled.
        """
        if time.monotonic() - self._reported_s >= self.EVERY_S:
            self._report(number)

    def _report(self, frames: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        self._reported_s = time.monotonic()
        scored = self._number - self.cached
        left = None
        if scored > 0:
            left = (self._reported_s - self._started_s) / scored * (self._total - self._number)
        self._tell(Progress(self._number, self._total, self._name, frames, left))


def _doubts(folder: Path, session: Session, root: Path) -> list[str]:
    """Return sentences about a session that is scored although its labels or rows may be wrong."""
    name = _short(folder, root)
    if session.state != "complete":
        return [f"{name}: the recording was never completed; run `fasdemo sessions repair` on it."]
    try:
        return [f"{name}: {sentence}; its figures may be wrong." for sentence in edited_files(folder, session)]
    except OSError as error:
        return [f"{name}: cannot be checked for changes ({error.strerror}); check its permissions."]


def _stored(store: Cache, name: str, scores: SessionScores) -> list[str]:
    try:
        store.store(name, scores)
    except UserError as error:
        return [str(error)]
    return []


def _find(root: Path) -> tuple[list[tuple[Path, Session]], list[str]]:
    found, left_out = [], []
    for folder in find_sessions(root):
        try:
            found.append((folder, load_session(folder)))
        except UserError as error:
            left_out.append(_sentence(error, folder, root))
    if not found:
        if left_out:
            raise UserError(
                f"{root}: none of its {len(left_out)} sessions can be read. The first problem: {left_out[0]}"
            )
        raise UserError(
            f"{root}: contains no recorded sessions; record some with `fasdemo --record`, or give their folder."
        )
    return found, left_out


def _common(found: Sequence[tuple[Path, Session]]) -> tuple[tuple[Stream, ...], tuple[str, ...]]:
    """Return the streams that most sessions have, and the names of the cameras that recorded these."""
    counted = Counter(frozenset(session.streams) for _, session in found)
    most = max(counted, key=lambda streams: (counted[streams], len(streams)))
    cameras = Counter(
        session.device.name or "an unknown camera" for _, session in found if set(session.streams) == most
    )
    return tuple(stream for stream in STREAMS if stream in most), tuple(name for name, _ in cameras.most_common())


def _about(cameras: Sequence[str], presentations: Sequence[Presentation]) -> list[str]:
    notes = []
    if len(cameras) > 1:
        notes.append(
            f"The sessions are from {len(cameras)} cameras ({', '.join(cameras[:4])}{' …' * (len(cameras) > 4)}), "
            "whose scores can differ; tune each camera separately."
        )
    live = sum(one.live for one in presentations)
    if live == 0:
        notes.append("There are no live people in this folder, so that BPCER is unknown; add live sessions.")
    if live == len(presentations):
        notes.append("There are no attacks in this folder, so that APCER is unknown; add sessions of attacks.")
    return notes


def _short(folder: Path, root: Path) -> str:
    return folder.relative_to(root).as_posix() if folder != root and folder.is_relative_to(root) else folder.name


def _sentence(error: UserError, folder: Path, root: Path) -> str:
    return str(error).replace(str(folder), _short(folder, root))


def _names(streams: Sequence[str]) -> str:
    return "+".join(stream for stream in STREAMS if stream in streams)
