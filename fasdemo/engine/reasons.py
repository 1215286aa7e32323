"""The reason codes of a verdict, their effects, and the guidance for the person in front of the camera.

`docs/reasons.md` has the same table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Effect(Enum):
    """The effect of a reason on a verdict; no reason makes LIVE more likely."""

    SPOOF = "spoof"
    """Physical evidence of an attack: not LIVE, and counts towards SPOOF."""
    RESTART = "restart"
    """The capture cannot be trusted: not LIVE, and the evidence so far is dropped."""
    DOUBT = "doubt"
    """Not LIVE while the reason is present; scores still count towards SPOOF."""
    BLOCK = "block"
    """Not LIVE while the reason is present; the picture is unusable, so its score only lowers the evidence for LIVE."""
    CAP = "cap"
    """Not LIVE unless the policy allows it; evidence is gathered as usual, so SPOOF remains SPOOF."""
    NOTE = "note"
    """Information without effect."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: its code, effect, meaning, and guidance for the person in front of the camera."""

    code: str
    effect: Effect
    meaning: str
    guidance: str = ""


def _catalogue(*reasons: Reason) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons}


_CAMERA = "There is a problem with the camera; please ask the staff for help."

CATALOGUE = _catalogue(
    # The capture, in the order of importance.
    Reason("internal_error", Effect.RESTART, "A part of the engine failed on this frame.", _CAMERA),
    Reason("rgb_invalid", Effect.RESTART, "The colour image is not a uint8 (H, W, 3) array.", _CAMERA),
    Reason("depth_missing", Effect.RESTART, "The source declares depth, but this frame has none.", _CAMERA),
    Reason("ir_missing", Effect.RESTART, "The source declares infrared, but this frame has none.", _CAMERA),
    Reason("depth_invalid", Effect.RESTART, "The depth image or its scale is not valid.", _CAMERA),
    Reason("ir_invalid", Effect.RESTART, "The infrared image is not valid.", _CAMERA),
    Reason(
        "depth_mismatched",
        Effect.RESTART,
        "The size of the depth image does not match the colour image, the calibration or the previous frames.",
        _CAMERA,
    ),
    Reason(
        "ir_mismatched",
        Effect.RESTART,
        "The size of the infrared image does not match the colour image, the calibration or the previous frames.",
        _CAMERA,
    ),
    Reason("rgb_mismatched", Effect.RESTART, "The size of the colour image has changed.", _CAMERA),
    Reason(
        "calibration_invalid",
        Effect.RESTART,
        "The calibration is not valid, so nothing can be measured with it.",
        _CAMERA,
    ),
    Reason(
        "clock_back", Effect.RESTART, "The time of the frame is not later than that of the previous frame.", _CAMERA
    ),
    Reason("stale_frame", Effect.RESTART, "The frame is older than the policy allows.", _CAMERA),
    Reason("rgb_repeated", Effect.RESTART, "The colour image of the face repeats an earlier one.", _CAMERA),
    Reason("depth_repeated", Effect.RESTART, "The depth image of the face repeats an earlier one.", _CAMERA),
    Reason("ir_repeated", Effect.RESTART, "The infrared image of the face repeats an earlier one.", _CAMERA),
    Reason("rgb_frozen", Effect.RESTART, "The colour image is identical to the previous one.", _CAMERA),
    Reason("depth_frozen", Effect.RESTART, "The depth image is identical to the previous one.", _CAMERA),
    Reason("ir_frozen", Effect.RESTART, "The infrared image is identical to the previous one.", _CAMERA),
    Reason(
        "rgb_out_of_sync",
        Effect.RESTART,
        "The device time of the colour image does not match the time of the frame.",
        _CAMERA,
    ),
    Reason("depth_out_of_sync", Effect.RESTART, "Depth and colour were not captured at the same time.", _CAMERA),
    Reason("ir_out_of_sync", Effect.RESTART, "Infrared and colour were not captured at the same time.", _CAMERA),
    Reason(
        "depth_untimed",
        Effect.RESTART,
        "The camera gives depth without a time stamp, so an old image cannot be detected.",
        _CAMERA,
    ),
    Reason(
        "ir_untimed",
        Effect.RESTART,
        "The camera gives infrared without a time stamp, so an old image cannot be detected.",
        _CAMERA,
    ),
    Reason("depth_empty", Effect.RESTART, "The depth image has almost no depth values.", _CAMERA),
    Reason("ir_dark", Effect.RESTART, "The whole infrared image is black.", _CAMERA),
    Reason("capture_fault", Effect.RESTART, "The source reports a fault, whose code is listed with this one.", _CAMERA),
    Reason("depth_required", Effect.BLOCK, "The policy requires depth, but the source has none.", _CAMERA),
    Reason("ir_required", Effect.BLOCK, "The policy requires infrared, but the source has none.", _CAMERA),
    Reason(
        "depth_unused", Effect.BLOCK, "The device or the recording has depth, but the source does not use it.", _CAMERA
    ),
    Reason(
        "ir_unused", Effect.BLOCK, "The device or the recording has infrared, but the source does not use it.", _CAMERA
    ),
    Reason("low_frame_rate", Effect.BLOCK, "The frame rate is too low to track a face.", _CAMERA),
    Reason(
        "size_unknown",
        Effect.BLOCK,
        "There is no valid calibration for the depth image, so the size of the face is unknown.",
        _CAMERA,
    ),
    Reason("score_missing", Effect.BLOCK, "The network gave no usable score.", _CAMERA),
    # What the face is made of.
    Reason("flat_surface", Effect.SPOOF, "The face is flat, like a print or a screen."),
    Reason("bent_sheet", Effect.SPOOF, "The face has the shape of a bent sheet of paper, without a nose."),
    Reason("ir_dark_screen", Effect.SPOOF, "The face is bright in colour but black in infrared, like a screen."),
    Reason("implausible_size", Effect.SPOOF, "At its distance, the face is larger or smaller than a human face."),
    Reason("ir_face_missing", Effect.DOUBT, "There is no face in infrared at the position of the face in colour."),
    Reason(
        "ir_rgb_mismatch",
        Effect.DOUBT,
        "Eyes, nose and mouth are at different positions in infrared and in colour, or mirrored.",
    ),
    Reason(
        "ir_copies_colour",
        Effect.DOUBT,
        "Infrared shows the same picture as colour, like a print or a grey copy, and not like skin.",
    ),
    Reason(
        "depth_elsewhere",
        Effect.DOUBT,
        "The depth shows the face at another place or angle than the colour image.",
        "Please look straight at the camera.",
    ),
    Reason(
        "partly_flat",
        Effect.DOUBT,
        "Mouth and chin, or forehead and eyes, are flat: something covers them.",
        "Please uncover your face.",
    ),
    Reason("rough_surface", Effect.DOUBT, "The depth of the face is rougher than any face; it may be another image."),
    Reason(
        "relief_unclear",
        Effect.DOUBT,
        "The depth is too noisy, or the nose too flat, to tell a face from a sheet of paper.",
        "Please come closer and look straight at the camera.",
    ),
    Reason("modalities_disagree", Effect.DOUBT, "The network rates depth or infrared as an attack."),
    # What the person can change.
    Reason("too_close", Effect.BLOCK, "The face is closer than the policy allows.", "Please step back a little."),
    Reason(
        "too_far", Effect.BLOCK, "The face is farther away or smaller than the policy allows.", "Please come closer."
    ),
    Reason(
        "partly_outside",
        Effect.BLOCK,
        "The face is partly outside the picture.",
        "Please move to the middle of the picture.",
    ),
    Reason("turned_away", Effect.BLOCK, "The head is turned or tilted too far.", "Please look straight at the camera."),
    Reason(
        "face_covered",
        Effect.BLOCK,
        "Parts of the face are not visible.",
        "Please uncover your face.",
    ),
    Reason("eyes_closed", Effect.BLOCK, "Both eyes have been closed for a while.", "Please open your eyes."),
    Reason("too_dark", Effect.BLOCK, "The face is too dark.", "It is too dark here; please face the light."),
    Reason("overexposed", Effect.BLOCK, "Much of the face is overexposed.", "Please turn away from the bright light."),
    Reason("blurred", Effect.BLOCK, "The face is blurred.", "Please hold still."),
    Reason(
        "depth_holes",
        Effect.BLOCK,
        "Depth is missing on much of the face.",
        "Please look straight at the camera, with nothing in front of your face.",
    ),
    Reason(
        "too_many_faces",
        Effect.BLOCK,
        "The policy allows only one face, but there are several.",
        "One person at a time, please.",
    ),
    # What the source can prove.
    Reason(
        "virtual_camera",
        Effect.CAP,
        "The camera is virtual, or its name cannot be read, so any picture can be fed into it.",
        "This is a virtual camera, which cannot prove a live person; use a real camera.",
    ),
    Reason(
        "rgb_untimed",
        Effect.CAP,
        "The network camera gives pictures without time stamps, so an old picture cannot be detected.",
        "This camera cannot prove a live person; please ask the staff for help.",
    ),
    Reason(
        "rgb_only",
        Effect.CAP,
        "Only colour was used: on 55 real pictures, the colour model was no better than chance (AUC 0.55).",
        "Colour alone cannot prove a live person; use a camera with depth or infrared.",
    ),
    # Evidence over time.
    Reason("flat_motion", Effect.DOUBT, "The face moves like a flat picture: no part of it is closer than the rest."),
    Reason("view_changed", Effect.DOUBT, "The view changed; checking again."),
    Reason("score_spoof", Effect.DOUBT, "The network rates this frame as an attack."),
    Reason("score_uncertain", Effect.DOUBT, "Not sure: the score is between the LIVE and SPOOF limits."),
    Reason("gathering", Effect.DOUBT, "There is not enough evidence yet.", "One moment, please."),
    # Notes.
    Reason("size_unchecked", Effect.NOTE, "The file has no calibration, so the size of the face is not checked."),
    Reason("single_frame", Effect.NOTE, "The verdict is based on a single picture, without evidence over time."),
    Reason("several_faces", Effect.NOTE, "There are several faces; each has its own verdict."),
    Reason("no_face", Effect.NOTE, "There is no face in the picture.", "Please look at the camera."),
)

_ORDER = {code: place for place, code in enumerate(CATALOGUE)}


def ordered(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes without duplicates, most important first; fault codes of the source come before all others."""
    return tuple(sorted(set(codes), key=lambda code: (_ORDER.get(code, -1), code)))


def effect(code: str) -> Effect:
    """Return the effect of a code; a code that is not in the catalogue is a capture fault."""
    return CATALOGUE[code].effect if code in CATALOGUE else Effect.RESTART


def guidance(codes: Iterable[str]) -> str:
    """Return the guidance of the first code that has one, for the person in front of the camera; empty if none has."""
    return next((CATALOGUE[code].guidance for code in codes if code in CATALOGUE and CATALOGUE[code].guidance), "")
