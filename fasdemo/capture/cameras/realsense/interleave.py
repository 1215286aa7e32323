"""Pairing of lit and dark frames: depth needs the dot projector, infrared images are better without its dots."""

from __future__ import annotations

from dataclasses import replace

from fasdemo.frames import FrameSet


class Interleaver:
    """A filter that pairs each dark frame with the lit frame just before it.

    A pair has the colour, IR and times of the dark frame, and the depth and depth time of the lit frame. Its
    `emitter_on` is False, because it describes the IR image. If the lit frame was lost, depth is missing. A frame with
    an unknown state is dropped together with its pair.

    Args:
        period_s: time between two frames of the device in seconds.
    """

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._lit: FrameSet | None = None

    def push(self, frame: FrameSet) -> FrameSet | None:
        """Return the pair that this frame completes; None if it completes none."""
        if frame.emitter_on is None:
            self._lit = None
            return None
        if frame.emitter_on:
            self._lit = frame
            return None
        lit, self._lit = self._lit, None
        times = dict(frame.times)
        if lit is None or frame.timestamp_s - lit.timestamp_s > 1.6 * self._period_s:
            times.pop("depth", None)
            return replace(frame, depth=None, times=times, faults=(*frame.faults, "depth_missing"))
        if "depth" in lit.times:
            times["depth"] = lit.times["depth"]
        return replace(frame, depth=lit.depth, depth_scale=lit.depth_scale, times=times)
