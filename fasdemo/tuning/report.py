"""Write a report of a tuning as one HTML file without references to other files."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import cv2

from fasdemo import __version__
from fasdemo.atomic_file import write_text
from fasdemo.engine.measurements.evidence import MEASURES
from fasdemo.error_rates import Rate
from fasdemo.errors import UserError
from fasdemo.frames import Rgb
from fasdemo.tuning.charts import colour_of, det_svg, histogram_svg
from fasdemo.tuning.figures import Figures, counts, det_curve
from fasdemo.tuning.gallery import Case
from fasdemo.tuning.pictures import case_pictures
from fasdemo.tuning.scores.scoring import Scoring

MAX_CASES = 24
"""Number of cases with pictures in a report."""
_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; max-width: 720px; height: auto; }
figure { margin: 1rem 0; border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding-top: .6rem; }
figure img { height: 180px; margin-right: .4rem; } small { opacity: .8; }
.key { display: inline-block; width: .8em; height: .8em; }
"""


@dataclass(frozen=True, eq=False)
class Variant:
    """A scoring at chosen thresholds, as a report shows it.

    Attributes:
        name: model and policy.
        scoring: the scored sessions.
        figures: the thresholds and their error rates.
        cases: wrong and uncertain verdicts, in order.
    """

    name: str
    scoring: Scoring
    figures: Figures
    cases: Sequence[Case]


def variant_name(scoring: Scoring) -> str:
    """Return model and policy as one text."""
    return f"{scoring.card.name}, {scoring.policy}"


def report_json(variants: Sequence[Variant], made: datetime) -> dict[str, Any]:
    """Return the figures of a report as JSON, see `docs/tuning.md`."""
    return {
        "fasdemo": __version__,
        "made": made.isoformat(timespec="seconds"),
        "variants": [
            {
                "folder": str(one.scoring.root),
                "model": one.scoring.card.name,
                "model_sha256": one.scoring.model_sha256,
                "policy": one.scoring.policy,
                "cameras": list(one.scoring.cameras),
                "streams": list(one.scoring.streams),
                "presentations": counts(one.scoring),
                "figures": one.figures.to_json(),
                "left_out": list(one.scoring.left_out),
                "notes": list(one.scoring.notes),
                "cases": [_case_json(case, one.scoring.root) for case in one.cases],
            }
            for one in variants
        ],
    }


def _case_json(case: Case, root: Path) -> dict[str, Any]:
    return {
        "session": _where(case, root),
        "kind": case.kind,
        "shown": case.presentation.kind,
        "verdict": str(case.outcome),
        "score": case.presentation.score if case.presentation.responds else None,
        "margin": round(case.margin, 4),
        "frame": case.frame,
        "reasons": list(case.reasons),
    }


def write_report(path: Path, variants: Sequence[Variant], made: datetime) -> None:
    """Write the report.

    Raises:
        UserError: the file cannot be written.
    """
    write_text(path, report_html(variants, made))


def report_html(variants: Sequence[Variant], made: datetime) -> str:
    """Return the report as HTML with all pictures inside."""
    first = variants[0]
    parts = [
        f"<h1>fasdemo: error rates of {escape(str(first.scoring.root.resolve().name))}</h1>",
        f"<p>{made:%Y-%m-%d %H:%M} UTC, fasdemo {escape(__version__)}. A sample is one presentation: a session, or a "
        "part of a mixed one with the same label. It is accepted if the verdict is LIVE in any frame. Intervals: "
        "Clopper-Pearson, 95 %.</p>",
    ]
    for one in variants:
        parts += _variant(one)
    curves = [
        (one.name, curve, one.figures.live_above) for one in variants if (curve := det_curve(one.scoring)) is not None
    ]
    if curves:
        parts += ["<h2>DET curve</h2>", det_svg(curves)]
    for one in variants:
        parts += _cases(one)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>fasdemo: error rates</title><style>{_STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )


