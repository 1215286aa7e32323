"""Check ten times per second whether depth and infrared move as colour does, and remember streams that do not."""

from __future__ import annotations

import logging
import math

from fasdemo.engine.measurements.face_surface import FIELD_MM
from fasdemo.engine.measurements.measure import Grids
from fasdemo.engine.measurements.stream_motion import (
    Offset,
    StreamMotion,
    StreamOffsets,
    depth_offset_mm,
    infrared_offset_mm,
)
from fasdemo.engine.per_face.face_observation import FaceObservation
from fasdemo.engine.reasons import MOVES_APART, Reason
from fasdemo.engine.temporal.track_state import MIN_REPEATED, REPEATED_S, ComparedTime, TrackState
from fasdemo.faces.face import Face
from fasdemo.faces.quality import Quality
from fasdemo.frames import FrameSet, Stream
from fasdemo.models.crop import FaceCrops

log = logging.getLogger(__name__)

_EVERY_S = 0.1
_EARLY_S = 0.005
"""Tolerance, so that a check due just after a frame runs on that frame."""
_FIRST_AFTER_S = 0.04
"""Delay of the first check, so that it falls on another frame than the other periodic checks."""
_MAX_ANGLE_DEG = 25.0
"""Key points of a face that is turned farther are too inaccurate."""
HELD_S = 10.0
"""Time after which the reason ends without a motion that agrees, so that a person who stands still is not refused
permanently because of another person's face."""
COMPARED_S = 1.5
"""Time for which the streams of a camera are compared before anybody is LIVE. In the trials with a late or repeated
stream, the last LIVE frame was 1.3 s after the first one, see `docs/trials.md`."""
STILL_S = 3.0
"""The same for a face that was not seen to move together with depth and infrared yet: a late stream of a person who
moves little was found after up to 2.6 s."""
MIN_COMPARISONS = 12
"""Minimum number of comparisons in this time; a slow camera needs longer for them."""
_MAX_PAUSE_S = 0.55
"""Longest pause between two comparisons of a face; a longer one does not count."""
_SETTLED_S = 0.3
"""Time since the last difference after which motion that agrees ends a reason: another face can agree by chance."""
_NAMES: dict[Stream, str] = {"depth": "depth", "ir": "infrared"}


