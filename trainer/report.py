"""A self-contained HTML report: curves, tables with intervals, and the worst mistakes as pictures."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import jinja2
import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from fasdemo.frames import Stream
from fasdemo.models.crop import core_median_mm
from trainer.augment import Cropper
from trainer.data.faces import UnreadableError
from trainer.evaluation import Decision, Evaluation
from trainer.history import write_text
from trainer.metrics import Scored, at_threshold, roc

WORST = 10
"""Mistakes shown of each kind."""
_LIVE, _ATTACK = "#1b7f4d", "#b3261e"
_DET_TICKS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)


def write_report(
    path: Path,
    model: str,
    evaluation: Evaluation,
    decision: Decision,
    cropper: Cropper,
    streams: tuple[Stream, ...],
) -> None:
    """Write the report.

    Args:
        path: of the HTML file.
        model: its name, for the title.
        evaluation: the figures.
        decision: thresholds; the development set chose them, the report applies them.
        cropper: cuts the pictures as the network saw them.
        streams: what the set has, in the order to show.

    Raises:
        UserError: it cannot be written.
    """
    scored = evaluation.scored()
    policy = decision.default_policy
    threshold = decision.thresholds[policy].live_above
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "interval": interval, "number": number}
    both = len(scored.live) > 0 and len(scored.attacks) > 0
    text = environment.from_string(_template()).render(
        model=model,
        figures=evaluation.figures,
        policy=policy,
        threshold=threshold,
        policies={
            name: (chosen, at_threshold(scored, chosen.live_above)) for name, chosen in decision.thresholds.items()
        },
        plots=[
            (title, markup)
            for title, markup in (
                ("Scores of live faces and of each attack species", histograms(scored, threshold)),
                ("ROC, attacks pooled", roc_plot(scored) if both else ""),
                ("DET, per species", det_plot(scored) if both else ""),
            )
            if markup
        ],
        mistakes=[
            (
                "False accepts: attacks with the highest scores",
                worst(evaluation, threshold, cropper, streams, live=False),
            ),
            (
                "False rejects: live faces with the lowest scores",
                worst(evaluation, threshold, cropper, streams, live=True),
            ),
        ],
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    write_text(path, text)


def percent(value: float | None) -> str:
    """A rate for people; n/a where it is unknown."""
    return "n/a" if value is None else f"{100.0 * value:.2f} %"


def interval(pair: list[float] | None) -> str:
    """A 95 % interval for people."""
    return "n/a" if pair is None else f"{100.0 * pair[0]:.2f} – {100.0 * pair[1]:.2f} %"


def number(value: Any) -> str:
    """A figure for people."""
    return "n/a" if value is None else f"{value:.5g}"


def histograms(scored: Scored, threshold: float) -> str:
    """Score histograms: live above, each attack species below, on one axis; the counts are on a logarithmic scale."""
    groups = {"live": scored.live, **scored.by_species()} if len(scored.live) else scored.by_species()
    figure = Figure(figsize=(8.4, 0.5 + 0.82 * len(groups)), layout="constrained")
    axes = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
    edges = np.linspace(0.0, 1.0, 51)
    for axis, (name, scores) in zip(axes, groups.items(), strict=True):
        counts, _ = np.histogram(scores, edges)
        axis.bar(edges[:-1], counts, width=0.02, align="edge", color=_LIVE if name == "live" else _ATTACK)
        axis.set_yscale("symlog", linthresh=1)
        axis.set_ylim(0, max(float(counts.max()) * 1.5, 2.0))
        axis.axvline(threshold, color="black", linewidth=1)
        axis.set_ylabel(f"{name}\n({len(scores)})", rotation=0, ha="right", va="center")
        axis.tick_params(axis="y", which="both", left=False, labelleft=False)
        axis.spines[["top", "right", "left"]].set_visible(False)
    axes[-1].set_xlim(0, 1)
    axes[-1].set_xlabel("calibrated score; the line is the threshold")
    return _svg(figure)


def roc_plot(scored: Scored) -> str:
    """ROC on a logarithmic false positive axis, down to the finest rate that the attacks resolve."""
    fpr, tpr, _ = roc(scored)
    finest = 1.0 / len(scored.attacks)
    figure = Figure(figsize=(5.2, 4.0), layout="constrained")
    axis = figure.subplots()
    axis.plot(np.maximum(fpr, finest / 2), tpr, color=_LIVE)
    axis.axvspan(finest / 2, finest, color="0.9", label="finer than the data resolve")
    axis.set_xscale("log")
    axis.set_xlim(finest / 2, 1)
    axis.set_ylim(min(0.5, float(tpr[1:].min())) if len(tpr) > 1 else 0, 1.01)
    axis.set_xlabel("false positive rate (attacks taken for live)")
    axis.set_ylabel("true positive rate")
    axis.grid(True, which="both", color="0.92")
    axis.legend(frameon=False, loc="lower right")
    return _svg(figure)


def det_plot(scored: Scored) -> str:
    """DET curves, APCER against BPCER on normal deviate axes (ISO/IEC 19795-1), one per species."""
    from scipy.stats import norm

    figure = Figure(figsize=(5.2, 4.0), layout="constrained")
    axis = figure.subplots()
    low, high = 0.0005, 0.6
    colours, never = matplotlib.colormaps["tab20"], []
    for name, group in scored.by_species().items():
        part = Scored(
            np.concatenate([scored.live, group]),
            np.concatenate([np.ones(len(scored.live), np.int64), np.zeros(len(group), np.int64)]),
            np.array([""] * len(scored.live) + [name] * len(group)),
        )
        fpr, tpr, _ = roc(part)
        if float(group.max()) < float(scored.live.min()):
            never.append(name)
            continue
        x, y = (norm.ppf(np.clip(rate, low, high)) for rate in (fpr, 1.0 - tpr))
        axis.step(x, y, where="post", label=f"{name} ({len(group)})", color=colours(len(axis.lines) % 20))
    ticks = norm.ppf(_DET_TICKS)
    labels = [f"{100 * tick:g}" for tick in _DET_TICKS]
    axis.set_xticks(ticks, labels)
    axis.set_yticks(ticks, labels)
    axis.set_xlim(norm.ppf(low), norm.ppf(high))
    axis.set_ylim(norm.ppf(low), norm.ppf(high))
    axis.set_xlabel("APCER, %")
    axis.set_ylabel("BPCER, %")
    axis.grid(True, color="0.92")
    if never:
        axis.plot([], [], " ", label=f"no overlap: {len(never)} species")
    axis.legend(frameon=False, fontsize=7)
    return _svg(figure)


def worst(
    evaluation: Evaluation, threshold: float, cropper: Cropper, streams: tuple[Stream, ...], live: bool
) -> list[dict[str, Any]]:
    """The samples of a class that scored furthest on the wrong side, first the worst; mistakes are marked."""
    face_set, scores = evaluation.face_set, evaluation.scores
    candidates = np.flatnonzero((face_set.labels == int(live)) & ~np.isnan(scores))
    order = candidates[np.argsort(scores[candidates] if live else -scores[candidates], kind="stable")][:WORST]
    entries = []
    for index in order:
        try:
            picture = _strip(cropper, evaluation, int(index), streams)
        except UnreadableError:
            continue
        entries.append(
            {
                "image": picture,
                "score": f"{scores[index]:.4f}",
                "wrong": bool((scores[index] > threshold) != live),
                "species": str(face_set.species[index]) or "live",
                "name": face_set.names[index],
                "subject": str(face_set.subjects[index]),
            }
        )
    return entries


def _strip(cropper: Cropper, evaluation: Evaluation, index: int, streams: tuple[Stream, ...]) -> str:
    """The crop's streams side by side, as a data URL."""
    crop = cropper.exact(evaluation.face_set.pictures(index)).streams
    parts = [_visible(stream, crop[stream]) for stream in streams if stream in crop]
    done, data = cv2.imencode(".jpg", np.hstack(parts)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode() if done else ""


def _visible(stream: Stream, picture: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if stream == "depth" and picture.dtype != np.uint8:
        there, middle = picture > 0, core_median_mm(picture.astype(np.float32))
        scaled = np.clip((picture - middle) / 300.0 + 0.5, 0, 1) * 255
        coloured = cv2.applyColorMap(255 - scaled.astype(np.uint8), cv2.COLORMAP_TURBO)[..., ::-1].copy()
        coloured[~there] = 0
        picture = coloured
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, 2)
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (112, 112), interpolation=cv2.INTER_AREA), np.uint8)


def _template() -> str:
    return (files("trainer") / "templates" / "report.html").read_text(encoding="utf-8")


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "font.family": "sans-serif", "svg.hashsalt": "report"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
