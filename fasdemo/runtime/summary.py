"""Count the results of a run and summarise them in a few lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fasdemo.engine.reasons import Effect, Reason, effect
from fasdemo.engine.result import FrameResult, Status
from fasdemo.engine.temporal.sequential_test import MIN_FRAMES

_REMEMBERED = 108_000
"""Number of stored latencies: one hour at 30 frames per second, allocated at the start so that memory never grows."""


@dataclass
class Summary:
    """The totals of one run; `add` every result, then print `lines()`."""

    frames: int = 0
    lost: int = 0
    with_face: int = 0
    tracks: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    by_truth: defaultdict[str, Counter[Status]] = field(default_factory=lambda: defaultdict(Counter))
    reasons: Counter[str] = field(default_factory=Counter)
    only_colour_alone: int = 0
    """Faces that were not LIVE for no other reason than that the source has colour alone."""
    first_verdict_s: float | None = None
    _first_face_s: float | None = None
    _newest_track: int = -1
    _totals_ms: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(_REMEMBERED, np.float32))

    def add(self, result: FrameResult, lost_before: int = 0) -> None:
        """Count one frame."""
        self._totals_ms[self.frames % _REMEMBERED] = result.latency_ms.total
        self.frames += 1
        self.lost += lost_before
        if not result.faces:
            return
        self.with_face += 1
        if self._first_face_s is None:
            self._first_face_s = result.timestamp_s
        # Track numbers increase and are never used again.
        self.tracks += sum(face.track_id > self._newest_track for face in result.faces)
        self._newest_track = max(self._newest_track, *(face.track_id for face in result.faces))
        for face in result.faces:
            self.statuses[face.status] += 1
            self.reasons.update(face.reasons)
            against = [code for code in face.reasons if effect(code) is not Effect.NOTE]
            self.only_colour_alone += face.status is Status.UNCERTAIN and against == [Reason.RGB_ONLY]
            if self.first_verdict_s is None and face.status is not Status.UNCERTAIN:
                self.first_verdict_s = result.timestamp_s - self._first_face_s
            if result.truth is not None:
                self.by_truth[result.truth.species or result.truth.label][face.status] += 1

    def _counts(self) -> list[tuple[Status, int]]:
        return [(status, self.statuses[status]) for status in Status]

    def lines(self) -> list[str]:
        """Return the summary as lines."""
        if self.frames == 0:
            return ["No frame could be read."]
        lost = f", {self.lost} more were lost or skipped" if self.lost else ""
        lines = [f"{self.frames} frame{'s' * (self.frames != 1)}{lost}; a face in {self.with_face} of them."]
        if self.with_face == 0:
            return [*lines, "No face was found in any frame, so there is no verdict."]
        total = sum(self.statuses.values())
        shares = ", ".join(f"{status} {count} ({count / total:.0%})" for status, count in self._counts())
        lines.append(f"{self.tracks} tracked face(s); verdicts by frame: {shares}.")
        if self.first_verdict_s is not None:
            lines.append(f"First verdict {self.first_verdict_s:.2f} s after the first face.")
        if self.with_face < MIN_FRAMES:
            need = f"LIVE needs {MIN_FRAMES} frames with a face"
            lines.append(f"{need}; give a longer clip, or rate a single picture with fasdemo score.")
        if self.only_colour_alone:
            lines.append(
                f"Only rgb_only prevented LIVE {self.only_colour_alone} times: colour alone is never LIVE unless "
                "--allow-colour-alone is given (unreliable, see docs/models.md)."
            )
        if self.by_truth:
            width = max(map(len, self.by_truth))
            lines.append(f"{'truth':<{width}}  " + "  ".join(f"{status:>9}" for status in Status))
            lines += [
                f"{name:<{width}}  " + "  ".join(f"{counts[status]:>9}" for status in Status)
                for name, counts in self.by_truth.items()
            ]
        if self.reasons:
            common = ", ".join(f"{reason} ({count})" for reason, count in self.reasons.most_common(5))
            lines.append(f"Most frequent reasons: {common}.")
        p50, p95 = np.percentile(self._totals_ms[: self.frames], [50, 95])
        lines.append(f"Latency per frame: median {p50:.1f} ms, 95th percentile {p95:.1f} ms.")
        return lines
