"""Find landmarks, for closed eyes and covered faces, in a thread, because they take about ten milliseconds.

The landmarks of one frame are read with the next frame, so that a recording gives the same verdicts at any speed.
"""

from __future__ import annotations

import math
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from fasdemo.engine.per_face.face_observation import FaceObservation
from fasdemo.engine.protocols import Landmarker
from fasdemo.engine.temporal.track_state import TrackState, TrackStates
from fasdemo.faces.face import Face
from fasdemo.frames import FrameSet

_EVERY_S = 0.25


class AsyncLandmarker:
    """A landmarker that processes one face at a time in a separate thread; its methods must be called from one thread.

    Args:
        landmarker: finds the landmarks; it is closed with this object.
    """

    def __init__(self, landmarker: Landmarker) -> None:
        self._landmarker = landmarker
        self._thread = ThreadPoolExecutor(1, "landmarks")
        self._pending: tuple[TrackState, Future[Face]] | None = None

    def look(self, frame: FrameSet, work: list[FaceObservation], states: TrackStates, now_s: float) -> None:
        """Read the landmarks of the previous frame, and start on the face that has waited longest.

        Raises:
            Exception: an error of the landmarker.
        """
        self._read()
        if not work:
            return
        item = min(work, key=lambda item: states[item.track.id].landmarks.last_s)
        state = states[item.track.id]
        if now_s - state.landmarks.last_s >= _EVERY_S:
            state.landmarks.last_s = now_s
            self._pending = state, self._thread.submit(self._landmarker.add, frame.rgb, item.face)
        for item in work:
            known = states[item.track.id].blendshapes
            if known is not None:
                item.face = replace(item.face, blendshapes=known)

    def look_at_still(self, frame: FrameSet, work: list[FaceObservation], states: TrackStates) -> None:
        """Find the landmarks of every face of a single picture, without a thread."""
        self.forget()
        for item in work:
            item.face = self._landmarker.add(frame.rgb, item.face)
            _remember(states[item.track.id], item.face)

    def forget(self) -> None:
        """Wait for the landmarks in progress and discard them, because they belong to an earlier frame."""
        pending, self._pending = self._pending, None
        if pending is not None and not pending[1].cancel():
            pending[1].exception()

    def close(self) -> None:
        """Release the landmarker; further calls do nothing."""
        self.forget()
        self._thread.shutdown()
        self._landmarker.close()

    def _read(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            state, found = pending
            face = found.result()
            _remember(state, face)
            # If the track was restarted in the meantime, these landmarks belong to the previous object.
            if face.landmarks is not None and math.isfinite(state.landmarks.last_s):
                state.motion.add(state.landmarks.last_s, face.landmarks)
                state.eye_movement.add(state.landmarks.last_s, face.blendshapes or {})


def _remember(state: TrackState, face: Face) -> None:
    state.landmarks.record(face.landmarks is not None)
    state.blendshapes = face.blendshapes
