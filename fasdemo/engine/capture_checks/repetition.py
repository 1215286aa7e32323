"""Detect that a stream shows an old capture of the face again, by comparing the contents of the last seconds.

A faulty driver can deliver a ring of old buffers, each with a new counter and time. Sensor noise reveals this: two
captures of the same scene differ in many pixels, but a repeated capture differs in none, or only in the few that a
clock or a marker changes. If noise was added to an old image, the image is more similar to that old image than to the
previous one in many consecutive frames, which does not happen with a real scene.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from fasdemo.engine.capture_checks.moved_repeat import MovedRepeatCheck
from fasdemo.engine.reasons import REPEATED, Reason
from fasdemo.faces.face import Box
from fasdemo.frames import STREAMS, FrameSet, Stream, StreamTime

_KEPT = 128
"""Number of stored frames."""
_WINDOW_S = 1.9
_WINDOW_FRAMES = 8
"""The comparison goes back by this time and at least by this number of frames, which detects rings of 57 buffers at 30
frames per second, and of 8 buffers at any rate."""
_CLIP_WINDOW_S = 0.5
"""The same for a video file with colour alone: clips are joined and looped on purpose, so the same pictures after a
longer time are the content of the file. A driver's ring of old buffers is a fault of a camera, and of its recording."""
_GRID_WIDTH = 80
"""Stored pixels of a stream in x; every eighth of 640."""
_POINTS, _CHECKED = 7, 20
"""Points over the face in x and in y: for the search of earlier frames, and for the check of the most similar one."""
_INNER = 0.8
"""Share of the face's box that is compared, without its border."""
_MIN_VALID = 24
"""Minimum number of points with a usable value; with fewer, nothing is compared."""
_SAME_SHARE = 0.9
"""Minimum share of equal points in a repeated capture. In two captures of a still scene with noise of half a grey level
or half a depth unit, 52 % of the points are equal; in the demo session at most 71 %, in infrared and depth."""
_SAME_SHARE_OF_FILE = 0.995
"""The same for colour in files, whose compression does not change still parts of the image."""
FILE_REPEATS_S = 0.1
"""Time for which colour of a video file may repeat, because converted frame rates and still scenes repeat images."""
_NEARER = 0.5
"""Limit for an old image with added noise: difference from the old image divided by that from the previous image."""
_MIN_STEP = 1.0
"""Minimum mean difference from the previous image, in grey levels or depth units, for this comparison."""
_MAX_DIFFERENCE = 8
"""Limit of the difference of a point, because depth jumps between face and background at the head's outline."""
_NEARER_FRAMES = 6
"""Number of consecutive frames that must be more similar to an old image than to the previous one; a head that moves
back to an earlier position is so for one or two frames."""

_FAR = np.iinfo(np.int32).max

_Values = npt.NDArray[np.uint16]


@dataclass(slots=True)
class _Past:
    """The last frames of one stream in a ring buffer.

    Attributes:
        values: subsampled images, uint16 (_KEPT, h, w).
        times_s: times of the frames, float64 (_KEPT,).
        count: number of frames since the size changed.
        mark: counter and time of the last frame.
        nearer: number of consecutive frames that were more similar to an old image than to the previous one.
    """

    values: _Values
    times_s: npt.NDArray[np.float64] = field(default_factory=lambda: np.full(_KEPT, -np.inf))
    count: int = 0
    mark: StreamTime | None = None
    nearer: int = 0


