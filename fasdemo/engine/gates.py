"""Rules on one face: what its picture, its distance and its physics speak against. None of them raises trust.

A gate becomes active at its limit and clears a little beyond it: a measurement that varies around a limit
changes the verdict once and not with every frame.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from fasdemo.engine.cross_modal_rules import agreement_codes
from fasdemo.engine.policy import Policy
from fasdemo.faces.face import Box
from fasdemo.faces.quality import Quality
from fasdemo.frames import Stream

MIN_BRIGHTNESS = 0.08
"""Mean luma of a face, of 1."""
MAX_WHITE_SHARE = 0.25
"""Share of the face's middle at full scale."""
MIN_SHARPNESS = 0.08
"""Portraits blurred by 8 % of the eyes' distance fall below, unblurred ones have 0.22 and more at any size."""
MIN_CROP_INSIDE = 0.75
MIN_BOX_INSIDE = 0.9

MIN_DEPTH_COVERAGE = 0.6
MIN_PLANE_RESIDUAL_MM = 3.5
"""Plane residual. 324 Kinect captures of six people: 5.2 mm and more; of 1,248 rendered live faces on five sensors none
below 3.9 mm; paper: 0.5 to 0.7 mm at 15-31 cm on three depth cameras."""
MIN_SHEET_RESIDUAL_MM = 2.4
"""Residual from a bent sheet. The same Kinect captures: 2.9 mm and more; paper bent to radii from 60 mm: 2.2 mm at most
at 0.2 % noise."""
MIN_NOSE_MM = 4.0
"""A surface with a nose this high is no sheet. The same captures: 6.7 mm and more in 95 %; bent paper: 2.1 mm at most
in uncorrelated noise of 0.5 %."""
MIN_FACE_RELIEF = 0.25
"""Share of the average face's relief. The same captures: 0.43 and more; rendered live faces: 0.54 and more; flat boards
leaning up to 65 degrees: below 0.2 in 99 of 100."""
_RELIEF_AT_REST, _RELIEF_PER_MM = 0.18, 0.08
_LIKENESS_AT_REST, _LIKENESS_PER_MM = 0.1, 0.08
_NOSE_PER_NOISE = 1.5
"""What a face has to show grows with the noise in which it is measured: its share of the average face's relief and the
correlation with it by so much per millimetre of noise, the nose's height in units of the noise. Chosen on boards at
any tilt, distance and noise, see `docs/verdict.md`."""
_NOISE_MM_AT_1_M = 2.5
"""Noise that is assumed at least at a metre, growing with the square of the distance as that of stereo cameras does:
a camera's own filters smooth noise to bumps that no longer look like noise."""
MAX_PLANE_RESIDUAL_MM = 30.0
"""Plane residual that no face has: the demo session's person 8 to 10 mm; an infrared image taken for depth, 57 to 61 mm
where its values happen to be a face's distance."""
INTERPUPIL_MM = (46.0, 86.0)
"""Adults have 54 to 74 mm, children from about 46; the rest is the measurement's error."""
_INTERPUPIL_YAW_DEG = 25.0
MIN_IR_LEVEL = 0.1
"""Infrared level of a face, of 1, below which hardly anything reflects."""
MIN_IR_RGB_RATIO = 0.35
"""Infrared over red; 1,700 rendered live faces on five sensors: 0.72 and more in 99 of 100, screens from 0.2."""
MAX_IR_LANDMARK_ERROR = 0.3
"""Of the eyes' distance; the detector's own error is 0.04 in either image."""
MIN_HEAD_SCORE = 0.05
"""Live probability of the network's own depth or infrared head."""
CLEARED_HEAD_SCORE = 0.1
"""Live probability at which such a head is believed again."""
_HYSTERESIS = 0.1
"""Hysteresis: a gate clears 10 % beyond its limit."""


def quality_codes(
    quality: Quality,
    box: Box,
    shape: tuple[int, int],
    inside: float,
    policy: Policy,
    active_gates: Collection[str] = frozenset(),
) -> list[str]:
    """Return the reasons that the person can change.

    Args:
        quality: of the face's picture.
        box: of the face, pixels.
        shape: height and width of the RGB image.
        inside: share of the crop within the image.
        policy: its limits.
        active_gates: gates that were active for this face in the previous frame.
    """
    turned = "turned_away" in active_gates
    cut_off = "partly_outside" in active_gates
    said = {
        "too_far": _below(quality.eye_px, policy.min_eye_distance_px, "too_far" in active_gates),
        "partly_outside": _above(1.0 - inside, 1.0 - MIN_CROP_INSIDE, cut_off)
        or _above(1.0 - _box_inside(box, shape), 1.0 - MIN_BOX_INSIDE, cut_off),
        "turned_away": _above(abs(quality.yaw_deg), policy.max_yaw_deg, turned)
        or _above(abs(quality.pitch_deg), policy.max_pitch_deg, turned)
        or _above(abs(quality.roll_deg), policy.max_roll_deg, turned),
        "too_dark": _below(quality.brightness, MIN_BRIGHTNESS, "too_dark" in active_gates),
        "overexposed": _above(quality.white, MAX_WHITE_SHARE, "overexposed" in active_gates),
        "blurred": _below(quality.sharpness, MIN_SHARPNESS, "blurred" in active_gates),
    }
    return [code for code, holds in said.items() if holds]


