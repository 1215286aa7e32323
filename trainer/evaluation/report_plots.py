"""The report's curves as SVG whose colours are variables of the page, so that they follow its light or dark theme."""

from __future__ import annotations

import io

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trainer.evaluation.metrics import Scored, roc

_INK, _QUIET, _LINE, _LIVE, _ATTACK, _WRONG = "#010203", "#040506", "#070809", "#0a0b0c", "#0d0e0f", "#101112"
_VARIABLES = {
    _INK: "var(--ink)",
    _QUIET: "var(--quiet)",
    _LINE: "var(--line)",
    _LIVE: "var(--live)",
    _ATTACK: "var(--attack)",
    _WRONG: "var(--wrong)",
}
"""Placeholder colours in Matplotlib's output and the page's variables that replace them."""
_SERIES = ("#4c9be8", "#e8833a", "#3fae6b", "#c264d6", "#d4a72c", "#2bb5b5", "#e0609a", "#8a7ff0", "#a58a6a", "#8f9aa5")
"""Colours that are legible on white and on near-black."""
_DET_TICKS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
_DET_RANGE = (0.0005, 0.6)
_NAMED = 10
"""Largest number of curves with their own colour and name; the species with the worst curves get them."""


def _literal(name: str) -> str:
    """Return a name that Matplotlib shows unchanged: `$` would begin a formula, a leading `_` hides a curve's name."""
    escaped = name.replace("$", r"\$")
    return f"\u200b{escaped}" if escaped.startswith("_") else escaped


def histograms(scored: Scored, threshold: float) -> str:
    """Draw score histograms on one axis: live faces above, each attack species below, errors in another colour.

    Bar heights are square roots of the counts, scaled to the tallest bar of each row.
    """
    groups = {"live": scored.live, **scored.by_species()} if len(scored.live) else scored.by_species()
    figure = _figure(10.4, 0.55 + 0.44 * len(groups))
    axes = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
    edges = np.linspace(0.0, 1.0, 101)
    for axis, (name, scores) in zip(axes, groups.items(), strict=True):
        live = name == "live"
        passed = scores > threshold
        right = np.histogram(scores[passed == live], edges)[0]
        wrong = np.histogram(scores[passed != live], edges)[0]
        tallest = max(float(np.sqrt(np.maximum(right, wrong).max())), 1.0)
        for counts, colour in ((right, _LIVE if live else _ATTACK), (wrong, _WRONG)):
            there = counts > 0
            heights = np.maximum(np.sqrt(counts[there]) / tallest, 0.12)
            axis.bar(edges[:-1][there], heights, width=0.0088, align="edge", color=colour, linewidth=0)
        _plain(axis)
        axis.set_ylim(0, 1.12)
        axis.axvline(threshold, color=_INK, linewidth=1)
        axis.set_ylabel(_literal(name), rotation=0, ha="right", va="center", fontsize=9)
        axis.tick_params(axis="y", which="both", left=False, labelleft=False)
        axis.tick_params(axis="x", length=0, labelbottom=axis is axes[-1])
        axis.spines[["top", "right", "left"]].set_visible(False)
        mistakes = int((passed != live).sum())
        axis.annotate(
            f"{mistakes} of {len(scores)}",
            (1.008, 0.4),
            xycoords="axes fraction",
            va="center",
            fontsize=9,
            color=_WRONG if mistakes else _QUIET,
        )
    axes[0].set_title("wrong", loc="right", fontsize=9, color=_QUIET, x=1.05, pad=2)
    axes[-1].set_xlim(0, 1)
    axes[-1].tick_params(axis="x", length=3)
    axes[-1].set_xlabel("calibrated score; the line is the threshold", fontsize=9)
    return _svg(figure)