def _variant(one: Variant) -> list[str]:
    scoring, figures = one.scoring, one.figures
    numbers = counts(scoring)
    rows = [_row("bona fide", "live", scoring, numbers, figures.bpcer, "BPCER")]
    rows += [_row(name, name, scoring, numbers, rate, "APCER") for name, rate in figures.apcer.items()]
    notes = "".join(f"<li>{escape(sentence)}</li>" for sentence in (*scoring.notes, *scoring.left_out))
    return [
        f"<h2>{escape(one.name)}</h2>",
        f"<p>LIVE above {figures.live_above:.3f}, SPOOF below {figures.spoof_below:.3f}. Model "
        f"<code>{scoring.model_sha256}</code>. Cameras: {escape(', '.join(scoring.cameras))}. Streams: "
        f"{', '.join(scoring.streams)}.</p>",
        histogram_svg(scoring, figures.live_above, figures.spoof_below),
        "<table><tr><th>shown<th>presentations<th>rate<th>wrong<th>95 % interval<th>no response",
        *rows,
        "</table>",
        f"<ul>{notes}</ul>" if notes else "",
    ]


def _row(words: str, kind: str, scoring: Scoring, numbers: dict[str, int], rate: Rate, name: str) -> str:
    missing = numbers.get(kind, 0) - rate.total
    return (
        f'<tr><td><span class="key" style="background:{colour_of(kind, scoring.kinds)}"></span> {escape(words)}'
        f'<td class="n">{numbers.get(kind, 0)}<td>{name} {rate_words(rate)}<td class="n">{rate.errors} of {rate.total}'
        f'<td>{interval_words(rate)}<td class="n">{missing}'
    )


def rate_words(rate: Rate) -> str:
    """Return a rate in per cent, or n/a without samples."""
    return "n/a" if rate.value is None else f"{rate.value:.1%}"


def interval_words(rate: Rate) -> str:
    """Return the interval of a rate in per cent, or n/a without samples."""
    return "n/a" if rate.ci95 is None else f"{rate.ci95[0]:.1%} to {rate.ci95[1]:.1%}"


def _cases(one: Variant) -> list[str]:
    if not one.cases:
        return [f"<h2>{escape(one.name)}: no wrong or uncertain verdicts</h2>"]
    parts = [f"<h2>{escape(one.name)}: {len(one.cases)} wrong or uncertain verdicts</h2>"]
    if len(one.cases) > MAX_CASES:
        parts.append(f"<p>The first {MAX_CASES} with pictures.</p>")
    return parts + [_case(case, one.scoring.root) for case in one.cases[:MAX_CASES]]


def _case(case: Case, root: Path) -> str:
    try:
        pictures = "".join(_img(name, picture) for name, picture in case_pictures(case).items())
    except UserError as error:
        pictures = f"<p>{escape(str(error))}</p>"
    score = f"{case.presentation.score:.3f}" if case.presentation.responds else "none"
    return (
        f"<figure>{pictures}<figcaption><b>{escape(case_words(case))}</b>, score {score}, margin {case.margin:+.2f}; "
        f"{escape(_where(case, root))}, frame {case.frame}<br><small>{escape(' '.join(case.reasons)) or 'no reasons'}"
        f"<br>{escape(evidence_words(case))}</small></figcaption></figure>"
    )


def case_words(case: Case) -> str:
    """Return what was shown and what the verdict was, in words."""
    return f"{'bona fide' if case.presentation.live else case.presentation.kind}: {case.outcome}"


def evidence_words(case: Case) -> str:
    """Return the measurements of the case's face as one line; empty without a face."""
    if case.face is None:
        return ""
    found = case.presentation.scores.measured(case.face)
    return ", ".join(
        f"{MEASURES[name].title} {MEASURES[name].text(value)}" for name, value in found.items() if value is not None
    )


def _where(case: Case, root: Path) -> str:
    folder = case.presentation.folder
    return folder.relative_to(root).as_posix() if folder != root and folder.is_relative_to(root) else folder.name


def _img(name: str, picture: Rgb) -> str:
    done, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    if not done:
        return ""
    return f'<img alt="{name}" src="data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}">'
