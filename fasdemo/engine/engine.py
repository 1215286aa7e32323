"""The engine: a frame set in, a verdict on every face out.

`process` depends on nothing but the frames it was given and the times passed in: a recording gives the same verdicts
at any speed. It never raises for what a frame holds; what fails is a reason, and no reason leads to LIVE.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from fasdemo.capture.source import Source, SourceInfo
from fasdemo.engine.evidence import Grids, grids, ir_landmark_error, measure
from fasdemo.engine.freshness import FreshnessCheck
from fasdemo.engine.fusion import Fusion, judge_still
from fasdemo.engine.gates import physical_codes, quality_codes
from fasdemo.engine.policy import Policy, thresholds
from fasdemo.engine.reasons import Effect, effect, guidance, ordered
from fasdemo.engine.result import FaceVerdict, FrameResult, Latency, Status
from fasdemo.engine.view import View, breaks, view_of
from fasdemo.faces.face import Face
from fasdemo.faces.quality import Quality, assess
from fasdemo.faces.tracker import Track
from fasdemo.frames import FrameSet, Stream
from fasdemo.models.card import ModelCard, Threshold
from fasdemo.models.crop import FaceCrops, crop_face
from fasdemo.models.predictor import Prediction

log = logging.getLogger(__name__)

EYES_CLOSED_S = 0.7
"""Blinks last 0.1 to 0.4 s."""
_LANDMARKS_EVERY_S = 0.25
_IR_FACE_EVERY_S = 0.2
_MISSES = 2
"""So many looks in a row without landmarks, or without a face in infrared, count."""


class Finder(Protocol):
    """What `fasdemo.faces.finder.FaceFinder` offers."""

    def find(self, rgb: npt.NDArray[np.uint8], timestamp_s: float, still: bool = False) -> list[Track]:
        """The faces of one frame."""
        ...

    def find_in_crop(self, crop: npt.NDArray[np.uint8]) -> Face | None:
        """The face in a crop of one, e.g. of the infrared image."""
        ...

    def reset(self) -> None:
        """Forget every face."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


class Judge(Protocol):
    """What `fasdemo.models.predictor.Predictor` offers."""

    @property
    def card(self) -> ModelCard:
        """What the model says about itself."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of the model file."""
        ...

    @property
    def provider(self) -> str:
        """Where it runs."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user."""
        ...

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        """Judge the faces of one frame."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


class Landmarker(Protocol):
    """What `fasdemo.faces.landmarks.FaceLandmarks` offers."""

    def add(self, image: npt.NDArray[np.uint8], face: Face) -> Face:
        """The same face with landmarks and blendshapes, where they were found."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


@dataclass(slots=True)
class _TrackState:
    """What the engine remembers of one track."""

    fusion: Fusion
    view: View | None = None
    seen_s: float = 0.0
    in_last_frame: bool = False
    landmarks_s: float = -math.inf
    landmarks_missed: int = 0
    blendshapes: dict[str, float] | None = None
    eyes_closed_since_s: float | None = None
    ir_face_s: float = -math.inf
    ir_face_missed: int = 0
    ir_landmark_error: float | None = None


@dataclass(slots=True)
class _Work:
    """One face on its way through a frame."""

    track: Track
    face: Face
    crops: FaceCrops | None = None
    small: Grids | None = None
    quality: Quality | None = None
    prediction: Prediction | None = None
    codes: list[str] = field(default_factory=list)
    evidence: dict[str, float | None] = field(default_factory=dict)


