"""Does a stream show the same capture of the face twice? Compared by content over the last seconds.

A driver that hands out old buffers in turn gives each of them a new counter and a new time. A sensor's noise tells:
two captures of one scene differ in many pixels, and one capture given twice differs in none, or in the few that a clock
or a marker changes. Where a little noise was added to an old picture, the picture is nearer to that old one than to the
one just before it, frame after frame; nothing that moves does that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fasdemo.engine.reasons import REPEATED, Reason
from fasdemo.faces.face import Box
from fasdemo.frames import STREAMS, FrameSet, Stream, StreamTime

_KEPT = 128
"""Frames that are remembered."""
_WINDOW_S = 1.9
_WINDOW_FRAMES = 8
"""So far back, and at least by so many frames, is compared: 57 buffers in turn at 30 frames a second, 8 at any rate."""
_GRID_WIDTH = 80
"""Pixels of a stream that are kept, in x; every eighth of 640."""
_POINTS, _CHECKED = 7, 20
"""Points over the face, in x and in y: to search the past with, and to check the nearest frame found with."""
_INNER = 0.8
"""Share of the face's box that is compared, without its border."""
_MIN_VALID = 24
"""Points with a usable value; with fewer, nothing is compared."""
_SAME_SHARE = 0.9
"""Share of equal points in a capture that is given twice. Of two captures of a still scene with noise of half a grey
level or half a depth unit, 52 % of the points are equal; in the demo session 71 % at most, in infrared and depth."""
_SAME_SHARE_OF_FILE = 0.995
"""The same for colour in files, whose compression leaves still parts of the picture untouched."""
FILE_REPEATS_S = 0.1
"""Video files repeat pictures when their rate was converted or nothing moves; their colour may do so for this long."""
_NEARER = 0.5
"""An old picture with noise added: the distance to it over the distance to the picture just before."""
_MIN_STEP = 1.0
"""Mean difference to the picture just before, in grey levels or depth units, below which that is not compared."""
_MAX_DIFFERENCE = 8
"""What a point counts for at most: at the head's outline depth jumps to the background and back."""
_NEARER_FRAMES = 6
"""So many frames in a row; a head that swings back to where it was is as near for one or two."""

_FAR = np.iinfo(np.int32).max

_Values = npt.NDArray[np.uint16]


@dataclass(slots=True)
class _Past:
    """The last frames of one stream, in a ring.

    Attributes:
        values: uint16 (_KEPT, h, w), a thinned image each.
        times_s: float64 (_KEPT,), of the frames.
        count: frames that were put in since the size changed.
        mark: counter and time of the last one.
        nearer: frames in a row that were nearer to an old one than to the one before.
    """

    values: _Values
    times_s: npt.NDArray[np.float64] = field(default_factory=lambda: np.full(_KEPT, -np.inf))
    count: int = 0
    mark: StreamTime | None = None
    nearer: int = 0