class StreamMotionCheck:
    """The check of all faces of one source.

    A late stream is a fault of the source, not of a face. Therefore, the reason remains, also for other faces, until a
    face has moved and the stream has moved with it, or for `HELD_S` after the last difference.
    """

    def __init__(self) -> None:
        self._apart: dict[Stream, float] = {}
        self._run, self._sound_s = 0, -math.inf

    def reset(self) -> None:
        """Forget which streams move differently, and for how long they were compared."""
        self._apart.clear()
        self.restart()

    def restart(self) -> None:
        """Compare the streams for `COMPARED_S` again, because a fault of the capture can have delayed them."""
        self._run, self._sound_s = self._run + 1, -math.inf

    def is_pending(self, frame: FrameSet, state: TrackState) -> bool:
        """Return whether a camera's streams were not compared in this face for long enough yet.

        A driver that gives old images new times is only found by comparison. A sudden change of the view can be the
        beginning of such a fault. A file has no driver, and without depth nothing is compared: the result is False.

        Args:
            frame: the frame with its usable streams.
            state: state of the track.
        """
        if not frame.live_source or frame.depth is None:
            return False
        return state.compared.run != self._run or not _is_enough(state.compared)

    def codes(self, now_s: float) -> list[Reason]:
        """Return the reasons against a frame of this time."""
        return [MOVES_APART[stream] for stream, at_s in self._apart.items() if now_s - at_s <= HELD_S]

    def check(self, frame: FrameSet, work: FaceObservation, state: TrackState, now_s: float) -> None:
        """Measure one face if it is due; faces without depth are not compared, because parallax is then unknown.

        Args:
            frame: the frame with all streams.
            work: the aligned face.
            state: state of its track; it is changed.
            now_s: time of the frame on the source's clock.
        """
        if work.crops is None or work.small is None or work.quality is None or work.crops.distance_mm <= 0:
            return
        if not math.isfinite(state.streams_s):
            state.streams_s = now_s - _EVERY_S + _FIRST_AFTER_S
        if now_s - state.streams_s < _EVERY_S - _EARLY_S:
            return
        state.streams_s = now_s
        found = offsets(frame, work.face, work.crops, work.small, work.quality, now_s)
        if found is None:
            return
        self._count(frame, state, now_s)
        state.streams.add(found)
        x, y = work.face.keypoints[:4].mean(axis=0)
        state.steps.add(now_s, (float(x), float(y)), work.crops)
        motions: dict[Stream, StreamMotion | None] = {"depth": state.streams.depth, "ir": state.streams.ir}
        for stream, motion in motions.items():
            steps = state.steps.compare(stream)
            apart = (motion is not None and motion.apart) or (steps is not None and steps.apart)
            if apart:
                if stream not in self._apart:
                    log.warning("the face moves differently in %s and in colour", _NAMES[stream])
                self._apart[stream] = now_s
                state.moved_s.pop(stream, None)
                self.restart()
            elif (motion is not None and motion.agree) or (steps is not None and steps.agree):
                if now_s - self._apart.get(stream, -math.inf) > _SETTLED_S:
                    self._apart.pop(stream, None)
                state.moved_s[stream] = now_s
        time = state.compared
        if moved_together(frame, state, now_s, now_s - time.since_s):
            time.left_s = min(time.left_s, COMPARED_S - time.passed_s)
        if time.run == self._run and _is_enough(time):
            self._sound_s = now_s

    def _count(self, frame: FrameSet, state: TrackState, now_s: float) -> None:
        """Count the time since this face's last comparison, on the slower one of the source's and the host's clock.

        Pauses do not count.
        """
        received_s = now_s if frame.received_s is None else frame.received_s
        time = state.compared
        if time.run != self._run:
            time = state.compared = ComparedTime(self._run, STILL_S, MIN_COMPARISONS, since_s=now_s)
            if 0.0 <= now_s - self._sound_s <= HELD_S:
                # A stream can have become late while there was no face.
                time.left_s, time.left = REPEATED_S, MIN_REPEATED
        passed_s = min(now_s - time.last_s, received_s - time.last_received_s)
        if 0.0 <= passed_s <= _MAX_PAUSE_S:
            time.passed_s, time.left_s = time.passed_s + passed_s, time.left_s - passed_s
        time.left -= 1
        time.last_s, time.last_received_s = now_s, received_s


def _is_enough(time: ComparedTime) -> bool:
    return time.left_s <= _EARLY_S and time.left <= 0


def moved_together(frame: FrameSet, state: TrackState, now_s: float, within_s: float = HELD_S) -> bool:
    """Return whether the face moved within some seconds, and both depth and infrared of the frame, if present, with it.

    Without depth the result is False, because nothing is compared.
    """
    if frame.depth is None:
        return False
    streams: tuple[Stream, ...] = ("depth",) if frame.ir is None else ("depth", "ir")
    return all(now_s - state.moved_s.get(stream, -math.inf) <= within_s for stream in streams)


def offsets(
    frame: FrameSet, face: Face, crops: FaceCrops, small: Grids, quality: Quality, now_s: float
) -> StreamOffsets | None:
    """Return the position of a face in colour and the offsets of the other streams from it.

    The result is None if the face is turned too far or has no depth, or if its depth is flat.
    """
    if max(abs(quality.yaw_deg), abs(quality.pitch_deg), abs(quality.roll_deg)) > _MAX_ANGLE_DEG:
        return None
    depth = None if small.depth_mm is None else depth_offset_mm(small.depth_mm)
    if depth is None:
        # A flat surface is an attack, of which other rules give the reason; its infrared can have any motion.
        return None
    return StreamOffsets(now_s, _position_mm(frame, face, crops), depth, infrared_offset_mm(crops))


def _position_mm(frame: FrameSet, face: Face, crops: FaceCrops) -> Offset:
    """Return the position of eyes, nose and mouth relative to the middle of the colour image at the face's scale."""
    assert crops.rgb is not None
    linear = crops.to_crop[0, :2]
    scale = float((linear @ linear) ** 0.5) * FIELD_MM / crops.rgb.shape[0]
    x, y = face.keypoints[:4].mean(axis=0)
    return (float(x) - frame.rgb.shape[1] / 2) * scale, (float(y) - frame.rgb.shape[0] / 2) * scale
