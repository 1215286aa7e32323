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
from fasdemo.engine.frame_stages import FrameStages, FrameVerdicts, VerdictSettings
from fasdemo.engine.loop.async_results import async_results
from fasdemo.engine.loop.frame_loop import FrameLoop
from fasdemo.engine.per_face.face_verdict import outdated
from fasdemo.engine.policy import Policy, floor_note, thresholds
from fasdemo.engine.protocols import Finder, Landmarker, Scorer
from fasdemo.engine.reasons import Reason, ordered
from fasdemo.engine.result import EngineFacts, FrameResult, Latency
from fasdemo.engine.setup.loading import ModelLoader, load_parts
from fasdemo.engine.setup.site_calibration import SiteFile
from fasdemo.engine.temporal.attempts import AttemptLimit, AttemptMemory, locked_out
from fasdemo.frames import FrameSet, Stream
from fasdemo.models.card import ModelCard, Threshold

log = logging.getLogger(__name__)

_SITE_UNUSED = "the site calibration belongs to another model or policy and is not used."


class Engine:
    """An engine; a context manager that must not be called from two threads at once.

    Args:
        scorer: the model; it is closed with the engine.
        finder: the face finder; it is closed with the engine.
        policy: name of a threshold, or a policy; None for the default of the model.
        landmarks: landmarker for closed eyes and covered faces; None if these are not checked.
        source: facts about the source of the frames.
        site: a site calibration, checked by `fasdemo.engine.setup.site_calibration.check_site`; it is used only with
            its own policy and model.

    Raises:
        UserError: the model has no threshold with the policy's name.
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
        self._scorer = scorer
        self._source_name = "" if source is None else source.name
        self._declared: frozenset[Stream] = frozenset() if source is None else source.declared
        self._policy, self._policy_name, self._threshold = self._resolve(policy)
        self._stages = FrameStages(finder, landmarks, source, self._threshold)
        self._memory: AttemptMemory | None = None
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
        models: ModelLoader | None = None,
    ) -> Self:
        """Return an engine with the model for the streams of an open source.

        Args:
            source: an entered source.
            model: name of a shipped model, or an ONNX file; None for the shipped model for the streams.
            device: `auto`, `cpu` or `cuda`.
            policy: name of a threshold, or a policy; None for the default of the model.
            threads: number of threads of the network on the CPU.
            landmarks: whether to check for closed eyes and covered faces, which takes about 10 ms four times per second
                in a separate thread.
            site: a file from `fasdemo calibrate`; its policy is used if `policy` is None.
            models: loads the models; None loads them for this engine alone.

        Raises:
            UserError: there is no model for the streams, the model, the face model or the policy cannot be used, or the
                site file belongs to another camera, model or policy.
        """
        return cls.for_info(source.info, model, device, policy, threads, landmarks, site, models)

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
        models: ModelLoader | None = None,
    ) -> Self:
        """Return an engine as in `for_source`, for frames that the caller creates or reads without a source."""
        parts = load_parts(info, model, device, policy, threads, landmarks, site, models)
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
        """Name of the device that runs the network, e.g. `CPU` or `CUDA`."""
        return self._scorer.provider

    @property
    def policy(self) -> Policy:
        """The current policy."""
        return self._policy

    @property
    def policy_name(self) -> str:
        """Name of the current threshold."""
        return self._policy_name

    @property
    def threshold(self) -> Threshold:
        """The current threshold."""
        return self._threshold

    @property
    def facts(self) -> EngineFacts:
        """The current model, policy and device, for display and for the event log."""
        return EngineFacts(
            self.card.name,
            self._policy_name,
            self.provider,
            self.card,
            self._threshold,
            self.warnings,
            self.model_sha256,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user, e.g. that the network runs on another device than requested."""
        note = floor_note(self.card, self._policy_name)
        found = (*self._scorer.warnings, note) if note else self._scorer.warnings
        if self._site is not None and self.site_bias is None:
            return (*found, _SITE_UNUSED)
        return found

    @property
    def site_bias(self) -> float | None:
        """Bias of the site calibration in log-odds; None if there is none for this model and policy."""
        site = self._site
        if site is None or site.model_sha256 != self.model_sha256 or site.policy != self._policy_name:
            return None
        return site.bias

    def set_policy(self, policy: Policy | str | None) -> None:
        """Change the policy; evidence starts again.

        Raises:
            UserError: the model has no threshold with that name; the policy is not changed.
        """
        self._policy, self._policy_name, self._threshold = self._resolve(policy)
        self._stages.forget_evidence(self._threshold)
        limit = self._attempt_limit()
        if limit is None or self._attempts is None or limit.rule != self._attempts.rule:
            self._attempts = limit

    def set_model(self, scorer: Scorer) -> None:
        """Change the model and close the old one; the policy's threshold is kept if the new card has it.

        Raises:
            UserError: never for a valid card, whose default threshold exists.
        """
        policy = self._policy
        if policy.threshold is not None and policy.threshold not in scorer.card.thresholds:
            policy = replace(policy, threshold=None)
        old, self._scorer = self._scorer, scorer
        self.set_policy(policy)
        old.close()

    def keep_attempts(self, memory: AttemptMemory) -> None:
        """Continue with the refused attempts and the lock-out of a store, and store them from now on.

        Call it before the first frame.
        """
        self._memory = memory
        self._attempts = self._attempt_limit()

    def reset(self) -> None:
        """Forget all earlier frames, e.g. before frames from another position of a file."""
        self._stages.reset()

    def run(self, source: Source) -> Iterator[FrameResult]:
        """Yield the result of every frame of an open source."""
        for _, result in self.run_frames(source):
            yield result

    def run_async(self, source: Source) -> AsyncGenerator[FrameResult, None]:
        """Return an asyncio iterator over the same results, see `fasdemo.engine.loop.async_results`."""
        return async_results(self.run(source))

    def run_frames(self, source: Source) -> Iterator[tuple[FrameSet, FrameResult]]:
        """Yield every frame of an open source with its result.

        `capture` of the latency is the time to read and decode a frame of a file. For a camera, it is the time between
        the arrival of the frame in this process and the start of processing. If the camera supports it, its exposure
        region is set to the face.
        """
        return FrameLoop(source).run(self)

    def process(
        self, frame: FrameSet, now_s: float | None = None, capture_ms: float = 0.0, still: bool = False
    ) -> FrameResult:
        """Process one frame.

        Args:
            frame: the next frame of the source.
            now_s: time of processing on the clock of `frame.received_s`; None for `time.monotonic()`. It is used only
                for frames that have `received_s`.
            capture_ms: time to read the frame from a file; for a live frame, its waiting time is used instead.
            still: whether the frame is a single picture; faces are then searched thoroughly, and there is no evidence
                over time.

        Returns:
            The result, in which every problem of the frame is a reason.
        """
        started = time.perf_counter()
        now = time.monotonic() if now_s is None else now_s
        if frame.received_s is not None and math.isfinite(frame.received_s):
            capture_ms = max(now - frame.received_s, 0.0) * 1000.0
        out = FrameVerdicts()
        if still:
            self.reset()
        if not self._declared <= frame.declared:
            frame = replace(frame, declared=frame.declared | self._declared)
        settings = VerdictSettings(self._scorer, self._policy, self._threshold, self.site_bias or 0.0)
        try:
            self._stages.run(frame, settings, now, still, out)
            codes, faces = out.codes, out.faces
        except Exception:
            log.exception("cannot process frame %s", frame.index)
            self._stages.forget_faces()
            codes, faces = [Reason.INTERNAL_ERROR], []
        took_s = time.perf_counter() - started
        if frame.received_s is not None and now + took_s - frame.received_s > self._policy.max_age_s:
            # The frame became too old during processing: the process was suspended, or the computer is too slow.
            self._stages.forget_evidence()
            codes, faces = [*codes, Reason.STALE_FRAME], [outdated(face) for face in faces]
        if self._attempts is not None and not still:
            at_s = self._stages.time_s if frame.received_s is None else now
            if self._attempts.update([face.status for face in faces], at_s):
                codes, faces = [*codes, Reason.LOCKED_OUT], [locked_out(face) for face in faces]
        total = took_s * 1000.0
        return FrameResult(
            frame=frame.index,
            timestamp_s=frame.timestamp_s if math.isfinite(frame.timestamp_s) else self._stages.time_s,
            source=self._source_name,
            live_source=frame.live_source,
            model=self.card.name,
            policy=self._policy_name,
            faces=tuple(faces),
            latency_ms=Latency(
                capture=capture_ms,
                **out.stages_ms,
                total=total + (capture_ms if frame.live_source else 0.0),
            ),
            truth=frame.truth,
            reasons=ordered(codes),
            model_sha256=self.model_sha256,
        )

    def close(self) -> None:
        """Release the model and the face finder; further calls do nothing."""
        self._scorer.close()
        self._stages.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _attempt_limit(self) -> AttemptLimit | None:
        refused = self._policy.max_refused_attempts
        return AttemptLimit(refused, self._policy.lockout_s, self._memory) if refused > 0 else None

    def _resolve(self, policy: Policy | str | None) -> tuple[Policy, str, Threshold]:
        whole = policy if isinstance(policy, Policy) else Policy(threshold=policy)
        name, threshold = thresholds(self._scorer.card, whole)
        return whole, name, threshold
