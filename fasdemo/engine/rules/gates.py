"""Rules on the image, distance and physical measurements of one face; each can only prevent LIVE.

A gate becomes active at its limit and clears beyond it (hysteresis), so that a measurement that varies around a limit
changes the verdict only once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.limits import (
    ADULT_INTERPUPIL_MM,
    HYSTERESIS,
    MAX_INTERPUPIL_MM,
    MAX_IR_CLIPPED,
    MAX_IR_LANDMARK_ERROR,
    MAX_PLANE_RESIDUAL_MM,
    MIN_DEPTH_COVERAGE,
    MIN_FACE_RELIEF,
    MIN_FACE_RESIDUAL_MM,
    MIN_INTERPUPIL_MM,
    MIN_IR_LEVEL,
    MIN_IR_RGB_RATIO,
    MIN_NOSE_MM,
    MIN_PLANE_RESIDUAL_MM,
    MIN_SHEET_RESIDUAL_MM,
)
from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import Reason
from fasdemo.engine.rules.cross_modal_rules import agreement_codes
from fasdemo.faces.face import Box
from fasdemo.faces.quality import Quality
from fasdemo.frames import Stream

MIN_BRIGHTNESS = 0.08
"""Mean luma of a face, as a share of full scale."""
MAX_WHITE_SHARE = 0.25
"""Share of saturated pixels in the middle of the face."""
MIN_SHARPNESS = 0.08
"""Portraits blurred by 8 % of the distance between the eyes have less; unblurred ones have 0.22 or more at any size."""
MIN_CROP_INSIDE = 0.75
MIN_BOX_INSIDE = 0.9

_RELIEF_AT_REST, _RELIEF_PER_MM = 0.18, 0.08
_LIKENESS_AT_REST, _LIKENESS_PER_MM = 0.1, 0.08
_NOSE_PER_NOISE = 1.5
"""Required relief as a function of the noise: increase of the required share of the average face's relief, and of the
required correlation with it, per millimetre of noise; required height of the nose, divided by the noise. Chosen on
boards at any tilt, distance and noise, see `docs/verdict-measurements.md`."""
_NOISE_MM_AT_1_M = 2.5
"""Minimum of the assumed noise at one metre, because the filters of a camera smooth noise to bumps that no longer look
like noise. It increases with the square of the distance, as for stereo cameras."""
_INTERPUPIL_YAW_DEG = 25.0
MIN_HEAD_SCORE = 0.05
"""Live probability of the network's depth or infrared head below which a gate is active."""
CLEARED_HEAD_SCORE = 0.1
"""Live probability above which this gate clears."""
_SURFACE_REASONS = (Reason.FLAT_SURFACE, Reason.BENT_SHEET, Reason.RELIEF_UNCLEAR)


def quality_codes(
    quality: Quality,
    box: Box,
    shape: tuple[int, int],
    inside: float,
    policy: Policy,
    active_gates: Collection[str] = frozenset(),
) -> list[Reason]:
    """Return the reasons that the person can change.

    Args:
        quality: quality of the face's image.
        box: box of the face in pixels.
        shape: height and width of the RGB image.
        inside: share of the crop that is inside the image.
        policy: limits of the capture.
        active_gates: gates that were active for this face in the previous frame.
    """
    turned = Reason.TURNED_AWAY in active_gates
    cut_off = Reason.PARTLY_OUTSIDE in active_gates
    said = {
        Reason.TOO_FAR: _below(quality.eye_px, policy.min_eye_distance_px, Reason.TOO_FAR in active_gates),
        Reason.PARTLY_OUTSIDE: _above(1.0 - inside, 1.0 - MIN_CROP_INSIDE, cut_off)
        or _above(1.0 - _box_inside(box, shape), 1.0 - MIN_BOX_INSIDE, cut_off),
        Reason.TURNED_AWAY: _above(abs(quality.yaw_deg), policy.max_yaw_deg, turned)
        or _above(abs(quality.pitch_deg), policy.max_pitch_deg, turned)
        or _above(abs(quality.roll_deg), policy.max_roll_deg, turned),
        Reason.TOO_DARK: _below(quality.brightness, MIN_BRIGHTNESS, Reason.TOO_DARK in active_gates),
        Reason.OVEREXPOSED: _above(quality.white, MAX_WHITE_SHARE, Reason.OVEREXPOSED in active_gates),
        Reason.BLURRED: _below(quality.sharpness, MIN_SHARPNESS, Reason.BLURRED in active_gates),
    }
    return [code for code, holds in said.items() if holds]


