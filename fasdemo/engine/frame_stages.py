"""The stages of one frame, from the checks of the capture to the verdict on each face."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.capture_checks.freshness import FreshnessCheck
from fasdemo.engine.capture_checks.repetition import RepeatCheck
from fasdemo.engine.capture_checks.streams import absent_streams, stream_notes, usable_streams
from fasdemo.engine.per_face.async_landmarker import AsyncLandmarker
from fasdemo.engine.per_face.border_check import check_border
from fasdemo.engine.per_face.face_observation import FaceObservation, align
from fasdemo.engine.per_face.face_verdict import face_verdict
from fasdemo.engine.per_face.ir_face_check import compare_infrared, infrared_is_due
from fasdemo.engine.per_face.outline_check import check_outlines, outlines_are_due
from fasdemo.engine.per_face.stream_motion_check import StreamMotionCheck, moved_together
from fasdemo.engine.policy import Policy
from fasdemo.engine.protocols import Finder, Landmarker, Scorer
from fasdemo.engine.reasons import Effect, Reason, effect
from fasdemo.engine.result import FaceVerdict
from fasdemo.engine.temporal.track_state import TrackState, TrackStates
from fasdemo.faces.frame_interval import MAX_INTERVAL_S
from fasdemo.frames import FrameSet, Stream
from fasdemo.models.card import ModelCard, Threshold

log = logging.getLogger(__name__)

_MAX_SILENCE_S = 1.2
"""Time without a frame after which the streams are compared again, because a driver that stalled can deliver old images
after it. At the lowest allowed rate, two frames per second, one lost frame is a second without one."""


@dataclass(frozen=True, slots=True)
class VerdictSettings:
    """The settings of an engine that determine the verdicts on a frame.

    Attributes:
        scorer: the model.
        policy: limits of the capture.
        threshold: threshold of the policy.
        site_bias: bias of the site calibration in log-odds; 0 without one.
    """

    scorer: Scorer
    policy: Policy
    threshold: Threshold
    site_bias: float


@dataclass(slots=True)
class FrameVerdicts:
    """The outcome of the stages, filled in while they run.

    Attributes:
        codes: reasons that concern the frame and not one face.
        faces: the verdicts.
        stages_ms: milliseconds spent in detect, align and infer.
    """

    codes: list[str] = field(default_factory=list)
    faces: list[FaceVerdict] = field(default_factory=list)
    stages_ms: dict[str, float] = field(default_factory=lambda: {"detect": 0.0, "align": 0.0, "infer": 0.0})


class FrameStages:
    """The stages of every frame of one source.

    Args:
        finder: the face finder; it is closed with the stages.
        landmarks: landmarker for closed eyes and covered faces; None if these are not checked.
        source: facts about the source of the frames.
        threshold: threshold of the current policy.
    """

    def __init__(
        self, finder: Finder, landmarks: Landmarker | None, source: SourceInfo | None, threshold: Threshold
    ) -> None:
        self._finder = finder
        self._landmarks = None if landmarks is None else AsyncLandmarker(landmarks)
        self._capable: frozenset[Stream] = frozenset() if source is None else source.capable
        self._calibrated = source is not None and (source.live or source.calibrated)
        self._freshness = FreshnessCheck()
        self._repeats = RepeatCheck()
        self._stream_motion = StreamMotionCheck()
        self._states = TrackStates(threshold)
        self.time_s = 0.0
        """Last valid time of a frame on the source's clock in seconds."""

    def reset(self) -> None:
        """Forget all earlier frames."""
        self._freshness.reset()
        self._repeats.reset()
        self._stream_motion.reset()
        self.forget_faces()

    def forget_faces(self) -> None:
        """Forget the faces but not the images, so that frozen or repeated images are still detected."""
        self._finder.reset()
        self.forget_evidence()

    def forget_evidence(self, threshold: Threshold | None = None) -> None:
        """Restart the evidence of every track, with another threshold if one is given."""
        if threshold is None:
            self._states.clear()
            self._stream_motion.restart()
        else:
            self._states = TrackStates(threshold)

    def close(self) -> None:
        """Release the finder and the landmarker; further calls do nothing."""
        self._finder.close()
        if self._landmarks is not None:
            self._landmarks.close()

    def run(self, frame: FrameSet, settings: VerdictSettings, now_s: float, still: bool, out: FrameVerdicts) -> None:
        """Run all stages on one frame.

        Args:
            frame: the frame with all declared streams.
            settings: current model and policy.
            now_s: time of processing on the clock of `frame.received_s`.
            still: whether the frame is a single picture.
            out: receives the outcome; it is incomplete after an error.

        Raises:
            Exception: an error of the finder or the model.
        """
        codes = out.codes
        codes += self._freshness.check(frame, settings.policy, now_s)
        codes += absent_streams(frame, settings.policy, self._capable)
        if Reason.CLOCK_BACK in codes:
            self.forget_faces()
        if math.isfinite(frame.timestamp_s):
            if frame.timestamp_s - self.time_s > _MAX_SILENCE_S:
                self._stream_motion.restart()
            self.time_s = frame.timestamp_s
        if Reason.RGB_INVALID in codes:
            self.forget_evidence()
            return
        usable = usable_streams(frame, codes)

        at = time.perf_counter()
        busy = any(self._checks_are_due(state) for state in self._states.values())
        tracks = self._finder.find(usable.rgb, self.time_s, still, busy)
        if not still:
            codes += self._repeats.check(usable, tracks[0].face.box if tracks else None)
        if any(effect(code) is Effect.RESTART for code in codes):
            self._stream_motion.restart()
        work = [FaceObservation(track, track.face) for track in tracks]
        self._states.see((track.id for track in tracks), self.time_s)
        if self._landmarks is not None and still:
            self._landmarks.look_at_still(usable, work, self._states)
        elif self._landmarks is not None:
            self._landmarks.read(work, self._states, self.time_s)
        at = _lap(out.stages_ms, "detect", at)
        if not work:
            codes.append(Reason.NO_FACE)
            return
        card = settings.scorer.card
        for item in work:
            state = self._states[item.track.id]
            align(usable, item, card, settings.policy, state.active_gates)
            self._run_checks(usable, item, state, card, still)
            if not still:
                self._stream_motion.check(usable, item, state, self.time_s)
                check_border(usable, item, state, self.time_s)
                item.unchecked |= self._stream_motion.is_pending(usable, state)
            elif self._stream_motion.is_pending(usable, state):
                item.codes.append(Reason.GATHERING)
            if settings.policy.require_motion and (still or not moved_together(usable, state, self.time_s)):
                item.codes.append(Reason.MOTION_UNSEEN)
        codes += self._stream_motion.codes(self.time_s)
        if self._landmarks is not None and not still:
            aligned = usable.depth is not None and card.crop.template == "keypoints-v1"
            every_time = not aligned or settings.policy.require_gaze
            self._landmarks.start(usable, work, self._states, self.time_s, every_time)
        at = _lap(out.stages_ms, "align", at)
        _predict(settings.scorer, work)
        _lap(out.stages_ms, "infer", at)
        shared = [*codes, *self._notes(frame, settings, len(work), still)]
        out.faces = [
            face_verdict(
                item,
                self._states[item.track.id],
                shared,
                settings.policy,
                settings.threshold,
                self.time_s,
                still,
                settings.site_bias,
            )
            for item in work
        ]
        if len(work) > 1:
            codes.append(Reason.SEVERAL_FACES)

    def _run_checks(
        self, frame: FrameSet, item: FaceObservation, state: TrackState, card: ModelCard, still: bool
    ) -> None:
        """Run the slow checks of one face whose turn it is, or all of them for a single picture."""
        state.turns.start_frame(shared=not still)
        compare_infrared(item, state, self._finder, self.time_s)
        check_outlines(frame, item, state, card.crop, self.time_s)
        item.unchecked = not still and _is_unchecked(item, state, self._landmarks is not None)

    def _checks_are_due(self, state: TrackState) -> bool:
        return infrared_is_due(state, self.time_s) or outlines_are_due(state, self.time_s)

    def _notes(self, frame: FrameSet, settings: VerdictSettings, faces: int, still: bool) -> list[Reason]:
        notes = stream_notes(frame, settings.scorer.card, self._calibrated)
        if faces > 1:
            notes.append(Reason.TOO_MANY_FACES if settings.policy.single_face else Reason.SEVERAL_FACES)
        if still:
            notes.append(Reason.SINGLE_FRAME)
        elif self._states.interval_s > MAX_INTERVAL_S + 0.001:
            notes.append(Reason.LOW_FRAME_RATE)
        return notes


def _is_unchecked(item: FaceObservation, state: TrackState, landmarks: bool) -> bool:
    """Return whether a slow check of a face has not run yet; a check of a missing stream counts as run."""
    if landmarks and not state.landmarks.done:
        return True
    infrared = item.crops is None or item.crops.ir is None or state.ir_face.done
    return not (infrared and math.isfinite(state.outlines_s))


def _predict(scorer: Scorer, work: list[FaceObservation]) -> None:
    """Add the network's prediction to every face that has crops."""
    aligned = [(item, item.inputs) for item in work if item.inputs is not None]
    if not aligned:
        return
    predictions = scorer.predict([crops for _, crops in aligned])
    if len(predictions) != len(aligned):
        raise RuntimeError(f"{len(predictions)} predictions for {len(aligned)} faces")
    for (item, _), prediction in zip(aligned, predictions, strict=True):
        item.prediction = prediction
        if prediction.error is not None:
            log.warning("face %s: %s", item.track.id, prediction.error)


def _lap(stages_ms: dict[str, float], name: str, since: float) -> float:
    now = time.perf_counter()
    stages_ms[name] = (now - since) * 1000.0
    return now
