"""Draw an event log as SVG with tool tips or as PNG: one band per face over time, coloured and hatched by verdict.

Parts of a log with another source or model are drawn one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Literal

import cv2
import numpy as np

from fasdemo.draw.text import Colour, put_text, text_width
from fasdemo.engine.event_log.events import Event
from fasdemo.engine.event_log.timeline import Part, Span, parts
from fasdemo.engine.result import Status
from fasdemo.frames import Rgb

COLOURS: dict[Status, Colour] = {
    Status.LIVE: (0, 114, 178),
    Status.SPOOF: (213, 94, 0),
    Status.UNCERTAIN: (153, 153, 153),
}
"""Colours of Okabe and Ito's palette, which can be distinguished with every kind of colour vision."""
_HATCH: dict[Status, Literal["", "lines", "cross"]] = {
    Status.LIVE: "",
    Status.SPOOF: "cross",
    Status.UNCERTAIN: "lines",
}
_WIDTH, _LEFT, _RIGHT, _TOP = 960, 90, 20, 72
_BAND, _GAP = 34, 14
_MIN_LABEL_WIDTH = 60.0
MAX_FACES = 1000
MAX_FACES_PNG = 200
"""A PNG with more bands would be larger than viewers can open."""
_SCALE = 2
"""Pixels of the PNG per drawing unit."""
_INK, _PAPER = (40, 40, 40), (255, 255, 255)
_STEPS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)


@dataclass(frozen=True, slots=True)
class _Bar:
    x: float
    y: float
    width: float
    height: float
    status: Status
    tip: str = ""


@dataclass(frozen=True, slots=True)
class _Stroke:
    x1: float
    y1: float
    x2: float
    y2: float
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    x: float
    y: float
    words: str
    size: int = 13
    centred: bool = False
    widest: float = float(_WIDTH)


@dataclass(slots=True)
class _Drawing:
    """A drawing; all lengths are in drawing units, y points down."""

    height: int
    bars: list[_Bar] = field(default_factory=list)
    strokes: list[_Stroke] = field(default_factory=list)
    words: list[_Words] = field(default_factory=list)


def svg(events: Sequence[Event]) -> str:
    """Return the time line as an SVG document; tool tips show score, truth and reasons of each verdict."""
    drawing = _layout(parts(events), MAX_FACES)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{drawing.height}" '
        f'viewBox="0 0 {_WIDTH} {drawing.height}" font-family="sans-serif" font-size="13">',
        "<defs>"
        '<pattern id="lines" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path d="M0 8L8 0" stroke="#fff" stroke-width="1.5"/></pattern>'
        '<pattern id="cross" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path d="M0 8L8 0M0 0L8 8" stroke="#fff" stroke-width="1"/></pattern></defs>',
        f'<rect width="{_WIDTH}" height="{drawing.height}" fill="#fff"/>',
    ]
    for bar in drawing.bars:
        box = f'x="{bar.x:.1f}" y="{bar.y:g}" width="{bar.width:.1f}" height="{bar.height:g}"'
        tip = f"<title>{escape(bar.tip)}</title>" if bar.tip else ""
        colour = "#{:02x}{:02x}{:02x}".format(*COLOURS[bar.status])
        lines.append(f'<rect {box} fill="{colour}">{tip}</rect>')
        if _HATCH[bar.status]:
            lines.append(f'<rect {box} fill="url(#{_HATCH[bar.status]})" pointer-events="none"/>')
    for stroke in drawing.strokes:
        dash = ' stroke-dasharray="4 3"' if stroke.dashed else ""
        lines.append(f'<path d="M{stroke.x1:.1f} {stroke.y1:g}L{stroke.x2:.1f} {stroke.y2:g}" stroke="#333"{dash}/>')
    for one in drawing.words:
        anchor = ' text-anchor="middle"' if one.centred else ""
        words = _fitted(one.words, one.widest, partial(_likely_width, size=one.size))
        if words:
            lines.append(f'<text x="{one.x:.1f}" y="{one.y:g}" font-size="{one.size}"{anchor}>{escape(words)}</text>')
    lines.append("</svg>")
    return "\n".join(lines) + "\n"


def png(events: Sequence[Event]) -> bytes:
    """Return the time line as a PNG file with two pixels per unit of the SVG."""
    drawing = _layout(parts(events), MAX_FACES_PNG)
    canvas: Rgb = np.full((drawing.height * _SCALE, _WIDTH * _SCALE, 3), _PAPER, np.uint8)
    for bar in drawing.bars:
        left, top = round(bar.x * _SCALE), round(bar.y * _SCALE)
        right, bottom = max(round((bar.x + bar.width) * _SCALE), left + 1), round((bar.y + bar.height) * _SCALE)
        area = canvas[top:bottom, left:right]
        area[:] = COLOURS[bar.status]
        _hatch(area, left, _HATCH[bar.status])
    for stroke in drawing.strokes:
        _line(canvas, stroke)
    for one in drawing.words:
        size = one.size * _SCALE
        words = _fitted(one.words, one.widest * _SCALE, partial(text_width, size_px=size))
        shift = text_width(words, size) / 2 if one.centred else 0.0
        if words:
            put_text(canvas, words, (round(one.x * _SCALE - shift), round(one.y * _SCALE)), size, _INK)
    return bytes(cv2.imencode(".png", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR))[1])


