"""Every other frame lit: depth wants the dot projector, infrared wants to be without its dots."""

from __future__ import annotations

from dataclasses import replace

from fasdemo.frames import FrameSet


class Interleaver:
    """Pairs each dark frame with the lit one just before it.

    The result has the dark frame's colour, IR and times, the lit frame's depth and its depth time, and `emitter_on`
    False, which is what the IR image saw. Where the lit neighbour was lost, depth is missing. A frame whose state is
    unknown can be neither: it is left out, and so is the pair that it would have been part of.

    Args:
        period_s: time between two frames of the device.
    """

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._lit: FrameSet | None = None

    def push(self, frame: FrameSet) -> FrameSet | None:
        """Return a pair if this frame completes one, else None."""
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
