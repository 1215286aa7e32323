"""Check that a frame set is a new and complete capture; every defect is a reason against LIVE."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from fasdemo.capture.device_clock import CaptureAge, CaptureMarks
from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import FROZEN, MISMATCHED, OUT_OF_SYNC, UNTIMED, Reason
from fasdemo.frames import Calibration, FrameSet, Intrinsics, Stream

_MIN_DEPTH_COVERAGE = 0.02
"""A face at the maximum distance covers more of the picture."""
_BLACK_8BIT = 4.0
"""99th percentile of an infrared image behind a covered lens or without its emitter."""
_ASPECT_TOLERANCE = 0.03
_FILE_REPEATS_S = 0.1
"""Time for which colour of a video file may repeat, because converted frame rates and still scenes repeat images."""
_FOCAL_OVER_WIDTH = (0.3, 5.0)
"""Plausible focal length over image width, i.e. fields of view from 118 to 11 degrees."""
_FOCAL_RATIO = (0.5, 2.0)
"""Plausible ratio of the focal lengths in x and y, i.e. pixels up to twice as wide as high, or as high as wide."""
_ROUNDING_S = 1e-6

_MARKS = frozenset({Reason.VIRTUAL_CAMERA, Reason.RGB_UNTIMED, Reason.IR_LAMP_NOT_SEEN, Reason.IR_UNCALIBRATED})
"""Fault codes of a source whose pictures are intact; they have an effect of their own."""


class FreshnessCheck:
    """A check of every frame of one source, in order, against the previous ones."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all earlier frames, e.g. after a seek within a file."""
        self._age = CaptureAge()
        self._last_s: float | None = None
        self._images: dict[Stream, npt.NDArray[np.generic]] = {}
        self._changed_s: dict[Stream, float] = {}
        self._marks = CaptureMarks()
        self._checked: tuple[Calibration | None, list[Reason]] | None = None

    def check(self, frame: FrameSet, policy: Policy, now_s: float) -> list[str]:
        """Return the codes of `fasdemo.engine.reasons` against this frame.

        Args:
            frame: the next frame.
            policy: its limits.
            now_s: the time of processing on the clock of `frame.received_s`.
        """
        codes: list[str] = [*self._clock(frame, policy, now_s)]
        if not _is_picture(frame.rgb):
            # Without a valid colour image, nothing else can be compared.
            return [*codes, Reason.RGB_INVALID, *_faults(frame)]
        codes += [*self._depth(frame), *self._ir(frame), *self._calibration(frame)]
        if "rgb" in self._images and self._images["rgb"].shape != frame.rgb.shape:
            codes.append(Reason.RGB_MISMATCHED)
        codes += [*self._frozen(frame), *self._skew(frame, policy), *_faults(frame)]
        for stream, image in _images(frame).items():
            self._images[stream] = image
        return codes

    def _calibration(self, frame: FrameSet) -> list[Reason]:
        # All frames of a source have the same calibration, which cannot be changed, so it is checked once.
        if self._checked is None or self._checked[0] is not frame.calibration:
            self._checked = frame.calibration, _calibration(frame)
        return self._checked[1]

    def _clock(self, frame: FrameSet, policy: Policy, now_s: float) -> list[Reason]:
        if not math.isfinite(frame.timestamp_s):
            return [Reason.CLOCK_BACK]
        before, self._last_s = self._last_s, frame.timestamp_s
        codes = [Reason.CLOCK_BACK] if before is not None and frame.timestamp_s <= before else []
        if frame.received_s is None:
            return [*codes, Reason.STALE_FRAME] if frame.live_source else codes
        if not math.isfinite(frame.received_s):
            return [*codes, Reason.STALE_FRAME]
        waited_s = now_s - frame.received_s
        late_s = self._age.update(frame.timestamp_s, frame.received_s)
        # Not `age > oldest`: NaN has to count as stale.
        if not (waited_s >= -0.001 and waited_s + late_s <= policy.max_age_s):
            codes.append(Reason.STALE_FRAME)
        return codes

    def _depth(self, frame: FrameSet) -> list[Reason]:
        depth = frame.depth
        if depth is None:
            return [Reason.DEPTH_MISSING] if "depth" in frame.declared else []
        if not _is_plane(depth) or depth.dtype != np.uint16:
            return [Reason.DEPTH_INVALID]
        if not (math.isfinite(frame.depth_scale) and 0 < frame.depth_scale <= 1):
            return [Reason.DEPTH_INVALID]
        codes = self._size(frame, "depth", depth)
        if np.count_nonzero(depth[::4, ::4]) < _MIN_DEPTH_COVERAGE * depth[::4, ::4].size:
            codes.append(Reason.DEPTH_EMPTY)
        return codes

    def _ir(self, frame: FrameSet) -> list[Reason]:
        ir = frame.ir
        if ir is None:
            return [Reason.IR_MISSING] if "ir" in frame.declared else []
        if not _is_plane(ir) or ir.dtype not in (np.uint8, np.uint16):
            return [Reason.IR_INVALID]
        codes = self._size(frame, "ir", ir)
        black = _BLACK_8BIT * (257 if ir.dtype == np.uint16 else 1)
        if _is_dark(ir[::8, ::8], black):
            codes.append(Reason.IR_DARK)
        return codes

    def _size(self, frame: FrameSet, stream: Stream, image: npt.NDArray[np.generic]) -> list[Reason]:
        """Return a code if an image's size does not match the previous one, the calibration or the colour image."""
        code = [MISMATCHED[stream]]
        if stream in self._images and self._images[stream].shape != image.shape:
            return code
        calibration = frame.calibration
        own = None if calibration is None else (calibration.depth if stream == "depth" else calibration.ir)
        if calibration is not None and not calibration.registered:
            return [] if own is not None and (own.height, own.width) == image.shape else code
        ratio = (image.shape[1] / image.shape[0]) / (frame.rgb.shape[1] / frame.rgb.shape[0])
        return [] if abs(ratio - 1.0) <= _ASPECT_TOLERANCE else code

    def _frozen(self, frame: FrameSet) -> list[Reason]:
        """Return codes of images that are identical to the previous ones, which sensor noise excludes for two captures.

        A stream with a lower frame rate than colour is repeated with the same counter and time until its next image.
        That is not a fault while it still belongs to the colour image, which `_skew` checks.
        """
        codes = []
        colour_is_new = True
        for stream, image in _images(frame).items():
            same = stream in self._images and _same(self._images[stream], image)
            time = frame.times.get(stream)
            again = time is not None and not self._marks.is_new(stream, time)
            if stream == "rgb":
                colour_is_new = not (same or again)
            if not same:
                self._changed_s[stream] = frame.timestamp_s
            if again and same and colour_is_new:
                continue
            allowed_s = _FILE_REPEATS_S if stream == "rgb" and not frame.live_source else 0.0
            if again or (same and not frame.timestamp_s - self._changed_s.get(stream, -math.inf) < allowed_s):
                codes.append(FROZEN[stream])
            if time is not None:
                self._marks.note(stream, time)
        return codes

    def _skew(self, frame: FrameSet, policy: Policy) -> list[Reason]:
        """Return reasons for streams whose time differs from the frame's, or is missing on a live source."""
        limit_s = policy.max_skew_s + _ROUNDING_S
        codes = [
            OUT_OF_SYNC[stream]
            for stream, time in frame.times.items()
            if not abs(time.timestamp_s - frame.timestamp_s) <= limit_s
        ]
        if frame.live_source:
            codes += [UNTIMED[stream] for stream in _images(frame) if stream != "rgb" and stream not in frame.times]
        return codes


