"""Checks that run several times per second: the face in infrared, closed eyes and covered faces."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.cross_modal import infrared_agreement
from fasdemo.engine.measurements.measure import ir_landmark_error
from fasdemo.engine.per_face.face_observation import FaceObservation
from fasdemo.engine.protocols import Finder
from fasdemo.engine.reasons import Reason
from fasdemo.engine.temporal.track_state import TrackState
from fasdemo.models.infrared import ir_view

EYES_CLOSED_S = 0.7
"""Blinks last 0.1 to 0.4 s."""
_IR_FACE_EVERY_S = 0.2
_AGREEMENT_EVERY_S = 0.2
_IR_AGAIN_EVERY_S = 0.1
"""Interval after a check that found no face, so that `_IR_MISSES` checks take no longer than two usual intervals."""
_EARLY_S = 0.005
"""Tolerance, so that a check due just after a frame runs on that frame."""
_MISSES = 2
"""Consecutive checks without landmarks that count, once the face had some; LIVE takes less time than two checks."""
_IR_MISSES = 3
_DOTS = 0.04
"""Side of the median filter that removes the projector's dots from infrared, as a share of the crop's side. A dot of a
RealSense is 2 to 4 of 112 pixels wide. With dots, the detector found a rendered live face in 4 of 20 checks, without
them in all 20."""


def compare_infrared(work: FaceObservation, state: TrackState, finder: Finder, now_s: float) -> None:
    """Find the face in the infrared crop; its parts must have the same positions as in colour, but not copy it."""
    crops = work.crops
    if crops is None or crops.ir is None:
        return
    if state.turns.take("agreement", _agreement_is_due(state, now_s)):
        # The second comparison comes after a third of the interval, as it needs another frame than the other checks.
        state.ir_agreement_s = now_s if math.isfinite(state.ir_agreement_s) else now_s - _AGREEMENT_EVERY_S * 2 / 3
        state.ir_agreement = infrared_agreement(crops)
    if state.turns.take("infrared", _face_is_due(state, now_s)):
        state.ir_face.last_s = now_s
        found = finder.find_in_crop(without_dots(ir_view(crops.ir)))
        state.ir_face.record(found is not None)
        state.ir_landmark_error = None if found is None else ir_landmark_error(found, crops, work.face)
    work.measured.update(state.ir_agreement, ir_landmark_error=state.ir_landmark_error)
    # A face that was found once may be missing in two checks, because LIVE takes less time than three checks.
    if state.ir_face.is_missing(_IR_MISSES):
        work.codes.append(Reason.IR_FACE_MISSING)


def infrared_is_due(state: TrackState, now_s: float) -> bool:
    """Return whether a later check of the face in infrared runs in this frame; False before the first one."""
    face = math.isfinite(state.ir_face.last_s) and _face_is_due(state, now_s)
    return face or (math.isfinite(state.ir_agreement_s) and _agreement_is_due(state, now_s))


def _face_is_due(state: TrackState, now_s: float) -> bool:
    every_s = _IR_AGAIN_EVERY_S if 0 < state.ir_face.missed < _IR_MISSES else _IR_FACE_EVERY_S
    return now_s - state.ir_face.last_s >= every_s - _EARLY_S


def _agreement_is_due(state: TrackState, now_s: float) -> bool:
    return now_s - state.ir_agreement_s >= _AGREEMENT_EVERY_S - _EARLY_S


def without_dots(ir: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return an infrared crop, uint8 (S, S), in which the projector's dots are smoothed."""
    return np.asarray(cv2.medianBlur(ir, 2 * max(round(ir.shape[0] * _DOTS / 2), 1) + 1), np.uint8)


def eyes_and_cover(work: FaceObservation, state: TrackState, now_s: float, still: bool) -> list[Reason]:
    """Return the reasons for closed eyes and a covered face, which need landmarks and some time."""
    codes = []
    closed = work.quality is not None and work.quality.eyes_closed
    if not closed:
        state.eyes_closed_since_s = None
    elif state.eyes_closed_since_s is None:
        state.eyes_closed_since_s = now_s
    if closed and (still or now_s - (state.eyes_closed_since_s or 0.0) >= EYES_CLOSED_S):
        codes.append(Reason.EYES_CLOSED)
    if state.landmarks.is_missing(1 if still else _MISSES):
        codes.append(Reason.FACE_COVERED)
    return codes
