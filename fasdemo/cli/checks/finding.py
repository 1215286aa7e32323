"""The result of a check of `fasdemo doctor`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["good", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        area: `system`, `cameras`, `inference`, `models`, `display` or `disk`.
        state: `wrong` if something has to be corrected, `note` for information, `good` otherwise.
        text: what was found.
        advice: what to do; empty if nothing has to be done.
        details: the facts as values for programs.
    """

    area: str
    state: State
    text: str
    advice: str = ""
    details: dict[str, Any] = field(default_factory=dict)
