"""Score one session after the other with the parts of an engine that are loaded once, in this process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from fasdemo.capture.files.session_source import SessionSource
from fasdemo.engine.engine import Engine
from fasdemo.engine.result import FrameResult
from fasdemo.tuning.scores.kept_parts import KeptParts, load_parts
from fasdemo.tuning.scores.records import SessionScores, scores_of

OnFrame = Callable[[int], object]
"""Called with the number of frames that are scored; ends the scoring if it raises."""


class SessionFailedError(Exception):
    """A session that cannot be scored; its text is the cause in a few words."""


class Scorer(Protocol):
    """Scores sessions, here or in a process of its own."""

    def score(self, folder: Path, model: str, device: str, policy: str, on_frame: OnFrame) -> SessionScores:
        """Return the scores of a session.

        Args:
            folder: the session's folder.
            model: name of a shipped model, or an ONNX file.
            device: `auto`, `cpu` or `cuda`.
            policy: name of a policy of the model's card.
            on_frame: called several times per second.

        Raises:
            UserError: the session or the model cannot be used.
            SessionFailedError: the session cannot be scored for another reason.
        """
        ...

    def __enter__(self) -> Self:
        """Return this object."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the model."""
        ...


class SessionScorer:
    """Scores sessions in this process; the model stays loaded until another one is asked for."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._loaded: tuple[str, str] | None = None
        self._parts: KeptParts | None = None

    def score(self, folder: Path, model: str, device: str, policy: str, on_frame: OnFrame) -> SessionScores:
        """Return the scores of a session; see `Scorer.score`."""
        parts = self._parts_for(model, device)
        results = []
        with SessionSource(folder) as source:
            engine = Engine(parts.scorer, parts.finder, policy, parts.landmarks, source.info)
            with engine:
                for result in engine.run(source):
                    # Without its crops and landmarks, a result is small.
                    results.append(_light(result))
                    on_frame(len(results))
            return scores_of(results, source.warnings)

    def _parts_for(self, model: str, device: str) -> KeptParts:
        if self._parts is None or self._loaded != (model, device):
            self.close()
            self._parts = self._stack.enter_context(load_parts(model, device))
            self._loaded = (model, device)
        return self._parts

    def close(self) -> None:
        """Release the model."""
        self._parts = self._loaded = None
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _light(result: FrameResult) -> FrameResult:
    return replace(result, faces=tuple(replace(face, crops=None) for face in result.faces))
