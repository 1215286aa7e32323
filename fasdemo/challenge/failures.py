"""Why challenges fail."""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    """A cause of a failed challenge: its code as the value, and a sentence if the person can do something about it."""

    text: str

    def __new__(cls, code: str, text: str = "") -> Failure:
        """Return the member with the given code."""
        self = str.__new__(cls, code)
        self._value_ = code
        self.text = text
        return self

    TIMED_OUT = ("timed_out",)
    WRONG_RESPONSE = ("wrong_response",)
    TOO_EARLY = ("too_early",)
    UNASKED = ("moved_unasked",)
    FLAT_MOTION = ("flat_motion",)
    SEVERAL_FACES = ("several_faces", "A second face appeared; please stand in front of the camera alone.")
    FACE_LOST = ("face_lost",)
    NOT_MEASURED = ("not_measured",)
    CAPTURE_FAULT = ("capture_fault",)
    SPOOF = ("spoof",)
    REPEATED = ("sequence_repeated",)
    RESET = ("reset",)
    SCREEN_HIDDEN = ("screen_hidden", "The colours were covered; keep this window in front of all others.")
    SCREEN_MOVED = ("screen_moved", "The window was moved or resized while it showed colours; leave it in its place.")
    NOT_SHOWN = ("light_not_shown", "The colours did not appear on the screen in time; close other programs.")
    LIGHT_NOT_MEASURED = ("light_not_measured", "Your face is too dark or too bright to measure its light.")
    LIGHT_WEAK = ("light_too_weak", "The screen is too dim for this room; come closer, or darken the room.")
    LIGHT_NOT_FOLLOWED = ("light_not_followed", "")
    LIGHT_EXPOSURE = (
        "light_exposure",
        "The camera changes its exposure by itself; fix its exposure and white balance, or show more background.",
    )
    LIGHT_DARK_ROOM = ("light_dark_room", "The room is too dark; switch on a light.")
    LIGHT_REFLECTION = ("light_reflection", "")
    LIGHT_FLAT = ("light_flat", "")
    LIGHT_BACKGROUND = ("light_background", "Come closer to the screen, away from the wall behind you.")
