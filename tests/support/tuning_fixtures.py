"""Scored sessions made by hand: quick, and with scores that a test chooses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.result import FaceVerdict, FrameResult, Latency, Status
from fasdemo.faces.face import Face
from fasdemo.frames import Truth
from fasdemo.models.registry import find_model
from fasdemo.sessions.schema import Device, Session
from fasdemo.tuning.scores.presentations import Presentation, presentations_of
from fasdemo.tuning.scores.records import SessionScores, scores_of
from fasdemo.tuning.scores.scoring import Scoring

CAMERA = "Intel RealSense D435"
EVIDENCE = {
    "distance_m": 0.5,
    "plane_residual_mm": 9.0,
    "face_relief": 0.9,
    "relief_correlation": 0.8,
    "nose_mm": 14.0,
    "depth_noise_mm": 1.0,
    "ir_level": 0.5,
    "ir_landmark_error": 0.01,
    "score_shift": 0.0,
    "face_width_mm": None,
}


def results(
    score: float | None, truth: Truth | None, reasons: Sequence[str] = (), frames: int = 30, faces: int = 1
) -> list[FrameResult]:
    """Results of `frames` frames with the same score and reasons; without faces if `faces` is 0."""
    applicable = {name: value for name, value in EVIDENCE.items() if name in Evidence.__dataclass_fields__}
    found = []
    for index in range(frames):
        verdict = FaceVerdict(
            track_id=1,
            face=Face((10.0, 20.0, 80.0, 100.0), 0.9, np.zeros((6, 2), np.float32)),
            status=Status.UNCERTAIN,
            score=score,
            frame_score=score,
            reasons=tuple(reasons),
            evidence=Evidence.of(applicable),
        )
        found.append(
            FrameResult(
                index, index / 30.0, "made", False, "m", "mean", (verdict,) * faces, Latency(0, 0, 0, 0, 0),
                truth, () if faces else ("no_face",),
            )
        )  # fmt: skip
    return found


def scored(score: float | None, truth: Truth, reasons: Sequence[str] = (), faces: int = 1) -> SessionScores:
    return scores_of(results(score, truth, reasons, faces=faces))


def session(truth: Truth, subject: str = "S01") -> Session:
    return Session(
        subject=subject,
        label=truth.label,
        species=truth.species or None,
        started=datetime(2026, 1, 5, tzinfo=UTC),
        streams=("rgb", "depth", "ir"),
        width=640,
        height=480,
        fps=30.0,
        device=Device(name=CAMERA),
    )


LIVE, PRINT, MASK = Truth("live"), Truth("spoof", "print-flat"), Truth("spoof", "mask-resin")


def scoring(
    *shown: tuple[float | None, Truth, Sequence[str]],
    root: Path = Path("sessions"),
    cameras: tuple[str, ...] = (CAMERA,),
) -> Scoring:
    """A scoring of presentations with these scores, truths and reasons, with the shipped model's card."""
    model = find_model("fasdemo-flex")
    threshold = model.card.thresholds[model.card.default_policy]
    made: list[Presentation] = []
    for number, (score, truth, reasons) in enumerate(shown):
        faces = 0 if score is None else 1
        folder = root / f"S{number:02d}" / truth.label / "take"
        of = scored(score, truth, reasons, faces)
        made += presentations_of(folder, session(truth, f"S{number:02d}"), of, threshold.spoof_below)
    return Scoring(
        root, model.card, model.sha256, model.path, model.card.default_policy, threshold, ("rgb", "depth", "ir"),
        cameras, tuple(made), (), (), 0, 0.1,
    )  # fmt: skip
