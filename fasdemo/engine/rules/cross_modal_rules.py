"""Rules on whether colour, depth and infrared show the same surface; they can prevent LIVE but do not prove an attack.

The rules do not depend on the network. The figures are for single frames: 6,243 and 1,290 rendered live faces from two
generators and eight sensors, and 323 Kinect v2 captures of six live people, each raw and smoothed in two ways.
"""

from __future__ import annotations

from collections.abc import Collection

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.limits import (
    HYSTERESIS,
    MAX_DEPTH_MIRROR_GAIN,
    MAX_IR_DETAIL,
    MAX_IR_DETAIL_WITHOUT_DEPTH,
    MAX_IR_MIRROR_GAIN,
    MAX_OFFSET_GAIN,
    MAX_OFFSET_MM,
    MAX_OUTLINE_LARGER_GAIN,
    MAX_OUTLINE_SMALLER_GAIN,
    MAX_STREAM_MIRROR_GAIN,
    MIN_LOWER_RESIDUAL_MM,
    MIN_UPPER_RELIEF,
    MIN_UPPER_RESIDUAL_MM,
)
from fasdemo.engine.reasons import Reason
from fasdemo.faces.quality import Quality

MAX_YAW_APART_DEG = 25.0
"""Limit of the difference between the yaw of the depth's plane and of the key points. Kinect: at most 24 degrees, at
most 9 in 95 of 100; rendered live faces: 7 of 6,243 beyond the limit."""
_FITS_SMALLER, _FITS_LARGER, _FITS_MIRROR = 0.08, 0.0, 0.0
_YAW_COMPARED_DEG = 25.0
_OFFSET_COMPARED_DEG = 20.0
"""Largest yaw for the comparison of the relief's position, because key points of a turned face are too inaccurate."""
_FITS_IR_GAIN, _FITS_YAW_DEG, _FITS_GAIN = -0.05, 15.0, 0.1
"""Limits at which an active rule clears; nearly all live faces meet them. They are stricter than the limits of the
rules, because a stream that is moved or mirrored all the time can be detected only while the head is turned or lit from
the side."""
_NOT_A_FACE = frozenset({Reason.FLAT_SURFACE, Reason.BENT_SHEET, Reason.RELIEF_UNCLEAR, Reason.DEPTH_HOLES})


def agreement_codes(
    evidence: Evidence,
    quality: Quality,
    codes: Collection[str],
    active_gates: Collection[str] = frozenset(),
) -> list[Reason]:
    """Return the reasons from the comparison of the streams; a missing measurement gives no reason.

    Args:
        evidence: measurements of `fasdemo.engine.measurements.cross_modal`.
        quality: quality of the face's image.
        codes: physical reasons so far, because a part is flat only if the whole face has a relief.
        active_gates: gates that were active for this face in the previous frame.
    """
    found = []
    if _mirrored(evidence, Reason.IR_RGB_MISMATCH in active_gates):
        found.append(Reason.IR_RGB_MISMATCH)
    max_detail = MAX_IR_DETAIL if evidence.depth_coverage is not None else MAX_IR_DETAIL_WITHOUT_DEPTH
    if _over(evidence.ir_rgb_detail, max_detail):
        found.append(Reason.IR_COPIES_COLOUR)
    elsewhere = Reason.DEPTH_ELSEWHERE in active_gates
    if _elsewhere(evidence, quality, elsewhere) or _outline_elsewhere(evidence, elsewhere):
        found.append(Reason.DEPTH_ELSEWHERE)
    if _NOT_A_FACE.isdisjoint(codes) and _part_is_flat(evidence, Reason.PARTLY_FLAT in active_gates):
        found.append(Reason.PARTLY_FLAT)
    return found


def _elsewhere(evidence: Evidence, quality: Quality, holds: bool) -> bool:
    turn, yaw = evidence.depth_yaw_deg, quality.yaw_deg
    apart = None if turn is None or abs(yaw) > _YAW_COMPARED_DEG else abs(turn - yaw)
    offset, gain = evidence.relief_offset_mm, evidence.relief_offset_gain
    if offset is None or offset <= MAX_OFFSET_MM or abs(yaw) > _OFFSET_COMPARED_DEG:
        gain = None
    return _over(apart, _FITS_YAW_DEG if holds else MAX_YAW_APART_DEG) or _over(
        gain, _FITS_GAIN if holds else MAX_OFFSET_GAIN
    )


def _mirrored(evidence: Evidence, holds: bool) -> bool:
    gain = evidence.ir_mirror_gain
    outlines = (evidence.rgb_outline_mirror_gain, evidence.ir_outline_mirror_gain)
    if holds:
        return _over(gain, _FITS_IR_GAIN) or any(_over(value, _FITS_MIRROR) for value in outlines)
    outline = any(_over(value, MAX_STREAM_MIRROR_GAIN) for value in outlines)
    return _over(gain, MAX_STREAM_MIRROR_GAIN if outline else MAX_IR_MIRROR_GAIN)


def _outline_elsewhere(evidence: Evidence, holds: bool) -> bool:
    in_rgb, in_ir = evidence.rgb_outline_mirror_gain, evidence.ir_outline_mirror_gain
    mirrored = None if in_rgb is None or in_ir is None else (in_rgb + in_ir) / 2
    return (
        _over(evidence.outline_smaller_gain, _FITS_SMALLER if holds else MAX_OUTLINE_SMALLER_GAIN)
        or _over(evidence.outline_larger_gain, _FITS_LARGER if holds else MAX_OUTLINE_LARGER_GAIN)
        or _over(mirrored, _FITS_MIRROR if holds else MAX_DEPTH_MIRROR_GAIN)
    )


def _part_is_flat(evidence: Evidence, holds: bool) -> bool:
    lower, upper, relief = evidence.lower_residual_mm, evidence.upper_residual_mm, evidence.upper_relief
    return _under(lower, MIN_LOWER_RESIDUAL_MM, holds) or (
        _under(upper, MIN_UPPER_RESIDUAL_MM, holds) and _under(relief, MIN_UPPER_RELIEF, holds)
    )


def _over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _under(value: float | None, limit: float, holds: bool) -> bool:
    return value is not None and value < (limit * (1.0 + HYSTERESIS) if holds else limit)
