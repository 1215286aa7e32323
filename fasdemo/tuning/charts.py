"""Draw the score histogram and the DET curve as SVG for the report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from fasdemo.tuning.figures import BINS, DetCurve, histogram
from fasdemo.tuning.scores.scoring import Scoring

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 26, 40
COLOURS = ("#0072b2", "#d55e00", "#cc79a7", "#e69f00", "#009e73", "#56b4e9", "#8c6d31", "#666666")
"""Okabe and Ito's palette, which can be distinguished with every kind of colour vision; bona fide is the first."""
MIN_RATE = 0.001
"""Lowest rate of the DET curve's axes, which are logarithmic; a rate of 0 is drawn there."""


def colour_of(kind: str, kinds: Sequence[str]) -> str:
    """Return the colour of `live` or of a species; more species than colours share the last one."""
    if kind == "live":
        return COLOURS[0]
    others = [one for one in kinds if one != "live"]
    return COLOURS[min(1 + others.index(kind), len(COLOURS) - 1)]


def histogram_svg(scoring: Scoring, live_above: float, spoof_below: float) -> str:
    """Return the histogram of all kinds, stacked, with both thresholds."""
    bars = histogram(scoring)
    top = max(1.0, float(np.sum(list(bars.values()), axis=0).max()))
    parts = [_axes("score of a presentation", "presentations", [0, 0.25, 0.5, 0.75, 1], _whole_ticks(top), top)]
    width = (WIDTH - _LEFT - _RIGHT) / BINS
    base = np.zeros(BINS)
    for kind, values in bars.items():
        for number in np.flatnonzero(values).tolist():
            low, high = base[number], base[number] + values[number]
            title = f"{kind}: {values[number]:.0f} at {number / BINS:.3f} to {(number + 1) / BINS:.3f}"
            parts.append(
                f'<rect x="{_x(number / BINS):.1f}" y="{_y(high / top):.1f}" width="{width - 1:.1f}" '
                f'height="{_y(low / top) - _y(high / top):.1f}" fill="{colour_of(kind, scoring.kinds)}">'
                f"<title>{escape(title)}</title></rect>"
            )
        base += values
    for value, words, dash in ((live_above, "LIVE", ""), (spoof_below, "SPOOF", ' stroke-dasharray="4 3"')):
        x = _x(value)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}" stroke="currentColor"'
            f'{dash} stroke-width="1.5"/>'
            f'<text x="{x:.1f}" y="{_TOP - 6}" text-anchor="middle">{words} {value:.3f}</text>'
        )
    return _svg(parts, "Histogram of the scores")


def det_svg(curves: Sequence[tuple[str, DetCurve, float]]) -> str:
    """Return DET curves: BPCER over the highest APCER, both logarithmic.

    Args:
        curves: for each one its name, the curve, and the threshold for LIVE that is marked on it.
    """
    ticks = [0.001, 0.01, 0.1, 1]
    places = [_share(tick) for tick in ticks]
    words = [f"{tick:.1%}".replace(".0", "") for tick in ticks]
    parts = [_axes("highest APCER of all species", "BPCER", places, places, 1.0, words, words)]
    for number, (name, curve, live_above) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        points = [(_x(_share(apcer)), _y(_share(bpcer))) for apcer, bpcer in zip(curve.apcer, curve.bpcer, strict=True)]
        path = " ".join(f"{'L' if k else 'M'}{x:.1f} {y:.1f}" for k, (x, y) in enumerate(points))
        at = min(int(np.searchsorted(curve.thresholds, live_above)), len(points) - 1)
        parts.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<circle cx="{points[at][0]:.1f}" cy="{points[at][1]:.1f}" r="5" fill="{colour}"/>'
            f'<text x="{WIDTH - _RIGHT - 4}" y="{_TOP + 14 * number + 12}" text-anchor="end" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return _svg(parts, "DET curve")


def _share(rate: float) -> float:
    """Return the place of a rate on a logarithmic axis from `MIN_RATE` to 1, in [0, 1]."""
    return 1.0 - math.log10(max(rate, MIN_RATE)) / math.log10(MIN_RATE)


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _whole_ticks(top: float) -> list[float]:
    step = max(1, math.ceil(top / 4))
    return [float(value) for value in range(0, int(top) + 1, step)]


def _axes(
    below: str,
    beside: str,
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    top: float,
    x_words: Sequence[str] = (),
    y_words: Sequence[str] = (),
) -> str:
    parts = [
        f'<path d="M{_LEFT} {_TOP}V{HEIGHT - _BOTTOM}H{WIDTH - _RIGHT}" fill="none" stroke="currentColor"/>',
        f'<text x="{(WIDTH + _LEFT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(below)}</text>',
        f'<text transform="translate(12 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{escape(beside)}</text>',
    ]
    for number, tick in enumerate(x_ticks):
        words = x_words[number] if x_words else f"{tick:g}"
        parts.append(f'<text x="{_x(tick):.1f}" y="{HEIGHT - _BOTTOM + 16}" text-anchor="middle">{words}</text>')
    for number, tick in enumerate(y_ticks):
        words = y_words[number] if y_words else f"{tick:g}"
        parts.append(f'<text x="{_LEFT - 6}" y="{_y(tick / top) + 4:.1f}" text-anchor="end">{words}</text>')
    return "".join(parts)


def _svg(parts: Sequence[str], title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg" font-size="12" fill="currentColor">{"".join(parts)}</svg>'
    )
