"""Combine the observation of one face in a frame with the state of its track into a verdict."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.per_face.face_observation import FaceObservation
from fasdemo.engine.per_face.ir_face_check import eyes_and_cover
from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import Effect, Reason, effect, guidance, ordered
from fasdemo.engine.result import FaceVerdict, Status
from fasdemo.engine.rules.gates import physical_codes
from fasdemo.engine.rules.score_evidence import shifted, stream_score, total_shift, within_depth
from fasdemo.engine.temporal.continuity import changed_aspects, view_from
from fasdemo.engine.temporal.sequential_test import judge_still
from fasdemo.engine.temporal.track_state import TrackState
from fasdemo.faces.quality import looks_at_camera
from fasdemo.models.card import Threshold

log = logging.getLogger(__name__)


def face_verdict(
    work: FaceObservation,
    state: TrackState,
    shared: Iterable[str],
    policy: Policy,
    threshold: Threshold,
    now_s: float,
    still: bool,
    site_bias: float = 0.0,
) -> FaceVerdict:
    """Return the verdict on one face.

    Args:
        work: the findings in this frame.
        state: state of the track; it is changed.
        shared: reasons that concern the whole frame.
        policy: limits of the capture.
        threshold: threshold of the policy, for a single picture.
        now_s: time of the frame on the source's clock.
        still: whether the frame is a single picture.
        site_bias: bias of the site calibration in log-odds.
    """
    prediction = work.prediction
    score = None if prediction is None else stream_score(prediction.score, prediction.score_without_rgb)
    gates = list(work.gates)
    work.evidence = Evidence.of(work.measured)
    if work.quality is not None and prediction is not None:
        gates += physical_codes(work.evidence, work.quality, prediction.per_modality, policy, state.active_gates)
    codes = [*shared, *work.codes, *gates, *eyes_and_cover(work, state, now_s, still)]
    if policy.require_gaze and not looks_at_camera(work.face):
        codes.append(Reason.GAZE_AWAY)
    if score is not None and work.evidence:
        shift = total_shift(score, work.evidence, codes, site_bias)
        work.evidence, score = work.evidence.updated({"score_shift": shift}), shifted(score, shift)
    if prediction is not None:
        score = within_depth(score, prediction.per_modality.get("depth"))
    if not still and Reason.RGB_ONLY in codes:
        # With depth, the surface itself is measured, which is stronger evidence than landmarks.
        work.evidence = work.evidence.updated(_over_time(work, state, now_s))
        codes += [*state.motion.codes, *state.surround.codes, *state.eye_movement.codes, *state.border.codes]
    if still:
        status, more = judge_still(score, codes, threshold)
        fused = score
    else:
        codes += _break_codes(work, state, now_s)
        state.active_gates = frozenset(gates)
        more = state.sequential_test.update(now_s, score, codes)
        status, fused = state.sequential_test.status, state.sequential_test.score
        if work.unchecked and status is Status.LIVE:
            more = [*more, Reason.GATHERING]
    reasons = ordered([*codes, *more])
    if status is Status.LIVE and any(effect(code) is not Effect.NOTE for code in reasons if code not in policy.lifted):
        # Only reasons with the effect `note` or lifted caps are compatible with LIVE.
        status = Status.UNCERTAIN
    return FaceVerdict(
        track_id=work.track.id,
        face=work.face,
        status=status,
        score=fused,
        frame_score=score,
        reasons=reasons,
        per_modality={} if prediction is None else prediction.per_modality,
        evidence=work.evidence,
        guidance=_guidance(status, reasons, policy),
        crops=work.inputs,
    )


def _over_time(work: FaceObservation, state: TrackState, now_s: float) -> dict[str, float | None]:
    """Return the measurements of colour alone over time."""
    if work.crops is not None and work.crops.rgb is not None:
        state.pulse.add(now_s, work.crops.rgb)
    pulse = state.pulse.pulse
    return {
        "parallax_ratio": state.motion.ratio,
        "eye_movement": state.eye_movement.range,
        "border_support": state.border.support,
        "pulse_snr_db": None if pulse is None else pulse.snr_db,
        "pulse_bpm": None if pulse is None else pulse.bpm,
    }


def _guidance(status: Status, reasons: Iterable[str], policy: Policy) -> str:
    """Return one sentence for the person; a cap that did not change the status is not explained."""
    if status is Status.LIVE:
        return ""
    unused = policy.lifted if status is Status.UNCERTAIN else {code for code in reasons if effect(code) is Effect.CAP}
    return guidance(code for code in reasons if code not in unused)


def outdated(verdict: FaceVerdict) -> FaceVerdict:
    """Return a verdict that is not LIVE, because its frame became older than the policy allows during processing."""
    reasons = ordered([*verdict.reasons, Reason.STALE_FRAME])
    status = Status.UNCERTAIN if verdict.status is Status.LIVE else verdict.status
    return replace(verdict, status=status, reasons=reasons, guidance=guidance(reasons))


def _break_codes(work: FaceObservation, state: TrackState, now_s: float) -> list[Reason]:
    """Return `view_changed` and restart the evidence if another object may be at the position of the face."""
    if work.crops is None or work.small is None:
        # The last view is kept, because the face can be exchanged in this frame.
        state.in_last_frame = False
        return []
    margin = None if work.prediction is None else work.prediction.margin
    now = view_from(now_s, work.face, work.crops, work.small, margin)
    before, state.view = state.view, now
    found = [] if before is None else changed_aspects(before, now, not state.in_last_frame, state.max_gap_s)
    state.in_last_frame = True
    if found:
        log.debug("track %s: %s changed", work.track.id, ", ".join(found))
        # Frames without the face are no sign that another object or another stream is there now.
        state.restart(seen_change=found != ["time"])
    return [Reason.VIEW_CHANGED] if found else []