class RepeatCheck:
    """Remembers the last seconds of every stream; feed it every frame of one source in order."""

    def __init__(self) -> None:
        self._past: dict[Stream, _Past] = {}

    def reset(self) -> None:
        """Forget the past, e.g. after a jump within a file."""
        self._past.clear()

    def check(self, frame: FrameSet, box: Box | None) -> list[Reason]:
        """Return codes of `fasdemo.engine.reasons` for streams that show an old capture again.

        Args:
            frame: the next frame; its images have passed `FreshnessCheck`.
            box: the largest face, x, y, width, height in RGB pixels; None where there is none, and nothing to compare.
        """
        codes: list[Reason] = []
        if not math.isfinite(frame.timestamp_s):
            return codes
        for stream in STREAMS:
            image = frame.rgb[..., 1] if stream == "rgb" else getattr(frame, stream)
            if image is not None and self._repeats(frame, stream, image, box):
                codes.append(REPEATED[stream])
        return codes

    def _repeats(self, frame: FrameSet, stream: Stream, image: npt.NDArray[np.generic], box: Box | None) -> bool:
        step = max(image.shape[1] // _GRID_WIDTH, 1)
        thinned = image[step // 2 :: step, step // 2 :: step]
        past = self._past.get(stream)
        if past is None or past.values.shape[1:] != thinned.shape:
            past = self._past[stream] = _Past(np.zeros((_KEPT, *thinned.shape), np.uint16))
        mark = frame.times.get(stream)
        if mark is not None and mark == past.mark:
            # A slower stream's last image, given again as such.
            return False
        past.mark = mark
        place = past.count % _KEPT
        past.values[place] = thinned
        past.times_s[place] = frame.timestamp_s
        past.count += 1
        if box is None or past.count == 1 or not np.isfinite(box).all():
            past.nearer = 0
            return False
        limits = (2, 248) if image.dtype == np.uint8 else (0, 65535)
        return _again(past, place, _region(box, frame.rgb.shape, thinned.shape), stream, limits, frame.live_source)


def _region(box: Box, rgb: tuple[int, ...], grid: tuple[int, ...]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is compared, in a grid's own places."""
    x, y, width, height = box
    margin = (1.0 - _INNER) / 2.0
    in_x, in_y = grid[1] / rgb[1], grid[0] / rgb[0]
    return (
        (x + margin * width) * in_x,
        (y + margin * height) * in_y,
        (x + (1.0 - margin) * width) * in_x,
        (y + (1.0 - margin) * height) * in_y,
    )


def _points(region: tuple[float, float, float, float], grid: tuple[int, ...], count: int) -> npt.NDArray[np.intp]:
    """Flat indexes of count x count points over a region of a grid."""
    columns = np.clip(np.linspace(region[0], region[2], count), 0, grid[1] - 1).astype(np.intp)
    rows = np.clip(np.linspace(region[1], region[3], count), 0, grid[0] - 1).astype(np.intp)
    return (rows[:, None] * grid[1] + columns).ravel()


def _again(
    past: _Past,
    place: int,
    region: tuple[float, float, float, float],
    stream: Stream,
    limits: tuple[int, int],
    live: bool,
) -> bool:
    filled = min(past.count, _KEPT)
    flat = past.values[:filled].reshape(filled, -1)
    grid = past.values.shape[1:]
    at = _points(region, grid, _POINTS)
    use = at[_usable(flat[place].take(at), limits)]
    if len(use) < _MIN_VALID:
        past.nearer = 0
        return False
    values = flat.take(use, axis=1).astype(np.int32)
    difference = np.abs(values - values[place])
    distance = np.minimum(difference, _MAX_DIFFERENCE).sum(axis=1, dtype=np.int32)
    equal = len(use) - np.count_nonzero(difference, axis=1)
    step = int(distance[(place - 1) % _KEPT])
    # Not itself, and not those of a file that may be the same.
    too_near_s = FILE_REPEATS_S - 1e-6 if stream == "rgb" and not live else 1e-9
    age_s = past.times_s[place] - past.times_s[:filled]
    frames_back = (place - np.arange(filled)) % _KEPT
    left_out = (age_s < too_near_s) | ((age_s > _WINDOW_S) & (frames_back > _WINDOW_FRAMES))
    equal[left_out] = 0
    share = _SAME_SHARE if live or stream != "rgb" else _SAME_SHARE_OF_FILE
    nearest = int(equal.argmax())
    if equal[nearest] >= share * len(use) and _same(
        flat, place, nearest, _points(region, grid, _CHECKED), limits, share
    ):
        return True
    distance[left_out | (age_s > _WINDOW_S)] = _FAR
    distance[(place - 1) % _KEPT] = _FAR
    nearer = step >= _MIN_STEP * len(use) and int(distance.min()) <= _NEARER * step
    past.nearer = past.nearer + 1 if nearer else 0
    return past.nearer >= _NEARER_FRAMES


def _same(
    flat: _Values, place: int, other: int, at: npt.NDArray[np.intp], limits: tuple[int, int], share: float
) -> bool:
    now = flat[place].take(at)
    use = _usable(now, limits)
    return int(np.count_nonzero((now == flat[other].take(at)) & use)) >= share * int(np.count_nonzero(use))


def _usable(values: _Values, limits: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Where neither black, white nor unread, which are equal in any two captures."""
    return np.asarray((values > limits[0]) & (values < limits[1]), np.bool_)
