"""Collect the results of a session that is played completely, and store them like those of a scored session.

A recording gives the same verdicts at any speed, so the results of a played session are those of a scored one if every
frame was processed in order with the default rules.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fasdemo.engine.result import EngineFacts, FaceVerdict, FrameResult
from fasdemo.runtime.requests import EngineRequest
from fasdemo.sessions.loading import load_session
from fasdemo.sessions.rows import Rows, load_rows
from fasdemo.tuning.scores.cache import Cache, cache_folder, session_hash
from fasdemo.tuning.scores.records import scores_of

MAX_FRAMES = 9000
"""Maximum number of frames: five minutes at 30 per second. Longer sessions are scored from the library."""


_MAX_UNWATCHED = 300
"""Number of frames that are kept before the source is known to be a session; other files need no more memory."""


def has_default_rules(request: EngineRequest) -> bool:
    """Return whether an engine differs from that of a scoring at most in model, policy and device."""
    compared = replace(request, model=None, policy=None, device="auto", display=None)
    return compared == replace(EngineRequest(), lockout_s=request.lockout_s)


@dataclass(frozen=True, slots=True)
class PlayedSession:
    """The results of a session of which every frame was processed in order.

    Attributes:
        folder: the session's folder.
        results: result of each frame.
        model_sha256: hash of the model file.
    """

    folder: Path
    results: tuple[FrameResult, ...]
    model_sha256: str


class PlayedListener:
    """A listener that collects results from the first frame on, as long as none is left out.

    Args:
        on_whole: called in the processing thread when the watched session is complete.
    """

    def __init__(self, on_whole: Callable[[PlayedSession], object]) -> None:
        self._on_whole = on_whole
        self._lock = threading.Lock()
        self._watched: tuple[Path, str, int] | None = None
        self._key: tuple[str, str, str] | None = None
        self._results: list[FrameResult] = []

    def watch(self, folder: Path, name: str, frames: int) -> None:
        """Wait for a session's last frame; frames that were processed already count.

        Args:
            folder: the session's folder.
            name: name of the source, as in the results.
            frames: number of its frames.
        """
        with self._lock:
            self._watched = folder, name, frames
        self._tell()

    def forget(self) -> None:
        """Watch nothing, and drop the results so far."""
        with self._lock:
            self._watched = None
            self._drop()

    def _drop(self) -> None:
        self._key, self._results = None, []

    def on_result(self, result: FrameResult, facts: EngineFacts) -> None:
        """Add the result of a frame."""
        if result.live_source:
            return
        key = (result.source, facts.model_sha256, facts.policy)
        with self._lock:
            if result.frame == 0:
                self._key, self._results = key, []
            elif (
                key != self._key
                or result.frame != len(self._results)
                or result.frame >= (_MAX_UNWATCHED if self._watched is None else MAX_FRAMES)
            ):
                self._drop()
                return
            self._results.append(replace(result, faces=tuple(_light(face) for face in result.faces)))
        self._tell()

    def on_no_result(self) -> None:
        """Drop the results so far, because a frame is missing."""
        with self._lock:
            self._drop()

    def _tell(self) -> None:
        with self._lock:
            if self._watched is None or self._key is None:
                return
            folder, name, frames = self._watched
            if self._key[0] != name or len(self._results) != frames:
                return
            found = PlayedSession(folder, tuple(self._results), self._key[1])
            self._watched = None
            self._drop()
        self._on_whole(found)


def _light(face: FaceVerdict) -> FaceVerdict:
    """Return a verdict without crops and landmarks, which is small."""
    return replace(face, crops=None, face=replace(face.face, landmarks=None, blendshapes=None))


def store_played(played: PlayedSession, cache: Path | None = None) -> bool:
    """Store the results of a played session, unless they cannot be those of its scoring.

    Args:
        played: the session and its results.
        cache: folder of stored results; None for the user's own.

    Returns:
        Whether they were stored. They are not if the session is incomplete, was changed meanwhile or has damaged
        images.

    Raises:
        UserError: the session cannot be read, or the results cannot be written.
    """
    session = load_session(played.folder)
    found = load_rows(played.folder, session)
    if session.state != "complete" or found.cut or found.skipped or not _belong(played.results, found):
        return False
    if any(code.endswith("_missing") for result in played.results for code in result.reasons):
        return False
    store = Cache(played.model_sha256, cache or cache_folder())
    store.store(session_hash(played.folder, session), scores_of(played.results))
    return True


def _belong(results: Sequence[FrameResult], found: Rows) -> bool:
    """Return whether results are those of a session's rows, and not of another source with the same name."""
    return [(one.timestamp_s, one.truth) for one in results] == [(row.timestamp_s, row.truth) for row in found.rows]