def roc_plot(scored: Scored, threshold: float) -> str:
    """Draw the ROC on a logarithmic false positive axis, down to the finest rate that the attacks resolve."""
    fpr, tpr, _ = roc(scored)
    finest = 1.0 / len(scored.attacks)
    figure = _figure(5.1, 4.0)
    axis = figure.subplots()
    _plain(axis)
    axis.axvspan(finest / 3, finest, color=_LINE, label="finer than the data resolve", linewidth=0)
    axis.step(np.maximum(fpr, finest / 3), tpr, where="post", color=_LIVE, linewidth=1.6)
    passed = float((scored.attacks > threshold).mean()), float((scored.live > threshold).mean())
    _mark(axis, max(passed[0], finest / 3), passed[1])
    lowest = min(float(np.interp(0.0, fpr[::-1], tpr[::-1])), passed[1], float(tpr[fpr <= 0].max()))
    floor = next(floor for floor in (0.98, 0.95, 0.9, 0.8, 0.5, 0.0) if floor <= max(lowest - 0.005, 0.0))
    axis.set_xscale("log")
    axis.set_xlim(finest / 3, 1)
    axis.set_ylim(floor, 1.0 + 0.03 * (1 - floor))
    axis.set_xlabel("attacks accepted as live (false positive rate)")
    axis.set_ylabel("live faces accepted as live")
    axis.grid(True, which="major", color=_LINE, linewidth=0.8)
    axis.legend(frameon=False, loc="lower right", fontsize=8)
    return _svg(figure)


def det_plot(scored: Scored, threshold: float) -> str:
    """Draw DET curves, APCER against BPCER on normal deviate axes (ISO/IEC 19795-1), one per species."""
    from scipy.stats import norm

    figure = _figure(5.1, 4.0)
    axis = figure.subplots()
    _plain(axis)
    low, high = _DET_RANGE
    curves, never = [], 0
    for name, group in scored.by_species().items():
        if float(group.max()) < float(scored.live.min()):
            never += 1
            continue
        fpr, tpr, _ = roc(_against(scored.live, name, group))
        curves.append((float(np.minimum(fpr + 1 - tpr, 1).min()), name, len(group), fpr, tpr))
    curves.sort(key=lambda curve: -curve[0])
    for number, (_, name, count, fpr, tpr) in enumerate(curves):
        x, y = (norm.ppf(np.clip(rate, low, high)) for rate in (fpr, 1.0 - tpr))
        named = number < _NAMED
        axis.step(
            x,
            y,
            where="post",
            label=_literal(f"{name} ({count})") if named else None,
            color=_SERIES[number] if named else _LINE,
            linewidth=1.4,
            zorder=3 if named else 2,
        )
    if len(curves) > _NAMED:
        axis.plot([], [], color=_LINE, label=f"{len(curves) - _NAMED} easier species")
    if never:
        axis.plot([], [], " ", label=f"{never} species without overlap")
    refused = float((scored.live <= threshold).mean())
    worst = max(float((group > threshold).mean()) for group in scored.by_species().values())
    _mark(axis, norm.ppf(np.clip(worst, low, high)), norm.ppf(np.clip(refused, low, high)))
    ticks, names = norm.ppf(_DET_TICKS), [f"{100 * tick:g}" for tick in _DET_TICKS]
    axis.set_xticks(ticks, names)
    axis.set_yticks(ticks, names)
    axis.set_xlim(norm.ppf(low), norm.ppf(high))
    axis.set_ylim(norm.ppf(low), norm.ppf(high))
    axis.set_xlabel("APCER, %")
    axis.set_ylabel("BPCER, %")
    axis.grid(True, color=_LINE, linewidth=0.8)
    axis.legend(frameon=False, fontsize=8, loc="upper right")
    return _svg(figure)


def _against(live: npt.NDArray[np.float64], name: str, group: npt.NDArray[np.float64]) -> Scored:
    """Combine live faces with the attacks of one species."""
    return Scored(
        np.concatenate([live, group]),
        np.concatenate([np.ones(len(live), np.int64), np.zeros(len(group), np.int64)]),
        np.array([""] * len(live) + [name] * len(group)),
    )


def _mark(axis: Axes, x: float, y: float) -> None:
    """Mark the threshold that was chosen on the development set."""
    axis.plot([x], [y], "o", markersize=7, markerfacecolor="none", markeredgecolor=_WRONG, markeredgewidth=1.6,
              label="at the threshold", zorder=5, clip_on=False)  # fmt: skip


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained", facecolor="none")


def _plain(axis: Axes) -> None:
    axis.set_facecolor("none")
    for spine in axis.spines.values():
        spine.set_color(_QUIET)
    axis.tick_params(which="both", color=_QUIET, labelcolor=_INK, labelsize=9)
    axis.xaxis.label.set_color(_INK)
    axis.yaxis.label.set_color(_INK)


def _svg(figure: Figure) -> str:
    for axis in figure.axes:
        legend = axis.get_legend()
        for entry in legend.get_texts() if legend is not None else []:
            entry.set_color(_INK)
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "font.family": "sans-serif", "svg.hashsalt": "report"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, variable)
    return text
