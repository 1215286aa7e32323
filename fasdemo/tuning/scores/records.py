"""The results of the engine on one session as arrays, compact enough for hundreds of sessions in memory and on disk."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.evidence import MEASURES, Evidence
from fasdemo.engine.result import FaceVerdict, FrameResult, Status
from fasdemo.frames import Truth

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

STATUSES = (Status.UNCERTAIN, Status.LIVE, Status.SPOOF)
"""Verdicts by their number in `SessionScores.status`."""
EVIDENCE_NAMES = tuple(MEASURES)
"""Columns of `SessionScores.evidence`."""
_INAPPLICABLE = np.float32(np.inf)
"""Value of a measurement that does not apply to the frame's streams; one that could not be measured is NaN."""
_MAX_FRAMES = 1_000_000


@dataclass(frozen=True, eq=False)
class SessionScores:
    """The engine's results on one session; F frames with together N faces.

    Attributes:
        index: number of each frame within the session, int32 (F,).
        time_s: time of each frame in seconds, float64 (F,).
        truth: index of each frame's truth in `truths`, -1 for none, int32 (F,).
        frame_codes: index of each frame's reasons in `code_sets`, int32 (F,).
        of_frame: position of each face's frame in the arrays above, increasing, int32 (N,).
        track: track number of each face, int32 (N,).
        score: score of each face in its frame after evidence, NaN for none, float64 (N,).
        codes: index of each face's reasons in `code_sets`, int32 (N,).
        status: verdict on each face when it was scored, index in `STATUSES`, int32 (N,).
        box: each face's box x, y, width, height in pixels of the colour image, float32 (N, 4).
        evidence: measurements in the order of `EVIDENCE_NAMES`, float32 (N, K).
        truths: the truths that occur.
        code_sets: the sets of reasons that occur.
        warnings: sentences about the session, e.g. about missing pictures.
    """

    index: Ints
    time_s: Floats
    truth: Ints
    frame_codes: Ints
    of_frame: Ints
    track: Ints
    score: Floats
    codes: Ints
    status: Ints
    box: Singles
    evidence: Singles
    truths: tuple[Truth, ...]
    code_sets: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.index)

    def measured(self, row: int) -> Evidence:
        """Return the measurements of one face."""
        values: dict[str, float | None] = {
            name: None if math.isnan(value) else value
            for name, value in zip(EVIDENCE_NAMES, self.evidence[row].tolist(), strict=True)
            if value != _INAPPLICABLE
        }
        return Evidence.of(values)

    def to_bytes(self) -> bytes:
        """Return the content of a file, which `from_bytes` reads."""
        tables = {
            "truths": [[truth.label, truth.species] for truth in self.truths],
            "code_sets": self.code_sets,
            "warnings": self.warnings,
            "evidence": EVIDENCE_NAMES,
        }
        stream = io.BytesIO()
        arrays: dict[str, Any] = {name: getattr(self, name) for name in _ARRAYS}
        np.savez_compressed(stream, tables=np.frombuffer(json.dumps(tables).encode(), np.uint8), **arrays)
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> SessionScores:
        """Return the results of a file.

        Raises:
            ValueError: the content is damaged, or was written by a version with other measurements.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                tables = json.loads(file["tables"].tobytes())
                arrays = {name: np.asarray(file[name]).astype(kind, copy=False) for name, kind in _ARRAYS.items()}
            if tuple(tables["evidence"]) != EVIDENCE_NAMES:
                raise ValueError("it has other measurements")
            made = cls(
                **arrays,
                truths=tuple(Truth(label, species) for label, species in tables["truths"]),
                code_sets=tuple(tuple(codes) for codes in tables["code_sets"]),
                warnings=tuple(tables["warnings"]),
            )
        except Exception as error:  # zipfile, zlib, NumPy and json raise many kinds for damaged files
            raise ValueError(f"it is damaged ({error})") from error
        made._check()
        return made

    def _check(self) -> None:
        """Raise ValueError if the arrays do not belong together."""
        frames, faces = len(self.index), len(self.of_frame)
        if frames > _MAX_FRAMES:
            raise ValueError("it has too many frames")
        shapes = dict.fromkeys(("index", "time_s", "truth", "frame_codes"), (frames,))
        shapes |= dict.fromkeys(("of_frame", "track", "score", "codes", "status"), (faces,))
        all_shapes: dict[str, tuple[int, ...]] = {**shapes, "box": (faces, 4), "evidence": (faces, len(EVIDENCE_NAMES))}
        limits = {
            "truth": (-1, len(self.truths)),
            "frame_codes": (0, len(self.code_sets)),
            "codes": (0, len(self.code_sets)),
            "of_frame": (0, frames),
            "status": (0, len(STATUSES)),
        }
        if any(getattr(self, name).shape != shape for name, shape in all_shapes.items()):
            raise ValueError("its arrays do not belong together")
        for name, (low, high) in limits.items():
            values = getattr(self, name)
            if len(values) and not (low <= values.min() and values.max() < high):
                raise ValueError(f"{name} is out of range")
        if np.any(np.diff(self.of_frame) < 0):
            raise ValueError("its faces are not in order")


_ARRAYS: Mapping[str, type[np.generic]] = {
    "index": np.int32,
    "time_s": np.float64,
    "truth": np.int32,
    "frame_codes": np.int32,
    "of_frame": np.int32,
    "track": np.int32,
    "score": np.float64,
    "codes": np.int32,
    "status": np.int32,
    "box": np.float32,
    "evidence": np.float32,
}


class _Table:
    """The values that occurred, each with its number."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        """Return the number of a value."""
        return self.numbers.setdefault(value, len(self.numbers))


def scores_of(results: Iterable[FrameResult], warnings: Sequence[str] = ()) -> SessionScores:
    """Return the arrays of an engine's results on one session, in the order of its frames."""
    truths, code_sets = _Table(), _Table()
    frames: list[tuple[int, float, int, int]] = []
    faces: list[tuple[int, int, float, int, int]] = []
    boxes: list[Sequence[float]] = []
    evidence: list[list[float]] = []
    for position, result in enumerate(results):
        truth = -1 if result.truth is None else truths.number(result.truth)
        frames.append((result.frame, result.timestamp_s, truth, code_sets.number(result.reasons)))
        for face in result.faces:
            score = math.nan if face.frame_score is None else face.frame_score
            number = STATUSES.index(face.status)
            faces.append((position, face.track_id, score, code_sets.number(face.reasons), number))
            boxes.append(tuple(face.face.box))
            evidence.append(_evidence_row(face))
    index, time_s, truth_of, frame_codes = _columns(frames, 4)
    of_frame, track, score_of, codes, status = _columns(faces, 5)
    return SessionScores(
        index.astype(np.int32),
        time_s,
        truth_of.astype(np.int32),
        frame_codes.astype(np.int32),
        of_frame.astype(np.int32),
        track.astype(np.int32),
        score_of,
        codes.astype(np.int32),
        status.astype(np.int32),
        np.asarray(boxes, np.float32).reshape(-1, 4),
        np.asarray(evidence, np.float32).reshape(-1, len(EVIDENCE_NAMES)),
        tuple(truths.numbers),
        tuple(code_sets.numbers),
        tuple(warnings),
    )


def _columns(rows: Sequence[Sequence[float]], count: int) -> list[Floats]:
    return list(np.asarray(rows, np.float64).reshape(-1, count).T)


def _evidence_row(face: FaceVerdict) -> list[float]:
    row = []
    for name in EVIDENCE_NAMES:
        if name not in face.evidence:
            row.append(float(_INAPPLICABLE))
        else:
            value = face.evidence[name]
            row.append(math.nan if value is None or not math.isfinite(value) else value)
    return row
