"""Writes the table of the shipped models' figures into docs/models.md, from the cards in the model files."""

from __future__ import annotations

import sys
from pathlib import Path

from fasdemo.models.card import Metric, ModelCard
from fasdemo.models.registry import shipped_models

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SUBSETS = ("", "depth+ir", "rgb+ir", "rgb+depth", "ir", "depth", "rgb")


def main() -> int:
    """Replace what stands between the marks; returns the exit status."""
    page = Path(__file__).resolve().parent.parent / "docs" / "models.md"
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(before + BEGIN + "\n" + "\n".join(table()) + "\n" + END + after, encoding="utf-8")
    return 0


def table() -> list[str]:
    """Markdown: one row a model and subset of streams, then the species of the flagship."""
    cards = [entry.card for entry in shipped_models()]
    lines = [
        "| model | streams | multiply-adds | ACER | worst APCER | BPCER | EER |",
        "|---|---|---|---|---|---|---|",
    ]
    for card in cards:
        for subset in SUBSETS if card.presence_input else ("",):
            prefix = f"{subset}/" if subset else ""
            figures = [_text(card.metrics.get(f"{prefix}{name}")) for name in ("acer", "apcer_max", "bpcer", "eer")]
            cost = f"{(card.multiply_adds or 0) / 1e6:.1f} M" if not subset else ""
            streams = subset or "+".join(card.modalities)
            lines.append(f"| {card.name if not subset else ''} | {streams} | {cost} | " + " | ".join(figures) + " |")
    flagship = max(cards, key=lambda card: len(card.modalities))
    return [*lines, "", f"{flagship.name}, all streams, by species:", "", *_species(flagship)]


def _species(card: ModelCard) -> list[str]:
    rows = [(name.split(":", 1)[1], metric) for name, metric in card.metrics.items() if name.startswith("apcer:")]
    return ["| species | APCER |", "|---|---|", *(f"| {name} | {_text(metric)} |" for name, metric in rows)]


def _text(metric: Metric | None) -> str:
    if metric is None or metric.value is None:
        return "n/a"
    text = f"{metric.value * 100:.2f} %"
    return text if metric.ci95 is None else f"{text} ({metric.ci95[0] * 100:.1f}-{metric.ci95[1] * 100:.1f})"


if __name__ == "__main__":
    sys.exit(main())
