"""Compare two views of one face, to detect a cut, another person or a print that is held up.

A person moves little in a thirtieth of a second. The limits increase with the time between two views, up to a quarter
of a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.face_surface import Floats, Grid, middle, oval
from fasdemo.engine.measurements.measure import Grids
from fasdemo.faces.face import Box, Face
from fasdemo.models.crop import FaceCrops

_FRAME_S = 1.0 / 30.0
MAX_GAP_S = 0.25
_MAX_UNSEEN_GAP_S = 0.1
"""Longest time between two views if frames in between did not show the face."""
_MOVE = 0.25
"""Maximum movement per thirtieth of a second, divided by the side of the box."""
_GROWTH = 0.12
_DISTANCE_MM = 30.0
_DISTANCE_SHARE = 0.04
_RELIEF_MM = 4.0
_RELIEF_SHARE = 0.006
_MIN_CORRELATION = 0.75
_IR_RATIO = 1.5
_LUMA_RATIO = 1.8
_MARGIN = 8.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """The face's front in one stream.

    Attributes:
        level: mean brightness, at least 1.
        contrast: standard deviation.
        pattern: differences from the mean, float64 (P,).
    """

    level: float
    contrast: float
    pattern: Floats


@dataclass(frozen=True, slots=True)
class View:
    """The properties of a face that are compared between two frames: position, distance, block means and score."""

    timestamp_s: float
    box: Box
    distance_mm: float
    luma: Pattern | None
    ir: Pattern | None
    relief_mm: npt.NDArray[np.float32] | None
    margin: float | None


def view_from(timestamp_s: float, face: Face, crops: FaceCrops, small: Grids, margin: float | None) -> View:
    """Return the view of one frame."""
    relief = None
    if small.depth_mm is not None and crops.distance_mm > 0:
        depth_mm = small.depth_mm[oval(small.depth_mm.shape[0])]
        relief = np.where(depth_mm > 0, depth_mm - crops.distance_mm, np.nan).astype(np.float32)
    return View(timestamp_s, face.box, crops.distance_mm, pattern_of(small.luma), pattern_of(small.ir), relief, margin)


def changed_aspects(before: View, now: View, unseen: bool = False, max_gap_s: float = MAX_GAP_S) -> list[str]:
    """Return the aspects that changed more than a face can change, for the log; empty if the view is continuous.

    Args:
        before: last view of the track.
        now: view of this frame.
        unseen: whether the face was not found in frames between the two.
        max_gap_s: allowed time between the two; longer for a source with a low frame rate.
    """
    elapsed = now.timestamp_s - before.timestamp_s
    if not 0.0 <= elapsed <= (_MAX_UNSEEN_GAP_S if unseen else max_gap_s):
        return ["time"]
    frames = min(max(elapsed / _FRAME_S, 1.0), MAX_GAP_S / _FRAME_S)
    found = []
    side = max(before.box[2], before.box[3], 1.0)
    moved_x = now.box[0] + now.box[2] / 2 - (before.box[0] + before.box[2] / 2)
    moved_y = now.box[1] + now.box[3] / 2 - (before.box[1] + before.box[3] / 2)
    if math.hypot(moved_x, moved_y) > _MOVE * side * frames:
        found.append("position")
    if abs(math.log(max(now.box[2], now.box[3], 1.0) / side)) > _GROWTH * frames:
        found.append("size")
    if before.distance_mm > 0 and now.distance_mm > 0:
        allowed = max(_DISTANCE_MM, _DISTANCE_SHARE * before.distance_mm) * frames
        if abs(now.distance_mm - before.distance_mm) > allowed:
            found.append("distance")
    elif (before.distance_mm > 0) != (now.distance_mm > 0):
        found.append("distance")
    if _relief_changed(before, now):
        found.append("relief")
    found += _picture_changed("colour", before.luma, now.luma, _LUMA_RATIO)
    found += _picture_changed("infrared", before.ir, now.ir, _IR_RATIO)
    if before.margin is not None and now.margin is not None and abs(now.margin - before.margin) > _MARGIN:
        found.append("score")
    return found


def _relief_changed(before: View, now: View) -> bool:
    if before.relief_mm is None or now.relief_mm is None:
        return (before.relief_mm is None) != (now.relief_mm is None)
    difference = np.abs(now.relief_mm - before.relief_mm)
    known = difference[np.isfinite(difference)]
    if known.size < 20:
        return True
    return middle(known) > _RELIEF_MM + _RELIEF_SHARE * now.distance_mm


def pattern_of(grid: Grid | None) -> Pattern | None:
    """Return the face's front in a grid of block means (N, N); None without a grid."""
    if grid is None:
        return None
    values = grid[oval(grid.shape[0])].astype(np.float64)
    mean = float(np.add.reduce(values)) / len(values)
    pattern = values - mean
    return Pattern(max(mean, 1.0), math.sqrt(float(pattern @ pattern) / len(pattern)), pattern)


def _picture_changed(name: str, before: Pattern | None, now: Pattern | None, ratio: float) -> list[str]:
    if before is None or now is None:
        return [name] if (before is None) != (now is None) else []
    if max(before.level / now.level, now.level / before.level) > ratio:
        return [name]
    if before.contrast < 1.0 or now.contrast < 1.0:
        return []
    x, y = before.pattern, now.pattern
    return [name] if float(x @ y / np.sqrt((x @ x) * (y @ y))) < _MIN_CORRELATION else []