def _calibration(frame: FrameSet) -> list[Reason]:
    """Return a code if the calibration is unusable; a missing calibration is handled by the size rule."""
    if frame.calibration is None:
        return []
    cameras = (frame.calibration.rgb, frame.calibration.depth, frame.calibration.ir)
    transforms = (frame.calibration.rgb_to_depth, frame.calibration.rgb_to_ir)
    sound = all(camera is None or _plausible(camera) for camera in cameras) and all(
        np.isfinite(one.rotation).all() and np.isfinite(one.translation_m).all() for one in transforms
    )
    return [] if sound else [Reason.CALIBRATION_INVALID]


def _plausible(camera: Intrinsics) -> bool:
    width, height = camera.width, camera.height
    values = (camera.fx, camera.fy, camera.cx, camera.cy, *camera.distortion)
    if width <= 0 or height <= 0 or not all(math.isfinite(value) for value in values) or camera.fy == 0:
        return False
    return (
        _FOCAL_OVER_WIDTH[0] <= camera.fx / max(width, height) <= _FOCAL_OVER_WIDTH[1]
        and _FOCAL_RATIO[0] <= camera.fx / camera.fy <= _FOCAL_RATIO[1]
        and 0 <= camera.cx <= width
        and 0 <= camera.cy <= height
    )


def _faults(frame: FrameSet) -> list[str]:
    """Return the source's fault codes, with `capture_fault` if one of them affects the pictures."""
    broken = any(code not in _MARKS for code in frame.faults)
    return [*frame.faults, Reason.CAPTURE_FAULT] if broken else [*frame.faults]


def _images(frame: FrameSet) -> dict[Stream, npt.NDArray[np.generic]]:
    given: dict[Stream, npt.NDArray[np.generic] | None] = {"rgb": frame.rgb, "depth": frame.depth, "ir": frame.ir}
    return {stream: image for stream, image in given.items() if isinstance(image, np.ndarray)}


def _is_picture(image: object) -> bool:
    return (
        isinstance(image, np.ndarray)
        and image.dtype == np.uint8
        and image.ndim == 3
        and image.shape[2] == 3
        and image.size > 0
    )


def _is_plane(image: object) -> bool:
    return isinstance(image, np.ndarray) and image.ndim == 2 and image.size > 0


def _is_dark(values: npt.NDArray[np.generic], black: float) -> bool:
    """Return whether the 99th percentile, as `np.percentile` interpolates it, is at most `black`."""
    place = 0.99 * (values.size - 1)
    low = int(place)
    # Of most images so many values are brighter that they need not be sorted.
    if values.size - int(np.count_nonzero(np.greater(values, black))) <= low:
        return False
    high = min(low + 1, values.size - 1)
    ordered = np.partition(values, (low, high), axis=None)
    return float(ordered[low]) + (place - low) * (float(ordered[high]) - float(ordered[low])) <= black


def _same(a: npt.NDArray[np.generic], b: npt.NDArray[np.generic]) -> bool:
    """Return whether two images are identical; their middle rows are compared first, because most differ there."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    row = slice(len(a) // 2, len(a) // 2 + 1)
    return np.array_equal(a[row], b[row]) and np.array_equal(a, b)
