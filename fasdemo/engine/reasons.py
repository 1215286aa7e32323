"""The codes that a verdict carries, what each does to it, and what it tells the person before the camera.

`docs/reasons.md` is this table for readers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Effect(Enum):
    """What a reason does to a verdict. No reason raises trust."""

    SPOOF = "spoof"
    """Physical evidence of an attack: not LIVE, and counts towards SPOOF."""
    RESTART = "restart"
    """The capture cannot be trusted: not LIVE, and what was gathered so far is forgotten."""
    DOUBT = "doubt"
    """Not LIVE while it holds; a score that says attack counts as ever."""
    BLOCK = "block"
    """Not LIVE while it holds, and no picture to call an attack by: its score only takes trust away."""
    CAP = "cap"
    """Not LIVE, unless the policy lifts it; the evidence is gathered as without it, so that SPOOF stays SPOOF."""
    NOTE = "note"
    """Said, without effect."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One code."""

    code: str
    effect: Effect
    meaning: str
    guidance: str = ""


def _catalogue(*reasons: Reason) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons}


_CAMERA = "The camera does not deliver; please call the staff."

CATALOGUE = _catalogue(
    # The capture, in the order of importance.
    Reason("internal_error", Effect.RESTART, "A part of the engine failed on this frame.", _CAMERA),
    Reason("rgb_invalid", Effect.RESTART, "The colour image is no uint8 (H, W, 3) picture.", _CAMERA),
    Reason("depth_missing", Effect.RESTART, "The source promises depth and this frame has none.", _CAMERA),
    Reason("ir_missing", Effect.RESTART, "The source promises infrared and this frame has none.", _CAMERA),
    Reason("depth_invalid", Effect.RESTART, "The depth image or its scale is not what the contract says.", _CAMERA),
    Reason("ir_invalid", Effect.RESTART, "The infrared image is not what the contract says.", _CAMERA),
    Reason(
        "depth_mismatched",
        Effect.RESTART,
        "The depth image's size does not fit the colour image, the calibration or the frames before.",
        _CAMERA,
    ),
    Reason(
        "ir_mismatched",
        Effect.RESTART,
        "The infrared image's size does not fit the colour image, the calibration or the frames before.",
        _CAMERA,
    ),
    Reason("rgb_mismatched", Effect.RESTART, "The colour image changed its size.", _CAMERA),
    Reason(
        "calibration_invalid",
        Effect.RESTART,
        "The calibration is not that of a camera, so nothing can be measured by it.",
        _CAMERA,
    ),
    Reason("clock_back", Effect.RESTART, "The frame's time is not after that of the frame before.", _CAMERA),
    Reason("stale_frame", Effect.RESTART, "The frame is older than the policy allows.", _CAMERA),
    Reason("rgb_repeated", Effect.RESTART, "The colour image of the face was shown before.", _CAMERA),
    Reason("depth_repeated", Effect.RESTART, "The depth image of the face was given before.", _CAMERA),
    Reason("ir_repeated", Effect.RESTART, "The infrared image of the face was given before.", _CAMERA),
    Reason("rgb_frozen", Effect.RESTART, "The colour image is the same as before, bit by bit.", _CAMERA),
    Reason("depth_frozen", Effect.RESTART, "The depth image is the same as before, bit by bit.", _CAMERA),
    Reason("ir_frozen", Effect.RESTART, "The infrared image is the same as before, bit by bit.", _CAMERA),
    Reason("rgb_out_of_sync", Effect.RESTART, "The colour image's device time is not the frame's time.", _CAMERA),
    Reason("depth_out_of_sync", Effect.RESTART, "Depth and colour were not taken at the same time.", _CAMERA),
    Reason("ir_out_of_sync", Effect.RESTART, "Infrared and colour were not taken at the same time.", _CAMERA),
    Reason(
        "depth_untimed",
        Effect.RESTART,
        "The live source gives depth without a time, so nothing shows that it is not an old one.",
        _CAMERA,
    ),
    Reason(
        "ir_untimed",
        Effect.RESTART,
        "The live source gives infrared without a time, so nothing shows that it is not an old one.",
        _CAMERA,
    ),
    Reason("depth_empty", Effect.RESTART, "The depth image has hardly any reading.", _CAMERA),
    Reason("ir_dark", Effect.RESTART, "The whole infrared image is black.", _CAMERA),
    Reason(
        "capture_fault", Effect.RESTART, "The source reports a fault; its own code stands beside this one.", _CAMERA
    ),
    Reason("depth_required", Effect.BLOCK, "The policy demands depth, and the source has none.", _CAMERA),
    Reason("ir_required", Effect.BLOCK, "The policy demands infrared, and the source has none.", _CAMERA),
    Reason(
        "depth_unused", Effect.BLOCK, "The device or the recording has depth, and the source leaves it out.", _CAMERA
    ),
    Reason(
        "ir_unused", Effect.BLOCK, "The device or the recording has infrared, and the source leaves it out.", _CAMERA
    ),
    Reason("low_frame_rate", Effect.BLOCK, "Frames come too rarely to follow a face from one to the next.", _CAMERA),
    Reason(
        "size_unknown", Effect.BLOCK, "There is depth and no usable calibration: the face's size is unknown.", _CAMERA
    ),
    Reason("score_missing", Effect.BLOCK, "The network gave no usable score.", _CAMERA),
    # What the face is made of.
    Reason("flat_surface", Effect.SPOOF, "The depth of the face is that of a plane."),
    Reason("bent_sheet", Effect.SPOOF, "The depth of the face is that of a bent sheet: it has no nose."),
    Reason("ir_dark_screen", Effect.SPOOF, "Bright in colour and black in infrared, as screens are."),
    Reason("implausible_size", Effect.SPOOF, "At its distance the face would be larger or smaller than people are."),
    Reason("ir_face_missing", Effect.DOUBT, "No face is seen in infrared where colour shows one."),
    Reason(
        "ir_rgb_mismatch",
        Effect.DOUBT,
        "Eyes, nose and mouth lie elsewhere in infrared than in colour, or as in a mirror.",
    ),
    Reason(
        "ir_copies_colour",
        Effect.DOUBT,
        "Infrared shows the same picture as colour, as that of a print or of grey colour does, and no skin's.",
    ),
    Reason(
        "depth_elsewhere",
        Effect.DOUBT,
        "Where colour shows the face, depth shows it moved or turned.",
        "Please look straight at the camera.",
    ),
    Reason(
        "partly_flat",
        Effect.DOUBT,
        "Mouth and chin, or forehead and eyes, are flat: something lies before them.",
        "Please uncover your face.",
    ),
    Reason("rough_surface", Effect.DOUBT, "The depth of the face jumps as no face does: it may be another image."),
    Reason(
        "relief_unclear",
        Effect.DOUBT,
        "The depth is too noisy, or the nose too low, to tell a face from a sheet.",
        "Please come closer and look straight at the camera.",
    ),
    Reason("modalities_disagree", Effect.DOUBT, "The network's depth or infrared part says attack."),
    # What the person can change.
    Reason("too_close", Effect.BLOCK, "The face is nearer than the policy allows.", "Please step back a little."),
    Reason(
        "too_far", Effect.BLOCK, "The face is farther away, or smaller, than the policy allows.", "Please come closer."
    ),
    Reason(
        "partly_outside",
        Effect.BLOCK,
        "The face reaches beyond the picture.",
        "Please move to the middle of the picture.",
    ),
    Reason("turned_away", Effect.BLOCK, "The head is turned or tilted too far.", "Please look straight at the camera."),
    Reason(
        "face_covered",
        Effect.BLOCK,
        "Parts of the face cannot be made out.",
        "Please uncover your face.",
    ),
    Reason("eyes_closed", Effect.BLOCK, "Both eyes have been closed for a while.", "Please open your eyes."),
    Reason("too_dark", Effect.BLOCK, "The face is too dark.", "It is too dark here; please face the light."),
    Reason("overexposed", Effect.BLOCK, "Much of the face is white.", "Please turn away from the bright light."),
    Reason("blurred", Effect.BLOCK, "The face is blurred.", "Please hold still."),
    Reason(
        "depth_holes",
        Effect.BLOCK,
        "Depth is missing on much of the face.",
        "Please look straight at the camera, without anything before your face.",
    ),
    Reason(
        "too_many_faces",
        Effect.BLOCK,
        "The policy allows one face, and there are several.",
        "One person at a time, please.",
    ),
    # What the source can prove.
    Reason(
        "virtual_camera",
        Effect.CAP,
        "The camera is a virtual one, or its name cannot be read: any picture can be fed into it.",
        "This is a virtual camera and proves nothing; use a real one.",
    ),
    Reason(
        "rgb_only",
        Effect.CAP,
        "Judged by colour alone: on 55 real pictures the colour model was no better than chance (AUC 0.55).",
        "Colour alone cannot prove a live person; use a camera with depth or infrared.",
    ),
    # Evidence over time.
    Reason(
        "flat_motion", Effect.DOUBT, "The face moves as one flat picture does: nothing in it is nearer than the rest."
    ),
    Reason("view_changed", Effect.DOUBT, "Something else stands where the face was: the evidence starts afresh."),
    Reason("score_spoof", Effect.DOUBT, "The network takes this frame for an attack."),
    Reason("score_uncertain", Effect.DOUBT, "The network's score lies between the two thresholds."),
    Reason("gathering", Effect.DOUBT, "There is not enough evidence yet.", "One moment, please."),
    # Notes.
    Reason("size_unchecked", Effect.NOTE, "A file without calibration: the face's size is not checked."),
    Reason("single_frame", Effect.NOTE, "Judged by one picture: nothing is known about time."),
    Reason("several_faces", Effect.NOTE, "There are several faces; each has its own verdict."),
    Reason("no_face", Effect.NOTE, "There is no face in the picture.", "Please look at the camera."),
)

_ORDER = {code: place for place, code in enumerate(CATALOGUE)}


def ordered(codes: Iterable[str]) -> tuple[str, ...]:
    """Each code once, the most important first; a source's own fault codes come before all others."""
    return tuple(sorted(set(codes), key=lambda code: (_ORDER.get(code, -1), code)))


def effect(code: str) -> Effect:
    """What a code does; a code that is not in the catalogue is a fault of the capture."""
    return CATALOGUE[code].effect if code in CATALOGUE else Effect.RESTART


def guidance(codes: Iterable[str]) -> str:
    """One sentence for the person before the camera, empty when nothing has to change."""
    return next((CATALOGUE[code].guidance for code in codes if code in CATALOGUE and CATALOGUE[code].guidance), "")
