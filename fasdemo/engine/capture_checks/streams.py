"""Select the usable streams of a frame, and give reasons for the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import REQUIRED, UNUSABLE_DEPTH, UNUSABLE_IR, UNUSED, Reason
from fasdemo.frames import FrameSet, Stream
from fasdemo.models.card import ModelCard


def absent_streams(frame: FrameSet, policy: Policy, capable: frozenset[Stream]) -> list[Reason]:
    """Return a reason for each stream that the policy requires or the device has, and that is not declared."""
    codes = [REQUIRED[stream] for stream in policy.require - frame.declared]
    return codes + [UNUSED[stream] for stream in capable - frame.declared]


def usable_streams(frame: FrameSet, codes: Collection[str]) -> FrameSet:
    """Return the frame without the streams that are unusable according to the given reasons."""
    depth = frame.depth if UNUSABLE_DEPTH.isdisjoint(codes) else None
    ir = frame.ir if UNUSABLE_IR.isdisjoint(codes) else None
    return frame if depth is frame.depth and ir is frame.ir else replace(frame, depth=depth, ir=ir)


def stream_notes(frame: FrameSet, card: ModelCard, calibrated: bool) -> list[Reason]:
    """Return the reasons that follow from the streams of the model, filtered depth and a missing calibration.

    Args:
        frame: the frame with all declared streams.
        card: the model's card.
        calibrated: whether the device of the source has a calibration.
    """
    notes: list[Reason] = []
    if frame.declared & set(card.modalities) <= {"rgb"}:
        notes.append(Reason.RGB_ONLY)
    if frame.depth is not None and frame.depth_filters != card.depth_filters:
        notes.append(Reason.DEPTH_FILTERED)
    if frame.depth is not None and frame.calibration is None:
        # A camera has a calibration; a file of registered pictures often has none.
        notes.append(Reason.SIZE_UNKNOWN if frame.live_source or calibrated else Reason.SIZE_UNCHECKED)
    return notes
