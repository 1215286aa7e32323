"""Is this frame set a fresh, complete capture? Everything that is not, is a reason against LIVE."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from fasdemo.engine.policy import Policy
from fasdemo.frames import FrameSet, Stream, StreamTime

_LEAST_DEPTH_COVERAGE = 0.02
"""A face at the farthest distance still covers more of the picture."""
_BLACK_8BIT = 4.0
"""99th percentile of an infrared image behind a covered lens or without its emitter."""
_ASPECT_TOLERANCE = 0.03
_FILE_REPEATS_S = 0.1
"""Video files repeat pictures when their rate was converted or nothing moves; their colour may do so for this long."""

_MARKS = frozenset({"virtual_camera"})
"""What a source says of sound pictures; the effect `cap` keeps them from being LIVE."""


class FreshnessCheck:
    """Remembers the frame before; feed it every frame of one source in order."""

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._images: dict[Stream, npt.NDArray[np.generic]] = {}
        self._changed_s: dict[Stream, float] = {}
        self._times: dict[Stream, StreamTime] = {}

    def reset(self) -> None:
        """Forget the past, e.g. after a jump within a file."""
        self.__init__()  # type: ignore[misc]

    def check(self, frame: FrameSet, policy: Policy, now_s: float) -> list[str]:
        """Codes of `fasdemo.engine.reasons` against this frame.

        Args:
            frame: the next frame.
            policy: its limits.
            now_s: the moment of judgement on the clock of `frame.received_s`.
        """
        codes = self._clock(frame, policy, now_s)
        if not _is_picture(frame.rgb):
            # Nothing else can be compared with a picture that is none.
            return [*codes, "rgb_invalid", *_faults(frame)]
        codes += self._depth(frame) + self._ir(frame)
        if "rgb" in self._images and self._images["rgb"].shape != frame.rgb.shape:
            codes.append("rgb_mismatched")
        codes += self._frozen(frame) + self._skew(frame, policy) + _faults(frame)
        for stream, image in _images(frame).items():
            self._images[stream] = image
        return codes

    def _clock(self, frame: FrameSet, policy: Policy, now_s: float) -> list[str]:
        if not math.isfinite(frame.timestamp_s):
            return ["clock_back"]
        before, self._last_s = self._last_s, frame.timestamp_s
        codes = ["clock_back"] if before is not None and frame.timestamp_s <= before else []
        if frame.received_s is not None:
            age = now_s - frame.received_s
            # Not `age > oldest`: NaN has to count as stale.
            if not -0.001 <= age <= policy.oldest_s:
                codes.append("stale_frame")
        elif frame.live_source:
            codes.append("stale_frame")
        return codes

    def _depth(self, frame: FrameSet) -> list[str]:
        depth = frame.depth
        if depth is None:
            return ["depth_missing"] if "depth" in frame.declared else []
        if not _is_plane(depth) or depth.dtype != np.uint16:
            return ["depth_invalid"]
        if not (math.isfinite(frame.depth_scale) and 0 < frame.depth_scale <= 1):
            return ["depth_invalid"]
        codes = self._size(frame, "depth", depth)
        if np.count_nonzero(depth[::4, ::4]) < _LEAST_DEPTH_COVERAGE * depth[::4, ::4].size:
            codes.append("depth_empty")
        return codes

    def _ir(self, frame: FrameSet) -> list[str]:
        ir = frame.ir
        if ir is None:
            return ["ir_missing"] if "ir" in frame.declared else []
        if not _is_plane(ir) or ir.dtype not in (np.uint8, np.uint16):
            return ["ir_invalid"]
        codes = self._size(frame, "ir", ir)
        black = _BLACK_8BIT * (257 if ir.dtype == np.uint16 else 1)
        if _percentile_99(ir[::8, ::8]) <= black:
            codes.append("ir_dark")
        return codes

    def _size(self, frame: FrameSet, stream: Stream, image: npt.NDArray[np.generic]) -> list[str]:
        """The size of before, that of the calibration, and the colour image's proportions where registered."""
        code = [f"{stream}_mismatched"]
        if stream in self._images and self._images[stream].shape != image.shape:
            return code
        calibration = frame.calibration
        own = None if calibration is None else (calibration.depth if stream == "depth" else calibration.ir)
        if calibration is not None and not calibration.registered:
            return [] if own is not None and (own.height, own.width) == image.shape else code
        ratio = (image.shape[1] / image.shape[0]) / (frame.rgb.shape[1] / frame.rgb.shape[0])
        return [] if abs(ratio - 1.0) <= _ASPECT_TOLERANCE else code

    def _frozen(self, frame: FrameSet) -> list[str]:
        """A sensor's noise never repeats; the same bits twice are the same capture twice."""
        codes = []
        for stream, image in _images(frame).items():
            same = stream in self._images and _same(self._images[stream], image)
            if not same:
                self._changed_s[stream] = frame.timestamp_s
            allowed_s = _FILE_REPEATS_S if stream == "rgb" and not frame.live_source else 0.0
            if same and not frame.timestamp_s - self._changed_s.get(stream, -math.inf) < allowed_s:
                codes.append(f"{stream}_frozen")
            time, before = frame.times.get(stream), self._times.get(stream)
            if time is not None:
                if before is not None and time.counter == before.counter and f"{stream}_frozen" not in codes:
                    codes.append(f"{stream}_frozen")
                self._times[stream] = time
        return codes

    def _skew(self, frame: FrameSet, policy: Policy) -> list[str]:
        colour = frame.times.get("rgb")
        if colour is None:
            return []
        return [
            f"{stream}_out_of_sync"
            for stream, time in frame.times.items()
            if stream != "rgb" and not abs(time.timestamp_s - colour.timestamp_s) <= policy.largest_skew_s
        ]


def _faults(frame: FrameSet) -> list[str]:
    """The source's faults; one that leaves the pictures as they are is not a fault of the capture."""
    broken = any(code not in _MARKS for code in frame.faults)
    return [*frame.faults, "capture_fault"] if broken else [*frame.faults]


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


def _percentile_99(values: npt.NDArray[np.generic]) -> float:
    """What `np.percentile` gives; its own code takes longer than the sorting."""
    place = 0.99 * (values.size - 1)
    low = int(place)
    high = min(low + 1, values.size - 1)
    ordered = np.partition(values, (low, high), axis=None)
    return float(ordered[low]) + (place - low) * (float(ordered[high]) - float(ordered[low]))


def _same(a: npt.NDArray[np.generic], b: npt.NDArray[np.generic]) -> bool:
    """Bit by bit; every fourth row is compared first, so that what moves costs little."""
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a[::16], b[::16]) and np.array_equal(a, b)