class Engine:
    """Judges frames; a context manager. Not to be called from two threads at once, see `fasdemo.engine.live`.

    Args:
        judge: the model; closed with the engine.
        finder: the faces; closed with the engine.
        policy: a threshold's name or a whole policy; None = the model's default.
        landmarks: for closed eyes and covered faces; None = those are not looked at.
        source: facts about where the frames come from.

    Raises:
        UserError: the model has no threshold of the policy's name.
    """

    def __init__(
        self,
        judge: Judge,
        finder: Finder,
        policy: Policy | str | None = None,
        landmarks: Landmarker | None = None,
        source: SourceInfo | None = None,
    ) -> None:
        self._judge, self._finder, self._landmarks = judge, finder, landmarks
        self._source_name = "" if source is None else source.name
        self._declared: frozenset[Stream] = frozenset() if source is None else source.declared
        self._freshness = FreshnessCheck()
        self._states: dict[int, _TrackState] = {}
        self._time_s = 0.0
        self._policy, self._policy_name, self._threshold = self._resolve(policy)

    @classmethod
    def for_source(
        cls,
        source: Source,
        model: str | Path | None = None,
        device: str = "auto",
        policy: Policy | str | None = None,
        threads: int = 2,
        landmarks: bool = True,
    ) -> Self:
        """An engine with the shipped model that fits what an open source offers.

        Args:
            source: an entered source.
            model: a shipped model's name or an ONNX file, instead.
            device: `auto`, `cpu` or `cuda`.
            policy: a threshold's name or a whole policy.
            threads: of the network on the CPU.
            landmarks: also look for closed eyes and covered faces, about 10 ms four times a second.

        Raises:
            UserError: no model fits, or the model, the face model or the policy cannot be used.
        """
        return cls.for_info(source.info, model, device, policy, threads, landmarks)

    @classmethod
    def for_info(
        cls,
        info: SourceInfo,
        model: str | Path | None = None,
        device: str = "auto",
        policy: Policy | str | None = None,
        threads: int = 2,
        landmarks: bool = True,
    ) -> Self:
        """As `for_source`, for frames that the caller makes or reads without a source."""
        from fasdemo.faces.detector import FaceDetector
        from fasdemo.faces.finder import FaceFinder
        from fasdemo.faces.landmarks import FaceLandmarks
        from fasdemo.models.predictor import Predictor
        from fasdemo.models.registry import choose

        predictor = Predictor(choose(info.declared, model), device, threads)
        finder = None
        try:
            thresholds(predictor.card, policy if isinstance(policy, Policy) else Policy(threshold=policy))
            finder = FaceFinder(FaceDetector())
            return cls(predictor, finder, policy, FaceLandmarks() if landmarks else None, info)
        except BaseException:
            predictor.close()
            if finder is not None:
                finder.close()
            raise

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        return self._judge.card

    @property
    def model_sha256(self) -> str:
        """Hash of the model file."""
        return self._judge.sha256

    @property
    def provider(self) -> str:
        """Where the network runs: `CPU`, `CUDA` ..."""
        return self._judge.provider

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy

    @property
    def policy_name(self) -> str:
        """Name of the threshold in force."""
        return self._policy_name

    @property
    def threshold(self) -> Threshold:
        """The threshold in force."""
        return self._threshold

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user, e.g. that the network runs elsewhere than asked."""
        return self._judge.warnings

    def set_policy(self, policy: Policy | str | None) -> None:
        """Change the policy; the evidence starts afresh.

        Raises:
            UserError: the model has no threshold of that name; the old policy stays in force.
        """
        self._policy, self._policy_name, self._threshold = self._resolve(policy)
        self._states.clear()

    def set_model(self, judge: Judge) -> None:
        """Change the model and close the old one; the policy's threshold is kept where the new card has it.

        Raises:
            UserError: never for a valid card, whose default threshold exists.
        """
        policy = self._policy
        if policy.threshold is not None and policy.threshold not in judge.card.thresholds:
            policy = replace(policy, threshold=None)
        old, self._judge = self._judge, judge
        self.set_policy(policy)
        old.close()

    def reset(self) -> None:
        """Forget the past, e.g. before frames from another place of a file."""
        self._freshness.reset()
        self._finder.reset()
        self._states.clear()

    def run(self, source: Source) -> Iterator[FrameResult]:
        """The result of every frame of an open source."""
        for _, result in self.run_frames(source):
            yield result

    def run_frames(self, source: Source) -> Iterator[tuple[FrameSet, FrameResult]]:
        """Every frame of an open source with its result; the time to get it is the latency's `capture`."""
        from fasdemo.engine.pipeline import run

        return run(source, self)

    def process(
        self, frame: FrameSet, now_s: float | None = None, capture_ms: float = 0.0, still: bool = False
    ) -> FrameResult:
        """Judge one frame.

        Args:
            frame: the next frame of the source.
            now_s: the moment of judgement on the clock of `frame.received_s`; None = `time.monotonic()`. Only looked at
                for frames that say when they were received.
            capture_ms: what reading the frame from a file took; of a live frame it is what it waited.
            still: the picture stands alone: faces are searched thoroughly and judged without evidence over time.

        Returns:
            The result. Whatever is wrong with the frame is a reason in it.
        """
        started = time.perf_counter()
        now = time.monotonic() if now_s is None else now_s
        if frame.received_s is not None and math.isfinite(frame.received_s):
            capture_ms = max(now - frame.received_s, 0.0) * 1000.0
        stages = {"detect": 0.0, "align": 0.0, "infer": 0.0}
        if still:
            self.reset()
        frame = replace(frame, declared=frame.declared | self._declared)
        try:
            codes, faces = self._process(frame, now, still, stages)
        except Exception:
            log.exception("frame %s could not be judged", frame.index)
            self.reset()
            codes, faces = ["internal_error"], []
        total = (time.perf_counter() - started) * 1000.0
        return FrameResult(
            frame=frame.index,
            timestamp_s=frame.timestamp_s if math.isfinite(frame.timestamp_s) else self._time_s,
            source=self._source_name,
            live_source=frame.live_source,
            model=self.card.name,
            policy=self._policy_name,
            faces=tuple(faces),
            latency_ms=Latency(
                capture=capture_ms,
                detect=stages["detect"],
                align=stages["align"],
                infer=stages["infer"],
                total=total + (capture_ms if frame.live_source else 0.0),
            ),
            truth=frame.truth,
            reasons=ordered(codes),
        )

    def close(self) -> None:
        """Release the model and the detector; calling it again does nothing."""
        self._judge.close()
        self._finder.close()
        if self._landmarks is not None:
            self._landmarks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _resolve(self, policy: Policy | str | None) -> tuple[Policy, str, Threshold]:
        whole = policy if isinstance(policy, Policy) else Policy(threshold=policy)
        name, threshold = thresholds(self._judge.card, whole)
        return whole, name, threshold

    def _process(
        self, frame: FrameSet, now_s: float, still: bool, stages: dict[str, float]
    ) -> tuple[list[str], list[FaceVerdict]]:
        codes = self._freshness.check(frame, self._policy, now_s)
        codes += [f"{stream}_required" for stream in self._policy.require - frame.declared]
        if "clock_back" in codes:
            self._finder.reset()
            self._states.clear()
        if math.isfinite(frame.timestamp_s):
            self._time_s = frame.timestamp_s
        if "rgb_invalid" in codes:
            self._states.clear()
            return codes, []
        usable = _without(frame, codes)

        at = time.perf_counter()
        tracks = self._finder.find(usable.rgb, self._time_s, still)
        work = [_Work(track, track.face) for track in tracks]
        self._forget(tracks)
        self._look_closer(usable, work, still)
        at = _lap(stages, "detect", at)
        if not work:
            return [*codes, "no_face"], []
        for item in work:
            self._align(usable, item)
        at = _lap(stages, "align", at)
        self._predict(work)
        _lap(stages, "infer", at)
        notes = self._notes(frame, work, still)
        verdicts = [self._verdict(usable, item, [*codes, *notes], still) for item in work]
        return [*codes, *(["several_faces"] if len(work) > 1 else [])], verdicts

    def _state(self, track: Track) -> _TrackState:
        if track.id not in self._states:
            self._states[track.id] = _TrackState(Fusion(self._threshold))
        return self._states[track.id]

    def _forget(self, tracks: list[Track]) -> None:
        """Drop the states of tracks that the finder gave up; its numbers are never used again."""
        present = {track.id for track in tracks}
        for number, state in self._states.items():
            if number not in present:
                state.in_last_frame = False
        for track in tracks:
            self._state(track).seen_s = self._time_s
        self._states = {number: state for number, state in self._states.items() if self._time_s - state.seen_s <= 1.0}

    def _look_closer(self, frame: FrameSet, work: list[_Work], still: bool) -> None:
        """Landmarks for the face that has waited longest, one face a frame."""
        if self._landmarks is None or not work:
            return
        waiting = work if still else [min(work, key=lambda item: self._state(item.track).landmarks_s)]
        for item in waiting:
            state = self._state(item.track)
            if self._time_s - state.landmarks_s >= _LANDMARKS_EVERY_S or still:
                item.face = self._landmarks.add(frame.rgb, item.face)
                state.landmarks_s = self._time_s
                state.landmarks_missed = 0 if item.face.landmarks is not None else state.landmarks_missed + 1
                state.blendshapes = item.face.blendshapes
        for item in work:
            state = self._state(item.track)
            if item.face.blendshapes is None and state.blendshapes is not None:
                item.face = replace(item.face, blendshapes=state.blendshapes)

    def _align(self, frame: FrameSet, item: _Work) -> None:
        try:
            crops = crop_face(frame, item.face, self.card.crop, self.card.input_size)
            assert crops.rgb is not None
            small = grids(crops)
            quality = assess(item.face, crops.rgb)
            item.evidence = measure(frame, item.face, crops, small)
        except Exception:  # OpenCV and NumPy raise what they like for key points from nowhere
            log.exception("face %s of frame %s could not be aligned", item.track.id, frame.index)
            item.codes.append("score_missing")
            return
        item.crops, item.small, item.quality = crops, small, quality
        shape = (frame.rgb.shape[0], frame.rgb.shape[1])
        item.codes += quality_codes(quality, item.face.box, shape, crops.inside, self._policy)
        self._compare_infrared(item)

    def _compare_infrared(self, item: _Work) -> None:
        """Look now and then for the face in the infrared crop: its parts must lie where colour has them."""
        crops, state = item.crops, self._state(item.track)
        if crops is None or crops.ir is None:
            return
        if self._time_s - state.ir_face_s >= _IR_FACE_EVERY_S:
            state.ir_face_s = self._time_s
            found = self._finder.find_in_crop(crops.ir)
            state.ir_face_missed = 0 if found is not None else state.ir_face_missed + 1
            state.ir_landmark_error = None if found is None else ir_landmark_error(found, crops, item.face)
        item.evidence["ir_landmark_error"] = state.ir_landmark_error
        if state.ir_face_missed >= _MISSES:
            item.codes.append("ir_face_missing")

    def _predict(self, work: list[_Work]) -> None:
        aligned = [item for item in work if item.crops is not None]
        if not aligned:
            return
        predictions = self._judge.predict([item.crops for item in aligned if item.crops is not None])
        if len(predictions) != len(aligned):
            raise RuntimeError(f"{len(predictions)} predictions for {len(aligned)} faces")
        for item, prediction in zip(aligned, predictions, strict=True):
            item.prediction = prediction
            if prediction.error is not None:
                log.warning("face %s: %s", item.track.id, prediction.error)

    def _notes(self, frame: FrameSet, work: list[_Work], still: bool) -> list[str]:
        notes = []
        looked_at = frame.declared & set(self.card.modalities)
        if looked_at <= {"rgb"}:
            notes.append("rgb_only")
        if len(work) > 1:
            notes.append("too_many_faces" if self._policy.single_face else "several_faces")
        if still:
            notes.append("single_frame")
        return notes

    def _verdict(self, frame: FrameSet, item: _Work, shared: list[str], still: bool) -> FaceVerdict:
        state = self._state(item.track)
        prediction = item.prediction
        score = None if prediction is None else prediction.score
        codes = [*shared, *item.codes]
        if item.quality is not None and prediction is not None:
            codes += physical_codes(item.evidence, item.quality, prediction.per_modality, self._policy)
        codes += self._slow_codes(item, state, still)
        if still:
            status, more = judge_still(score, codes, self._threshold)
            fused = score
        else:
            codes += self._break_codes(item, state)
            more = state.fusion.update(self._time_s, score, codes)
            status, fused = state.fusion.status, state.fusion.score
        reasons = ordered([*codes, *more])
        if status is Status.LIVE and any(effect(code) is not Effect.NOTE for code in reasons):
            # Unreachable while fusion keeps its promise; the last word belongs to the reasons.
            status = Status.UNCERTAIN
        return FaceVerdict(
            track_id=item.track.id,
            face=item.face,
            status=status,
            score=fused,
            frame_score=score,
            reasons=reasons,
            per_modality={} if prediction is None else prediction.per_modality,
            evidence=item.evidence,
            guidance="" if status is Status.LIVE else guidance(reasons),
            crops=item.crops,
        )

    def _slow_codes(self, item: _Work, state: _TrackState, still: bool) -> list[str]:
        """Closed eyes and covered faces, which need landmarks and a while."""
        codes = []
        closed = item.quality is not None and item.quality.eyes_closed
        if not closed:
            state.eyes_closed_since_s = None
        elif state.eyes_closed_since_s is None:
            state.eyes_closed_since_s = self._time_s
        if closed and (still or self._time_s - (state.eyes_closed_since_s or 0.0) >= EYES_CLOSED_S):
            codes.append("eyes_closed")
        if state.landmarks_missed >= (1 if still else _MISSES):
            codes.append("face_covered")
        return codes

    def _break_codes(self, item: _Work, state: _TrackState) -> list[str]:
        if item.crops is None or item.small is None:
            state.view, state.in_last_frame = None, False
            return []
        margin = None if item.prediction is None else item.prediction.margin
        now = view_of(self._time_s, item.face, item.crops, item.small, margin)
        before, state.view = state.view, now
        found = [] if before is None else breaks(before, now, unseen=not state.in_last_frame)
        state.in_last_frame = True
        if found:
            log.debug("track %s: %s changed", item.track.id, ", ".join(found))
            state.fusion.restart()
            # What was last seen in infrared and by the landmarks was something else.
            state.ir_face_s = state.landmarks_s = -math.inf
            state.ir_face_missed = state.landmarks_missed = 0
            state.blendshapes, state.eyes_closed_since_s = None, None
        return ["view_changed"] if found else []


def _without(frame: FrameSet, codes: list[str]) -> FrameSet:
    """The frame without the streams that cannot be used at all."""
    unusable = {code.split("_")[0] for code in codes if code.endswith(("_invalid", "_mismatched"))}
    return replace(
        frame,
        depth=None if "depth" in unusable else frame.depth,
        ir=None if "ir" in unusable else frame.ir,
    )


def _lap(stages: dict[str, float], name: str, since: float) -> float:
    now = time.perf_counter()
    stages[name] = (now - since) * 1000.0
    return now