class RepeatCheck:
    """A check of every frame of one source, in order, against the last seconds of every stream."""

    def __init__(self) -> None:
        self._past: dict[Stream, _Past] = {}
        self._moved = MovedRepeatCheck()

    def reset(self) -> None:
        """Forget all earlier frames, e.g. after a seek within a file."""
        self._past.clear()
        self._moved.reset()

    def check(self, frame: FrameSet, box: Box | None) -> list[Reason]:
        """Return codes of `fasdemo.engine.reasons` for streams that show an old capture again.

        Args:
            frame: the next frame; its images have passed `FreshnessCheck`.
            box: box of the largest face in RGB pixels (x, y, width, height); None if there is no face, so that nothing
                is compared.
        """
        codes: list[Reason] = []
        if not math.isfinite(frame.timestamp_s):
            return codes
        for stream in STREAMS:
            image = frame.rgb[..., 1] if stream == "rgb" else getattr(frame, stream)
            if image is not None and self._repeats(frame, stream, image, box):
                codes.append(REPEATED[stream])
        # Colour alone is often compressed, and compression repeats parts of images.
        if frame.declared - {"rgb"} and self._moved.check(frame.timestamp_s, frame.rgb[..., 1], box):
            codes += [] if REPEATED["rgb"] in codes else [REPEATED["rgb"]]
        return codes

    def _repeats(self, frame: FrameSet, stream: Stream, image: npt.NDArray[np.generic], box: Box | None) -> bool:
        step = max(image.shape[1] // _GRID_WIDTH, 1)
        thinned = image[step // 2 :: step, step // 2 :: step]
        past = self._past.get(stream)
        if past is None or past.values.shape[1:] != thinned.shape:
            past = self._past[stream] = _Past(np.zeros((_KEPT, *thinned.shape), np.uint16))
        mark = frame.times.get(stream)
        if mark is not None and mark == past.mark:
            # The last image of a slower stream, repeated with its own counter and time.
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
        region = _region(box, frame.rgb.shape, thinned.shape)
        return _again(past, place, region, stream, limits, frame.live_source, _window_s(frame))


def _window_s(frame: FrameSet) -> float:
    return _WINDOW_S if frame.live_source or frame.declared - {"rgb"} else _CLIP_WINDOW_S


def _region(box: Box, rgb: tuple[int, ...], grid: tuple[int, ...]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the compared region in grid coordinates."""
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
    """Return the flat indexes of count x count points over a region of a grid."""
    left, top, right, bottom = region
    columns = [int(min(max(left + (right - left) * share, 0), grid[1] - 1)) for share in _shares(count)]
    rows = [int(min(max(top + (bottom - top) * share, 0), grid[0] - 1)) for share in _shares(count)]
    return (np.array(rows, np.intp)[:, None] * grid[1] + np.array(columns, np.intp)).ravel()


@cache
def _shares(count: int) -> tuple[float, ...]:
    return tuple(number / (count - 1) for number in range(count))


def _again(
    past: _Past,
    place: int,
    region: tuple[float, float, float, float],
    stream: Stream,
    limits: tuple[int, int],
    live: bool,
    window_s: float,
) -> bool:
    filled = min(past.count, _KEPT)
    flat = past.values[:filled].reshape(filled, -1)
    grid = past.values.shape[1:]
    at = _points(region, grid, _POINTS)
    use = at[_usable(flat[place].take(at), limits)]
    if len(use) < _MIN_VALID:
        past.nearer = 0
        return False
    age_s = past.times_s[place] - past.times_s[:filled]
    too_old = age_s > window_s
    # Only these frames are read, because their points are far apart in memory.
    rows = np.flatnonzero(~too_old | (_frames_back(place)[:filled] <= _WINDOW_FRAMES))
    values = flat.ravel().take(rows[:, None] * flat.shape[1] + use).astype(np.int32)
    difference = np.abs(values - flat[place].take(use))
    distance = np.add.reduce(np.minimum(difference, _MAX_DIFFERENCE), axis=1, dtype=np.int32)
    equal = np.add.reduce(difference == 0, axis=1, dtype=np.int32)
    previous = int(np.searchsorted(rows, (place - 1) % _KEPT))
    step = int(distance[previous])
    # Exclude the frame itself, and recent frames of a file, which may be identical.
    too_near = age_s[rows] < (FILE_REPEATS_S - 1e-6 if stream == "rgb" and not live else 1e-9)
    equal[too_near] = 0
    share = _SAME_SHARE if live or stream != "rgb" else _SAME_SHARE_OF_FILE
    nearest = int(equal.argmax())
    if equal[nearest] >= share * len(use) and _same(
        flat, place, int(rows[nearest]), _points(region, grid, _CHECKED), limits, share
    ):
        return True
    distance[too_near | too_old[rows]] = _FAR
    distance[previous] = _FAR
    nearer = step >= _MIN_STEP * len(use) and int(distance.min()) <= _NEARER * step
    past.nearer = past.nearer + 1 if nearer else 0
    return past.nearer >= _NEARER_FRAMES


@cache
def _frames_back(place: int) -> npt.NDArray[np.intp]:
    """Return how many frames each place of the ring buffer is before one place, (_KEPT,)."""
    return (place - np.arange(_KEPT)) % _KEPT


def _same(
    flat: _Values, place: int, other: int, at: npt.NDArray[np.intp], limits: tuple[int, int], share: float
) -> bool:
    now = flat[place].take(at)
    use = _usable(now, limits)
    return int(np.count_nonzero((now == flat[other].take(at)) & use)) >= share * int(np.count_nonzero(use))


def _usable(values: _Values, limits: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return a mask of the values that are not black, white or missing, because these are equal in any two captures."""
    return np.asarray((values > limits[0]) & (values < limits[1]), np.bool_)
