"""Draws an event log as a picture: a band a face, coloured by its verdict, over time. SVG, without a library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from fasdemo.engine.events import Event
from fasdemo.engine.result import Status

COLOURS = {Status.LIVE: "#0072b2", Status.SPOOF: "#d55e00", Status.UNCERTAIN: "#999999"}
"""Okabe and Ito's palette, told apart by every kind of colour vision."""
_HATCH = {Status.LIVE: "", Status.SPOOF: "cross", Status.UNCERTAIN: "lines"}
_WIDTH, _LEFT, _RIGHT, _TOP = 960, 90, 20, 64
_BAND, _GAP = 34, 14
_MOST_FACES = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """One verdict on one face for a while."""

    track_id: int
    status: Status
    start_s: float
    end_s: float
    score: float | None
    reasons: tuple[str, ...]
    truth: str | None


def spans(events: Sequence[Event]) -> list[Span]:
    """From changes to durations. A verdict lasts until the face's next event, or the log's last one."""
    open_events: dict[int, Event] = {}
    result: list[Span] = []

    def close(event: Event, end_s: float) -> None:
        assert event.track_id is not None
        assert event.status is not None
        result.append(
            Span(
                event.track_id,
                event.status,
                event.timestamp_s,
                max(end_s, event.timestamp_s),
                event.score,
                event.reasons,
                event.truth,
            )
        )

    last_s = max((event.timestamp_s for event in events), default=0.0)
    for event in events:
        before = open_events.pop(event.track_id, None) if event.track_id is not None else None
        if before is not None:
            close(before, event.timestamp_s)
        if event.event == "verdict" and event.track_id is not None and event.status is not None:
            open_events[event.track_id] = event
    for event in open_events.values():
        close(event, last_s)
    return sorted(result, key=lambda span: (span.track_id, span.start_s))


def changes_a_minute(events: Sequence[Event]) -> float | None:
    """Verdict changes of known faces over the log's duration; None for a log without duration."""
    if not events:
        return None
    duration = max(event.timestamp_s for event in events) - min(event.timestamp_s for event in events)
    changes = sum(event.event == "verdict" and event.previous is not None for event in events)
    return 60.0 * changes / duration if duration > 0 else None


def svg(events: Sequence[Event]) -> str:
    """The time line as an SVG document."""
    found = spans(events)
    start = min((event.timestamp_s for event in events), default=0.0)
    end = max((event.timestamp_s for event in events), default=1.0)
    scale = (_WIDTH - _LEFT - _RIGHT) / max(end - start, 1e-3)
    bands: dict[int, list[Span]] = {}
    for span in found:
        bands.setdefault(span.track_id, []).append(span)
    tracks = sorted(bands)[:_MOST_FACES]
    height = _TOP + max(len(tracks), 1) * (_BAND + _GAP) + 66
    first = events[0] if events else None
    title = "no events" if first is None else f"{first.source}, judged by {first.model} with policy {first.policy}"
    left_out = "" if len(bands) <= len(tracks) else f"; the first {len(tracks)} of {len(bands)} faces"
    note = "" if first is None or first.live_source else " (recording, no live-camera decision)"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="13">',
        "<defs>"
        '<pattern id="lines" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path d="M0 8L8 0" stroke="#fff" stroke-width="1.5"/></pattern>'
        '<pattern id="cross" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path d="M0 8L8 0M0 0L8 8" stroke="#fff" stroke-width="1"/></pattern></defs>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15">{escape(_visible(title + note + left_out))}</text>',
    ]
    x = float(_LEFT)
    for status, colour in COLOURS.items():
        parts.append(f'<rect x="{x}" y="36" width="14" height="14" fill="{colour}"/>')
        if _HATCH[status]:
            parts.append(f'<rect x="{x}" y="36" width="14" height="14" fill="url(#{_HATCH[status]})"/>')
        parts.append(f'<text x="{x + 20}" y="48">{status.value}</text>')
        x += 120
    for row, track in enumerate(tracks):
        y = _TOP + row * (_BAND + _GAP)
        parts.append(f'<text x="10" y="{y + 22}">face {track}</text>')
        for span in bands[track]:
            parts += _band(span, y, _LEFT + (span.start_s - start) * scale, max((span.end_s - span.start_s) * scale, 1))
    base = _TOP + max(len(tracks), 1) * (_BAND + _GAP)
    parts.append(f'<path d="M{_LEFT} {base}H{_WIDTH - _RIGHT}" stroke="#333"/>')
    step = _step(end - start)
    for tick in range(int((end - start) / step) + 1):
        at = _LEFT + tick * step * scale
        parts.append(f'<path d="M{at:.1f} {base}v6" stroke="#333"/>')
        parts.append(f'<text x="{at:.1f}" y="{base + 22}" text-anchor="middle">{tick * step:g}</text>')
    parts.append(f'<text x="{_WIDTH / 2}" y="{base + 44}" text-anchor="middle">seconds</text></svg>')
    return "\n".join(parts) + "\n"


def _band(span: Span, y: float, x: float, width: float) -> list[str]:
    score = "no score" if span.score is None else f"score {span.score:.3f}"
    truth = f", truth {span.truth}" if span.truth else ""
    reasons = f": {', '.join(span.reasons)}" if span.reasons else ""
    tip = escape(_visible(f"{span.status.value} {span.start_s:.2f}-{span.end_s:.2f} s, {score}{truth}{reasons}"))
    box = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAND}"'
    parts = [f'<rect {box} fill="{COLOURS[span.status]}"><title>{tip}</title></rect>']
    if _HATCH[span.status]:
        parts.append(f'<rect {box} fill="url(#{_HATCH[span.status]})" pointer-events="none"/>')
    return parts


def _visible(text: str) -> str:
    """XML has no way to write control characters."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _step(duration_s: float) -> float:
    for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0):
        if duration_s / step <= 12:
            return step
    return duration_s / 10
