"""The record of one challenge, for results and the event log; `docs/challenges.md` describes challenges."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["turn", "blink", "random"]


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
