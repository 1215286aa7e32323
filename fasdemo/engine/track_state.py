"""What the engine remembers of each tracked face between frames."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from fasdemo.engine.continuity import LONGEST_S, View
from fasdemo.engine.motion_evidence import MotionEvidence
from fasdemo.engine.temporal import Fusion
from fasdemo.faces.frame_interval import FrameInterval
from fasdemo.models.card import Threshold

_KEPT_S = 1.0
"""How long a face that is not seen is remembered; the finder gives it up before."""


@dataclass(slots=True)
class Looks:
    """What is looked for a few times a second.

    Attributes:
        last_s: when it was last looked for, on the source's clock.
        missed: looks in a row that did not find it.
        seen: it was found since the evidence started.
    """

    last_s: float = -math.inf
    missed: int = 0
    seen: bool = False

    def note(self, found: bool) -> None:
        """Record the outcome of a check."""
        self.missed = 0 if found else self.missed + 1
        self.seen = self.seen or found

    def missing(self, forgiven: int) -> bool:
        """Whether it is not there: at the first miss, or at that many in a row once it was seen."""
        return self.missed >= (forgiven if self.seen else 1)


@dataclass(slots=True)
class TrackState:
    """One track.

    Attributes:
        fusion: the evidence so far.
        view: what was last compared, None before the first look and after one that could not be aligned.
        seen_s: when the face was last seen; this and all other times are on the source's clock.
        in_last_frame: it was seen in the frame before this one.
        longest_gap_s: allowed time between two views, see `fasdemo.engine.continuity`.
        landmarks, ir_face: looks for landmarks, and for the face in infrared.
        blendshapes: of the last landmarks.
        motion: parallax of the landmarks over time.
        eyes_closed_since_s: None while they are open, or not known.
        ir_landmark_error: of the last look, see `fasdemo.engine.evidence.ir_landmark_error`.
        ir_agreement: of the same look, see `fasdemo.engine.cross_modal.infrared_agreement`.
        held: the gates that held in the last frame, see `fasdemo.engine.gates`.
    """

    fusion: Fusion
    view: View | None = None
    seen_s: float = 0.0
    in_last_frame: bool = False
    longest_gap_s: float = LONGEST_S
    landmarks: Looks = field(default_factory=Looks)
    blendshapes: dict[str, float] | None = None
    motion: MotionEvidence = field(default_factory=MotionEvidence)
    eyes_closed_since_s: float | None = None
    ir_face: Looks = field(default_factory=Looks)
    ir_landmark_error: float | None = None
    ir_agreement: dict[str, float | None] = field(default_factory=dict)
    held: frozenset[str] = frozenset()

    def start_afresh(self) -> None:
        """Something else stands there now: what was last seen in infrared and by the landmarks was another thing."""
        self.fusion.switch()
        self.landmarks, self.ir_face = Looks(), Looks()
        self.motion = MotionEvidence()
        self.blendshapes, self.eyes_closed_since_s = None, None


class TrackStates:
    """The states of all tracks by their numbers, which are never used again."""

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        self._states: dict[int, TrackState] = {}
        self._interval = FrameInterval()

    @property
    def interval_s(self) -> float:
        """Return the usual time between two frames; 0 while it is not known."""
        return self._interval.seconds

    def __getitem__(self, track_id: int) -> TrackState:
        if track_id not in self._states:
            self._states[track_id] = TrackState(Fusion(self._threshold))
        return self._states[track_id]

    def see(self, present: Iterable[int], timestamp_s: float) -> None:
        """Note which tracks a frame shows, and drop those that have not been seen for a while."""
        self._interval.note(timestamp_s)
        shown = frozenset(present)
        for number, state in self._states.items():
            if number not in shown:
                state.in_last_frame = False
                state.fusion.interrupt()
        for number in shown:
            self[number].seen_s = timestamp_s
            self[number].longest_gap_s = self._interval.longest_s(LONGEST_S)
        self._states = {
            number: state for number, state in self._states.items() if timestamp_s - state.seen_s <= _KEPT_S
        }

    def clear(self) -> None:
        """Forget every track and the source's rate."""
        self._states.clear()
        self._interval = FrameInterval()