def physical_codes(
    evidence: Mapping[str, float | None],
    quality: Quality,
    heads: Mapping[Stream, float],
    policy: Policy,
    active_gates: Collection[str] = frozenset(),
) -> list[str]:
    """Return the reasons from depth and infrared; a missing measurement is `depth_holes` or gives no reason.

    Args:
        evidence: of `fasdemo.engine.evidence.measure`.
        quality: of the face's picture.
        heads: live probability by stream, of the network's own parts.
        policy: its limits.
        active_gates: gates that were active for this face in the previous frame.
    """
    codes = []
    coverage, distance = evidence.get("depth_coverage"), evidence.get("distance_m")
    if coverage is not None:
        if distance is None or _below(coverage, MIN_DEPTH_COVERAGE, "depth_holes" in active_gates):
            codes.append("depth_holes")
        codes += _surface_codes(evidence, active_gates)
    if distance is not None and _below(distance, policy.min_distance_m, "too_close" in active_gates):
        codes.append("too_close")
    if distance is not None and _above(distance, policy.max_distance_m, "too_far" in active_gates):
        codes.append("too_far")
    eyes = evidence.get("interpupil_mm")
    if eyes is not None and not math.isfinite(eyes):
        codes.append("size_unknown")
    elif eyes is not None and abs(quality.yaw_deg) < _INTERPUPIL_YAW_DEG:
        low, high = INTERPUPIL_MM
        odd = "implausible_size" in active_gates
        if _below(eyes, low, odd) or _above(eyes, high, odd):
            codes.append("implausible_size")
    level, ratio = evidence.get("ir_level"), evidence.get("ir_rgb_ratio")
    black = "ir_dark_screen" in active_gates
    if (
        level is not None
        and ratio is not None
        and _below(level, MIN_IR_LEVEL, black)
        and _below(ratio, MIN_IR_RGB_RATIO, black)
    ):
        codes.append("ir_dark_screen")
    error = evidence.get("ir_landmark_error")
    if error is not None and _above(error, MAX_IR_LANDMARK_ERROR, "ir_rgb_mismatch" in active_gates):
        codes.append("ir_rgb_mismatch")
    codes += agreement_codes(evidence, quality, codes, active_gates)
    least = CLEARED_HEAD_SCORE if "modalities_disagree" in active_gates else MIN_HEAD_SCORE
    if any(heads.get(stream, 1.0) < least for stream in ("depth", "ir")):
        codes.append("modalities_disagree")
    return codes


def _surface_codes(evidence: Mapping[str, float | None], active_gates: Collection[str]) -> list[str]:
    names = ("plane_residual_mm", "sheet_residual_mm", "nose_mm", "face_relief", "relief_correlation")
    plane, sheet, nose, relief, likeness = (evidence.get(name) for name in names)
    if plane is None or sheet is None or relief is None or likeness is None:
        # Depth without a surface: nothing shows that it is a face's.
        return ["depth_holes"]
    codes = []
    flat, bent, unclear = (code in active_gates for code in ("flat_surface", "bent_sheet", "relief_unclear"))
    noise = evidence.get("depth_noise_mm") or 0.0
    assumed = max(noise, _NOISE_MM_AT_1_M * (evidence.get("distance_m") or 0.0) ** 2)
    if _below(plane, MIN_PLANE_RESIDUAL_MM, flat) or _below(relief, MIN_FACE_RELIEF, flat):
        codes.append("flat_surface")
    elif _below(sheet, MIN_SHEET_RESIDUAL_MM, bent) and (nose is None or _below(nose, MIN_NOSE_MM, bent)):
        codes.append("bent_sheet")
    elif (
        nose is None
        or _below(nose, _NOSE_PER_NOISE * noise, unclear)
        or _below(relief, _RELIEF_AT_REST + _RELIEF_PER_MM * assumed, unclear)
        or _below(likeness, _LIKENESS_AT_REST + _LIKENESS_PER_MM * assumed, unclear)
    ):
        codes.append("relief_unclear")
    if _above(plane, MAX_PLANE_RESIDUAL_MM, "rough_surface" in active_gates):
        codes.append("rough_surface")
    return codes


def _below(value: float, limit: float, holds: bool) -> bool:
    return value < limit * (1.0 + _HYSTERESIS) if holds else value < limit


def _above(value: float, limit: float, holds: bool) -> bool:
    return value > limit * (1.0 - _HYSTERESIS) if holds else value > limit


def _box_inside(box: Box, shape: tuple[int, int]) -> float:
    x, y, width, height = box
    shown = max(min(x + width, shape[1]) - max(x, 0.0), 0.0) * max(min(y + height, shape[0]) - max(y, 0.0), 0.0)
    return shown / max(width * height, 1.0)
