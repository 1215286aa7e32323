"""Site calibration: a bounded bias on the score for one camera and one model, in a file that the app loads.

On a new camera, the scores of live people and attacks can still be separable but have other values. The bias is
fitted to one minute of live people in front of that camera. It moves the operating point at most to the card's
`bpcer20` threshold, at which every species' APCER on the development set is at most 5 %, or by 1 (log-odds), and never
below a score of 0.5. The limits of the gates do not change, and a score that clearly indicates an attack is not raised
(`fasdemo.engine.rules.score_evidence`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fasdemo.atomic_file import write_text
from fasdemo.bounded_file import read_bounded
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.policy import MIN_LIVE_ABOVE
from fasdemo.engine.reasons import Effect, Reason, effect
from fasdemo.engine.result import FrameResult
from fasdemo.engine.rules.score_evidence import MAX_RAISE, shifted, total_shift
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.models.card import ModelCard, Threshold
from fasdemo.models.log_odds import log_odds

LIMIT_POLICY = "bpcer20"
MAX_UNMEASURED_RAISE = 1.0
"""Log-odds by which a site may raise scores beyond the threshold `LIMIT_POLICY`;
`docs/verdict-measurements.md` has its cost."""
MIN_LIVE_FRAMES = 100
"""Minimum number of usable live frames; one minute has 1,800 frames."""
MAX_SHEET_SHARE = 0.2
"""Maximum share of the frames with a face that may show physical evidence of an attack."""
WANTED_LIVE = 0.95
"""Share of the usable live frames that should be accepted."""
MAX_ATTACK = 0.01
"""Maximum share of accepted attack frames."""
MAX_LOWERING = 2.0
"""Largest decrease of the score because of recorded attacks, in log-odds."""
_STEP = 0.05
_MAX_FILE_BYTES = 100_000
_ABOUT_SCORE = frozenset({Reason.SCORE_SPOOF, Reason.SCORE_UNCERTAIN, Reason.GATHERING, Reason.VIEW_CHANGED})

Text = Annotated[str, Field(min_length=1, max_length=300)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Measured(_Part):
    """The recordings of one class, and the share of usable frames that are accepted without and with the bias."""

    recordings: Annotated[int, Field(ge=0)]
    frames: Annotated[int, Field(ge=0)]
    usable: Annotated[int, Field(ge=0)]
    accepted_before: Share
    accepted_after: Share


class SiteFile(_Part):
    """The content of a site file."""

    site_schema: Literal[1] = 1
    camera: Text
    """Name and serial number of the camera, as in `SourceInfo.name`."""
    streams: Annotated[tuple[Stream, ...], Field(min_length=1, max_length=3)]
    model: Text
    model_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    policy: Text
    bias: Annotated[float, Field(ge=-MAX_LOWERING, le=MAX_RAISE)]
    """Log-odds added to the calibrated score."""
    limit: Annotated[float, Field(ge=0.0, le=MAX_RAISE)]
    """Largest bias that the card allows."""
    day: date
    fasdemo: Text
    """Version of fasdemo that wrote the file."""
    live: Measured
    attacks: Measured | None = None


@dataclass(frozen=True, slots=True)
class ScoredFrame:
    """A usable frame, in which there is no reason against LIVE but the score.

    Attributes:
        score: calibrated score before evidence and bias.
        evidence: the measurements.
    """

    score: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Recording:
    """The frames of one recording or live run.

    Attributes:
        frames: number of frames with exactly one face.
        sheets: number of these frames with physical evidence of an attack.
        usable: the frames without a reason against LIVE but the score.
    """

    frames: int
    sheets: int
    usable: tuple[ScoredFrame, ...]


def camera_of(info: SourceInfo) -> str:
    """Return the name of the camera of a source, or of the one that recorded it; empty if unknown."""
    return info.device or (info.name if info.live else "")


def recording_of(results: Iterable[FrameResult]) -> Recording:
    """Return the recording for a calibration from the results of an engine without a site file."""
    return recording_from(
        ([*result.reasons, *face.reasons], face.frame_score, face.evidence)
        for result in results
        if len(result.faces) == 1
        for face in result.faces
    )


def recording_from(faces: Iterable[tuple[Sequence[str], float | None, Evidence]]) -> Recording:
    """Return the recording for a calibration from frames with exactly one face.

    Args:
        faces: for each frame its reasons and the face's, the score of this frame, and the measurements.
    """
    frames, sheets, usable = 0, 0, []
    for codes, frame_score, evidence in faces:
        frames += 1
        sheets += any(effect(code) is Effect.SPOOF for code in codes)
        if frame_score is None or any(effect(c) is not Effect.NOTE for c in codes if c not in _ABOUT_SCORE):
            continue
        score = shifted(frame_score, -(evidence.score_shift or 0.0))
        if score is not None and 0.0 <= score <= 1.0:
            usable.append(ScoredFrame(score, evidence))
    return Recording(frames, sheets, tuple(usable))


def allowed_bias(card: ModelCard, threshold: Threshold) -> float:
    """Return the largest allowed bias in log-odds; 0 if the card does not have the threshold `LIMIT_POLICY`.

    At least `MAX_UNMEASURED_RAISE` is allowed if the policy exceeds `MIN_LIVE_ABOVE` by that amount. Otherwise a single
    species that the model cannot distinguish from live faces would prevent every calibration.
    """
    limit = card.thresholds.get(LIMIT_POLICY)
    if limit is None:
        return 0.0
    above_floor = max(log_odds(threshold.live_above) - log_odds(MIN_LIVE_ABOVE), 0.0)
    measured = max(log_odds(threshold.live_above) - log_odds(max(limit.live_above, MIN_LIVE_ABOVE)), 0.0)
    return min(max(measured, min(above_floor, MAX_UNMEASURED_RAISE)), MAX_RAISE)


def accepted(recordings: Sequence[Recording], threshold: Threshold, bias: float) -> float:
    """Return the share of usable frames whose score is LIVE, with equal weight for each recording; 0 without frames."""
    shares = [
        sum(_accepted(frame, threshold, bias) for frame in recording.usable) / len(recording.usable)
        for recording in recordings
        if recording.usable
    ]
    return sum(shares) / len(shares) if shares else 0.0


def fit_bias(live: Sequence[Recording], attacks: Sequence[Recording], threshold: Threshold, limit: float) -> float:
    """Return the smallest bias that accepts `WANTED_LIVE` of the live frames, at most the limit.

    Args:
        live: recordings of live people.
        attacks: recordings of attacks; at most `MAX_ATTACK` of each one is accepted, if necessary with a negative bias.
        threshold: current threshold.
        limit: largest bias, from `allowed_bias`.
    """
    wanted = min(WANTED_LIVE, accepted(live, threshold, limit))
    bias = 0.0
    while bias < limit and accepted(live, threshold, bias) < wanted:
        bias = min(bias + _STEP, limit)
    while bias > -MAX_LOWERING and any(accepted([one], threshold, bias) > MAX_ATTACK for one in attacks):
        bias = max(bias - _STEP, -MAX_LOWERING)
    return round(bias, 4)


def check_recordings(live: Sequence[Recording]) -> None:
    """Raise an error for recordings that cannot be used for a calibration.

    Raises:
        UserError: there are too few usable frames, or too many frames show physical evidence of an attack.
    """
    frames = sum(recording.frames for recording in live)
    usable = sum(len(recording.usable) for recording in live)
    sheets = sum(recording.sheets for recording in live)
    if frames and sheets > MAX_SHEET_SHARE * frames:
        raise UserError(
            f"{sheets} of {frames} frames show physical evidence of an attack, such as a print or a screen; "
            "calibrate with live people."
        )
    if usable < MIN_LIVE_FRAMES:
        raise UserError(
            f"only {usable} of {frames} frames with one face can be used and {MIN_LIVE_FRAMES} are needed; "
            "record at least a minute of people who look at the camera from 0.4 to 1 m."
        )


def write_site(path: Path, site: SiteFile) -> None:
    """Write a site file.

    Raises:
        UserError: the file cannot be written.
    """
    write_text(path, site.model_dump_json(indent=2) + "\n")


def read_site(path: Path) -> SiteFile:
    """Read a site file.

    Raises:
        UserError: the file cannot be read or is not a site file.
    """
    try:
        return SiteFile.model_validate_json(read_bounded(path, _MAX_FILE_BYTES))
    except OSError as error:
        raise UserError(
            f"site {path}: cannot be read ({error.strerror}); give a file that `fasdemo calibrate` wrote.",
            parameter="site",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "content"
        raise UserError(
            f"site {path}: is not a site file ({where}: {first['msg']}); write one with `fasdemo calibrate`.",
            parameter="site",
        ) from error
    except ValueError as error:
        raise UserError(
            f"site {path}: {error}; give a file that `fasdemo calibrate` wrote.", parameter="site"
        ) from error


def check_site(site: SiteFile, camera: str, declared: frozenset[Stream], card: ModelCard, sha256: str) -> None:
    """Raise UserError if a site file is for another camera, model or policy, or beyond the card's limit.

    Raises:
        UserError: the message names the mismatch.
    """
    if site.camera != camera:
        raise UserError(
            f"site: was made for the camera {site.camera}, but this source is "
            f"{camera or 'a file of an unknown camera'}; run `fasdemo calibrate` for it, or use no site file.",
            parameter="site",
        )
    if frozenset(site.streams) != declared:
        raise UserError(
            f"site: was made for {_names(site.streams)}, but this source has {_names(declared)}; "
            "run `fasdemo calibrate` again.",
            parameter="site",
        )
    if site.model_sha256 != sha256:
        raise UserError(
            f"site: was made for another model file ({site.model}) than {card.name}; run `fasdemo calibrate` again.",
            parameter="site",
        )
    if site.policy not in card.thresholds:
        raise UserError(
            f"site: was made for the policy {site.policy}, which {card.name} does not have; run `fasdemo calibrate` "
            "again.",
            parameter="site",
        )
    if site.bias > allowed_bias(card, card.thresholds[site.policy]) + 1e-6:
        raise UserError(
            f"site: its bias of {site.bias:g} exceeds the limit of {card.name}; run `fasdemo calibrate` again.",
            parameter="site",
        )


def _accepted(frame: ScoredFrame, threshold: Threshold, bias: float) -> bool:
    score = shifted(frame.score, total_shift(frame.score, frame.evidence, (), bias))
    return score is not None and math.isfinite(score) and score >= threshold.live_above


def _names(streams: Sequence[Stream] | frozenset[Stream]) -> str:
    return "+".join(stream for stream in STREAMS if stream in streams)
