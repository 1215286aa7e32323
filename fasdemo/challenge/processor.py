"""An engine in which a face must pass a challenge before it can be LIVE."""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import TracebackType
from typing import Self

from fasdemo.challenge.gate import ChallengeGate
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.challenge.light.sampling import sample_light
from fasdemo.challenge.observation import Observation
from fasdemo.challenge.prompts import Prompt
from fasdemo.engine.challenge_report import Kind
from fasdemo.engine.loop.frame_loop import FrameProcessor
from fasdemo.engine.per_face.face_verdict import outdated
from fasdemo.engine.policy import Policy
from fasdemo.engine.protocols import Landmarker
from fasdemo.engine.reasons import Effect, Reason, effect, ordered
from fasdemo.engine.result import EngineFacts, FaceVerdict, FrameResult, Status
from fasdemo.engine.temporal.attempts import AttemptMemory
from fasdemo.faces.quality import head_pose_deg
from fasdemo.frames import FrameSet

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
"""Interval of the landmarks during a challenge; computing them takes about 10 ms."""
_EARLY_S = 0.005
"""Tolerance, so that landmarks that are due just after a frame are computed in that frame."""
MAX_AGE_S = Policy().max_age_s
"""Maximum age of a frame after the look."""


class ChallengeProcessor:
    """A frame processor in which a face is LIVE only after its challenge; a context manager for a single thread.

    Args:
        engine: engine for the verdicts; closed with this object.
        landmarks: landmarker for the face during a challenge; closed with this object.
        kind: kind of the challenges.
        randomness: random source of the sequences; None: that of the system, which cannot be predicted.
        clock: clock of `frame.received_s`, seconds.
        display: the display of light challenges, on the same clock; None if there is none.
        memory: keeps failed challenges and the lock-out over a restart; None: they are not kept.
    """

    def __init__(
        self,
        engine: FrameProcessor,
        landmarks: Landmarker,
        kind: Kind,
        randomness: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
        display: ChallengeDisplay | None = None,
        memory: AttemptMemory | None = None,
    ) -> None:
        self._engine, self._landmarks, self._clock = engine, landmarks, clock
        self._gate = ChallengeGate(kind, randomness or random.SystemRandom(), display, memory)
        self._look_s = -math.inf

    @property
    def facts(self) -> EngineFacts:
        """Model, policy and device of the engine."""
        return self._engine.facts

    def process(self, frame: FrameSet, *, capture_ms: float) -> FrameResult:
        """Return the verdicts on a frame; a face that has not passed a challenge is not LIVE."""
        try:
            result = self._engine.process(frame, capture_ms=capture_ms)
        except BaseException:
            self._gate.reset()
            raise
        if not frame.live_source:
            return _with_faces(result, [_withheld(face, Reason.CHALLENGE_NEEDS_CAMERA) for face in result.faces])
        started = time.perf_counter()
        try:
            self._gate.update(self._observation(frame, result), self._clock())
        except Exception:
            log.exception("cannot process frame %s in the challenge", frame.index)
            self._gate.reset()
            return _with_faces(result, [_withheld(face, Reason.INTERNAL_ERROR) for face in result.faces])
        faces = [self._verdict(face) for face in result.faces]
        latency = replace(result.latency_ms, total=result.latency_ms.total + (time.perf_counter() - started) * 1000.0)
        result = replace(result, latency_ms=latency, challenge=self._gate.report)
        if frame.received_s is not None and self._clock() - frame.received_s > MAX_AGE_S:
            faces = [outdated(face) for face in faces]
            result = replace(result, reasons=ordered([*result.reasons, Reason.STALE_FRAME]))
        return _with_faces(result, faces)

    def reset(self) -> None:
        """Drop the evidence so far, because the next frame does not follow the previous one."""
        self._gate.reset()
        self._engine.reset()

    def __enter__(self) -> Self:
        self._engine.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            # A challenge that has begun counts as failed, also if somebody unplugs the camera.
            self._gate.reset()
            self._landmarks.close()
        finally:
            self._engine.__exit__(kind, error, trace)

    def _observation(self, frame: FrameSet, result: FrameResult) -> Observation:
        track = self._gate.track_id
        face = next((face for face in result.faces if face.track_id == track), None)
        landmarks, yaw_deg, light = None, 0.0, None
        if face is not None and not 0.0 <= result.timestamp_s - self._look_s < LOOK_EVERY_S - _EARLY_S:
            self._look_s = result.timestamp_s
            landmarks = self._landmarks.add(frame.rgb, face.face).landmarks
            yaw_deg = head_pose_deg(face.face.keypoints)[0]
            if self._gate.prompt is Prompt.LIGHT and landmarks is not None:
                light = sample_light(frame.rgb, landmarks)
        passed = [one for one in result.faces if self._gate.passed(one.track_id)]
        concerned = passed if face is None else [face]
        return Observation(
            timestamp_s=result.timestamp_s,
            tracks=tuple(one.track_id for one in result.faces),
            fault=_is_fault(result.reasons) or any(_is_fault(one.reasons) for one in concerned),
            spoof=any(one.status is Status.SPOOF for one in concerned),
            live=tuple(one.track_id for one in result.faces if one.status is Status.LIVE),
            yaw_deg=yaw_deg,
            landmarks=landmarks,
            received_s=frame.received_s,
            light=light,
        )

    def _verdict(self, face: FaceVerdict) -> FaceVerdict:
        if self._gate.passed(face.track_id):
            return face
        if self._gate.locked:
            return _withheld(face, Reason.LOCKED_OUT)
        prompt = self._gate.prompt
        if prompt is not None and face.track_id == self._gate.track_id:
            return _withheld(face, Reason.CHALLENGE_PENDING, prompt.text)
        if self._gate.failure is not None:
            return _withheld(face, Reason.CHALLENGE_FAILED, self._gate.failure.text)
        return _withheld(face, Reason.CHALLENGE_PENDING)


def _is_fault(codes: Iterable[str]) -> bool:
    """Return whether the capture is not reliable, or the face can be another one."""
    return any(effect(code) is Effect.RESTART or code == Reason.VIEW_CHANGED for code in codes)


def _withheld(face: FaceVerdict, reason: Reason, prompt: str = "") -> FaceVerdict:
    """Return a verdict that is not LIVE, with the prompt, or with the guidance of the reason if there is no prompt."""
    status = Status.UNCERTAIN if face.status is Status.LIVE else face.status
    words = face.guidance if status is Status.SPOOF else prompt or face.guidance or reason.guidance
    return replace(face, status=status, reasons=ordered([*face.reasons, reason]), guidance=words)


def _with_faces(result: FrameResult, faces: list[FaceVerdict]) -> FrameResult:
    return replace(result, faces=tuple(faces))
