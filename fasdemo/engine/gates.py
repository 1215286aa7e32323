"""Rules on one face: what its picture, its distance and its physics speak against. None of them raises trust.

A gate begins to hold at its limit, at once, and lets go a little beyond it: a measurement that wavers about a limit
changes the verdict once and not with every frame.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from fasdemo.engine.policy import Policy
from fasdemo.faces.face import Box
from fasdemo.faces.quality import Quality
from fasdemo.frames import Stream

DARKEST = 0.08
"""Mean luma of a face, of 1."""
MOST_WHITE = 0.25
"""Share of the face's middle at full scale."""
LEAST_SHARPNESS = 0.08
"""Portraits blurred by 8 % of the eyes' distance fall below, unblurred ones have 0.22 and more at any size."""
LEAST_INSIDE = 0.75
LEAST_BOX_INSIDE = 0.9

LEAST_DEPTH_COVERAGE = 0.6
FLAT_MM = 3.5
"""Plane residual. 300 frontal and turned fits of the ICT head model: 4.7 mm and more; paper: 0.5 to 0.7 mm at 15-31 cm
on three depth cameras, and 1.9 mm at most in simulated uncorrelated noise of 0.5 % of the distance. Of 1,700 rendered
live faces on five sensors none is taken for a plane or a sheet."""
SHEET_MM = 2.4
"""Residual from a bent sheet. The same heads: 3.1 mm and more; paper bent to radii from 60 mm: 2.2 mm at most at 0.2 %
noise."""
NOSE_MM = 4.0
"""A surface with a nose this high is no sheet. 95 % of the same heads: 3.8 mm and more; bent paper: 2.1 mm at most in
uncorrelated noise of 0.5 %."""
ROUGH_MM = 30.0
"""Plane residual that no face has: the demo session's person 8 to 10 mm; an infrared image taken for depth, 57 to 61 mm
where its values happen to be a face's distance."""
INTERPUPIL_MM = (46.0, 86.0)
"""Adults have 54 to 74 mm, children from about 46; the rest is the measurement's error."""
_INTERPUPIL_YAW_DEG = 25.0
IR_BLACK = 0.1
"""Infrared level of a face, of 1, below which hardly anything reflects."""
IR_RGB_BLACK = 0.35
"""Infrared over red; 1,700 rendered live faces on five sensors: 0.72 and more in 99 of 100, screens from 0.2."""
IR_LANDMARK_ERROR = 0.3
"""Of the eyes' distance; the detector's own error is 0.04 in either image."""
HEAD_SAYS_ATTACK = 0.05
"""Live probability of the network's own depth or infrared head."""
HEAD_CLEARS = 0.1
"""Live probability at which such a head is believed again."""
_LETS_GO = 0.1
"""A gate that holds lets go where its limit is passed by this share of it."""


def quality_codes(
    quality: Quality,
    box: Box,
    shape: tuple[int, int],
    inside: float,
    policy: Policy,
    held: Collection[str] = frozenset(),
) -> list[str]:
    """What the person can change.

    Args:
        quality: of the face's picture.
        box: of the face, pixels.
        shape: height and width of the RGB image.
        inside: share of the crop within the image.
        policy: its limits.
        held: what was said of the same face in the frame before.
    """
    turned = "turned_away" in held
    cut_off = "partly_outside" in held
    said = {
        "too_far": _below(quality.eye_px, policy.smallest_eye_px, "too_far" in held),
        "partly_outside": _above(1.0 - inside, 1.0 - LEAST_INSIDE, cut_off)
        or _above(1.0 - _box_inside(box, shape), 1.0 - LEAST_BOX_INSIDE, cut_off),
        "turned_away": _above(abs(quality.yaw_deg), policy.largest_yaw_deg, turned)
        or _above(abs(quality.pitch_deg), policy.largest_pitch_deg, turned)
        or _above(abs(quality.roll_deg), policy.largest_roll_deg, turned),
        "too_dark": _below(quality.brightness, DARKEST, "too_dark" in held),
        "overexposed": _above(quality.white, MOST_WHITE, "overexposed" in held),
        "blurred": _below(quality.sharpness, LEAST_SHARPNESS, "blurred" in held),
    }
    return [code for code, holds in said.items() if holds]