def _layout(found: Sequence[Part], most_faces: int) -> _Drawing:
    tracks = sorted({span.track_id for part in found for span in part.spans})
    shown = tracks[:most_faces]
    base = _TOP + max(len(shown), 1) * (_BAND + _GAP)
    drawing = _Drawing(height=base + 66)
    left_out = "" if len(tracks) <= len(shown) else f"the first {len(shown)} of {len(tracks)} faces"
    drawing.words.append(_Words(_LEFT, 24, _title(found), 15, widest=_WIDTH - _LEFT - _RIGHT))
    _legend(drawing, "; ".join(filter(None, (_kind(found), left_out))))
    duration = sum(part.end_s - part.start_s for part in found)
    scale = (_WIDTH - _LEFT - _RIGHT) / max(duration, 1e-3)
    rows = {track: _TOP + row * (_BAND + _GAP) for row, track in enumerate(shown)}
    for track, y in rows.items():
        drawing.words.append(_Words(10, y + 22, f"face {track}", widest=_LEFT - 14))
    before_s = 0.0
    for number, part in enumerate(found):
        x = _LEFT + before_s * scale
        for span in part.spans:
            if span.track_id in rows:
                at = x + (span.start_s - part.start_s) * scale
                width = max((span.end_s - span.start_s) * scale, 1.0)
                drawing.bars.append(_Bar(at, rows[span.track_id], width, _BAND, span.status, _tip(span)))
        room = (part.end_s - part.start_s) * scale
        if len(found) > 1:
            if number:
                drawing.strokes.append(_Stroke(x, _TOP - 16, x, base, dashed=True))
            if room >= _MIN_LABEL_WIDTH:
                drawing.words.append(_Words(x + 4, _TOP - 6, _visible(part_name(part)), 11, widest=room - 8))
        before_s += part.end_s - part.start_s
    _axis(drawing, base, duration, scale)
    return drawing


def part_name(part: Part) -> str:
    """Return source, model and policy of a part as a short text."""
    return f"{part.first.source}, {part.first.model}, {part.first.policy}"


def _title(found: Sequence[Part]) -> str:
    if not found:
        return "no events"
    names = list(dict.fromkeys(part_name(part) for part in found))
    sources = list(dict.fromkeys(part.first.source for part in found))
    first = found[0].first
    words = f"{first.source}, model {first.model}, policy {first.policy}"
    if len(names) > 1:
        words = f"{', '.join(sources[:3])}{' ...' if len(sources) > 3 else ''}: {len(found)} parts"
    return _visible(words)


def _kind(found: Sequence[Part]) -> str:
    kinds = {part.first.live_source for part in found}
    if kinds == {False}:
        return "recording, not a live-camera decision"
    return "cameras and recordings" if len(kinds) > 1 else ""


def _legend(drawing: _Drawing, note: str) -> None:
    x = float(_LEFT)
    for status in COLOURS:
        drawing.bars.append(_Bar(x, 34, 14, 14, status))
        drawing.words.append(_Words(x + 20, 46, status.value))
        x += 120
    drawing.words.append(_Words(x, 46, note, widest=_WIDTH - _RIGHT - x))


def _axis(drawing: _Drawing, base: float, duration_s: float, scale: float) -> None:
    drawing.strokes.append(_Stroke(_LEFT, base, _WIDTH - _RIGHT, base))
    step = next((step for step in _STEPS_S if duration_s / step <= 12), max(duration_s, 1.0) / 10)
    for tick in range(int(duration_s / step) + 1):
        at = _LEFT + tick * step * scale
        drawing.strokes.append(_Stroke(at, base, at, base + 6))
        drawing.words.append(_Words(at, base + 22, f"{tick * step:g}", centred=True))
    drawing.words.append(_Words(_WIDTH / 2, base + 44, "seconds", centred=True))


def _tip(span: Span) -> str:
    score = "no score" if span.score is None else f"score {span.score:.3f}"
    truth = f", truth {span.truth}" if span.truth else ""
    reasons = f": {', '.join(span.reasons)}" if span.reasons else ""
    return _visible(f"{span.status.value} {span.start_s:.2f}-{span.end_s:.2f} s, {score}{truth}{reasons}")


def _visible(text: str) -> str:
    """Replace invisible characters by `?`, because XML cannot contain control characters."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _fitted(words: str, widest: float, width_of: Callable[[str], float]) -> str:
    if width_of(words) <= widest:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(words[:middle] + "...") <= widest else (low, middle - 1)
    return words[:low].rstrip() + "..." if low else ""


def _likely_width(words: str, size: int) -> float:
    """Return the estimated width of a text in drawing units; the viewer's font is unknown."""
    return len(words) * size * 0.55


def _hatch(area: Rgb, left: int, kind: Literal["", "lines", "cross"]) -> None:
    """Draw white strokes every eight units, aligned to the picture so that the hatching of adjacent bars fits."""
    if not kind:
        return
    period = 8 * _SCALE
    y, x = np.mgrid[: area.shape[0], left : left + area.shape[1]]
    strokes = (x + y) % period < _SCALE * 1.5
    if kind == "cross":
        strokes |= (x - y) % period < _SCALE * 1.5
    area[strokes] = _PAPER


def _line(canvas: Rgb, stroke: _Stroke) -> None:
    ends = np.array([[stroke.x1, stroke.y1], [stroke.x2, stroke.y2]]) * _SCALE
    pieces = max(int(np.linalg.norm(ends[1] - ends[0]) / (7 * _SCALE)), 1) if stroke.dashed else 1
    for piece in range(pieces):
        share = np.array([piece / pieces, (piece + (0.55 if stroke.dashed else 1.0)) / pieces])
        points = np.round(ends[0] + share[:, None] * (ends[1] - ends[0])).astype(int)
        cv2.line(canvas, points[0].tolist(), points[1].tolist(), _INK, max(_SCALE // 2, 1))
