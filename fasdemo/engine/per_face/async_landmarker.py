"""Find landmarks, for closed eyes and covered faces, in a thread, because they take about ten milliseconds.

The landmarks of one frame are read with the first frame that is `_READ_AFTER_S` later, so that a recording gives the
same verdicts at any speed, and no frame has to wait for the thread at 30 frames per second.
"""

from __future__ import annotations

import math
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from fasdemo.engine.per_face.face_observation import FaceObservation
from fasdemo.engine.per_face.features_changed import features_changed
from fasdemo.engine.protocols import Landmarker
from fasdemo.engine.temporal.track_state import PeriodicCheck, TrackState, TrackStates
from fasdemo.faces.exit_order import close_at_exit
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet

_EVERY_S = 0.25
_UNCHANGED_EVERY_S = 0.5
"""The same while eyes and mouth look as in the last pass, for sources with depth."""
_READ_AFTER_S = 0.05
"""Age from which landmarks are read: two frames at 30 frames per second, one at 20 or fewer."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """A search for landmarks in progress.

    Attributes:
        state: state of the face's track.
        check: its check when the search began; another one later means another object at the position of the face.
        started_s: time of the frame on the source's clock.
        found: the face with landmarks, if they are found.
    """

    state: TrackState
    check: PeriodicCheck
    started_s: float
    found: Future[Face]


class AsyncLandmarker:
    """A landmarker that processes one face at a time in a separate thread; its methods must be called from one thread.

    Args:
        landmarker: finds the landmarks; it is closed with this object.
    """

    def __init__(self, landmarker: Landmarker) -> None:
        self._landmarker = landmarker
        self._thread = ThreadPoolExecutor(1, "landmarks")
        self._passes: deque[_Pass] = deque()
        # Closing a landmarker that is in use crashes the program.
        close_at_exit(self)

    def read(self, work: list[FaceObservation], states: TrackStates, now_s: float) -> None:
        """Read the landmarks of earlier frames that are old enough, and add the last blendshapes to the faces.

        Raises:
            Exception: an error of the landmarker.
        """
        while self._passes and not 0.0 <= now_s - self._passes[0].started_s < _READ_AFTER_S:
            one = self._passes.popleft()
            face = one.found.result()
            # If the track was restarted in the meantime, these landmarks belong to the previous object.
            if one.state.landmarks is one.check:
                _remember(one.state, face)
                if face.landmarks is not None:
                    one.state.motion.add(one.started_s, face.landmarks)
                    one.state.eye_movement.add(one.started_s, face.blendshapes or {})
        for item in work:
            known = states[item.track.id].blendshapes
            if known is not None:
                item.face = replace(item.face, blendshapes=known)

    def start(
        self, frame: FrameSet, work: list[FaceObservation], states: TrackStates, now_s: float, every_time: bool = True
    ) -> None:
        """Start on the face that has waited longest of those that are due; later passes wait for other slow checks.

        Args:
            frame: the frame.
            work: its faces, at least one, after their alignment.
            states: states of their tracks.
            now_s: time of the frame on the source's clock.
            every_time: whether the landmarks themselves are evidence over time, so that faces that did not change are
                due too.
        """
        due = [item for item in work if _is_due(item, states[item.track.id], now_s, every_time)]
        item = min(due or work, key=lambda item: states[item.track.id].landmarks.last_s)
        state = states[item.track.id]
        first = not math.isfinite(state.landmarks.last_s)
        if first or state.turns.take("landmarks", bool(due)):
            state.landmark_crop = None if item.crops is None else item.crops.rgb
            state.landmarks.last_s = now_s
            found = self._thread.submit(self._landmarker.add, frame.rgb, item.face)
            self._passes.append(_Pass(state, state.landmarks, now_s, found))

    def look_at_still(self, frame: FrameSet, work: list[FaceObservation], states: TrackStates) -> None:
        """Find the landmarks of every face of a single picture, without a thread."""
        self.forget()
        for item in work:
            item.face = self._landmarker.add(frame.rgb, item.face)
            _remember(states[item.track.id], item.face)

    def forget(self) -> None:
        """Wait for the landmarks in progress and discard them, because they belong to an earlier frame."""
        while self._passes:
            found = self._passes.popleft().found
            if not found.cancel():
                found.exception()

    def close(self) -> None:
        """Release the landmarker; further calls do nothing."""
        self.forget()
        self._thread.shutdown()
        self._landmarker.close()


def _is_due(item: FaceObservation, state: TrackState, now_s: float, every_time: bool) -> bool:
    """Return whether a face needs landmarks; later, if they were found, its eyes are open and it did not change."""
    waited_s = now_s - state.landmarks.last_s
    if waited_s < _EVERY_S or every_time or waited_s >= _UNCHANGED_EVERY_S:
        return waited_s >= _EVERY_S
    if not state.landmarks.seen or state.landmarks.missed or state.eyes_closed_since_s is not None:
        return True
    now = None if item.crops is None else item.crops.rgb
    return now is None or state.landmark_crop is None or features_changed(state.landmark_crop, now)


def _remember(state: TrackState, face: Face) -> None:
    state.landmarks.record(face.landmarks is not None)
    state.blendshapes = face.blendshapes
