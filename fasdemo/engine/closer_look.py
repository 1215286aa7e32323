"""What is looked at a few times a second and remembered in between: the face in infrared, and what landmarks said."""

from __future__ import annotations

from fasdemo.engine.evidence import ir_landmark_error
from fasdemo.engine.face_work import FaceWork
from fasdemo.engine.parts import Finder
from fasdemo.engine.track_state import TrackState

EYES_CLOSED_S = 0.7
"""Blinks last 0.1 to 0.4 s."""
_IR_FACE_EVERY_S = 0.2
_MISSES = 2
"""So many looks in a row without landmarks, or without a face in infrared, count."""


def compare_infrared(work: FaceWork, state: TrackState, finder: Finder, now_s: float) -> None:
    """Look for the face in the infrared crop: its parts must lie where colour has them."""
    crops = work.crops
    if crops is None or crops.ir is None:
        return
    if now_s - state.ir_face_s >= _IR_FACE_EVERY_S:
        state.ir_face_s = now_s
        found = finder.find_in_crop(crops.ir)
        state.ir_face_missed = 0 if found is not None else state.ir_face_missed + 1
        state.ir_landmark_error = None if found is None else ir_landmark_error(found, crops, work.face)
    work.evidence["ir_landmark_error"] = state.ir_landmark_error
    if state.ir_face_missed >= _MISSES:
        work.codes.append("ir_face_missing")


def eyes_and_cover(work: FaceWork, state: TrackState, now_s: float, still: bool) -> list[str]:
    """Codes for closed eyes and a covered face, which need landmarks and a while."""
    codes = []
    closed = work.quality is not None and work.quality.eyes_closed
    if not closed:
        state.eyes_closed_since_s = None
    elif state.eyes_closed_since_s is None:
        state.eyes_closed_since_s = now_s
    if closed and (still or now_s - (state.eyes_closed_since_s or 0.0) >= EYES_CLOSED_S):
        codes.append("eyes_closed")
    if state.landmarks_missed >= (1 if still else _MISSES):
        codes.append("face_covered")
    return codes
