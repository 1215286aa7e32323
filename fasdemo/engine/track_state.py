"""What the engine remembers of each tracked face between frames."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from fasdemo.engine.continuity import View
from fasdemo.engine.temporal import Fusion
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
        """What a look brought."""
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
        landmarks, ir_face: looks for landmarks, and for the face in infrared.
        blendshapes: of the last landmarks.
        eyes_closed_since_s: None while they are open, or not known.
        ir_landmark_error: of the last look, see `fasdemo.engine.evidence.ir_landmark_error`.
        ir_agreement: of the same look, see `fasdemo.engine.cross_modal.infrared_agreement`.
        held: the gates that held in the last frame, see `fasdemo.engine.gates`.
    """

    fusion: Fusion
    view: View | None = None
    seen_s: float = 0.0
    in_last_frame: bool = False
    landmarks: Looks = field(default_factory=Looks)
    blendshapes: dict[str, float] | None = None
    eyes_closed_since_s: float | None = None
    ir_face: Looks = field(default_factory=Looks)
    ir_landmark_error: float | None = None
    ir_agreement: dict[str, float | None] = field(default_factory=dict)
    held: frozenset[str] = frozenset()

    def start_afresh(self) -> None:
        """Something else stands there now: what was last seen in infrared and by the landmarks was another thing."""
        self.fusion.switch()
        self.landmarks, self.ir_face = Looks(), Looks()
        self.blendshapes, self.eyes_closed_since_s = None, None


class TrackStates:
    """The states of all tracks by their numbers, which are never used again."""

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        self._states: dict[int, TrackState] = {}

    def __getitem__(self, track_id: int) -> TrackState:
        if track_id not in self._states:
            self._states[track_id] = TrackState(Fusion(self._threshold))
        return self._states[track_id]

    def see(self, present: Iterable[int], timestamp_s: float) -> None:
        """Note which tracks a frame shows, and drop those that have not been seen for a while."""
        shown = frozenset(present)
        for number, state in self._states.items():
            if number not in shown:
                state.in_last_frame = False
                state.fusion.interrupt()
        for number in shown:
            self[number].seen_s = timestamp_s
        self._states = {
            number: state for number, state in self._states.items() if timestamp_s - state.seen_s <= _KEPT_S
        }

    def clear(self) -> None:
        """Forget every track."""
        self._states.clear()
