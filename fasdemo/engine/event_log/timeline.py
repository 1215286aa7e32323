"""Convert the changes in an event log to durations, source by source and part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fasdemo.engine.event_log.events import Event
from fasdemo.engine.result import Status


@dataclass(frozen=True, slots=True)
class Span:
    """One verdict on one face and its duration; times are seconds on the source's clock."""

    track_id: int
    status: Status
    start_s: float
    end_s: float
    score: float | None
    reasons: tuple[str, ...]
    truth: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a log: one source, model and policy, without a decrease of the time.

    Attributes:
        first: the first event, with source and model.
        start_s: start on the source's clock in seconds.
        end_s: end on the source's clock in seconds.
        spans: the verdicts, by face and time.
        changes: number of verdicts that replaced another one on the same face.
    """

    first: Event
    start_s: float
    end_s: float
    spans: tuple[Span, ...]
    changes: int


def parts(events: Sequence[Event]) -> list[Part]:
    """Return the parts of the log, each on one clock, in order; those of several sources one source after the other."""
    by_source: dict[str, list[Event]] = {}
    for event in events:
        by_source.setdefault(event.source_id, []).append(event)
    return [_part(piece) for own in by_source.values() for piece in _pieces(own)]


def changes_a_minute(events: Sequence[Event]) -> float | None:
    """Return the number of verdict changes of known faces per minute; None for a log without duration."""
    found = parts(events)
    duration = sum(part.end_s - part.start_s for part in found)
    return 60.0 * sum(part.changes for part in found) / duration if duration > 0 else None


def _pieces(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Split a log after each `end`, and at each decrease of the time, as in a log that was edited by hand."""
    piece: list[Event] = []
    for event in events:
        # The outcome of a signal can follow the end of its part.
        if event.event == "signal":
            continue
        if piece and (piece[-1].event == "end" or event.timestamp_s < piece[-1].timestamp_s):
            yield piece
            piece = []
        piece.append(event)
    if piece:
        yield piece


def _part(events: list[Event]) -> Part:
    """Return a part with its verdicts; each lasts until the next event of its face, or the last one of the part."""
    opened: dict[int, Event] = {}
    found: list[Span] = []
    end_s = events[-1].timestamp_s
    for event in events:
        if event.track_id is None:
            continue
        before = opened.pop(event.track_id, None)
        if before is not None:
            found.append(_span(before, event.timestamp_s))
        if event.event == "verdict" and event.status is not None:
            opened[event.track_id] = event
    found += [_span(event, end_s) for event in opened.values()]
    return Part(
        first=events[0],
        start_s=events[0].timestamp_s,
        end_s=end_s,
        spans=tuple(sorted(found, key=lambda span: (span.track_id, span.start_s))),
        changes=sum(event.event == "verdict" and event.previous is not None for event in events),
    )


def _span(event: Event, end_s: float) -> Span:
    assert event.track_id is not None
    assert event.status is not None
    return Span(event.track_id, event.status, event.timestamp_s, end_s, event.score, event.reasons, event.truth)
