"""SVG chart of the time per stage of a frame, from the figures of tools/performance/performance.py."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from fasdemo.atomic_file import write_text

STAGES = {"capture": "#b7c3cf", "detect": "#4c8dae", "align": "#7fb685", "infer": "#d98e4a", "rest": "#8a7ca8"}
"""Stage to colour; `rest` is `total` without the other stages: freshness, evidence over time, verdict."""
_LEFT, _WIDTH, _BAR, _GAP, _TOP = 250, 560, 18, 10, 58


def write_picture(report: dict[str, Any], path: Path) -> None:
    """Draw a bar for each run with one thread: medians of the stages, and a line to the 99th percentile."""
    shown = min(run["threads"] for run in report["runs"])
    runs = sorted((run for run in report["runs"] if run["threads"] == shown), key=lambda run: run["faces"])
    longest = max(run["latency_ms"]["capture"]["p50"] + run["latency_ms"]["total"]["p99"] for run in runs) * 1.05
    scale = _WIDTH / longest
    height = _TOP + len(runs) * (_BAR + _GAP) + 34
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 70}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="20" font-size="14">Milliseconds a frame, threads: {shown}; medians, lines end at p99</text>',
    ]
    x = 10.0
    for name, colour in STAGES.items():
        label = "capture (decoding)" if name == "capture" else name
        lines.append(f'<rect x="{x:.0f}" y="32" width="12" height="12" fill="{colour}"/>')
        lines.append(f'<text x="{x + 16:.0f}" y="42">{label}</text>')
        x += 30 + 7 * len(label)
    bottom = height - 24
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1e9) if longest / step <= 10)
    for tick in range(int(longest / step) + 1):
        at = _LEFT + tick * step * scale
        lines.append(f'<line x1="{at:.1f}" y1="{_TOP - 4}" x2="{at:.1f}" y2="{bottom}" stroke="#ddd"/>')
        lines.append(f'<text x="{at:.1f}" y="{bottom + 15}" text-anchor="middle">{tick * step:g}</text>')
    for number, run in enumerate(runs):
        lines += _bar(run, _TOP + number * (_BAR + _GAP), scale)
    write_text(path, "\n".join([*lines, "</svg>"]) + "\n")


def _bar(run: dict[str, Any], y: int, scale: float) -> list[str]:
    latency = run["latency_ms"]
    medians = {name: latency[name]["p50"] for name in ("capture", "detect", "align", "infer")}
    medians["rest"] = max(latency["total"]["p50"] - sum(medians[name] for name in ("detect", "align", "infer")), 0.0)
    name = f"{run['model']}, {run['provider']}, {run['faces']} face{'s' if run['faces'] > 1 else ''}"
    lines = [f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>']
    x = float(_LEFT)
    for stage, colour in STAGES.items():
        width = medians[stage] * scale
        lines.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>')
        x += width
    tail = _LEFT + (medians["capture"] + latency["total"]["p99"]) * scale
    middle = y + _BAR / 2
    lines.append(f'<line x1="{x:.1f}" y1="{middle}" x2="{tail:.1f}" y2="{middle}" stroke="#555"/>')
    lines.append(f'<line x1="{tail:.1f}" y1="{y + 3}" x2="{tail:.1f}" y2="{y + _BAR - 3}" stroke="#555"/>')
    return lines
