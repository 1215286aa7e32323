"""Collect the results of a camera for a site calibration, in the processing thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.result import EngineFacts, FrameResult
from fasdemo.engine.setup.site_calibration import Recording, recording_from

MAX_FRAMES = 20_000
"""Maximum number of frames of one measurement: eleven minutes at 30 frames per second."""

Measurement = tuple[Sequence[str], float | None, Evidence]


@dataclass(slots=True)
class Collected:
    """The measurement so far.

    Attributes:
        seconds: time from its first to its last frame.
        faces: measurements of frames with exactly one face.
        facts: model and policy of its first frame; None before.
        problem: why it cannot be used; empty if it can.
    """

    seconds: float = 0.0
    faces: list[Measurement] = field(default_factory=list)
    facts: EngineFacts | None = None
    problem: str = ""


class CalibrationListener:
    """A listener that collects results while a measurement runs; `fasdemo.engine.loop` calls it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._collected: Collected | None = None
        self._start_s: float | None = None

    def start(self) -> None:
        """Begin a measurement."""
        with self._lock:
            self._collected, self._start_s = Collected(), None

    def progress(self) -> tuple[float, int, str]:
        """Return the seconds and frames so far, and why the measurement cannot be used."""
        with self._lock:
            found = self._collected or Collected()
            return found.seconds, len(found.faces), found.problem

    def stop(self) -> tuple[Recording, EngineFacts | None, str]:
        """End the measurement, and return its recording, its model and policy, and why it cannot be used."""
        with self._lock:
            found, self._collected = self._collected or Collected(), None
        return recording_from(found.faces), found.facts, found.problem

    def on_result(self, result: FrameResult, facts: EngineFacts) -> None:
        """Add the result of a frame."""
        with self._lock:
            found = self._collected
            if found is None or found.problem:
                return
            if not result.live_source:
                found.problem = "The source is not a camera any more; open the camera and measure again."
                return
            if found.facts is None:
                found.facts = facts
            elif (facts.model_sha256, facts.policy) != (found.facts.model_sha256, found.facts.policy):
                found.problem = "Model or policy were changed during the measurement; measure again."
                return
            if self._start_s is None or result.timestamp_s < self._start_s:
                self._start_s = result.timestamp_s
            found.seconds = max(found.seconds, result.timestamp_s - self._start_s)
            if len(result.faces) == 1 and len(found.faces) < MAX_FRAMES:
                (face,) = result.faces
                found.faces.append(([*result.reasons, *face.reasons], face.frame_score, face.evidence))

    def on_no_result(self) -> None:
        """Do nothing: a frame without a result is not part of a measurement."""
