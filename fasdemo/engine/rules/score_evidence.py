"""Adjust the network's score by the measurements of a face, in log-odds and within limits.

A network that was trained on rendered faces gives lower scores for real faces, but the relief of a face is the same for
both. Clear evidence of a face's relief raises the score by at most `MAX_SHIFT`, and weak evidence lowers it by at most
the same. Masks also have the relief of a face. Therefore a score that clearly indicates an attack is not raised, and
the limits of the gates never change.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.limits import MAX_IR_LANDMARK_ERROR, MIN_IR_LEVEL
from fasdemo.engine.reasons import Effect, effect
from fasdemo.models.log_odds import log_odds, sigmoid

MAX_SHIFT = 1.0
"""Largest change by evidence in log-odds (`tools/measure/surface/score_figures.py`, `docs/verdict-measurements.md`)."""
MAX_RAISE = 2.0
"""Largest increase by evidence and site calibration together, in log-odds."""
MAX_ABOVE_DEPTH = 2.0
"""Largest excess over the depth head in log-odds (`tools/measure/networks/pattern_figures.py`, `docs/security.md`)."""
_NOT_RAISED, _FULLY_RAISED = -2.5, -0.5
"""Log-odds of the network's score (0.08 and 0.38) below which it is not raised, and above which it is raised fully."""
_RELIEF = (0.25, 0.6)
_LIKENESS = (0.3, 0.6)
_NOSE_MM = (4.0, 8.0)
_NOSE_OVER_NOISE = (1.5, 3.0)
"""Values (above, too) for no support and full support. 5 % of 323 Kinect captures of six live people have 0.60, 0.53,
7.6 mm and 2.7 or less; no rendered flat or bent attack on five sensors has full support in all four."""
_MIN_NOISE_MM = 1.0


def stream_score(score: float | None, without_rgb: float | None) -> float | None:
    """Return the score of a face with a lower weight for colour than for depth and infrared.

    If colour lowers the score of depth and infrared, half of the difference in log-odds is used; colour never raises
    it. The reason is that what a network learns from colour transfers worst to other cameras.

    Args:
        score: calibrated score of all streams.
        without_rgb: calibrated score of depth and infrared alone; None if the network cannot compute it.
    """
    if score is None or without_rgb is None or not 0.0 <= score <= 1.0:
        return score
    if not 0.0 <= without_rgb <= 1.0:
        return None
    bounded = log_odds(without_rgb)
    return shifted(without_rgb, min((log_odds(score) - bounded) / 2.0, 0.0))


def support(evidence: Evidence) -> float | None:
    """Return how clearly the depth shows a face, in [0, 1]; None if its surface was not measured.

    It is the smallest of four values, so that no single measurement is sufficient.
    """
    relief, likeness = evidence.face_relief, evidence.relief_correlation
    nose, noise = evidence.nose_mm, evidence.depth_noise_mm
    if relief is None or likeness is None or noise is None:
        return None
    if nose is None or not all(map(math.isfinite, (relief, likeness, nose, noise))):
        return 0.0
    return min(
        _ramp(relief, _RELIEF),
        _ramp(likeness, _LIKENESS),
        _ramp(nose, _NOSE_MM),
        _ramp(nose / max(noise, _MIN_NOISE_MM), _NOSE_OVER_NOISE),
    )


def evidence_shift(score: float, evidence: Evidence, codes: Iterable[str] = ()) -> float:
    """Return the log-odds that the evidence adds to a score, within +-`MAX_SHIFT`.

    It is positive only if both depth and infrared show a face: the surface has the relief of a face, the face was found
    in an infrared image that is not dark, and there is no reason against LIVE. It is 0 if depth was not measured.

    Args:
        score: calibrated score of the network, in [0, 1].
        evidence: measurements of `fasdemo.engine.measurements.measure.measure`.
        codes: the reasons against the face so far.
    """
    supported = support(evidence)
    if supported is None or not 0.0 <= score <= 1.0:
        return 0.0
    shift = MAX_SHIFT * (2.0 * supported - 1.0)
    if not math.isfinite(shift):
        return -MAX_SHIFT
    if shift <= 0.0:
        return shift
    if not _face_in_infrared(evidence) or any(effect(code) is not Effect.NOTE for code in codes):
        return 0.0
    return shift * _ramp(log_odds(score), (_NOT_RAISED, _FULLY_RAISED))


def total_shift(score: float, evidence: Evidence, codes: Collection[str] = (), site_bias: float = 0.0) -> float:
    """Return the log-odds that evidence and site calibration add together, at most `MAX_RAISE`.

    Like evidence, a positive bias does not raise a score that clearly indicates an attack. A negative bias always
    applies.

    Args:
        score: calibrated score of the network, in [0, 1].
        evidence: the measurements.
        codes: the reasons against the face so far.
        site_bias: log-odds, see `fasdemo.engine.setup.site_calibration`.
    """
    if not 0.0 <= score <= 1.0 or not math.isfinite(site_bias):
        return 0.0
    site = site_bias
    if site > 0.0:
        site *= _ramp(log_odds(score), (_NOT_RAISED, _FULLY_RAISED))
    return min(evidence_shift(score, evidence, codes) + site, MAX_RAISE)


def shifted(score: float | None, shift: float) -> float | None:
    """Return a score shifted by log-odds; None and NaN are returned unchanged."""
    if score is None or not 0.0 <= score <= 1.0 or shift == 0.0:
        return score
    return sigmoid(log_odds(score) + shift)


def within_depth(score: float | None, depth_head: float | None) -> float | None:
    """Return a score that exceeds that of the network's depth head by at most `MAX_ABOVE_DEPTH` log-odds.

    A printed pattern can change the network's result for colour and infrared, but not for depth.

    Args:
        score: score of the face, in [0, 1]; None and NaN are returned unchanged.
        depth_head: live probability of the network's depth head; None if it has none; NaN counts as an attack.
    """
    if score is None or depth_head is None or not 0.0 <= score <= 1.0:
        return score
    if not 0.0 <= depth_head <= 1.0:
        return 0.0
    return min(score, sigmoid(log_odds(depth_head) + MAX_ABOVE_DEPTH))


def _face_in_infrared(evidence: Evidence) -> bool:
    level, error = evidence.ir_level, evidence.ir_landmark_error
    return level is not None and level >= MIN_IR_LEVEL and error is not None and error <= MAX_IR_LANDMARK_ERROR


def _ramp(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return min(max((value - low) / (high - low), 0.0), 1.0)
