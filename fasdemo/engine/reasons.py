"""The reason codes of a verdict, their effects, and the guidance for the person in front of the camera.

`tools/verdict_tables.py` writes the table in `docs/reasons.md` from this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum
from types import MappingProxyType

from fasdemo.frames import Stream


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


_CAMERA = "There is a problem with the camera; please ask the staff for help."


class Reason(StrEnum):
    """A reason, most important first: its code as the value, its effect, meaning, and guidance for the person.

    A member is a string equal to its code. The fault codes of a source are plain strings and have the effect
    `Effect.RESTART`; use `effect` if both can occur.
    """

    effect: Effect
    meaning: str
    guidance: str

    def __new__(cls, code: str, effect: Effect, meaning: str, guidance: str = "") -> Reason:
        """Return the member with the given code."""
        self = str.__new__(cls, code)
        self._value_ = code
        self.effect, self.meaning, self.guidance = effect, meaning, guidance
        return self

    # The capture, in the order of importance.
    INTERNAL_ERROR = ("internal_error", Effect.RESTART, "A part of the engine failed on this frame.", _CAMERA)
    RGB_INVALID = ("rgb_invalid", Effect.RESTART, "The colour image is not a uint8 (H, W, 3) array.", _CAMERA)
    DEPTH_MISSING = ("depth_missing", Effect.RESTART, "The source declares depth, but this frame has none.", _CAMERA)
    IR_MISSING = ("ir_missing", Effect.RESTART, "The source declares infrared, but this frame has none.", _CAMERA)
    DEPTH_INVALID = ("depth_invalid", Effect.RESTART, "The depth image or its scale is not valid.", _CAMERA)
    IR_INVALID = ("ir_invalid", Effect.RESTART, "The infrared image is not valid.", _CAMERA)
    DEPTH_MISMATCHED = (
        "depth_mismatched",
        Effect.RESTART,
        "The size of the depth image does not match the colour image, the calibration or the previous frames.",
        _CAMERA,
    )
    IR_MISMATCHED = (
        "ir_mismatched",
        Effect.RESTART,
        "The size of the infrared image does not match the colour image, the calibration or the previous frames.",
        _CAMERA,
    )
    RGB_MISMATCHED = ("rgb_mismatched", Effect.RESTART, "The size of the colour image has changed.", _CAMERA)
    CALIBRATION_INVALID = (
        "calibration_invalid",
        Effect.RESTART,
        "The calibration is not valid, so nothing can be measured with it.",
        _CAMERA,
    )
    CLOCK_BACK = (
        "clock_back",
        Effect.RESTART,
        "The time of the frame is not later than that of the previous frame.",
        _CAMERA,
    )
    STALE_FRAME = ("stale_frame", Effect.RESTART, "The frame is older than the policy allows.", _CAMERA)
    RGB_REPEATED = ("rgb_repeated", Effect.RESTART, "The colour image of the face repeats an earlier one.", _CAMERA)
    DEPTH_REPEATED = ("depth_repeated", Effect.RESTART, "The depth image of the face repeats an earlier one.", _CAMERA)
    IR_REPEATED = ("ir_repeated", Effect.RESTART, "The infrared image of the face repeats an earlier one.", _CAMERA)
    RGB_FROZEN = ("rgb_frozen", Effect.RESTART, "The colour image is identical to the previous one.", _CAMERA)
    DEPTH_FROZEN = ("depth_frozen", Effect.RESTART, "The depth image is identical to the previous one.", _CAMERA)
    IR_FROZEN = ("ir_frozen", Effect.RESTART, "The infrared image is identical to the previous one.", _CAMERA)
    RGB_OUT_OF_SYNC = (
        "rgb_out_of_sync",
        Effect.RESTART,
        "The device time of the colour image does not match the time of the frame.",
        _CAMERA,
    )
    DEPTH_OUT_OF_SYNC = (
        "depth_out_of_sync",
        Effect.RESTART,
        "Depth and colour were not captured at the same time.",
        _CAMERA,
    )
    IR_OUT_OF_SYNC = (
        "ir_out_of_sync",
        Effect.RESTART,
        "Infrared and colour were not captured at the same time.",
        _CAMERA,
    )
    DEPTH_UNTIMED = (
        "depth_untimed",
        Effect.RESTART,
        "The camera gives depth without a time stamp, so an old image cannot be detected.",
        _CAMERA,
    )
    IR_UNTIMED = (
        "ir_untimed",
        Effect.RESTART,
        "The camera gives infrared without a time stamp, so an old image cannot be detected.",
        _CAMERA,
    )
    DEPTH_MOVES_APART = (
        "depth_moves_apart",
        Effect.DOUBT,
        "The face moves differently in depth and in colour: one of them is late or shows another scene.",
        _CAMERA,
    )
    IR_MOVES_APART = (
        "ir_moves_apart",
        Effect.DOUBT,
        "The face moves differently in infrared and in colour: one of them is late or shows another scene.",
        _CAMERA,
    )
    DEPTH_EMPTY = ("depth_empty", Effect.RESTART, "The depth image has almost no depth values.", _CAMERA)
    IR_LAMP_NOT_SEEN = (
        "ir_lamp_not_seen",
        Effect.RESTART,
        "The pulses of the infrared lamp are not visible: it does not light up, nobody is close enough, or sunlight is "
        "stronger.",
        "Please come closer, and turn away from sunlight.",
    )
    IR_UNCALIBRATED = (
        "ir_uncalibrated",
        Effect.RESTART,
        "The position of the infrared camera relative to the colour camera is not known yet.",
        "The camera is being set up: please look at it and move closer and back, and from side to side.",
    )
    IR_DARK = ("ir_dark", Effect.RESTART, "The whole infrared image is black.", _CAMERA)
    CAPTURE_FAULT = (
        "capture_fault",
        Effect.RESTART,
        "The source reports a fault, whose code is listed with this one.",
        _CAMERA,
    )
    RGB_REQUIRED = ("rgb_required", Effect.BLOCK, "The policy requires colour, but the source has none.", _CAMERA)
    DEPTH_REQUIRED = ("depth_required", Effect.BLOCK, "The policy requires depth, but the source has none.", _CAMERA)
    IR_REQUIRED = ("ir_required", Effect.BLOCK, "The policy requires infrared, but the source has none.", _CAMERA)
    RGB_UNUSED = (
        "rgb_unused",
        Effect.BLOCK,
        "The device or the recording has colour, but the source does not use it.",
        _CAMERA,
    )
    DEPTH_UNUSED = (
        "depth_unused",
        Effect.BLOCK,
        "The device or the recording has depth, but the source does not use it.",
        _CAMERA,
    )
    IR_UNUSED = (
        "ir_unused",
        Effect.BLOCK,
        "The device or the recording has infrared, but the source does not use it.",
        _CAMERA,
    )
    LOW_FRAME_RATE = ("low_frame_rate", Effect.BLOCK, "The frame rate is too low to track a face.", _CAMERA)
    SIZE_UNKNOWN = (
        "size_unknown",
        Effect.BLOCK,
        "There is no valid calibration for the depth image, so the size of the face is unknown.",
        _CAMERA,
    )
    DEPTH_FILTERED = (
        "depth_filtered",
        Effect.BLOCK,
        "The camera's depth filters are not those of the model's training data.",
        _CAMERA,
    )
    SCORE_MISSING = ("score_missing", Effect.BLOCK, "The network gave no usable score.", _CAMERA)
    # What the face is made of.
    FLAT_SURFACE = ("flat_surface", Effect.SPOOF, "The face is flat, like a print or a screen.")
    BENT_SHEET = ("bent_sheet", Effect.SPOOF, "The face has the shape of a bent sheet of paper, without a nose.")
    IR_DARK_SCREEN = (
        "ir_dark_screen",
        Effect.SPOOF,
        "The face is bright in colour but black in infrared, like a screen.",
    )
    IMPLAUSIBLE_SIZE = (
        "implausible_size",
        Effect.SPOOF,
        "At its distance, the face is larger or smaller than a human face.",
    )
    IR_FACE_MISSING = (
        "ir_face_missing",
        Effect.DOUBT,
        "There is no face in infrared at the position of the face in colour.",
    )
    IR_RGB_MISMATCH = (
        "ir_rgb_mismatch",
        Effect.DOUBT,
        "Eyes, nose and mouth are at different positions in infrared and in colour, or mirrored.",
    )
    IR_COPIES_COLOUR = (
        "ir_copies_colour",
        Effect.DOUBT,
        "Infrared shows the same picture as colour, like a print or a grey copy, and not like skin.",
    )
    DEPTH_ELSEWHERE = (
        "depth_elsewhere",
        Effect.DOUBT,
        "The depth shows the face at another place or angle than the colour image.",
        "Please look straight at the camera.",
    )
    PARTLY_FLAT = (
        "partly_flat",
        Effect.DOUBT,
        "Mouth and chin, or forehead and eyes, are flat: something covers them.",
        "Please uncover your face.",
    )
    ROUGH_SURFACE = (
        "rough_surface",
        Effect.DOUBT,
        "The depth of the face is rougher than any face; it may be another image.",
    )
    RELIEF_UNCLEAR = (
        "relief_unclear",
        Effect.DOUBT,
        "The depth is too noisy, or the nose too flat, to tell a face from a sheet of paper.",
        "Please come closer and look straight at the camera.",
    )
    SHALLOW_RELIEF = (
        "shallow_relief",
        Effect.DOUBT,
        "The relief of the face is shallower than that of almost all people.",
        "Please look straight at the camera.",
    )
    MODALITIES_DISAGREE = ("modalities_disagree", Effect.DOUBT, "The network rates depth or infrared as an attack.")
    # What the person can change.
    TOO_CLOSE = ("too_close", Effect.BLOCK, "The face is closer than the policy allows.", "Please step back a little.")
    TOO_FAR = (
        "too_far",
        Effect.BLOCK,
        "The face is farther away or smaller than the policy allows.",
        "Please come closer.",
    )
    PARTLY_OUTSIDE = (
        "partly_outside",
        Effect.BLOCK,
        "The face is partly outside the picture.",
        "Please move to the middle of the picture.",
    )
    TURNED_AWAY = (
        "turned_away",
        Effect.BLOCK,
        "The head is turned or tilted too far.",
        "Please look straight at the camera.",
    )
    FACE_COVERED = ("face_covered", Effect.BLOCK, "Parts of the face are not visible.", "Please uncover your face.")
    EYES_CLOSED = ("eyes_closed", Effect.BLOCK, "Both eyes have been closed for a while.", "Please open your eyes.")
    TOO_DARK = ("too_dark", Effect.BLOCK, "The face is too dark.", "It is too dark here; please face the light.")
    IR_AMBIENT_BRIGHT = (
        "ir_ambient_bright",
        Effect.BLOCK,
        "The infrared light of the room, like sunlight, overexposes the face, so the lamp's light is unknown.",
        "Please turn away from the sun or the bright light.",
    )
    IR_LAMP_WEAK = (
        "ir_lamp_weak",
        Effect.BLOCK,
        "The light of the camera's infrared lamp on the face is too weak.",
        "Please come closer.",
    )
    OVEREXPOSED = (
        "overexposed",
        Effect.BLOCK,
        "Much of the face is overexposed.",
        "Please turn away from the bright light.",
    )
    BLURRED = ("blurred", Effect.BLOCK, "The face is blurred.", "Please hold still.")
    DEPTH_HOLES = (
        "depth_holes",
        Effect.BLOCK,
        "Depth is missing on much of the face.",
        "Please look straight at the camera, with nothing in front of your face.",
    )
    GAZE_AWAY = (
        "gaze_away",
        Effect.BLOCK,
        "The policy requires a look at the camera, but the eyes look elsewhere, or it is not known where.",
        "Please look at the camera.",
    )
    MOTION_UNSEEN = (
        "motion_unseen",
        Effect.BLOCK,
        "The policy requires that the face moves, and depth and infrared with it.",
        "Please move your head a little.",
    )
    LOCKED_OUT = (
        "locked_out",
        Effect.BLOCK,
        "Several attempts were refused, so the camera is locked for a while.",
        "Too many attempts were refused; please wait a moment or ask the staff for help.",
    )
    CHALLENGE_FAILED = (
        "challenge_failed",
        Effect.BLOCK,
        "The prompts of the challenge were not followed; the event log says which one and why.",
        "That did not match. Please look at the camera; new prompts follow.",
    )
    CHALLENGE_PENDING = (
        "challenge_pending",
        Effect.BLOCK,
        "LIVE requires that this face follows the prompts of a challenge first.",
        "Please look at the camera; prompts follow.",
    )
    CHALLENGE_NEEDS_CAMERA = (
        "challenge_needs_camera",
        Effect.BLOCK,
        "LIVE requires a challenge, and a file cannot follow prompts.",
        "A file cannot follow prompts; use a camera.",
    )
    TOO_MANY_FACES = (
        "too_many_faces",
        Effect.BLOCK,
        "The policy allows only one face, but there are several.",
        "One person at a time, please.",
    )
    # What the source can prove.
    VIRTUAL_CAMERA = (
        "virtual_camera",
        Effect.CAP,
        "The camera is virtual, or its name cannot be read, so any picture can be fed into it.",
        "This is a virtual camera, which cannot prove a live person; use a real camera.",
    )
    RGB_UNTIMED = (
        "rgb_untimed",
        Effect.CAP,
        "The network camera gives pictures without time stamps, so an old picture cannot be detected.",
        "This camera cannot prove a live person; please ask the staff for help.",
    )
    RGB_ONLY = (
        "rgb_only",
        Effect.CAP,
        "Only colour was used, and the colour model accepts 3 of 10 live and 0 of 9 attack pictures (AUC 0.73).",
        "Colour alone cannot prove a live person; use a camera with depth or infrared.",
    )
    # Evidence over time.
    FLAT_MOTION = (
        "flat_motion",
        Effect.DOUBT,
        "The face moves like a flat picture: no part of it is closer than the rest.",
    )
    STILL_EYES = (
        "still_eyes",
        Effect.DOUBT,
        "The eyelids have not moved for 10 s, as in a picture.",
        "Please blink.",
    )
    RIGID_BORDER = (
        "rigid_border",
        Effect.DOUBT,
        "Straight edges surround the face closely, like the border of a print or a screen.",
        "Please stand in front of the camera without a frame or a sheet around your face.",
    )
    VIEW_CHANGED = ("view_changed", Effect.DOUBT, "The view changed; checking again.")
    SCORE_SPOOF = ("score_spoof", Effect.DOUBT, "The network rates this frame as an attack.")
    SCORE_UNCERTAIN = ("score_uncertain", Effect.DOUBT, "Not sure: the score is between the LIVE and SPOOF limits.")
    GATHERING = (
        "gathering",
        Effect.DOUBT,
        "There is not enough evidence yet, or the streams of a live camera have not been compared for long enough yet.",
        "Please keep looking at the camera.",
    )
    # Notes.
    SIZE_UNCHECKED = (
        "size_unchecked",
        Effect.NOTE,
        "The file has no calibration, so the size of the face is not checked.",
    )
    SINGLE_FRAME = (
        "single_frame",
        Effect.NOTE,
        "The verdict is based on a single picture, without evidence over time.",
    )
    NETWORK_ALONE = (
        "network_alone",
        Effect.CAP,
        "Only the network rated the whole picture, without face detection, physical evidence or time.",
    )
    SEVERAL_FACES = ("several_faces", Effect.NOTE, "There are several faces; each has its own verdict.")
    NO_FACE = ("no_face", Effect.NOTE, "There is no face in the picture.", "Please look at the camera.")


def _by_stream(rgb: Reason | None, depth: Reason, ir: Reason) -> Mapping[Stream, Reason]:
    reasons: dict[Stream, Reason] = {"depth": depth, "ir": ir}
    return MappingProxyType(reasons if rgb is None else {"rgb": rgb, **reasons})


MISMATCHED = _by_stream(Reason.RGB_MISMATCHED, Reason.DEPTH_MISMATCHED, Reason.IR_MISMATCHED)
REPEATED = _by_stream(Reason.RGB_REPEATED, Reason.DEPTH_REPEATED, Reason.IR_REPEATED)
FROZEN = _by_stream(Reason.RGB_FROZEN, Reason.DEPTH_FROZEN, Reason.IR_FROZEN)
OUT_OF_SYNC = _by_stream(Reason.RGB_OUT_OF_SYNC, Reason.DEPTH_OUT_OF_SYNC, Reason.IR_OUT_OF_SYNC)
MOVES_APART = _by_stream(None, Reason.DEPTH_MOVES_APART, Reason.IR_MOVES_APART)
UNTIMED = _by_stream(None, Reason.DEPTH_UNTIMED, Reason.IR_UNTIMED)
REQUIRED = _by_stream(Reason.RGB_REQUIRED, Reason.DEPTH_REQUIRED, Reason.IR_REQUIRED)
UNUSED = _by_stream(Reason.RGB_UNUSED, Reason.DEPTH_UNUSED, Reason.IR_UNUSED)
UNUSABLE_DEPTH = frozenset({Reason.DEPTH_INVALID, Reason.DEPTH_MISMATCHED})
UNUSABLE_IR = frozenset({Reason.IR_INVALID, Reason.IR_MISMATCHED})
"""Reasons that exclude the depth or infrared image from all measurements."""

_BY_CODE: dict[str, Reason] = {reason.value: reason for reason in Reason}
_ORDER: dict[str, int] = {reason.value: place for place, reason in enumerate(Reason)}


def reason_of(code: str) -> Reason | None:
    """Return the reason with a code; None for a fault code of a source."""
    return _BY_CODE.get(code)


def ordered(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes without duplicates, most important first; fault codes of the source come before all others."""
    return tuple(sorted(set(codes), key=lambda code: (_ORDER.get(code, -1), code)))


def effect(code: str) -> Effect:
    """Return the effect of a code; a fault code of a source has the effect `restart`."""
    known = reason_of(code)
    return Effect.RESTART if known is None else known.effect


def guidance(codes: Iterable[str]) -> str:
    """Return the guidance of the first code that has one, for the person in front of the camera; empty if none has."""
    return next((known.guidance for known in map(reason_of, codes) if known is not None and known.guidance), "")
