"""A WebSocket client that shows the colours of a source's light challenges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.runtime.feeds.feed import Feed


class _Message(BaseModel):
    """What a client reports about a colour: that it has appeared, or why it cannot be seen."""

    model_config = ConfigDict(extra="forbid", strict=True)

    challenge: Annotated[int, Field(ge=1)]
    shown: Annotated[int, Field(ge=0, le=1000)] | None = None
    problem: Literal["screen_hidden", "screen_moved"] | None = None


class LightClient:
    """The only client that shows the colours of one source; `leave` fails a running challenge.

    Args:
        display: display of the source.
        in_use: sources that have such a client, shared by all clients; changed in place.
        source_id: the source.
    """

    def __init__(self, display: ChallengeDisplay, in_use: set[str], source_id: str) -> None:
        self._display, self._in_use, self._source_id = display, in_use, source_id
        in_use.add(source_id)

    def take(self, text: str) -> bool:
        """Take a message; return False if it is not valid, which fails a running challenge."""
        try:
            message = _Message.model_validate_json(text)
        except ValidationError:
            return False
        if (message.shown is None) == (message.problem is None):
            return False
        if message.shown is not None:
            self._display.shown(message.challenge, message.shown)
        elif message.problem is not None:
            self._display.fail(Failure(message.problem))
        return True

    def leave(self) -> None:
        """Fail a running challenge, because nobody shows its colours any more."""
        self._display.fail(Failure.SCREEN_HIDDEN)
        self._in_use.discard(self._source_id)


def light_client(feeds: Mapping[str, Feed], source_id: str | None, in_use: set[str]) -> LightClient | str:
    """Return the client for the colours of a source, or a sentence with the reason why it cannot be one."""
    feed = None if source_id is None else feeds.get(source_id)
    if feed is None:
        return "A display needs one source; add ?source=N."
    if feed.display is None:
        return "This source has no light challenges; start the server with --challenge light."
    if feed.source_id in in_use:
        return "Another client shows the colours of this source."
    return LightClient(feed.display, in_use, feed.source_id)
