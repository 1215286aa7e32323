"""Check the outline of the head in depth against colour and infrared, five times per second."""

from __future__ import annotations

import math

from fasdemo.engine.measurements.outlines import outline_agreement
from fasdemo.engine.per_face.face_observation import FaceObservation
from fasdemo.engine.temporal.track_state import TrackState
from fasdemo.frames import FrameSet
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import face_view

_EVERY_S = 0.2
_EARLY_S = 0.005
"""Tolerance, so that a check due just after a frame runs on that frame."""


def check_outlines(frame: FrameSet, work: FaceObservation, state: TrackState, spec: CropSpec, now_s: float) -> None:
    """Compare the outlines of one face if it is due and its turn, and add the last comparison to its evidence.

    Args:
        frame: the frame with all streams.
        work: the aligned face; its evidence is changed.
        state: state of its track; it is changed.
        spec: crop of the network.
        now_s: time of the frame on the source's clock.
    """
    if work.crops is None:
        return
    if state.turns.take("outlines", _is_due(state, now_s)):
        state.outlines_s = now_s
        state.outline_agreement = outline_agreement(frame, work.face, face_view(spec))
    work.measured.update(state.outline_agreement)


def outlines_are_due(state: TrackState, now_s: float) -> bool:
    """Return whether a later comparison runs in this frame; False before the first one."""
    return math.isfinite(state.outlines_s) and _is_due(state, now_s)


def _is_due(state: TrackState, now_s: float) -> bool:
    return now_s - state.outlines_s >= _EVERY_S - _EARLY_S
