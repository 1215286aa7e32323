"""Compute frame rate, latency percentiles and lost frames over the last seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fasdemo.runtime.updates import Sample

STAGES = ("capture", "detect", "align", "infer", "total")
_WINDOW = 150
"""Number of frames in the statistics: five seconds at 30 frames per second."""
_GAP = 5.0
"""Intervals longer than this factor times the median are ignored for the rate; they come from a pause or a seek."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Statistics over the last frames; latencies in milliseconds."""

    fps: float
    """Frames processed per second."""
    captured_fps: float
    """Frames captured per second, including those that were skipped."""
    p50_ms: dict[str, float]
    p95_ms: dict[str, float]
    lost: int
    """Frames lost by the camera since the source was opened."""
    skipped: int
    """Frames skipped since the source was opened, because processing took too long."""


class Rolling:
    """A collection of samples; `timing` computes the statistics on demand."""

    def __init__(self) -> None:
        self._recent: deque[Sample] = deque(maxlen=_WINDOW)
        self._lost = 0
        self._skipped = 0

    def add(self, samples: Iterable[Sample]) -> None:
        """Add samples in order."""
        for sample in samples:
            self._recent.append(sample)
            self._lost += sample.lost
            self._skipped += sample.skipped

    def clear(self) -> None:
        """Remove all samples."""
        self._recent.clear()
        self._lost = self._skipped = 0

    def timing(self) -> Timing | None:
        """Return the statistics; None before the first frame."""
        if not self._recent:
            return None
        table = np.array([[getattr(sample.latency_ms, stage) for stage in STAGES] for sample in self._recent])
        p50, p95 = np.percentile(table, [50, 95], axis=0)
        gaps = np.diff([sample.processed_s for sample in self._recent])
        captured = np.array([1 + sample.skipped for sample in self._recent][1:])
        if gaps.size:
            steady = gaps <= _GAP * np.median(gaps)
            gaps, captured = gaps[steady], captured[steady]
        return Timing(
            fps=float(1.0 / max(gaps.mean(), 1e-6)) if gaps.size else 0.0,
            captured_fps=float(captured.sum() / max(gaps.sum(), 1e-6)) if gaps.size else 0.0,
            p50_ms=dict(zip(STAGES, p50.tolist(), strict=True)),
            p95_ms=dict(zip(STAGES, p95.tolist(), strict=True)),
            lost=self._lost,
            skipped=self._skipped,
        )
