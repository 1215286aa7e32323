"""Write the rows of the reasons in docs/reasons.md and of the measurements in docs/verdict.md from the code.

A row is recognised by its first cell, `code` in backquotes, so the order and headings of the pages do not change. A
new reason or measurement needs an empty row (``| `code` |``) at its place first.
"""

from __future__ import annotations

import re
from pathlib import Path

from fasdemo.engine.measurements.evidence import MEASURES, Measure
from fasdemo.engine.reasons import Reason

DOCS = Path(__file__).parents[1] / "docs"
_ROW = re.compile(r"^\| `(\w+)` \|.*$", re.MULTILINE)
_UNITS = {"": "ratio", "°": "degrees"}


def reason_rows(text: str) -> str:
    """Return the page of reasons with every row written from `Reason`.

    Raises:
        ValueError: rows and reasons are not the same.
    """
    rows = {one.value: f"| `{one}` | {one.effect.value} | {one.meaning} | {one.guidance} |" for one in Reason}
    return _rewritten(text, rows, "reasons.md")


def measure_rows(text: str) -> str:
    """Return the page of the verdict with every row of a measurement written from `MEASURES`.

    Raises:
        ValueError: rows and measurements are not the same.
    """
    rows = {
        name: f"| `{name}` | {one.title} | {_unit(name, one)} | {_limits(one)} | {one.meaning} |"
        for name, one in MEASURES.items()
    }
    return _rewritten(text, rows, "verdict.md")


def _rewritten(text: str, rows: dict[str, str], page: str) -> str:
    found = _ROW.findall(text)
    if sorted(found) != sorted(rows):
        odd = sorted(set(found) ^ set(rows)) or sorted(code for code in rows if found.count(code) > 1)
        raise ValueError(f"{page}: one row each is needed for {', '.join(odd)}")
    return _ROW.sub(lambda match: rows[match[1]], text)


def _unit(name: str, one: Measure) -> str:
    if name == "score_shift":
        return "log-odds"
    if one.factor != 1.0:
        return "share"
    return "-1 to 1" if (one.low, one.high) == (-1.0, 1.0) else _UNITS.get(one.unit, one.unit)


def _limits(one: Measure) -> str:
    low = None if one.at_least is None else f"at least {one.at_least:g}"
    high = None if one.at_most is None else f"at most {one.at_most:g}"
    return ", ".join(limit for limit in (low, high) if limit is not None)


def main() -> None:
    """Write both pages."""
    for name, rewrite in (("reasons.md", reason_rows), ("verdict.md", measure_rows)):
        page = DOCS / name
        page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
