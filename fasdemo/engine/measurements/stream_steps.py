"""Compare how far a face moves within a fifth of a second in depth and infrared with how far it moves in colour.

Each stream is registered with its own earlier image of the same face, which is more exact than a comparison with an
average face (`fasdemo.engine.measurements.stream_motion`): a second of usual sway is enough to see whether the streams
move together. The crops are placed by the key points in colour; an error of this placement shifts all streams alike.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.face_surface import FIELD_MM, Floats, Mask, median, oval
from fasdemo.engine.measurements.limits import (
    MAX_DEPTH_STEPS_AGREE,
    MAX_DEPTH_STEPS_APART,
    MAX_IR_STEPS_AGREE,
    MAX_IR_STEPS_APART,
    MAX_STILL_STEPS,
)
from fasdemo.frames import Stream
from fasdemo.models.crop import FaceCrops

Step = tuple[float, float]
Images = dict[Stream, Floats]

_SIZE = 64
"""Side of the compared images; a pixel is 3.5 mm."""
_LAG = 2
"""Number of checks between the two images of a step."""
_WINDOW = 20
"""Number of steps that are compared."""
_RECENT = 8
"""Number of the last steps that are also compared alone: a stream that becomes late is found in half of the time. Over
these steps, the difference of four rendered or recorded people is at most 0.66 of their motion in depth and 0.34 in
infrared."""
_MIN_STEPS, _MIN_STEPS_AGREE = 4, 9
"""Minimum number of steps that show that streams move differently, and that they move together: over a short time, a
late stream can move like colour by chance."""
_MAX_STEP_S = 0.7
"""Longest time of one step (three frames per second); after a longer one, the comparison starts again."""
_MAX_DELAY_S = 0.06
"""Accepted constant delay between streams: the largest difference of the device times, 40 ms, and the exposure."""
_MIN_MOTION_MM, _MIN_MOTION_AGREE_MM = 3.0, 4.0
"""Motion of the face over the window (root of the summed squares of the steps, apart from a constant speed) below which
nothing is decided, or streams are not known to move together."""
_LIMITS: dict[Stream, tuple[float, float]] = {
    "depth": (MAX_DEPTH_STEPS_APART, MAX_DEPTH_STEPS_AGREE),
    "ir": (MAX_IR_STEPS_APART, MAX_IR_STEPS_AGREE),
}
_MAX_PIXEL_MM = 1.65
"""Largest size of a pixel of the colour image at the face; smaller faces are not compared. A live person 1.1 m from a
rendered D415 (1.8 mm) was found to move differently in 23 of 50 frames."""
_MAX_ERROR_MM = 1.0
"""Largest standard error of a step; a face without details in a stream has a larger one."""
_FITS = 2
_SMOOTHING = 1.2
_DOTS = 5
"""Side of the median filter that removes the projector's dots from an infrared crop of 112 pixels."""
_FRONT_DEPTH_MM = 90.0
_MIN_FRONT = 400
_DARKEST = 2.0
_HUBER = 2.0
_TO_DEVIATION = 1.4826


@dataclass(frozen=True, slots=True)
class StreamSteps:
    """The motion of a face over one step.

    Attributes:
        timestamp_s: time of the frame on the source's clock.
        colour_mm: motion in the colour image, x and y.
        apart_mm: motion in each other stream minus that in colour, x and y; only streams that could be measured.
    """

    timestamp_s: float
    colour_mm: Step
    apart_mm: dict[Stream, Step]


@dataclass(frozen=True, slots=True)
class StepComparison:
    """The comparison of one stream's steps with those of colour.

    Attributes:
        apart: whether the stream moves differently, or does not move.
        agree: whether the face moved and the stream moved with it.
        motion_mm: motion of the face over the window, apart from a constant speed.
        difference_mm: the same of the difference between stream and colour, after an accepted constant delay.
    """

    apart: bool
    agree: bool
    motion_mm: float
    difference_mm: float


