"""Compare the motion of a face in depth and infrared with its motion in colour over some seconds.

The crops of all streams are placed by the key points in colour, so the face keeps its position in the crops of depth
and infrared if they show the same moment. In a stream that is late, or that shows another scene, the face moves within
the crop while the person or the other scene moves. If nothing moves, nothing is measured.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.cross_modal import face_details
from fasdemo.engine.measurements.face_surface import (
    FIELD_MM,
    Floats,
    Grid,
    Mask,
    least_squares,
    mean_relief,
    median,
    oval,
)
from fasdemo.engine.measurements.limits import (
    MAX_DEPTH_APART_X_MM,
    MAX_DEPTH_APART_Y_MM,
    MAX_IR_APART_MM,
    MIN_FACE_RELIEF,
)
from fasdemo.models.crop import FaceCrops

WINDOW_S = 3.0
_GROUP = 3
"""Number of consecutive offsets that are reduced to their median, so that noise and outliers do not count as motion."""
_MIN_GROUPS = 3
_MIN_SAMPLES = 12
"""Number of samples that are kept for longer than `WINDOW_S`, so that a slow camera has enough to be compared."""
_MAX_DELAY_S = 0.06
"""Accepted constant delay between streams: the largest difference of the device times, 40 ms, and the exposure."""
_MIN_MOTION_MM = 5.0
"""Root mean square motion of the face over the window above which streams without difference are known to agree."""
_AGREES = 0.5
"""Largest difference of streams that agree, divided by the limit."""

_MIN_FRONT = 100
_FRONT_DEPTH_MM = 90.0
_TRIM = 3.0
_DETAIL_ROWS, _DETAIL_COLUMNS = (18, 46), (18, 46)
"""The compared part of the small crop: from the eyebrows to the mouth."""
_SLIDE = 8
"""Largest measured offset of infrared in pixels of 3.5 mm."""
_MIN_MATCH = 0.2
"""Minimum correlation of the details in infrared and colour. A real pair of cameras: 0.30, and an offset that varies by
0.3 mm with noise of 4 grey levels."""

Offset = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StreamOffsets:
    """The position of a face in colour and the offsets of the other streams from it, at one time.

    Attributes:
        timestamp_s: time of the frame on the source's clock.
        position_mm: position in the colour image, x and y.
        depth_mm, ir_mm: offset of depth and of infrared, x and y; None if it cannot be measured.
    """

    timestamp_s: float
    position_mm: Offset
    depth_mm: Offset | None
    ir_mm: Offset | None


@dataclass(frozen=True, slots=True)
class StreamMotion:
    """The comparison of one stream's motion with colour over the window.

    Attributes:
        apart: whether the streams move differently.
        agree: whether the face moved and the stream moved with it.
        difference_mm: root mean square difference in x and y, after removal of an accepted constant delay.
    """

    apart: bool
    agree: bool
    difference_mm: Offset


class MotionWindow:
    """The offsets of one tracked face in the last `WINDOW_S` seconds, or at least the last `_MIN_SAMPLES`."""

    def __init__(self) -> None:
        self._samples: deque[StreamOffsets] = deque()

    def add(self, offsets: StreamOffsets) -> None:
        """Add the offsets of a frame; earlier ones are dropped if the time does not increase."""
        if self._samples and offsets.timestamp_s <= self._samples[-1].timestamp_s:
            self._samples.clear()
        while len(self._samples) > _MIN_SAMPLES and offsets.timestamp_s - self._samples[0].timestamp_s > WINDOW_S:
            self._samples.popleft()
        self._samples.append(offsets)

    @property
    def depth(self) -> StreamMotion | None:
        """The motion of depth; None while there are too few samples."""
        limits = (MAX_DEPTH_APART_X_MM, MAX_DEPTH_APART_Y_MM)
        return _compare([(one.timestamp_s, one.position_mm, one.depth_mm) for one in self._samples], limits)

    @property
    def ir(self) -> StreamMotion | None:
        """The motion of infrared; None while there are too few samples."""
        limits = (MAX_IR_APART_MM, MAX_IR_APART_MM)
        return _compare([(one.timestamp_s, one.position_mm, one.ir_mm) for one in self._samples], limits)


def _compare(samples: list[tuple[float, Offset, Offset | None]], limits: Offset) -> StreamMotion | None:
    known = [(at, position, offset) for at, position, offset in samples if offset is not None]
    groups = len(known) // _GROUP
    if groups < _MIN_GROUPS:
        return None
    used = known[-groups * _GROUP :]
    times = np.array([at for at, _, _ in used])
    all_positions = np.array([one for _, one, _ in used])
    offset = np.sort(np.array([one for _, _, one in used]).reshape(groups, _GROUP, 2), axis=1)[:, _GROUP // 2]
    speed = np.gradient(all_positions, times, axis=0).reshape(groups, _GROUP, 2).mean(axis=1)
    position = all_positions.reshape(groups, _GROUP, 2).mean(axis=1)
    offset, speed, position = (one - one.mean(axis=0) for one in (offset, speed, position))
    power = float((speed * speed).sum())
    delay_s = float(np.clip((offset * speed).sum() / power, -_MAX_DELAY_S, _MAX_DELAY_S)) if power > 0.0 else 0.0
    x, y = (float(one) for one in np.sqrt(((offset - delay_s * speed) ** 2).mean(axis=0)))
    share = max(x / limits[0], y / limits[1])
    moved_mm = float(np.sqrt((position**2).mean(axis=0)).max())
    return StreamMotion(not share <= 1.0, share <= _AGREES and moved_mm >= _MIN_MOTION_MM, (x, y))


def depth_offset_mm(depth_mm: Grid) -> Offset | None:
    """Return the offset of an average face that fits the depth best, in x and y.

    The result is None if too little depth is known, or for a flat surface, whose offset would be noise. A plane, the
    average face's relief and its derivatives are fitted. The result depends on the face, but little on its angle; only
    changes of it are compared. Beyond about 15 mm it is too small.

    Args:
        depth_mm: block means of an aligned crop, float32 (N, N), 0 = no depth value.
    """
    front = _face_front(depth_mm)
    if front is None:
        return None
    size, z = depth_mm.shape[0], depth_mm.astype(np.float64)
    middle = median(z[front])
    near = (1.0 / z[front] - 1.0 / middle) * middle * middle
    terms = _shifted_relief(size)[front]
    found = least_squares(terms, near[:, None])[:, 0]
    error = np.abs(near - terms @ found)
    kept = error <= _TRIM * 1.4826 * median(error) + 1.0
    found = least_squares(terms[kept], near[kept, None])[:, 0]
    if not found[3] >= MIN_FACE_RELIEF:
        return None
    scale = FIELD_MM / size / float(found[3])
    return float(found[4]) * scale, float(found[5]) * scale


def _face_front(depth_mm: Grid) -> Mask | None:
    """Return the blocks of the face's front with known depth, bool (N, N); None if there are too few."""
    front = oval(depth_mm.shape[0]) & (depth_mm > 0)
    if int(front.sum()) < _MIN_FRONT:
        return None
    front &= np.abs(depth_mm - median(depth_mm[front])) < _FRONT_DEPTH_MM
    return front if int(front.sum()) >= _MIN_FRONT else None


