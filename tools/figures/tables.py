"""Markdown tables of measured models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tools.figures.measured import Line, Mask, Measured, Value, line
from trainer.evaluation import metrics
from trainer.evaluation.metrics import Rate

Column = npt.NDArray[Any]

DISTANCES_M = ((0.0, 0.4), (0.4, 0.6), (0.6, 0.9), (0.9, 1.2), (1.2, 9.0))
ANGLES_DEG = ((0.0, 10.0), (10.0, 20.0), (20.0, 30.0), (30.0, 90.0))
_TONES = ("light", "intermediate", "tan", "dark")


def percent(value: Value | Rate, digits: int = 2) -> str:
    """Format a rate as `0.52 % (0.1-1.6)`, or as `n/a` if there is none."""
    if value.value is None:
        return "n/a"
    text = f"{100 * value.value:.{digits}f} %"
    return text if value.ci95 is None else f"{text} ({100 * value.ci95[0]:.1f}-{100 * value.ci95[1]:.1f})"


def main_table(models: Sequence[Measured]) -> list[str]:
    """Return a table with one row per model and subset of streams: unseen people, seen species and sensors."""
    rows = [
        "| model | streams | mult-adds | ACER | worst APCER | BPCER | EER | TPR@FPR=1e-2 | TPR@FPR=1e-3 | BPCER20 |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for model in models:
        for subset in model.by_subset:
            found = line(model, model.seen, subset)
            first = subset == model.all_streams
            cost = model.card.multiply_adds
            figures = (found.acer, found.worst, found.bpcer, found.eer, found.tpr2, found.tpr3, found.bpcer20)
            cells = [percent(value) for value in figures]
            if found.worst.value:
                cells[1] += f" {found.worst.note}"
            head = [model.name if first else "", "+".join(subset), f"{cost / 1e6:.1f} M" if first and cost else ""]
            rows.append("| " + " | ".join(head + cells) + " |")
    return rows


def unseen_species_table(models: Sequence[Measured]) -> list[str]:
    """Return a table of the APCER of each held-out species on seen sensors, one row per model and subset."""
    names = sorted(models[0].held_out.species) if models else []
    rows = ["| model | streams | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
    for model in models:
        mask = model.held_out.unseen_species(model.test) & ~model.held_out.unseen_sensor(model.test)
        for subset in model.by_subset:
            rates = metrics.apcer(model.scored(mask, subset), model.threshold)
            cells = [counted(rates.get(name, Rate(0, 0))) for name in names]
            first = subset == model.all_streams
            rows.append("| " + " | ".join([model.name if first else "", "+".join(subset), *cells]) + " |")
    return rows


def unseen_sensor_table(models: Sequence[Measured]) -> list[str]:
    """Return a table of the figures of each held-out sensor on seen species, one row per model and sensor."""
    rows = [
        "| model | sensor | live | attacks | ACER | worst APCER | BPCER | EER |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for model in models:
        for sensor in sorted(model.held_out.sensors):
            mask = (model.test.sensors == sensor) & ~model.held_out.unseen_species(model.test)
            rows.append(f"| {model.name} | {sensor} | " + " | ".join(_cells(line(model, mask))) + " |")
    return rows


def species_table(models: Sequence[Measured]) -> list[str]:
    """Return a table of the APCER by species with all streams; the column of the last model has intervals."""
    test, held = models[0].test, models[0].held_out
    usual = ~held.unseen_sensor(test)
    rows = [
        "| species | attacks | " + " | ".join(model.name for model in models) + " |",
        "|---|---|" + "---|" * len(models),
    ]
    for name in np.unique(test.species[test.labels == 0]):
        mask = usual & (test.species == name)
        rates = [metrics.apcer(model.scored(mask), model.threshold).get(str(name), Rate(0, 0)) for model in models]
        cells = [f"{100 * (rate.value or 0):.1f} %" if rate.total else "n/a" for rate in rates[:-1]]
        title = f"{name} (held out)" if str(name) in held.species else str(name)
        rows.append("| " + " | ".join([title, str(int(mask.sum())), *cells, percent(rates[-1])]) + " |")
    return rows


def group_table(model: Measured, groups: Mapping[str, Iterable[tuple[str, Mask]]]) -> list[str]:
    """Return a table with one row per group of samples, of seen species.

    Args:
        model: model.
        groups: names and masks (N,) of the groups by title.
    """
    rows = ["| | | live | attacks | ACER | APCER, all species | BPCER | EER |", "|---|---|---|---|---|---|---|---|"]
    for title, members in groups.items():
        head = title
        for name, mask in members:
            found = line(model, mask & ~model.held_out.unseen_species(model.test))
            if found.live + found.attacks:
                rates = [percent(value) for value in (found.acer, found.pooled, found.bpcer, found.eer)]
                rows.append("| " + " | ".join([head, name, str(found.live), str(found.attacks), *rates]) + " |")
                head = ""
    return rows


def groupings(model: Measured, columns: Mapping[str, Column]) -> dict[str, list[tuple[str, Mask]]]:
    """Return the groups of samples by title: name and mask (N,); all but `sensor` hold seen sensors only.

    Args:
        model: model with the held-out species and sensors.
        columns: generator's table of the test part.
    """
    usual = ~model.held_out.unseen_sensor(model.test)
    turn = np.maximum(np.abs(columns["yaw"]), np.abs(columns["pitch"]))
    sensors = [str(name) for name in np.unique(columns["sensor"])]
    tones = [tone for tone in _TONES if (columns["skin_tone"] == tone).any()]
    tones += sorted({str(tone) for tone in columns["skin_tone"]} - set(tones))
    return {
        "sensor": [
            (f"{name} (held out)" if name in model.held_out.sensors else name, columns["sensor"] == name)
            for name in sensors
        ],
        "skin tone": [(tone, usual & (columns["skin_tone"] == tone)) for tone in tones],
        "glasses": [(word, usual & (columns["glasses"] == k)) for k, word in ((0, "no"), (1, "yes"))],
        "distance": _bands(columns["distance_m"], DISTANCES_M, usual, "{:.1f}-{:.1f} m", "beyond {:.1f} m"),
        "larger of yaw and pitch": _bands(turn, ANGLES_DEG, usual, "{:.0f}-{:.0f} degrees", "beyond {:.0f} degrees"),
        "light": [(str(n), usual & (columns["light"] == n)) for n in np.unique(columns["light"])],
        "projector": [(str(n), usual & (columns["projector"] == n)) for n in np.unique(columns["projector"])],
    }


def goals_table(goals: Sequence[tuple[str, str, float, Value]]) -> list[str]:
    """Return a table of goals and measured figures.

    Args:
        goals: name, `<=` or `>=`, limit, figure.
    """
    rows = ["| goal | wanted | reached | |", "|---|---|---|---|"]
    for name, relation, limit, value in goals:
        if value.value is None:
            verdict = f"not known: {value.note}" if value.note else "not known"
        else:
            verdict = "reached" if _met(value.value, relation, limit) else "**missed**"
            if value.ci95 is not None and len({_met(end, relation, limit) for end in value.ci95}) == 2:
                verdict += ", within the interval"
        word = "at most" if relation == "<=" else "at least"
        note = f" {value.note}" if value.note and value.value is not None else ""
        rows.append(f"| {name} | {word} {100 * limit:g} % | {percent(value)}{note} | {verdict} |")
    return rows


def _met(value: float, relation: str, limit: float) -> bool:
    return value <= limit if relation == "<=" else value >= limit


def counted(rate: Rate) -> str:
    """Format a rate with its counts."""
    return f"{percent(rate)}, {rate.errors} of {rate.total}" if rate.total else "n/a"


def _cells(found: Line) -> list[str]:
    worst = percent(found.worst) + (f" {found.worst.note}" if found.worst.value else "")
    return [str(found.live), str(found.attacks), percent(found.acer), worst, percent(found.bpcer), percent(found.eer)]


def _bands(
    values: Column, bands: Sequence[tuple[float, float]], usual: Mask, between: str, beyond: str
) -> list[tuple[str, Mask]]:
    last = len(bands) - 1
    return [
        (
            beyond.format(low) if k == last else between.format(low, high),
            usual & (values >= low) & ((values < high) | (k == last)),
        )
        for k, (low, high) in enumerate(bands)
    ]
