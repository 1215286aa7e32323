"""Several sources, each with its own engine; they share models and take fair turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.runtime.feeds.fair_turns import FairTurns
from fasdemo.runtime.feeds.feed import Feed, Follower
from fasdemo.runtime.pipeline import MakeProcessor, MakeSource
from fasdemo.runtime.requests import EngineRequest, SourceRequest

WATCH_EVERY_S = 0.25
"""Interval at which `FeedGroup.watch` must be called."""


class FeedGroup(Mapping[str, Feed]):
    """The feeds by their ids, which are `1`, `2` and so on in the order of the sources.

    A source that fails does not affect the others; it is opened again with increasing delays.

    Args:
        sources: the sources.
        engine: model, policy and device for all sources.
        make_source: opens a source, see `Pipeline`.
        make_processor: creates the frame processor of a source; it may share models between sources.
        followers: receivers of every result.
        loop: start files again at their end.
        turns: the turns of the sources; None for as many at the same time as there are processors.
    """

    def __init__(
        self,
        sources: Sequence[SourceRequest],
        engine: EngineRequest,
        make_source: MakeSource,
        make_processor: MakeProcessor,
        followers: tuple[Follower, ...] = (),
        loop: bool = False,
        turns: FairTurns | None = None,
    ) -> None:
        self._turns = FairTurns() if turns is None else turns
        self._feeds = {
            str(number): Feed(
                str(number), request, _own(engine), make_source, make_processor, followers, loop, self._turns.turn
            )
            for number, request in enumerate(sources, 1)
        }

    def start(self) -> None:
        """Open all sources in the background."""
        for feed in self._feeds.values():
            feed.start()

    def watch(self) -> None:
        """Announce verdicts that became too old, and reopen failed sources; call it every `WATCH_EVERY_S`."""
        for feed in self._feeds.values():
            feed.watch()

    def stop(self) -> None:
        """Stop all sources; their threads end at the same time."""
        for feed in self._feeds.values():
            feed.request_stop()
        for feed in self._feeds.values():
            feed.stop()

    def __getitem__(self, source_id: str) -> Feed:
        return self._feeds[source_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._feeds)

    def __len__(self) -> int:
        return len(self._feeds)


def _own(engine: EngineRequest) -> EngineRequest:
    """Return the request for one source: each has its own display of light challenges, which a client may show."""
    return replace(engine, display=ChallengeDisplay()) if engine.challenge == "light" else engine
