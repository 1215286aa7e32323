"""The state of each tracked face between frames."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.eye_movement import EyeMovement
from fasdemo.engine.measurements.motion_evidence import MotionEvidence
from fasdemo.engine.measurements.pulse import PulseMeasurement
from fasdemo.engine.measurements.rigid_border import RigidBorder
from fasdemo.engine.measurements.stream_motion import MotionWindow
from fasdemo.engine.measurements.stream_steps import StepWindow
from fasdemo.engine.measurements.surround_motion import SurroundMotion
from fasdemo.engine.temporal.check_turns import CheckTurns
from fasdemo.engine.temporal.continuity import MAX_GAP_S, View
from fasdemo.engine.temporal.sequential_test import SequentialTest
from fasdemo.faces.frame_interval import FrameInterval
from fasdemo.frames import Stream
from fasdemo.models.card import Threshold

_KEPT_S = 1.0
"""Time for which the state of a face is kept after it was last seen; the finder drops its track earlier."""


REPEATED_S, MIN_REPEATED = 1.0, 9
"""Time and number of comparisons of the streams after a change of the view, and in the next face; in the trials, most
late streams are found in this time."""


@dataclass(slots=True)
class PeriodicCheck:
    """A check that runs several times per second.

    Attributes:
        last_s: time of the last check, on the source's clock.
        missed: consecutive checks that found nothing.
        seen: whether a check found it since the evidence started.
    """

    last_s: float = -math.inf
    missed: int = 0
    seen: bool = False

    def record(self, found: bool) -> None:
        """Record the outcome of a check."""
        self.missed = 0 if found else self.missed + 1
        self.seen = self.seen or found

    @property
    def done(self) -> bool:
        """Whether at least one check was completed."""
        return self.seen or self.missed > 0

    def is_missing(self, forgiven: int) -> bool:
        """Return whether the face is missing: after the first miss, or after `forgiven` misses once it was seen."""
        return self.missed >= (forgiven if self.seen else 1)


@dataclass(slots=True)
class ComparedTime:
    """The comparison of the streams in one face, see `fasdemo.engine.per_face.stream_motion_check`.

    Attributes:
        run: number of the run of comparisons, which is another one after a fault; -1 before the first one.
        left_s, left: time and number of comparisons that are still needed.
        passed_s: time for which the streams were compared.
        since_s: time of the first comparison, on the source's clock.
        last_s, last_received_s: time of the last one on the source's clock, and arrival of its frame on the host's.
    """

    run: int = -1
    left_s: float = 0.0
    left: int = 0
    passed_s: float = 0.0
    since_s: float = 0.0
    last_s: float = -math.inf
    last_received_s: float = -math.inf

    def repeat(self) -> None:
        """Require a short comparison again, because the view changed."""
        self.left_s, self.left = max(self.left_s, REPEATED_S), max(self.left, MIN_REPEATED)


@dataclass(slots=True)
class TrackState:
    """The state of one track.

    Attributes:
        sequential_test: the evidence so far.
        view: the last view; None before the first one. A frame whose face could not be aligned has none.
        seen_s: time at which the face was last found; this and all other times are on the source's clock in seconds.
        in_last_frame: whether the face was found in the previous frame.
        max_gap_s: allowed time between two views, see `fasdemo.engine.temporal.continuity`.
        landmarks, ir_face: the checks for landmarks and for the face in infrared.
        landmark_crop: crop of the frame of the last landmarks, uint8 (S, S, 3).
        blendshapes: blendshapes of the last landmarks.
        motion: parallax of the landmarks over time.
        eye_movement, pulse: the same for the eyelids and the colour of the skin; only for colour alone.
        border: the border around the face over time; only for colour alone.
        surround: the motion of the face and what is around it; only for colour alone.
        eyes_closed_since_s: time since which the eyes are closed; None while they are open or unknown.
        ir_landmark_error: result of the last check, see `fasdemo.engine.measurements.measure.ir_landmark_error`.
        ir_agreement: result of the comparison of infrared with colour, see
            `fasdemo.engine.measurements.cross_modal.infrared_agreement`.
        ir_agreement_s: time of this comparison.
        outlines_s: time of the last comparison of outlines, see `fasdemo.engine.measurements.outlines`.
        outline_agreement: result of this comparison.
        streams_s: time of the last comparison of the streams' motion.
        compared: the time for which the streams were compared in this face.
        streams: the offsets of the streams over time, see `fasdemo.engine.measurements.stream_motion`.
        steps: the motion of the streams between checks, see `fasdemo.engine.measurements.stream_steps`.
        moved_s: time at which each stream was last known to move with the face.
        turns: the turns of the checks that take milliseconds.
        active_gates: the gates that were active in the previous frame, see `fasdemo.engine.rules.gates`.
    """

    sequential_test: SequentialTest
    view: View | None = None
    seen_s: float = 0.0
    in_last_frame: bool = False
    max_gap_s: float = MAX_GAP_S
    landmarks: PeriodicCheck = field(default_factory=PeriodicCheck)
    landmark_crop: npt.NDArray[np.uint8] | None = None
    blendshapes: dict[str, float] | None = None
    motion: MotionEvidence = field(default_factory=MotionEvidence)
    eye_movement: EyeMovement = field(default_factory=EyeMovement)
    pulse: PulseMeasurement = field(default_factory=PulseMeasurement)
    border: RigidBorder = field(default_factory=RigidBorder)
    surround: SurroundMotion = field(default_factory=SurroundMotion)
    eyes_closed_since_s: float | None = None
    ir_face: PeriodicCheck = field(default_factory=PeriodicCheck)
    ir_landmark_error: float | None = None
    ir_agreement: dict[str, float | None] = field(default_factory=dict)
    ir_agreement_s: float = -math.inf
    outlines_s: float = -math.inf
    outline_agreement: dict[str, float | None] = field(default_factory=dict)
    streams_s: float = -math.inf
    compared: ComparedTime = field(default_factory=ComparedTime)
    streams: MotionWindow = field(default_factory=MotionWindow)
    steps: StepWindow = field(default_factory=StepWindow)
    moved_s: dict[Stream, float] = field(default_factory=dict)
    turns: CheckTurns = field(default_factory=CheckTurns)
    active_gates: frozenset[str] = frozenset()

    def restart(self, seen_change: bool = True) -> None:
        """Forget the evidence and earlier checks, because another object may be at this position now.

        Args:
            seen_change: whether the view itself changed, and not only the face was not found for some time.
        """
        self.sequential_test.restart_after_change()
        self.landmarks, self.ir_face = PeriodicCheck(), PeriodicCheck()
        self.motion, self.streams, self.steps = MotionEvidence(), MotionWindow(), StepWindow()
        self.eye_movement, self.pulse = EyeMovement(), PulseMeasurement()
        self.border, self.surround = RigidBorder(), SurroundMotion()
        self.ir_agreement_s = self.outlines_s = -math.inf
        self.landmark_crop, self.blendshapes, self.eyes_closed_since_s = None, None, None
        self.moved_s = {}
        if seen_change:
            self.compared.repeat()
        self.turns = CheckTurns()


class TrackStates:
    """The states of all tracks by their numbers, which are never used again."""

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        self._states: dict[int, TrackState] = {}
        self._interval = FrameInterval()

    @property
    def interval_s(self) -> float:
        """The usual time between two frames in seconds; 0 while it is unknown."""
        return self._interval.seconds

    def __getitem__(self, track_id: int) -> TrackState:
        if track_id not in self._states:
            self._states[track_id] = TrackState(SequentialTest(self._threshold))
        return self._states[track_id]

    def values(self) -> tuple[TrackState, ...]:
        """Return the states of all tracks."""
        return tuple(self._states.values())

    def see(self, present: Iterable[int], timestamp_s: float) -> None:
        """Record which tracks are present in a frame, and drop those that were not found for some time."""
        self._interval.note(timestamp_s)
        shown = frozenset(present)
        for number, state in self._states.items():
            if number not in shown:
                state.in_last_frame = False
                state.sequential_test.interrupt()
        for number in shown:
            self[number].seen_s = timestamp_s
            self[number].max_gap_s = self._interval.max_gap_s(MAX_GAP_S)
        self._states = {
            number: state for number, state in self._states.items() if timestamp_s - state.seen_s <= _KEPT_S
        }

    def clear(self) -> None:
        """Forget all tracks and the frame rate of the source."""
        self._states.clear()
        self._interval = FrameInterval()