class StepWindow:
    """The last steps of one tracked face."""

    def __init__(self) -> None:
        self._steps: deque[StreamSteps] = deque(maxlen=_WINDOW)
        self._past: deque[tuple[float, Step, float, Images]] = deque(maxlen=_LAG)

    def add(self, timestamp_s: float, position_px: Step, crops: FaceCrops) -> None:
        """Measure the motion since an earlier call.

        Args:
            timestamp_s: time of the frame on the source's clock.
            position_px: position of the key points by which the crops were aligned, in the colour image.
            crops: the aligned crops.
        """
        pixel_mm = _pixel_mm(crops)
        if pixel_mm > _MAX_PIXEL_MM:
            self._past.clear()
            self._steps.clear()
            return
        images = images_of(crops)
        if self._past and not 0.0 < timestamp_s - self._past[-1][0] <= _MAX_STEP_S / _LAG:
            self._past.clear()
            self._steps.clear()
        if len(self._past) == _LAG:
            _, was_px, was_mm, earlier = self._past[0]
            steps = {stream: step_mm(earlier[stream], images[stream]) for stream in images if stream in earlier}
            colour = steps.pop("rgb", None)
            if colour is not None:
                # One scale for both positions: an error of the scale would move a face beside the image's middle.
                scale = (pixel_mm + was_mm) / 2.0
                moved = (
                    (position_px[0] - was_px[0]) * scale + colour[0],
                    (position_px[1] - was_px[1]) * scale + colour[1],
                )
                apart = {
                    stream: (step[0] - colour[0], step[1] - colour[1])
                    for stream, step in steps.items()
                    if step is not None
                }
                self._steps.append(StreamSteps(timestamp_s, moved, apart))
        self._past.append((timestamp_s, position_px, pixel_mm, images))

    def compare(self, stream: Stream) -> StepComparison | None:
        """Return the comparison of a stream with colour; None while there are too few steps."""
        found = compare_steps(self._steps, stream)
        if found is None or found.apart or len(self._steps) <= _RECENT:
            return found
        recent = compare_steps([*self._steps][-_RECENT:], stream)
        return recent if recent is not None and recent.apart else found


def compare_steps(steps: Sequence[StreamSteps], stream: Stream) -> StepComparison | None:
    """Return the comparison of a stream's steps with those of colour; None if there are too few."""
    known = [(one.timestamp_s, one.colour_mm, one.apart_mm[stream]) for one in steps if stream in one.apart_mm]
    if len(known) < _MIN_STEPS:
        return None
    times = np.array([at for at, _, _ in known])
    motion, difference = (np.array([one[place] for one in known]) for place in (1, 2))
    motion, difference = motion - motion.mean(axis=0), difference - difference.mean(axis=0)
    # A delay changes each step by the change of the speed during the delay.
    change = np.gradient(motion, times, axis=0)
    power = float((change * change).sum())
    delay_s = float(np.clip((difference * change).sum() / power, -_MAX_DELAY_S, _MAX_DELAY_S)) if power > 0.0 else 0.0
    moved_mm = float(np.sqrt((motion * motion).sum()))
    apart_mm = float(np.sqrt(((difference - delay_s * change) ** 2).sum()))
    own_mm = float(np.sqrt(((motion + difference) ** 2).sum()))
    max_apart, max_agree = _LIMITS[stream]
    moved = moved_mm >= _MIN_MOTION_AGREE_MM
    apart = moved_mm >= _MIN_MOTION_MM and not apart_mm <= max_apart * moved_mm
    still = moved and own_mm <= MAX_STILL_STEPS * moved_mm
    agree = moved and len(known) >= _MIN_STEPS_AGREE and apart_mm <= max_agree * moved_mm
    return StepComparison(apart or still, agree and not still, moved_mm, apart_mm)


