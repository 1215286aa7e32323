"""The figures of real captures as a table on the terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from trainer.evaluation.real.captures import RealSource

BEGIN, END = "<!-- real captures: begin -->", "<!-- real captures: end -->"
_COLUMNS = (
    "model",
    "source",
    "streams",
    "live accepted",
    "attacks accepted",
    "AUC",
    "no face",
    "engine: live LIVE",
    "engine: attacks LIVE",
)


def terminal_table(records: list[dict[str, Any]], persons: bool) -> Table:
    """Return the table that the command prints.

    Args:
        records: `Measured.figures` of every model and source, with the key `model` added.
        persons: also return one row for each person.
    """
    table = Table(title="Real captures, at each card's own threshold", title_justify="left")
    for number, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if number < 3 else "right", overflow="fold")
    before = ""
    for record, cells in _rows(records, persons):
        if before and record["model"] != before:
            table.add_section()
        before = record["model"]
        table.add_row(*cells)
    return table


def page_lines(records: list[dict[str, Any]], sources: list[RealSource], command: str) -> list[str]:
    """Return the lines of the Markdown section."""
    lines = [
        "Figures of the model files on captures of real cameras that were not used to train them, written by "
        f"`{command}`. The app's own code finds, crops, encodes and rates the faces, each picture separately. "
        "*Live accepted* and *attacks accepted*: faces whose score is above the threshold of the card's policy, of "
        "the faces that were found; *engine*: pictures for which the whole engine, with its evidence and gates, gives "
        "LIVE, of all pictures; colour alone may be LIVE here (`--allow-colour-alone`), unlike by default. In "
        "brackets: 95 % intervals, Clopper-Pearson; pictures of one person are not independent, "
        "so the intervals are too narrow rather than too wide. n/a: without attacks there is no AUC. The ranges of the "
        "generator's infrared camera were adjusted to statistics of the Kinect v2 and NIR captures, so figures on "
        "these are not fully independent of the training data.",
        "",
        "| source | sensor | captures | people | note |",
        "|---|---|---|---|---|",
    ]
    for source in sources:
        live = sum(capture.label == "live" for capture in source.captures)
        people = len({capture.person for capture in source.captures} - {""})
        count = f"{live} live, {len(source.captures) - live} attacks"
        lines.append(f"| {source.name} | {source.sensor} | {count} | {people or 'not known'} | {source.note} |")
    lines += ["", "| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    lines += ["| " + " | ".join(cells) + " |" for _, cells in _rows(records, persons=False)]
    by_person = [record for record in records if len(record.get("persons", {})) > 1]
    if by_person:
        names = sorted({name for record in by_person for name in record["persons"]})
        lines += ["", "Live accepted by person:", "", "| model | source | streams | " + " | ".join(names) + " |"]
        lines.append("|" + "---|" * (3 + len(names)))
        for record in by_person:
            shares = [_share(record["persons"].get(name, {}).get("live_accepted")) for name in names]
            first = [record["model"], record["source"], "+".join(record["streams"])]
            lines.append("| " + " | ".join([*first, *shares]) + " |")
    return lines


def _rows(records: list[dict[str, Any]], persons: bool) -> Iterable[tuple[dict[str, Any], list[str]]]:
    for record in records:
        yield record, _cells(record, record["model"], record["source"])
        people = record.get("persons", {})
        if persons:
            for name, own in people.items():
                yield record, _cells(own, "", f"  {name}")


def _cells(record: dict[str, Any], model: str, source: str) -> list[str]:
    engine = record.get("engine", {})
    auc = record["auc"]
    return [
        model,
        source,
        "+".join(record["streams"]),
        _interval(record["live_accepted"]),
        _interval(record["attacks_accepted"]),
        "n/a" if auc is None else f"{auc:.3f}",
        str(record["without_score"]),
        _interval(engine.get("live_accepted")),
        _interval(engine.get("attacks_accepted")),
    ]


def _interval(rate: dict[str, Any] | None) -> str:
    if rate is None or rate["value"] is None:
        return ""
    low, high = rate["ci95"]
    return f"{rate['count']} of {rate['total']}, {_share(rate)} ({100 * low:.0f}-{100 * high:.0f})"


def _share(rate: dict[str, Any] | None) -> str:
    return "" if rate is None or rate["value"] is None else f"{100 * rate['value']:.0f} %"
