"""Search border and motion of a print or a display around a face with colour alone, three times per second."""

from __future__ import annotations

from fasdemo.engine.measurements.rigid_border import find_border
from fasdemo.engine.measurements.surround_motion import take_sample
from fasdemo.engine.per_face.face_observation import FaceObservation
from fasdemo.engine.temporal.track_state import TrackState
from fasdemo.frames import FrameSet


def check_border(frame: FrameSet, work: FaceObservation, state: TrackState, now_s: float) -> None:
    """Search the border around one face and follow what is around it, if due.

    Sources with depth or infrared measure the surface instead.

    Args:
        frame: the frame with all usable streams.
        work: the aligned face.
        state: state of its track; it is changed.
        now_s: time of the frame on the source's clock.
    """
    if work.crops is None or frame.depth is not None or frame.ir is not None:
        return
    if state.border.is_due(now_s):
        state.border.add(now_s, find_border(frame.rgb, work.face.keypoints))
    if state.surround.is_due(now_s):
        state.surround.add(now_s, take_sample(frame.rgb, work.face.keypoints))