def images_of(crops: FaceCrops) -> Images:
    """Return the images that are compared, float64 (64, 64): logarithms of brightness, and depth in mm, 0 = unknown."""
    images: Images = {}
    if crops.rgb is not None:
        luma = _small(crops.rgb) @ np.array([0.299, 0.587, 0.114], np.float32)
        images["rgb"] = np.log(np.maximum(luma, _DARKEST)).astype(np.float64)
    if crops.ir is not None:
        infrared = _small(np.asarray(cv2.medianBlur(crops.ir, _DOTS)))
        images["ir"] = np.log(np.maximum(infrared, _DARKEST)).astype(np.float64)
    if crops.depth_mm is not None:
        share = _small((crops.depth_mm > 0).astype(np.float32))
        depth = _small(crops.depth_mm) / np.maximum(share, 1e-6)
        images["depth"] = np.where(share >= 0.5, depth, 0.0).astype(np.float64)
    return images


def step_mm(before: Floats, now: Floats) -> Step | None:
    """Return the motion of a face between two images of one stream, x and y; None if it cannot be measured.

    Brightness or distance may also change by an amount that varies linearly over the face, and the face may turn in the
    image and change its size.

    Args:
        before: an earlier image of `images_of`.
        now: the image of this frame.
    """
    use = oval(now.shape[0]) & (before != 0.0) & (now != 0.0)
    if int(use.sum()) < _MIN_FRONT:
        return None
    middles = median(before[use]), median(now[use])
    # Logarithms of brightness never differ by so much.
    use = use & (np.abs(before - middles[0]) < _FRONT_DEPTH_MM) & (np.abs(now - middles[1]) < _FRONT_DEPTH_MM)
    if int(use.sum()) < _MIN_FRONT:
        return None
    smooth = [
        np.asarray(cv2.GaussianBlur(np.where(one != 0.0, one, at), (0, 0), _SMOOTHING), np.float64)
        for one, at in zip((before, now), middles, strict=True)
    ]
    return _fit(smooth[0], smooth[1], use)


def _fit(before: Floats, now: Floats, use: Mask) -> Step | None:
    size, places = now.shape[0], np.flatnonzero(use)
    down, across = np.gradient((before + now) / 2.0)
    # A row for each term: NumPy is slower on many short rows.
    terms = np.empty((7, len(places)))
    ones_and_place = _plane(size).take(places, axis=1, out=terms[4:])
    x, y = ones_and_place[1:]
    across, down = across.ravel().take(places), down.ravel().take(places)
    np.negative(across, out=terms[0])
    np.negative(down, out=terms[1])
    np.subtract(terms[0] * x, down * y, out=terms[2])
    np.subtract(across * y, down * x, out=terms[3])
    change = now.ravel().take(places) - before.ravel().take(places)
    weights = np.ones_like(change)
    for _ in range(_FITS):
        weighted = terms * weights
        # The pseudoinverse of a symmetric matrix, in a fifth of the time of `np.linalg.pinv`.
        _, spread = cv2.invert(weighted @ weighted.T, flags=cv2.DECOMP_EIG)
        found = spread @ (weighted @ (change * weights))
        error = np.abs(change - found @ terms)
        usual = _HUBER * _TO_DEVIATION * median(error) + 1e-9
        weights = np.sqrt(np.minimum(1.0, usual / np.maximum(error, 1e-12)))
    error *= weights
    noise = float(error @ error / len(error)) ** 0.5
    pixel_mm = FIELD_MM / size
    variance = np.diag(spread)[:2]
    # Without details, the pseudoinverse gives a shift of 0 with a variance of 0.
    if not (variance.min() > 0.0 and float(np.sqrt(variance.max())) * noise * pixel_mm <= _MAX_ERROR_MM):
        return None
    return float(found[0]) * pixel_mm, float(found[1]) * pixel_mm


def _pixel_mm(crops: FaceCrops) -> float:
    """Return the size of a pixel of the colour image at the face."""
    linear, size = crops.to_crop[0, :2], 0 if crops.rgb is None else crops.rgb.shape[0]
    return float((linear @ linear) ** 0.5) * FIELD_MM / max(size, 1)


def _small(image: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    small = cv2.resize(np.asarray(image, np.float32), (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


@lru_cache(maxsize=4)
def _plane(size: int) -> Floats:
    """Return 1, x and y of every pixel of a square image from its middle, (3, size * size)."""
    y, x = np.mgrid[:size, :size].reshape(2, -1) - (size - 1) / 2.0
    return np.stack([np.ones_like(x), x, y])