def physical_codes(
    evidence: Mapping[str, float | None],
    quality: Quality,
    heads: Mapping[Stream, float],
    policy: Policy,
    held: Collection[str] = frozenset(),
) -> list[str]:
    """What depth and infrared speak against; a measurement that could not be made is `depth_holes` or says nothing.

    Args:
        evidence: of `fasdemo.engine.evidence.measure`.
        quality: of the face's picture.
        heads: live probability by stream, of the network's own parts.
        policy: its limits.
        held: what was said of the same face in the frame before.
    """
    codes = []
    coverage, distance = evidence.get("depth_coverage"), evidence.get("distance_m")
    if coverage is not None:
        if distance is None or _below(coverage, LEAST_DEPTH_COVERAGE, "depth_holes" in held):
            codes.append("depth_holes")
        codes += _surface_codes(evidence, held)
    if distance is not None and _below(distance, policy.nearest_m, "too_close" in held):
        codes.append("too_close")
    if distance is not None and _above(distance, policy.farthest_m, "too_far" in held):
        codes.append("too_far")
    eyes = evidence.get("interpupil_mm")
    if eyes is not None and not math.isfinite(eyes):
        codes.append("size_unknown")
    elif eyes is not None and abs(quality.yaw_deg) < _INTERPUPIL_YAW_DEG:
        low, high = INTERPUPIL_MM
        odd = "implausible_size" in held
        if _below(eyes, low, odd) or _above(eyes, high, odd):
            codes.append("implausible_size")
    level, ratio = evidence.get("ir_level"), evidence.get("ir_rgb_ratio")
    black = "ir_dark_screen" in held
    if (
        level is not None
        and ratio is not None
        and _below(level, IR_BLACK, black)
        and _below(ratio, IR_RGB_BLACK, black)
    ):
        codes.append("ir_dark_screen")
    error = evidence.get("ir_landmark_error")
    if error is not None and _above(error, IR_LANDMARK_ERROR, "ir_rgb_mismatch" in held):
        codes.append("ir_rgb_mismatch")
    least = HEAD_CLEARS if "modalities_disagree" in held else HEAD_SAYS_ATTACK
    if any(heads.get(stream, 1.0) < least for stream in ("depth", "ir")):
        codes.append("modalities_disagree")
    return codes


def _surface_codes(evidence: Mapping[str, float | None], held: Collection[str]) -> list[str]:
    plane, sheet, nose = (evidence.get(name) for name in ("plane_residual_mm", "sheet_residual_mm", "nose_mm"))
    codes = []
    bent = "bent_sheet" in held
    if plane is not None and _below(plane, FLAT_MM, "flat_surface" in held):
        codes.append("flat_surface")
    elif sheet is not None and _below(sheet, SHEET_MM, bent) and (nose is None or _below(nose, NOSE_MM, bent)):
        codes.append("bent_sheet")
    if plane is not None and _above(plane, ROUGH_MM, "rough_surface" in held):
        codes.append("rough_surface")
    return codes


def _below(value: float, limit: float, holds: bool) -> bool:
    return value < limit * (1.0 + _LETS_GO) if holds else value < limit


def _above(value: float, limit: float, holds: bool) -> bool:
    return value > limit * (1.0 - _LETS_GO) if holds else value > limit


def _box_inside(box: Box, shape: tuple[int, int]) -> float:
    x, y, width, height = box
    shown = max(min(x + width, shape[1]) - max(x, 0.0), 0.0) * max(min(y + height, shape[0]) - max(y, 0.0), 0.0)
    return shown / max(width * height, 1.0)
