"""The record of one challenge, for results and the event log; `docs/challenges.md` describes challenges."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["light", "turn", "blink", "random"]


class ChallengeResponse(BaseModel):
    """A prompt that was followed.

    Attributes:
        prompt: its name, e.g. `turn_left`.
        asked_s: time at which the prompt was given, on the source's clock.
        answered_s: time at which the response was complete.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prompt: str
    asked_s: float
    answered_s: float


class LightReport(BaseModel):
    """The colours of a light challenge and the measured response.

    Attributes:
        colours: the colours that were requested so far, as `#rrggbb`.
        shown_s: times at which they appeared, seconds from the first one.
        correlation: correlation of the face with red, green and blue of the screen; None until the end of the sequence.
            After a second sequence, the figures are those of the second one.
        delay_s: delay of the response, seconds.
        modulation: change of the face's light relative to its mean.
        relief: share of the pattern on the face that only its shape explains, 0 to 1.
        strength: size of this pattern relative to the mean response.
        unbent: this size after all that a strongly bent sheet can show is removed as well.
        texture: correlation of the details in the light of screen and room.
        ambient: share of the room's light in the light of the face.
        background: change of the background relative to that of the face; None if there is no usable background.
        tinted: share of the background that follows like the face.
        gain_change: change of the camera's gain, standard deviation of the logarithm; None like `background`.
        points: number of skin points that were measured.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    colours: tuple[str, ...]
    shown_s: tuple[float, ...] = ()
    correlation: tuple[float, float, float] | None = None
    delay_s: float | None = None
    modulation: float | None = None
    relief: float | None = None
    strength: float | None = None
    unbent: float | None = None
    texture: float | None = None
    ambient: float | None = None
    background: float | None = None
    tinted: float | None = None
    gain_change: float | None = None
    points: int = 0


class ChallengeReport(BaseModel):
    """One challenge.

    Attributes:
        number: counts the challenges of one engine, from 1.
        kind: as requested.
        track_id: the face.
        outcome: `aborted` stands in the event log if the source ended during the challenge.
        why: code of the failure; empty unless it failed.
        prompt: name of the prompt that is shown, `look_straight` between two of them.
        prompts: all prompts of the sequence; while it is running only those given so far, so that nobody who reads the
            results learns the next one.
        responses: prompts that were followed, with their times.
        light: the colours and the response, if the sequence contains a light challenge that has begun.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    number: Annotated[int, Field(ge=1)]
    kind: Kind
    track_id: int
    outcome: Literal["running", "passed", "failed", "aborted"]
    why: str = ""
    prompt: str = ""
    prompts: tuple[str, ...]
    responses: tuple[ChallengeResponse, ...] = ()
    light: LightReport | None = None

    @property
    def colour(self) -> tuple[int, str] | None:
        """Number and `#rrggbb` of the colour that the screen has to show now; None without one."""
        if self.outcome != "running" or self.prompt != "light" or self.light is None:
            return None
        return len(self.light.colours) - 1, self.light.colours[-1]
