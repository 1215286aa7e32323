"""The result of the engine for one frame; `docs/events.md` describes its JSON form."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fasdemo.engine.challenge_report import ChallengeReport
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.faces.face import Face
from fasdemo.frames import Stream, Truth
from fasdemo.models.card import ModelCard, Threshold
from fasdemo.models.crop import FaceCrops


class Status(StrEnum):
    """The verdict on one face; only LIVE means accept."""

    LIVE = "LIVE"
    SPOOF = "SPOOF"
    UNCERTAIN = "UNCERTAIN"


@dataclass(frozen=True, slots=True)
class FaceVerdict:
    """The verdict on one tracked face in one frame.

    Attributes:
        score: calibrated score combined over time, 1 = live; None if there is no score.
        frame_score: calibrated score of this frame alone.
        reasons: machine-readable codes, most important first, see `docs/reasons.md`.
        per_modality: score of each stream's own head, if the model has such heads.
        evidence: the physical measurements; None for a value that could not be measured.
        guidance: one sentence for the person in front of the camera; empty if nothing has to change.
    """

    track_id: int
    face: Face
    status: Status
    score: float | None
    frame_score: float | None
    reasons: tuple[str, ...]
    per_modality: dict[Stream, float] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    guidance: str = ""
    crops: FaceCrops | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """The milliseconds spent in each stage; `total` is the time from the frame's arrival to the verdict."""

    capture: float
    detect: float
    align: float
    infer: float
    total: float


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """The model, policy and device of an engine.

    Attributes:
        model: name of the model.
        policy: name of the current threshold.
        provider: name of the device that runs the network, e.g. `CPU` or `CUDA`.
        card: the model's card.
        threshold: the current threshold.
        warnings: sentences for the user.
        model_sha256: hash of the model file.
    """

    model: str
    policy: str
    provider: str
    card: ModelCard
    threshold: Threshold
    warnings: tuple[str, ...] = ()
    model_sha256: str = ""


@dataclass(frozen=True, slots=True)
class FrameResult:
    """The complete result for one frame set."""

    frame: int
    timestamp_s: float
    source: str
    live_source: bool
    model: str
    policy: str
    faces: tuple[FaceVerdict, ...]
    latency_ms: Latency
    truth: Truth | None = None
    reasons: tuple[str, ...] = ()
    """Codes that concern the frame and not one face, e.g. `no_face`, `stream_stalled`."""
    model_sha256: str = ""
    """Hash of the model file; empty if unknown."""
    challenge: ChallengeReport | None = None
    """The last challenge, if one is required and has begun; otherwise None."""

    def to_json(self) -> dict[str, Any]:
        """Return the event as described by `docs/events.schema.json`."""
        return {
            "frame": self.frame,
            "timestamp_s": round(self.timestamp_s, 6),
            "source": self.source,
            "live_source": self.live_source,
            "model": self.model,
            "model_sha256": self.model_sha256,
            "policy": self.policy,
            "faces": [_face_json(face) for face in self.faces],
            "reasons": list(self.reasons),
            "latency_ms": {
                name: round(getattr(self.latency_ms, name), 3)
                for name in ("capture", "detect", "align", "infer", "total")
            },
            **({"challenge": self.challenge.model_dump(mode="json")} if self.challenge else {}),
            **({"truth": {"label": self.truth.label, "species": self.truth.species}} if self.truth else {}),
        }


def _face_json(verdict: FaceVerdict) -> dict[str, Any]:
    return {
        "track_id": verdict.track_id,
        "box": [round(value, 1) for value in verdict.face.box],
        "status": verdict.status.value,
        "score": _rounded(verdict.score),
        "frame_score": _rounded(verdict.frame_score),
        "reasons": list(verdict.reasons),
        "per_modality": {name: _rounded(value) for name, value in verdict.per_modality.items()},
        "evidence": {name: _rounded(value) for name, value in verdict.evidence.items()},
        "guidance": verdict.guidance,
    }


def _rounded(value: float | None) -> float | None:
    """Return None for NaN and infinity, which JSON cannot represent."""
    return None if value is None or not math.isfinite(value) else round(float(value), 5)
