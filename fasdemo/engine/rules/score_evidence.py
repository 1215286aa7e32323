"""What the measurements of a face add to the network's score, in log-odds and within stated limits.

A network that was trained on renderings scores real faces lower than rendered ones, while the relief of a face carries
over. Evidence that can only come from a face's relief raises the score by at most `MAX_SHIFT`; weak evidence lowers it
by as much. Masks have a face's relief: a score that decidedly says attack is not raised, and no gate ever moves.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.limits import MAX_IR_LANDMARK_ERROR, MIN_IR_LEVEL
from fasdemo.engine.reasons import Effect, effect
from fasdemo.models.log_odds import log_odds, sigmoid

MAX_SHIFT = 1.0
"""Log-odds. Measured with `tools/score_figures.py`, see `docs/verdict.md`."""
MAX_RAISE = 2.0
"""Log-odds that evidence and a site's calibration may add together."""
MAX_ABOVE_DEPTH = 2.0
"""Log-odds. Measured with `tools/pattern_figures.py`, see `docs/security.md`."""
_NOT_RAISED, _FULLY_RAISED = -2.5, -0.5
"""Log-odds of the network (0.08 and 0.38): a score below the first is not raised at all, one above the second fully."""
_RELIEF = (0.25, 0.6)
_LIKENESS = (0.3, 0.6)
_NOSE_MM = (4.0, 8.0)
_NOSE_OVER_NOISE = (1.5, 3.0)
"""From no support to full support. Of 323 Kinect captures of six live people 5 % have 0.60, 0.53, 7.6 mm and 2.7 or
less; of the rendered flat and bent attacks on five sensors none is supported fully by all four."""
_MIN_NOISE_MM = 1.0


def stream_score(score: float | None, without_rgb: float | None) -> float | None:
    """Return the score of a face whose colour is trusted less than its depth and infrared.

    Colour lowers what depth and infrared say by half of what the network would have it, in log-odds, and never raises
    it: what a network learned of colour carries over worst to cameras that it has not seen.

    Args:
        score: of all streams, calibrated.
        without_rgb: of depth and infrared alone; None where the network cannot tell.
    """
    if score is None or without_rgb is None or not 0.0 <= score <= 1.0:
        return score
    if not 0.0 <= without_rgb <= 1.0:
        return None
    bounded = log_odds(without_rgb)
    return shifted(without_rgb, min((log_odds(score) - bounded) / 2.0, 0.0))


def support(evidence: Evidence) -> float | None:
    """Return how well the depth supports a face, in [0, 1]; None where its surface was not measured.

    The weakest of four measurements decides, so that no term alone makes a face.
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

    Positive only where depth and infrared both speak for a face: the surface has a face's relief, the face was found
    in an infrared image that is not dark, and no reason speaks against it. 0 where depth was not measured.

    Args:
        score: of the network, calibrated, in [0, 1].
        evidence: measurements by name, see `fasdemo.engine.measurements.measure.measure`.
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
    """Return the log-odds that evidence and a site's calibration add together, at most `MAX_RAISE`.

    A site's bias, like evidence, does not raise a score that decidedly says attack; one that lowers applies always.

    Args:
        score: of the network, calibrated, in [0, 1].
        evidence: measurements by name.
        codes: the reasons against the face so far.
        site_bias: log-odds, see `fasdemo.engine.site_calibration`.
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
    """Return a score that exceeds the network's own judgement of depth by at most `MAX_ABOVE_DEPTH` log-odds.

    A printed pattern can turn what the network makes of colour and infrared, and does not reach the depth.

    Args:
        score: of the face, in [0, 1]; None and NaN are returned unchanged.
        depth_head: live probability of the network's depth head; None where it has none, NaN counts as an attack.
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
