"""Images for docs/models.md: error curves, score distributions and the worst errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fasdemo.atomic_file import replacing
from fasdemo.errors import UserError
from tools.figures.app_scores import app_cutter
from tools.figures.measured import Measured
from trainer.evaluation.metrics import Scored, roc
from trainer.evaluation.scoring import Subset

WORST = 10
"""Samples on each sheet of errors."""
_LIVE, _ATTACK, _HELD_OUT, _LINE = "#1b7f4d", "#b3261e", "#8a4bb0", "#222222"
_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
_MAX_LOG_ODDS = 12.0
"""Scores beyond it are drawn at the border."""


def det_curves(path: Path, models: Sequence[Measured], flagship: Measured) -> None:
    """Draw APCER over all attacks against BPCER, on the left of every model, on the right of subsets of streams."""
    figure = Figure(figsize=(11.0, 5.6), layout="constrained", dpi=110)
    left, right = figure.subplots(1, 2)
    colours = matplotlib.colormaps["tab10"]
    for number, model in enumerate(models):
        _det(left, model, model.all_streams, model.name, colours(number % 10), "-" if model.shipped else "--")
    for number, subset in enumerate(flagship.by_subset):
        _det(right, flagship, subset, "+".join(subset), colours(number % 10), "-")
    _axes(left, "every model, all of its streams (dashed: not shipped)")
    _axes(right, f"{flagship.name}, by the streams that it is shown")
    _save(figure, path)


def score_distributions(path: Path, model: Measured) -> None:
    """Draw histograms of the log-odds of live faces and of each species, one row each."""
    groups: list[tuple[str, str, npt.NDArray[np.float64]]] = []
    usual = ~model.held_out.unseen_sensor(model.test)
    scores = model.by_subset[model.all_streams]
    groups.append(("live", _LIVE, scores[usual & (model.test.labels == 1)]))
    for sensor in sorted(model.held_out.sensors):
        groups.append(
            (f"live, {sensor} (held out)", _HELD_OUT, scores[(model.test.sensors == sensor) & (model.test.labels == 1)])
        )
    for name in np.unique(model.test.species[model.test.labels == 0]):
        unseen = str(name) in model.held_out.species
        title = f"{name} (held out)" if unseen else str(name)
        groups.append((title, _HELD_OUT if unseen else _ATTACK, scores[usual & (model.test.species == name)]))
    figure = Figure(figsize=(8.4, 0.6 + 0.42 * len(groups)), layout="constrained", dpi=110)
    axes = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
    edges = np.linspace(-_MAX_LOG_ODDS, _MAX_LOG_ODDS, 97)
    for axis, (name, colour, values) in zip(axes, groups, strict=True):
        values = values[~np.isnan(values)]
        counts, _ = np.histogram(np.clip(_log_odds(values), -_MAX_LOG_ODDS, _MAX_LOG_ODDS), edges)
        axis.bar(edges[:-1], counts, width=np.diff(edges), align="edge", color=colour)
        axis.set_yscale("symlog", linthresh=1)
        axis.set_ylim(0, max(float(counts.max()) * 1.3 if len(values) else 0.0, 2.0))
        axis.axvline(float(_log_odds(np.array([model.threshold]))[0]), color=_LINE, linewidth=1)
        axis.set_ylabel(f"{name} ({len(values)})", rotation=0, ha="right", va="center", fontsize=8)
        axis.tick_params(axis="y", which="both", left=False, labelleft=False)
        axis.spines[["top", "right", "left"]].set_visible(False)
    axes[-1].set_xlim(-_MAX_LOG_ODDS, _MAX_LOG_ODDS)
    axes[-1].set_xlabel("log-odds of the calibrated score, counts on a logarithmic scale; the line is the threshold")
    _save(figure, path)


def worst_sheet(path: Path, model: Measured, columns: Mapping[str, npt.NDArray[Any]], live: bool) -> int:
    """Draw the samples of a class with the worst scores, with RGB, depth and infrared side by side.

    Args:
        path: .jpg file to write.
        model: scores on the whole test part, including held-out species and sensors.
        columns: generator's table of the test part.
        live: True for live faces with the lowest scores, False for attacks with the highest.

    Returns:
        Number of samples of the class in the test part that are misclassified.
    """
    from trainer.synth.dataset.contact_sheet import triple

    scores = model.by_subset[model.all_streams]
    there = np.flatnonzero((model.test.labels == int(live)) & ~np.isnan(scores))
    order = there[np.argsort(scores[there] if live else -scores[there], kind="stable")][:WORST]
    wrong = (scores <= model.threshold) if live else (scores > model.threshold)
    cut = app_cutter(model.card, model.test.crop_scale or 1.0)
    figure = Figure(figsize=(9.2, 10.2), layout="constrained", dpi=100)
    axes = figure.subplots(-(-WORST // 2), 2).ravel()
    for place, axis in enumerate(axes):
        axis.set_axis_off()
        if place >= len(order):
            continue
        index = int(order[place])
        axis.imshow(triple(cut(model.test.sample(index)), 160))
        held = model.held_out
        species = "live" if live else str(model.test.species[index])
        sensor = str(model.test.sensors[index])
        marks = [species + " (held out)" * (species in held.species), sensor + " (held out)" * (sensor in held.sensors)]
        said = ("refused" if live else "accepted") if wrong[index] else ("accepted" if live else "refused")
        lit = f"light {columns['light'][index]}, projector {columns['projector'][index]}"
        second = f"{columns['distance_m'][index]:.2f} m, {lit}"
        axis.set_title(
            f"{place + 1}. {', '.join(marks)}: {scores[index]:.4f}, {said}\n{second}",
            fontsize=8,
            loc="left",
            color=_ATTACK if wrong[index] else "#555555",
        )
    _save(figure, path)
    return int(wrong[there].sum())


def _det(axis: Axes, model: Measured, subset: Subset, label: str, colour: Any, style: str) -> None:
    from scipy.stats import norm

    scored: Scored = model.scored(model.seen, subset)
    if not len(scored.live) or not len(scored.attacks):
        return
    fpr, tpr, _ = roc(scored)
    # Rates below half a sample cannot be measured.
    x = norm.ppf(np.clip(fpr, 0.5 / len(scored.attacks), 0.6))
    y = norm.ppf(np.clip(1.0 - tpr, 0.5 / len(scored.live), 0.6))
    axis.plot(x, y, style, color=colour, label=label, linewidth=1.4)


def _axes(axis: Axes, title: str) -> None:
    from scipy.stats import norm

    ticks, names = norm.ppf(_TICKS), [f"{100 * tick:g}" for tick in _TICKS]
    axis.set_xticks(ticks, names)
    axis.set_yticks(ticks, names)
    axis.set_xlim(norm.ppf(0.0004), norm.ppf(0.5))
    axis.set_ylim(norm.ppf(0.0004), norm.ppf(0.5))
    axis.set_xlabel("APCER over all attacks, %")
    axis.set_ylabel("BPCER, %")
    axis.set_title(title, fontsize=10)
    axis.grid(True, color="0.92")
    axis.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3)


def _log_odds(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    from scipy.special import logit

    return np.asarray(logit(np.clip(scores, 1e-9, 1 - 1e-9)))


def _save(figure: Figure, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        options = {"quality": 82} if path.suffix == ".jpg" else {"optimize": True}
        with replacing(path) as temporary:
            figure.savefig(temporary, pil_kwargs=options)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error}); choose another place.") from error