def infrared_offset_mm(crops: FaceCrops) -> Offset | None:
    """Return the offset of the details of a face in infrared from those in colour, in x and y.

    The result is None without infrared, colour or details, if colour itself is grey, or if the details differ too much.
    """
    details = face_details(crops)
    if details is None:
        return None
    seen, luma, _ = details
    (top, bottom), (left, right) = _DETAIL_ROWS, _DETAIL_COLUMNS
    around = luma[top - _SLIDE : bottom + _SLIDE, left - _SLIDE : right + _SLIDE]
    match = cv2.matchTemplate(around, seen[top:bottom, left:right], cv2.TM_CCOEFF_NORMED)
    _, best, _, (column, row) = cv2.minMaxLoc(match)
    if not best >= _MIN_MATCH:
        return None
    pixel_mm = FIELD_MM / luma.shape[0]
    return (_SLIDE - _peak(match[row], column)) * pixel_mm, (_SLIDE - _peak(match[:, column], row)) * pixel_mm


@lru_cache(maxsize=4)
def _shifted_relief(size: int) -> Floats:
    """Return 1, x, y, the average face's relief and its derivatives against a shift in x and y, (size, size, 6)."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    relief = cv2.GaussianBlur(-mean_relief(size), (0, 0), 1.0)
    down, across = np.gradient(relief)
    return np.stack([np.ones_like(x), x, y, relief, -across, -down], axis=-1)


def _peak(values: npt.NDArray[np.generic], place: int) -> float:
    """Return the position of a maximum between samples, by a parabola."""
    if not 0 < place < len(values) - 1:
        return float(place)
    before, here, after = (float(one) for one in values[place - 1 : place + 2])
    bend = before - 2.0 * here + after
    return place + (0.5 * (before - after) / bend if bend < 0.0 else 0.0)
