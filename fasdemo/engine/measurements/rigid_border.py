"""Find the straight border of a print or a display around a face, in colour alone.

The border is searched in a crop whose axes are those of the face. It consists of two long sides and a line that joins
them: below the face, where a person's neck and chest would be, or above it, with sides that go on beside the chest,
where a person's shoulders would be. What is behind a person, like a door frame, a window or a picture on the wall, is
covered there by the body, so it does not have such a border. The border of an object is rigid: its width remains the
same while the face inside it moves, and border and face can move together. This evidence can only prevent LIVE.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.limits import MAX_BORDER_SUPPORT
from fasdemo.engine.reasons import Reason
from fasdemo.faces.face import Points
from fasdemo.models.warp import warp

EVERY_S = 0.3
"""Time between two searches, each of which takes about 3 ms of a busy core."""
WINDOW_S = 3.0
MIN_SAMPLES = 3
MAX_WIDTH_CHANGE = 0.15
"""Largest difference of a sample's width from the median of all samples, as a share of it. A hand moves a display by
5 % in three seconds; lines that are found by chance around a person differ more."""

_SIZE = 128
_EYES_PX = 16.0
"""Distance between the eyes in the crop, so the crop shows about half a metre."""
_MIDDLE_X, _EYES_Y = 64, 52
_SLOPES = np.arange(-5, 6) * 0.06
"""Horizontal shift of a side per row; up to 17 degrees, for tilted and rotated displays."""
_MAX_RISE_PX = 24
"""No line is shifted further within the crop."""
_MIN_EDGE = 4.0
"""Minimum change of brightness per pixel of the crop, in grey levels."""
_MIN_ASPECT = 2.0
"""Minimum ratio of the gradients across and along a line: a direction within 27 degrees."""
_MIN_HALF_PX = 17
"""Minimum distance of a side from the middle of the face: about half the width of a head."""
_MARGIN_PX = 8
"""Sides and lines nearer to the edge of the crop are not searched."""
_UPPER_PX = round(_EYES_Y - 0.9 * _EYES_PX)
"""Row of the forehead, from which the sides of a border with a line below the face are measured."""
_LOWER_PX, _MIN_LOWER_PX = round(_EYES_Y + 3.8 * _EYES_PX), round(_EYES_Y + 2.8 * _EYES_PX)
"""Row of the chest, to which the sides of a border with a line above the face are measured, and the highest one if the
picture ends there."""
_LOWER_STEP_PX = 4
_END_PX = 20
"""Length of both ends of a side, which must be supported as well: at the chest, and at a line on the clothes, a
person's shoulders cover what is behind them."""
_END_SHARE = 0.8
"""Required support of the end at the line, relative to that of the whole: fingers cover parts of a border."""
_SHOULDER_PX = 71
"""Row of the chest minus the largest distance of a side from the middle at which shoulders cover it there."""
_FIRST_BELOW_PX = round(_EYES_Y + 2.0 * _EYES_PX)
"""First row of a line below the face: the chin is at 1.8 times the distance between the eyes."""
_LAST_ABOVE_PX = round(_EYES_Y - 1.2 * _EYES_PX)
"""Last row of a line above the face: the forehead."""

Image = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float32]
Indexes = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Border:
    """A border around a face in one picture.

    Attributes:
        support: share of its sides that are edges; that of the side with the fewest.
        width_px: distance between the sides in pixels of the picture.
    """

    support: float
    width_px: float


class RigidBorder:
    """The borders found around one tracked face in the last `WINDOW_S` seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Border]] = deque()

    def is_due(self, now_s: float) -> bool:
        """Return whether the next search is due at a time on the source's clock."""
        return not self._samples or not 0.0 <= now_s - self._samples[-1][0] < EVERY_S

    def add(self, timestamp_s: float, border: Border) -> None:
        """Add the border in one picture; its time must be later than that of the previous one."""
        if self._samples and timestamp_s <= self._samples[-1][0]:
            self._samples.clear()
        while self._samples and timestamp_s - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()
        self._samples.append((timestamp_s, border))

    @property
    def support(self) -> float | None:
        """Median support of a border whose width stays the same; None before `MIN_SAMPLES` pictures."""
        if len(self._samples) < MIN_SAMPLES:
            return None
        width = float(np.median([border.width_px for _, border in self._samples]))
        rigid = [
            border.support if abs(border.width_px - width) <= MAX_WIDTH_CHANGE * width else 0.0
            for _, border in self._samples
        ]
        return float(np.median(rigid))

    @property
    def codes(self) -> list[Reason]:
        """Return `rigid_border` if a border surrounds the face."""
        support = self.support
        return [Reason.RIGID_BORDER] if support is not None and support > MAX_BORDER_SUPPORT else []