def physical_codes(
    evidence: Evidence,
    quality: Quality,
    heads: Mapping[Stream, float],
    policy: Policy,
    active_gates: Collection[str] = frozenset(),
) -> list[Reason]:
    """Return the reasons from depth and infrared; a missing measurement gives `depth_holes` or no reason.

    Args:
        evidence: measurements of `fasdemo.engine.measurements.measure.measure`.
        quality: quality of the face's image.
        heads: live probability from the network's head for each stream.
        policy: limits of the capture.
        active_gates: gates that were active for this face in the previous frame.
    """
    codes = []
    coverage, distance = evidence.depth_coverage, evidence.distance_m
    if coverage is not None:
        if distance is None or _below(coverage, MIN_DEPTH_COVERAGE, Reason.DEPTH_HOLES in active_gates):
            codes.append(Reason.DEPTH_HOLES)
        codes += _surface_codes(evidence, quality, active_gates)
    if distance is not None and _below(distance, policy.min_distance_m, Reason.TOO_CLOSE in active_gates):
        codes.append(Reason.TOO_CLOSE)
    if distance is not None and _above(distance, policy.max_distance_m, Reason.TOO_FAR in active_gates):
        codes.append(Reason.TOO_FAR)
    eyes = evidence.interpupil_mm
    if eyes is not None and not math.isfinite(eyes):
        codes.append(Reason.SIZE_UNKNOWN)
    elif eyes is not None and abs(quality.yaw_deg) < _INTERPUPIL_YAW_DEG:
        odd = Reason.IMPLAUSIBLE_SIZE in active_gates
        if _below(eyes, MIN_INTERPUPIL_MM, odd) or _above(eyes, MAX_INTERPUPIL_MM, odd):
            codes.append(Reason.IMPLAUSIBLE_SIZE)
    level, ratio = evidence.ir_level, evidence.ir_rgb_ratio
    black = Reason.IR_DARK_SCREEN in active_gates
    if (
        level is not None
        and ratio is not None
        and _below(level, MIN_IR_LEVEL, black)
        and _below(ratio, MIN_IR_RGB_RATIO, black)
    ):
        codes.append(Reason.IR_DARK_SCREEN)
    codes += _lamp_codes(evidence, active_gates)
    error = evidence.ir_landmark_error
    if error is not None and _above(error, MAX_IR_LANDMARK_ERROR, Reason.IR_RGB_MISMATCH in active_gates):
        codes.append(Reason.IR_RGB_MISMATCH)
    codes += agreement_codes(evidence, quality, codes, active_gates)
    least = CLEARED_HEAD_SCORE if Reason.MODALITIES_DISAGREE in active_gates else MIN_HEAD_SCORE
    if any(heads.get(stream, 1.0) < least for stream in ("depth", "ir")):
        codes.append(Reason.MODALITIES_DISAGREE)
    return codes


def _lamp_codes(evidence: Evidence, active_gates: Collection[str]) -> list[Reason]:
    """Return the reasons of a camera that separates the light of its lamp from that of the room."""
    clipped, level = evidence.ir_clipped, evidence.ir_level
    if clipped is None:
        return []
    codes = []
    if _above(clipped, MAX_IR_CLIPPED, Reason.IR_AMBIENT_BRIGHT in active_gates):
        codes.append(Reason.IR_AMBIENT_BRIGHT)
    if level is None or _below(level, MIN_IR_LEVEL, Reason.IR_LAMP_WEAK in active_gates):
        codes.append(Reason.IR_LAMP_WEAK)
    return codes


def _surface_codes(evidence: Evidence, quality: Quality, active_gates: Collection[str]) -> list[Reason]:
    plane, sheet, nose = evidence.plane_residual_mm, evidence.sheet_residual_mm, evidence.nose_mm
    relief, likeness = evidence.face_relief, evidence.relief_correlation
    if plane is None or sheet is None or relief is None or likeness is None:
        # Depth without a measurable surface does not show a face.
        return [Reason.DEPTH_HOLES]
    codes = []
    flat, bent, unclear = (code in active_gates for code in _SURFACE_REASONS)
    noise = evidence.depth_noise_mm or 0.0
    assumed = max(noise, _NOISE_MM_AT_1_M * (evidence.distance_m or 0.0) ** 2)
    if _below(plane, MIN_PLANE_RESIDUAL_MM, flat) or _below(relief, MIN_FACE_RELIEF, flat):
        codes.append(Reason.FLAT_SURFACE)
    elif _below(sheet, MIN_SHEET_RESIDUAL_MM, bent) and (nose is None or _below(nose, MIN_NOSE_MM, bent)):
        codes.append(Reason.BENT_SHEET)
    elif (
        nose is None
        or _below(nose, _NOSE_PER_NOISE * noise, unclear)
        or _below(relief, _RELIEF_AT_REST + _RELIEF_PER_MM * assumed, unclear)
        or _below(likeness, _LIKENESS_AT_REST + _LIKENESS_PER_MM * assumed, unclear)
    ):
        codes.append(Reason.RELIEF_UNCLEAR)
    elif _below(plane, _least_residual_mm(evidence, quality), Reason.SHALLOW_RELIEF in active_gates):
        codes.append(Reason.SHALLOW_RELIEF)
    if _above(plane, MAX_PLANE_RESIDUAL_MM, Reason.ROUGH_SURFACE in active_gates):
        codes.append(Reason.ROUGH_SURFACE)
    return codes


def _least_residual_mm(evidence: Evidence, quality: Quality) -> float:
    """Return the smallest plane residual of a face of this size; faces wider than an adult's need no more."""
    eyes = evidence.interpupil_mm
    if eyes is None or not math.isfinite(eyes) or abs(quality.yaw_deg) >= _INTERPUPIL_YAW_DEG:
        return MIN_FACE_RESIDUAL_MM
    share = min(max(eyes, MIN_INTERPUPIL_MM) / ADULT_INTERPUPIL_MM, 1.0)
    return MIN_FACE_RESIDUAL_MM * share


def _below(value: float, limit: float, holds: bool) -> bool:
    return value < limit * (1.0 + HYSTERESIS) if holds else value < limit


def _above(value: float, limit: float, holds: bool) -> bool:
    return value > limit * (1.0 - HYSTERESIS) if holds else value > limit


def _box_inside(box: Box, shape: tuple[int, int]) -> float:
    x, y, width, height = box
    shown = max(min(x + width, shape[1]) - max(x, 0.0), 0.0) * max(min(y + height, shape[0]) - max(y, 0.0), 0.0)
    return shown / max(width * height, 1.0)
