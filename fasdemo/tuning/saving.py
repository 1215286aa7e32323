"""Save chosen thresholds: as a policy in a copy of the model, or as a site file.

Both are within the limits of every policy: LIVE never below a score of 0.5, a site file never beyond the bias that the
card allows. The rules of the physical evidence do not depend on thresholds and cannot be changed here.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from pathlib import Path

from fasdemo import __version__
from fasdemo.atomic_file import write_atomically
from fasdemo.engine.policy import MIN_LIVE_ABOVE
from fasdemo.engine.setup.site_calibration import (
    MAX_LOWERING,
    Recording,
    SiteFile,
    allowed_bias,
    check_recordings,
    recording_from,
    write_site,
)
from fasdemo.errors import UserError
from fasdemo.models.card import ModelCard, Threshold
from fasdemo.models.log_odds import log_odds, sigmoid
from fasdemo.models.model_file import read_model
from fasdemo.models.onnx_file import with_card
from fasdemo.outputs import check_folder_exists, check_outputs
from fasdemo.tuning.figures import Figures
from fasdemo.tuning.scores.presentations import Presentation
from fasdemo.tuning.scores.scoring import Plan, Scoring
from fasdemo.tuning.site_fit import measured

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def save_policy(scoring: Scoring, figures: Figures, name: str, path: Path) -> None:
    """Write a copy of the model whose card has the thresholds as a policy, its default one.

    Args:
        scoring: the scored sessions.
        figures: the thresholds and their error rates.
        name: name of the policy.
        path: the new model file, which must not exist and ends in `.onnx`.

    Raises:
        UserError: the name, the thresholds or the file cannot be used.
    """
    check_policy(scoring.card, name, figures.live_above, path)
    model = read_model(scoring.model_path)
    if model.sha256 != scoring.model_sha256:
        raise UserError(f"{scoring.model_path}: was changed since the sessions were scored; score them again.")
    threshold = Threshold(
        live_above=figures.live_above,
        spoof_below=figures.spoof_below,
        rule="chosen on the user's own sessions with `fasdemo tune`",
        data=summary(scoring, figures),
    )
    card = model.card.model_copy(
        update={"thresholds": {**model.card.thresholds, name: threshold}, "default_policy": name, "sha256": None}
    )
    content = with_card(model.content, card.model_dump_json(exclude={"sha256"}))
    try:
        write_atomically(path, content)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}); free some space or choose another folder."
        ) from error


def check_policy(card: ModelCard, name: str, live_above: float, path: Path) -> None:
    """Raise UserError if a policy cannot be saved; this needs no scored sessions.

    Args:
        card: card of the model.
        name: name of the policy.
        live_above: its threshold for LIVE.
        path: the new model file.
    """
    check_policy_name(card, name)
    if live_above < MIN_LIVE_ABOVE:
        raise UserError(
            f"policy {name}: the threshold for LIVE must be at least {MIN_LIVE_ABOVE:g}; choose a higher one."
        )
    if path.suffix.lower() != ".onnx":
        raise UserError(f"{path}: a model needs a name that ends in .onnx; choose another name.")
    _check_new(path)


def check_policy_name(card: ModelCard, name: str) -> None:
    """Raise UserError if a model cannot get a policy of this name."""
    if not _NAME.fullmatch(name):
        raise UserError(f"policy {name!r}: use up to 40 letters, digits, dots, dashes and underscores.")
    if name in card.thresholds:
        raise UserError(f"policy {name}: {card.name} already has it; choose another name.")


def summary(scoring: Scoring, figures: Figures) -> str:
    """Return one line about the data and the error rates, for a card."""
    highest = figures.worst
    parts = [f"{sum(one.live for one in scoring.presentations)} bona fide presentations"]
    if figures.bpcer.value is not None:
        parts[0] += f" (BPCER {figures.bpcer.errors}/{figures.bpcer.total})"
    if highest is not None:
        attacks = sum(not one.live for one in scoring.presentations)
        parts.append(f"{attacks} attacks (worst {highest[0]}, APCER {highest[1].errors}/{highest[1].total})")
    return f"{', '.join(parts)}; {', '.join(scoring.cameras)}; {datetime.now(UTC):%Y-%m-%d}"[:300]


def site_of(scoring: Scoring, live_above: float, day: date) -> SiteFile:
    """Return the site file whose bias has the effect of a threshold for LIVE.

    Args:
        scoring: the scored sessions, which must be of one camera with depth.
        live_above: the chosen threshold.
        day: date of the file.

    Raises:
        UserError: the sessions cannot be used for a site file, or the threshold is beyond its limits.
    """
    threshold = scoring.threshold
    bias, limit = check_site(scoring, live_above)
    live = [_recording(one) for one in scoring.presentations if one.live]
    attacks = [_recording(one) for one in scoring.presentations if not one.live]
    check_recordings(live)
    return SiteFile(
        camera=scoring.cameras[0],
        streams=scoring.streams,
        model=scoring.card.name,
        model_sha256=scoring.model_sha256,
        policy=scoring.policy,
        bias=min(bias, limit),
        limit=limit,
        day=day,
        fasdemo=__version__,
        live=measured(live, threshold, bias),
        attacks=measured(attacks, threshold, bias) if attacks else None,
    )


def check_site(scoring: Plan | Scoring, live_above: float) -> tuple[float, float]:
    """Return the bias that has the effect of a threshold for LIVE, and its limit; this needs no scored sessions.

    Raises:
        UserError: the sessions cannot be used for a site file, or the threshold is beyond its limits.
    """
    if len(scoring.cameras) != 1 or not scoring.cameras[0] or scoring.cameras[0] == "an unknown camera":
        raise UserError("A site file needs sessions of a single known camera; score the sessions of one camera alone.")
    if "depth" not in scoring.streams:
        raise UserError("A site file needs sessions with depth, which rejects attacks; record with a depth camera.")
    threshold = scoring.threshold
    bias = round(log_odds(threshold.live_above) - log_odds(live_above), 4)
    limit = allowed_bias(scoring.card, threshold)
    if bias > limit + 1e-6:
        lowest = sigmoid(log_odds(threshold.live_above) - limit)
        raise UserError(
            f"LIVE above {live_above:.3f} needs a bias of {bias:+.2f}, but {scoring.card.name} allows {limit:+.2f}; "
            f"choose {math.ceil(lowest * 1000) / 1000:.3f} or more."
        )
    if bias < -MAX_LOWERING:
        highest = sigmoid(log_odds(threshold.live_above) + MAX_LOWERING)
        raise UserError(
            f"LIVE above {live_above:.3f} needs a bias of {bias:+.2f}, but a site file has at least "
            f"{-MAX_LOWERING:+.2f}; choose {math.floor(highest * 1000) / 1000:.3f} or less, or save a policy."
        )
    return bias, limit


def check_site_file(path: Path) -> None:
    """Raise UserError if a site file cannot be written there."""
    _check_new(path)


def save_site(scoring: Scoring, live_above: float, path: Path) -> SiteFile:
    """Write the site file of `site_of` and return it; an existing file is not replaced.

    Raises:
        UserError: see `site_of`, or the file cannot be written.
    """
    _check_new(path)
    site = site_of(scoring, live_above, datetime.now(UTC).date())
    write_site(path, site)
    return site


def _recording(presentation: Presentation) -> Recording:
    scores = presentation.scores
    rows = range(presentation.faces.start, presentation.faces.stop)
    frames = [int(scores.of_frame[row]) for row in rows]
    return recording_from(
        (
            [*scores.code_sets[scores.frame_codes[frame]], *scores.code_sets[scores.codes[row]]],
            None if math.isnan(scores.score[row]) else float(scores.score[row]),
            scores.measured(row),
        )
        for row, frame in zip(rows, frames, strict=True)
        if frames.count(frame) == 1
    )


def _check_new(path: Path) -> None:
    if path.exists():
        raise UserError(f"{path}: already exists; choose another name.")
    check_outputs({"": path})
    check_folder_exists("", path)