def find_border(rgb: Image, keypoints: Points) -> Border:
    """Return the best supported border around a face.

    Args:
        rgb: uint8 (H, W, 3).
        keypoints: (6, 2) pixels, order `fasdemo.faces.face.KEYPOINTS`.

    Raises:
        ValueError: the eyes coincide.
    """
    transform, scale = _to_crop(keypoints)
    crop = warp(rgb, transform, _SIZE)
    seen = _seen(transform, scale, (rgb.shape[0], rgb.shape[1]))
    upright, level = _edges(crop, seen)
    below = _best(upright, level, _EYES_Y, _UPPER_PX, _FIRST_BELOW_PX, _MIDDLE_X - _MARGIN_PX)
    lower = _lower(seen)
    if lower < _MIN_LOWER_PX:
        above = 0.0, 0.0
    else:
        # Upside down, a line above the face is one below it.
        last = _SIZE - 1
        rows = last - _EYES_Y, last - lower, last - _LAST_ABOVE_PX
        above = _best(upright[::-1], level[::-1], *rows, lower - _SHOULDER_PX)
    support, width = max(below, above)
    return Border(support, width / scale)


def _lower(seen: Mask) -> int:
    """Return the row to which the sides of a border with a line above the face are measured."""
    middle = seen[:_LOWER_PX, _MIDDLE_X - _MIN_HALF_PX : _MIDDLE_X + _MIN_HALF_PX]
    rows = np.flatnonzero(middle.all(axis=1))
    end = int(rows[-1]) + 1 if len(rows) else 0
    # In steps, because the places of all lines are computed once for each row.
    return _LOWER_PX - -(-(_LOWER_PX - end) // _LOWER_STEP_PX) * _LOWER_STEP_PX


def _to_crop(keypoints: Points) -> tuple[npt.NDArray[np.float64], float]:
    """Return the similarity to the crop, float64 (2, 3), and its scale."""
    to_crop = eyes_to(keypoints, _EYES_PX, (_MIDDLE_X, _EYES_Y))
    return to_crop, float(np.hypot(to_crop[0, 0], to_crop[1, 0]))


def eyes_to(keypoints: Points, eyes_px: float, middle_px: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Return the similarity, float64 (2, 3), that lays the eyes `eyes_px` apart on a horizontal line around a point.

    Raises:
        ValueError: the eyes coincide.
    """
    right, left = np.asarray(keypoints[:2], np.float64)
    apart = complex(*(left - right))
    if not abs(apart) > 0.0:
        raise ValueError("the eyes have the same position")
    factor = eyes_px / apart
    linear = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.column_stack([linear, np.array(middle_px) - linear @ ((right + left) / 2)])


def _seen(transform: npt.NDArray[np.float64], scale: float, shape: tuple[int, int]) -> Mask:
    """Return which part of the crop is inside the picture, without its edge, which is a straight line as well."""
    inverse = cv2.invertAffineTransform(transform)
    y, x = np.mgrid[:_SIZE, :_SIZE]
    u, v = (row[0] * x + row[1] * y + row[2] for row in inverse)
    margin = 2.0 / scale
    return np.asarray((u > margin) & (v > margin) & (u < shape[1] - 1 - margin) & (v < shape[0] - 1 - margin), np.bool_)


def _edges(crop: Image, seen: Mask) -> tuple[Mask, Mask]:
    """Return the pixels of upright and of level edges, thinned to one pixel."""
    smooth = cv2.GaussianBlur(crop, (0, 0), 0.8)
    across, down = (
        np.abs(cv2.Sobel(smooth, cv2.CV_16S, *order)).max(axis=2).astype(np.float32) / 4.0 for order in ((1, 0), (0, 1))
    )
    upright = np.asarray(seen & (across > _MIN_EDGE) & (across > _MIN_ASPECT * down))
    level = np.asarray(seen & (down > _MIN_EDGE) & (down > _MIN_ASPECT * across))
    upright[:, 1:-1] &= (across[:, 1:-1] >= across[:, :-2]) & (across[:, 1:-1] >= across[:, 2:])
    level[1:-1] &= (down[1:-1] >= down[:-2]) & (down[1:-1] >= down[2:])
    return upright, level


def _best(upright: Mask, level: Mask, eyes: int, start: int, first: int, half: int) -> tuple[float, float]:
    """Return support and width in pixels of the best border whose line is at row `first` or below.

    Args:
        upright: upright edges, bool (`_SIZE`, `_SIZE`).
        level: level edges, likewise.
        eyes: row of the eyes, about which the sides are inclined.
        start: first row of the sides.
        first: first row of the line that joins the sides.
        half: largest distance of a side from the middle of the face, pixels.
    """
    sides = _supports(upright, eyes, start, _SIZE, 0, first - start, (_END_PX, _END_PX))
    corners, known = _corners(eyes, first)
    side = np.where(known, np.take_along_axis(sides, corners, 2), 0.0).max(axis=0)
    ends = []
    for begin, end in ((_MIDDLE_X - 1, _MIDDLE_X - 1 - half), (_MIDDLE_X, _MIDDLE_X + half)):
        line = _supports(level.T, _MIDDLE_X, begin, end, first - _MAX_RISE_PX, _MIN_HALF_PX, (_MIN_HALF_PX, 0))
        places, known = _line_ends(begin, end, first)
        both = np.where(known, np.minimum(line, side.reshape(-1)[places]), 0.0)
        ends.append((both.max(axis=1), both.argmax(axis=1)))
    (left, to_left), (right, to_right) = ends
    support = np.minimum(left, right)
    best = np.unravel_index(int(support.argmax()), support.shape)
    return float(support[best]), float(to_left[best] + to_right[best] + 2 * _MIN_HALF_PX + 1)


def _supports(
    edges: Mask, pivot: int, begin: int, end: int, column: int, shortest: int, parts: tuple[int, int]
) -> Shares:
    """Return the support of lines that cross row `pivot` in each column from `column` on.

    Args:
        edges: bool (`_SIZE`, `_SIZE`).
        pivot: row.
        begin: row in which the lines begin.
        end: row, without itself, in whose direction they go; it may be smaller.
        column: first column.
        shortest: length of the shortest line minus 1.
        parts: length of beginning and end that must be supported as well; 0: not.

    Returns:
        float32 (slopes, rows, columns): the smallest share of edges on the whole line up to and with each row, its
        beginning and its end, see `_END_SHARE`.
    """
    # An edge also counts if it is one pixel beside the line.
    wide = cv2.dilate(edges.astype(np.uint8), np.ones((1, 3), np.uint8))
    padded = cv2.copyMakeBorder(wide, 0, 0, _MAX_RISE_PX, _MAX_RISE_PX, cv2.BORDER_CONSTANT, value=0)
    places, lengths = _lines(pivot, begin, end, column)
    counts = padded.reshape(-1)[places].cumsum(axis=1, dtype=np.uint8)
    found = counts[:, shortest:] / lengths[shortest:]
    beginning, ending = parts
    found = np.minimum(found, counts[:, beginning - 1, None] / np.float32(beginning))
    if ending:
        last = counts[:, shortest:] - counts[:, shortest - ending : -ending]
        found = np.minimum(found, last / np.float32(_END_SHARE * ending))
    return np.asarray(found, np.float32)


def _rises(rows: Indexes, pivot: int) -> Indexes:
    """Return the horizontal shift in pixels of the lines of all slopes in some rows, (slopes, rows)."""
    return np.asarray(np.rint(_SLOPES[:, None] * (rows - pivot)), np.int32)


@cache
def _lines(pivot: int, begin: int, end: int, column: int) -> tuple[Indexes, Shares]:
    """Return the flat indexes of the lines' pixels in a padded image, (slopes, rows, columns), and their lengths."""
    rows = np.arange(begin, end, 1 if end > begin else -1)
    across = np.arange(column, _SIZE) + _MAX_RISE_PX + _rises(rows, pivot)[..., None]
    places = rows[:, None] * (_SIZE + 2 * _MAX_RISE_PX) + across
    return places.astype(np.int32), np.arange(1, len(rows) + 1, dtype=np.float32)[:, None]


@cache
def _corners(eyes: int, first: int) -> tuple[Indexes, Mask]:
    """Return in which column the line to each row from `first` on and column crosses the eyes, and whether it does."""
    column = np.arange(_SIZE) - _rises(np.arange(first, _SIZE), eyes)[..., None]
    return column.clip(0, _SIZE - 1), (column >= 0) & (column < _SIZE)


@cache
def _line_ends(begin: int, end: int, first: int) -> tuple[Indexes, Mask]:
    """Return the flat indexes of the lines' ends in the table of the sides, and whether they are in it."""
    columns = np.arange(begin, end, 1 if end > begin else -1)[_MIN_HALF_PX:]
    rows = np.arange(-_MAX_RISE_PX, _SIZE - first) + _rises(columns, _MIDDLE_X)[..., None]
    known = (rows >= 0) & (rows < _SIZE - first)
    return np.where(known, rows * _SIZE + columns[:, None], 0), known
