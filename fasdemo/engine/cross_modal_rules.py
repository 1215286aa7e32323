"""Rules on whether colour, depth and infrared see the same surface. Each makes doubt: none proves an attack by itself.

The limits hold for any network: nothing here is learned. Figures are of single frames: 6,243 and 1,290 rendered live
faces of two generators and eight sensors, 323 Kinect v2 captures of six live people, each raw and smoothed in two ways.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from fasdemo.faces.quality import Quality

MAX_IR_DETAIL = 0.97
"""Correlation of infrared's details with colour's. Rendered live faces: 0.97 at most, 99 in 100 below 0.93; the demo
session's person 0.85; a real pair of cameras 0.3; the demo's print 0.99; grey colour 1.0 also with added noise."""
MAX_IR_MIRROR_GAIN = 0.15
"""Correlation with colour's mirror image over that with colour. One rendered live face in 7,533 has more."""
MIN_LOWER_RESIDUAL_MM = 2.5
"""Mouth and chin from their own plane. Kinect: 4.6 mm and more; rendered live faces: none below; flat prints before the
mouth of a live person: 0.3 to 0.8 mm on a calm sensor."""
MIN_UPPER_RESIDUAL_MM, MIN_UPPER_RELIEF = 2.5, 0.2
"""Forehead and eyes, and their share of the average face's relief; both have to be low. Kinect: 1 of 969; rendered live
faces: 3 of 7,533."""
MAX_YAW_APART_DEG = 25.0
"""Turn of the depth's plane against that of the key points. Kinect: 24 degrees at most, 9 in 95 of 100; rendered live
faces: 7 of 6,243 beyond."""
MAX_OFFSET_MM, MAX_OFFSET_GAIN = 13.0, 0.25
"""The average face's relief fits so far away, and so much better. Kinect within 20 degrees: 0 of 576; rendered live
faces: 9 of 6,243, most of them partly covered."""
MAX_OUTLINE_SMALLER_GAIN, MAX_OUTLINE_LARGER_GAIN = 0.235, 0.05
"""The outline in depth fits colour and infrared better if it is 1.2 times smaller or larger. Kinect, with infrared also
for colour: 3 and 1 of 969 beyond."""
MAX_DEPTH_MIRROR_GAIN = 0.17
"""The mirrored outline fits better, mean of colour and infrared. The same Kinect captures: 3 of 969 beyond."""
MAX_STREAM_MIRROR_GAIN = 0.02
"""Infrared or colour fits the mirror image of both others better."""
_FITS_SMALLER, _FITS_LARGER, _FITS_MIRROR = 0.08, 0.0, 0.0
_YAW_COMPARED_DEG = 25.0
_OFFSET_COMPARED_DEG = 20.0
"""Beyond, the key points of a turned face are too coarse to compare with."""
_FITS_IR_GAIN, _FITS_YAW_DEG, _FITS_GAIN = -0.05, 15.0, 0.1
"""Once streams disagreed, they have to agree as nearly all live faces do before the doubt ends: a stream that is moved
or mirrored always is, and is only seen to be while the head is turned or lit from the side."""
_HYSTERESIS = 0.1
_NOT_A_FACE = frozenset({"flat_surface", "bent_sheet", "relief_unclear", "depth_holes"})


def agreement_codes(
    evidence: Mapping[str, float | None],
    quality: Quality,
    codes: Collection[str],
    active_gates: Collection[str] = frozenset(),
) -> list[str]:
    """Return what the streams' comparison speaks against; what was not measured says nothing.

    Args:
        evidence: of `fasdemo.engine.cross_modal`, by name.
        quality: of the face's picture.
        codes: physical reasons found so far: a part is called flat only where the whole has a face's relief.
        active_gates: gates that were active for this face in the previous frame.
    """
    found = []
    if _mirrored(evidence, "ir_rgb_mismatch" in active_gates):
        found.append("ir_rgb_mismatch")
    if _over(evidence.get("ir_rgb_detail"), MAX_IR_DETAIL):
        found.append("ir_copies_colour")
    elsewhere = "depth_elsewhere" in active_gates
    if _elsewhere(evidence, quality, elsewhere) or _outline_elsewhere(evidence, elsewhere):
        found.append("depth_elsewhere")
    if _NOT_A_FACE.isdisjoint(codes) and _part_is_flat(evidence, "partly_flat" in active_gates):
        found.append("partly_flat")
    return found


def _elsewhere(evidence: Mapping[str, float | None], quality: Quality, holds: bool) -> bool:
    turn, yaw = evidence.get("depth_yaw_deg"), quality.yaw_deg
    apart = None if turn is None or abs(yaw) > _YAW_COMPARED_DEG else abs(turn - yaw)
    offset, gain = evidence.get("relief_offset_mm"), evidence.get("relief_offset_gain")
    if offset is None or offset <= MAX_OFFSET_MM or abs(yaw) > _OFFSET_COMPARED_DEG:
        gain = None
    return _over(apart, _FITS_YAW_DEG if holds else MAX_YAW_APART_DEG) or _over(
        gain, _FITS_GAIN if holds else MAX_OFFSET_GAIN
    )


def _mirrored(evidence: Mapping[str, float | None], holds: bool) -> bool:
    gain = evidence.get("ir_mirror_gain")
    outlines = (evidence.get("rgb_outline_mirror_gain"), evidence.get("ir_outline_mirror_gain"))
    if holds:
        return _over(gain, _FITS_IR_GAIN) or any(_over(value, _FITS_MIRROR) for value in outlines)
    outline = any(_over(value, MAX_STREAM_MIRROR_GAIN) for value in outlines)
    return _over(gain, MAX_STREAM_MIRROR_GAIN if outline else MAX_IR_MIRROR_GAIN)


def _outline_elsewhere(evidence: Mapping[str, float | None], holds: bool) -> bool:
    in_rgb, in_ir = evidence.get("rgb_outline_mirror_gain"), evidence.get("ir_outline_mirror_gain")
    mirrored = None if in_rgb is None or in_ir is None else (in_rgb + in_ir) / 2
    return (
        _over(evidence.get("outline_smaller_gain"), _FITS_SMALLER if holds else MAX_OUTLINE_SMALLER_GAIN)
        or _over(evidence.get("outline_larger_gain"), _FITS_LARGER if holds else MAX_OUTLINE_LARGER_GAIN)
        or _over(mirrored, _FITS_MIRROR if holds else MAX_DEPTH_MIRROR_GAIN)
    )


def _part_is_flat(evidence: Mapping[str, float | None], holds: bool) -> bool:
    lower, upper, relief = (evidence.get(name) for name in ("lower_residual_mm", "upper_residual_mm", "upper_relief"))
    return _under(lower, MIN_LOWER_RESIDUAL_MM, holds) or (
        _under(upper, MIN_UPPER_RESIDUAL_MM, holds) and _under(relief, MIN_UPPER_RELIEF, holds)
    )


def _over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _under(value: float | None, limit: float, holds: bool) -> bool:
    return value is not None and value < (limit * (1.0 + _HYSTERESIS) if holds else limit)
