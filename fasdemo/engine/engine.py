"""The engine, which gives a verdict on every face of a frame set.

`process` depends only on the frames and times passed to it, so a recording gives the same verdicts at any speed. It
never raises an error because of the content of a frame: a failure is a reason, and no reason leads to LIVE.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from fasdemo.capture.source import Source, SourceInfo
from fasdemo.engine.async_results import async_results
from fasdemo.engine.capture_checks.freshness import FreshnessCheck
from fasdemo.engine.capture_checks.repetition import RepeatCheck
from fasdemo.engine.capture_checks.streams import absent_streams, stream_notes, usable_streams
from fasdemo.engine.face_exposure import FaceExposure
from fasdemo.engine.loading import load_parts
from fasdemo.engine.per_face.async_landmarker import AsyncLandmarker
from fasdemo.engine.per_face.face_observation import FaceObservation, align
from fasdemo.engine.per_face.face_verdict import face_verdict, outdated
from fasdemo.engine.per_face.ir_face_check import compare_infrared
from fasdemo.engine.per_face.outline_check import check_outlines
from fasdemo.engine.policy import Policy, floor_note, thresholds
from fasdemo.engine.protocols import Finder, Landmarker, Scorer
from fasdemo.engine.reasons import Reason, ordered
from fasdemo.engine.result import FaceVerdict, FrameResult, JudgedBy, Latency
from fasdemo.engine.site_calibration import SiteFile
from fasdemo.engine.temporal.attempts import AttemptLimit, locked_out
from fasdemo.engine.temporal.track_state import TrackStates
from fasdemo.faces.frame_interval import MAX_INTERVAL_S
from fasdemo.frames import FrameSet, Stream
from fasdemo.models.card import ModelCard, Threshold

log = logging.getLogger(__name__)

_SITE_UNUSED = "the site calibration belongs to another model or policy and is not used."


class Engine:
    """An engine; a context manager that must not be called from two threads at once.

    Args:
        scorer: the model; closed with the engine.
        finder: the faces; closed with the engine.
        policy: a threshold's name or a whole policy; None = the model's default.
        landmarks: for closed eyes and covered faces; None = these are not checked.
        source: facts about where the frames come from.
        site: a site calibration, checked by `fasdemo.engine.site_calibration.check_site`; it acts with its own policy
            and model only.

    Raises:
        UserError: the model has no threshold of the policy's name.
    """

    def __init__(
        self,
        scorer: Scorer,
        finder: Finder,
        policy: Policy | str | None = None,
        landmarks: Landmarker | None = None,
        source: SourceInfo | None = None,
        site: SiteFile | None = None,
    ) -> None:
        self._site = site
        self._scorer, self._finder = scorer, finder
        self._landmarks = None if landmarks is None else AsyncLandmarker(landmarks)
        self._source_name = "" if source is None else source.name
        self._declared: frozenset[Stream] = frozenset() if source is None else source.declared
        self._capable: frozenset[Stream] = frozenset() if source is None else source.capable
        self._calibrated = source is not None and (source.live or source.calibrated)
        self._freshness = FreshnessCheck()
        self._repeats = RepeatCheck()
        self._time_s = 0.0
        self._policy, self._policy_name, self._threshold = self._resolve(policy)
        self._states = TrackStates(self._threshold)
        self._attempts = self._attempt_limit()

    @classmethod
    def for_source(
        cls,
        source: Source,
        model: str | Path | None = None,
        device: str = "auto",
        policy: Policy | str | None = None,
        threads: int = 1,
        landmarks: bool = True,
        site: Path | None = None,
    ) -> Self:
        """Return an engine with the model for the streams of an open source.

        Args:
            source: an entered source.
            model: a shipped model's name or an ONNX file, instead.
            device: `auto`, `cpu` or `cuda`.
            policy: a threshold's name or a whole policy.
            threads: of the network on the CPU.
            landmarks: also look for closed eyes and covered faces, about 10 ms four times a second, in a thread.
            site: a file of `fasdemo calibrate`; its policy is used where none is named.

        Raises:
            UserError: no model fits, the model, the face model or the policy cannot be used, or the site file belongs
                to another camera, model or policy.
        """
        return cls.for_info(source.info, model, device, policy, threads, landmarks, site)

    @classmethod
    def for_info(
        cls,
        info: SourceInfo,
        model: str | Path | None = None,
        device: str = "auto",
        policy: Policy | str | None = None,
        threads: int = 1,
        landmarks: bool = True,
        site: Path | None = None,
    ) -> Self:
        """As `for_source`, for frames that the caller makes or reads without a source."""
        parts = load_parts(info, model, device, policy, threads, landmarks, site)
        return cls(parts.scorer, parts.finder, parts.policy, parts.landmarks, info, parts.site)

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        return self._scorer.card

    @property
    def model_sha256(self) -> str:
        """Hash of the model file."""
        return self._scorer.sha256

    @property
    def provider(self) -> str:
        """Where the network runs: `CPU`, `CUDA` ..."""
        return self._scorer.provider

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
    def judged_by(self) -> JudgedBy:
        """Model file, provider and threshold in force, for the event log."""
        return JudgedBy(self.model_sha256, self.provider, self._threshold)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user, e.g. that the network runs elsewhere than asked."""
        note = floor_note(self.card, self._policy_name)
        found = (*self._scorer.warnings, note) if note else self._scorer.warnings
        if self._site is not None and self.site_bias is None:
            return (*found, _SITE_UNUSED)
        return found

    @property
    def site_bias(self) -> float | None:
        """Log-odds of the site's calibration; None where there is none for this model and policy."""
        site = self._site
        if site is None or site.model_sha256 != self.model_sha256 or site.policy != self._policy_name:
            return None
        return site.bias

    def set_policy(self, policy: Policy | str | None) -> None:
        """Change the policy; evidence is collected anew.

        Raises:
            UserError: the model has no threshold of that name; the old policy stays in force.
        """
        self._policy, self._policy_name, self._threshold = self._resolve(policy)
        self._states = TrackStates(self._threshold)
        limit = self._attempt_limit()
        if limit is None or self._attempts is None or limit.rule != self._attempts.rule:
            self._attempts = limit

    def set_model(self, scorer: Scorer) -> None:
        """Change the model and close the old one; the policy's threshold is kept where the new card has it.

        Raises:
            UserError: never for a valid card, whose default threshold exists.
        """
        policy = self._policy
        if policy.threshold is not None and policy.threshold not in scorer.card.thresholds:
            policy = replace(policy, threshold=None)
        old, self._scorer = self._scorer, scorer
        self.set_policy(policy)
        old.close()

    def reset(self) -> None:
        """Forget the past, e.g. before frames from another place of a file."""
        self._freshness.reset()
        self._repeats.reset()
        self._finder.reset()
        self._states.clear()

    def run(self, source: Source) -> Iterator[FrameResult]:
        """Yield the result of every frame of an open source."""
        for _, result in self.run_frames(source):
            yield result

    def run_async(self, source: Source) -> AsyncGenerator[FrameResult, None]:
        """Return an asyncio iterator over the same results, see `fasdemo.engine.async_results`."""
        return async_results(self.run(source))

    def run_frames(self, source: Source) -> Iterator[tuple[FrameSet, FrameResult]]:
        """Every frame of an open source with its result.

        The latency's `capture` is the time that a file took to be read and decoded; of a camera it is the time between
        the frame's arrival in this process and the start of processing. A camera that supports it exposes for the face.
        """
        frames, exposure = iter(source), FaceExposure(source)
        while True:
            asked = time.perf_counter()
            frame = next(frames, None)
            if frame is None:
                return
            result = self.process(frame, capture_ms=(time.perf_counter() - asked) * 1000.0)
            exposure.look(result)
            yield frame, result

    def process(
        self, frame: FrameSet, now_s: float | None = None, capture_ms: float = 0.0, still: bool = False
    ) -> FrameResult:
        """Process one frame.

        Args:
            frame: the next frame of the source.
            now_s: the time of processing on the clock of `frame.received_s`; None = `time.monotonic()`. Only looked at
                for frames that say when they were received.
            capture_ms: what reading the frame from a file took; of a live frame it is what it waited.
            still: the picture is a single one: faces are searched thoroughly, and there is no evidence over time.

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
            log.exception("frame %s could not be processed", frame.index)
            # Keep the memory of earlier images, so that frozen or repeated images are detected after the error too.
            self._finder.reset()
            self._states.clear()
            codes, faces = [Reason.INTERNAL_ERROR], []
        took_s = time.perf_counter() - started
        if frame.received_s is not None and now + took_s - frame.received_s > self._policy.max_age_s:
            # The frame became too old during processing: the process was suspended, or the computer is too slow.
            self._states.clear()
            codes, faces = [*codes, Reason.STALE_FRAME], [outdated(face) for face in faces]
        if self._attempts is not None and not still:
            at_s = self._time_s if frame.received_s is None else now
            if self._attempts.update([face.status for face in faces], at_s):
                codes, faces = [*codes, Reason.LOCKED_OUT], [locked_out(face) for face in faces]
        total = took_s * 1000.0
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
            model_sha256=self.model_sha256,
        )

    def close(self) -> None:
        """Release the model and the detector; calling it again does nothing."""
        self._scorer.close()
        self._finder.close()
        if self._landmarks is not None:
            self._landmarks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _attempt_limit(self) -> AttemptLimit | None:
        refused = self._policy.max_refused_attempts
        return AttemptLimit(refused, self._policy.lockout_s) if refused > 0 else None

    def _resolve(self, policy: Policy | str | None) -> tuple[Policy, str, Threshold]:
        whole = policy if isinstance(policy, Policy) else Policy(threshold=policy)
        name, threshold = thresholds(self._scorer.card, whole)
        return whole, name, threshold

    def _process(
        self, frame: FrameSet, now_s: float, still: bool, stages: dict[str, float]
    ) -> tuple[list[str], list[FaceVerdict]]:
        codes = self._freshness.check(frame, self._policy, now_s)
        codes += absent_streams(frame, self._policy, self._capable)
        if Reason.CLOCK_BACK in codes:
            self._finder.reset()
            self._states.clear()
        if math.isfinite(frame.timestamp_s):
            self._time_s = frame.timestamp_s
        if Reason.RGB_INVALID in codes:
            self._states.clear()
            return codes, []
        usable = usable_streams(frame, codes)

        at = time.perf_counter()
        tracks = self._finder.find(usable.rgb, self._time_s, still)
        if not still:
            codes += self._repeats.check(usable, tracks[0].face.box if tracks else None)
        work = [FaceObservation(track, track.face) for track in tracks]
        self._states.see((track.id for track in tracks), self._time_s)
        if self._landmarks is not None and still:
            self._landmarks.look_at_still(usable, work, self._states)
        elif self._landmarks is not None:
            self._landmarks.look(usable, work, self._states, self._time_s)
        at = _lap(stages, "detect", at)
        if not work:
            return [*codes, Reason.NO_FACE], []
        for item in work:
            state = self._states[item.track.id]
            align(usable, item, self.card, self._policy, state.active_gates)
            compare_infrared(item, state, self._finder, self._time_s)
            check_outlines(usable, item, state, self.card.crop, self._time_s)
        at = _lap(stages, "align", at)
        self._predict(work)
        _lap(stages, "infer", at)
        shared = [*codes, *self._notes(frame, work, still)]
        verdicts = [
            face_verdict(
                item,
                self._states[item.track.id],
                shared,
                self._policy,
                self._threshold,
                self._time_s,
                still,
                self.site_bias or 0.0,
            )
            for item in work
        ]
        return [*codes, *([Reason.SEVERAL_FACES] if len(work) > 1 else [])], verdicts

    def _predict(self, work: list[FaceObservation]) -> None:
        aligned = [(item, item.crops) for item in work if item.crops is not None]
        if not aligned:
            return
        predictions = self._scorer.predict([crops for _, crops in aligned])
        if len(predictions) != len(aligned):
            raise RuntimeError(f"{len(predictions)} predictions for {len(aligned)} faces")
        for (item, _), prediction in zip(aligned, predictions, strict=True):
            item.prediction = prediction
            if prediction.error is not None:
                log.warning("face %s: %s", item.track.id, prediction.error)

    def _notes(self, frame: FrameSet, work: list[FaceObservation], still: bool) -> list[Reason]:
        notes = stream_notes(frame, self.card.modalities, self._calibrated)
        if len(work) > 1:
            notes.append(Reason.TOO_MANY_FACES if self._policy.single_face else Reason.SEVERAL_FACES)
        if still:
            notes.append(Reason.SINGLE_FRAME)
        elif self._states.interval_s > MAX_INTERVAL_S + 0.001:
            notes.append(Reason.LOW_FRAME_RATE)
        return notes


def _lap(stages: dict[str, float], name: str, since: float) -> float:
    now = time.perf_counter()
    stages[name] = (now - since) * 1000.0
    return now
