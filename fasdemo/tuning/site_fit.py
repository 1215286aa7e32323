"""Fit a site file to measured recordings, for `fasdemo calibrate` and for the window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fasdemo import __version__
from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import EngineFacts
from fasdemo.engine.setup.site_calibration import (
    WANTED_LIVE,
    Measured,
    Recording,
    SiteFile,
    accepted,
    allowed_bias,
    camera_of,
    check_recordings,
    fit_bias,
)
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS
from fasdemo.models.card import Threshold


def check_source(info: SourceInfo, first: SourceInfo | None = None) -> None:
    """Raise an error for a source that cannot be used for a site file, or not together with the first one.

    Raises:
        UserError: its camera is unknown, it has no depth, or camera or streams differ from those of the first source.
    """
    if not camera_of(info):
        raise UserError(f"{info.name}: the camera that recorded it is unknown; use recordings that name their camera.")
    if "depth" not in info.declared:
        raise UserError(f"{info.name}: has no depth, which is needed to reject attacks; use a depth camera.")
    if first is not None and camera_of(info) != camera_of(first):
        raise UserError(
            f"{info.name}: was recorded with {camera_of(info)}, but the first recording with {camera_of(first)}; "
            "calibrate each camera separately."
        )
    if first is not None and info.declared != first.declared:
        raise UserError(
            f"{info.name}: has other streams than the first recording; use recordings with the same streams."
        )


def fitted_site(
    info: SourceInfo, facts: EngineFacts, live: Sequence[Recording], attacks: Sequence[Recording]
) -> SiteFile:
    """Return the site file with the smallest bias that accepts the live people, within the card's limit.

    Args:
        info: the camera.
        facts: model, policy and threshold with which the recordings were measured.
        live: recordings of live people.
        attacks: recordings of attacks; may be empty.

    Raises:
        UserError: the recordings of live people cannot be used.
    """
    check_recordings(live)
    limit = allowed_bias(facts.card, facts.threshold)
    bias = fit_bias(live, attacks, facts.threshold, limit)
    return SiteFile(
        camera=camera_of(info),
        streams=tuple(stream for stream in STREAMS if stream in info.declared),
        model=facts.card.name,
        model_sha256=facts.model_sha256,
        policy=facts.policy,
        bias=bias,
        limit=limit,
        day=datetime.now(UTC).date(),
        fasdemo=__version__,
        live=measured(live, facts.threshold, bias),
        attacks=measured(attacks, facts.threshold, bias) if attacks else None,
    )


def measured(recordings: Sequence[Recording], threshold: Threshold, bias: float) -> Measured:
    """Return the recordings of one class as a site file has them."""
    return Measured(
        recordings=len(recordings),
        frames=sum(recording.frames for recording in recordings),
        usable=sum(len(recording.usable) for recording in recordings),
        accepted_before=round(accepted(recordings, threshold, 0.0), 4),
        accepted_after=round(accepted(recordings, threshold, bias), 4),
    )


def report_lines(site: SiteFile, path: Path | None = None) -> list[str]:
    """Return the effect of a site file as sentences; the first begins with its path if one is given."""
    start = "" if path is None else f"{path}: "
    lines = [
        f"{start}bias {site.bias:+.2f} log-odds for {site.camera} with {site.model}, policy {site.policy}; "
        f"the limit is {site.limit:+.2f}.",
        f"Live frames accepted: {site.live.accepted_before:.1%} before, {site.live.accepted_after:.1%} now "
        f"({site.live.usable} usable of {site.live.frames}).",
    ]
    if site.attacks is not None:
        lines.append(
            f"Attack frames accepted by score: {site.attacks.accepted_before:.1%} before, "
            f"{site.attacks.accepted_after:.1%} now ({site.attacks.usable} of {site.attacks.frames} pass the gates)."
        )
    if site.live.accepted_after < WANTED_LIVE:
        lines.append("The limit was reached before 95 % were accepted; train a model on recordings of this camera.")
    return lines
