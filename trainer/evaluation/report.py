"""A self-contained HTML report: curves, tables with intervals, and pictures of the worst errors."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import jinja2
import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import write_text
from fasdemo.frames import Stream
from fasdemo.models.crop import core_median_mm
from trainer.data.faces import UnreadableError
from trainer.data.transforms.augment import Cropper
from trainer.evaluation.evaluation import Evaluation, OperatingPoints
from trainer.evaluation.metrics import Scored, apcer, at_threshold
from trainer.evaluation.report_plots import det_plot, histograms, roc_plot

WORST = 12
"""Largest number of pictures for each kind of error."""
_TILE = 112
_STREAM_NAMES: dict[Stream, str] = {
    "rgb": "colour",
    "depth": "depth (red near, blue far, black none)",
    "ir": "infrared",
}
_POOLED_TITLES = {
    "acc": "right decisions",
    "eer": "EER",
    "auc": "area under the ROC",
    "tpr@fpr=1e-2": "TPR at FPR 1e-2",
    "tpr@fpr=1e-3": "TPR at FPR 1e-3",
    "tpr@fpr=1e-4": "TPR at FPR 1e-4",
    "apcer": "APCER, pooled",
    "bpcer": "BPCER",
    "acer": "ACER",
}


def write_report(
    path: Path,
    model: str,
    evaluation: Evaluation,
    operating_points: OperatingPoints,
    cropper: Cropper,
    streams: tuple[Stream, ...],
) -> None:
    """Write the report.

    Args:
        path: path of the HTML file.
        model: name of the model, for the title.
        evaluation: the figures.
        operating_points: thresholds that were chosen on the development set.
        cropper: cuts the pictures in the way the network sees them.
        streams: the set's streams, in the order in which they are shown.

    Raises:
        UserError: the file cannot be written.
    """
    scored = evaluation.scored()
    policy = operating_points.default_policy
    threshold = operating_points.thresholds[policy].live_above
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"percent": percent, "interval": interval, "number": number}
    both = len(scored.live) > 0 and len(scored.attacks) > 0
    text = environment.from_string(_template()).render(
        model=model,
        figures=evaluation.figures,
        policy=policy,
        threshold=threshold,
        species=species_rows(scored, threshold),
        pooled=pooled_rows(evaluation.figures["seed metrics"]),
        shown=[_STREAM_NAMES[stream] for stream in streams],
        policies={
            name: (chosen, at_threshold(scored, chosen.live_above))
            for name, chosen in operating_points.thresholds.items()
        },
        plots=[
            (title, markup)
            for title, markup in (
                (
                    "Scores of live faces and of each attack species; each row by itself, heights as square roots",
                    histograms(scored, threshold),
                ),
                ("ROC, attacks pooled", roc_plot(scored, threshold) if both else ""),
                ("DET, each species by itself", det_plot(scored, threshold) if both else ""),
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


def species_rows(scored: Scored, threshold: float) -> list[dict[str, Any]]:
    """Return the rate of accepted attacks of each species, the highest first."""
    rates = sorted(apcer(scored, threshold).items(), key=lambda item: (-(item[1].value or 0.0), item[0]))
    return [
        {"name": name, "passed": rate.errors, "total": rate.total, "rate": rate.value, "ci95": rate.ci95}
        for name, rate in rates
    ]


def pooled_rows(pooled: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the published figures with readable names, and the confusion counts."""
    rows = [
        (words, number(pooled[key]) if key == "auc" else percent(pooled[key]))
        for key, words in _POOLED_TITLES.items()
        if key in pooled
    ]
    if "tp" in pooled:
        rows.append(("live faces accepted, rejected", f"{pooled['tp']}, {pooled['fn']}"))
        rows.append(("attacks rejected, accepted", f"{pooled['tn']}, {pooled['fp']}"))
    return rows


def percent(value: float | None) -> str:
    """Format a rate in per cent; n/a if it is unknown."""
    return "n/a" if value is None else f"{100.0 * value:.2f} %"


def interval(pair: tuple[float, float] | list[float] | None) -> str:
    """Format a 95 % interval in per cent; n/a if it is unknown."""
    return "n/a" if pair is None else f"{100.0 * pair[0]:.2f} – {100.0 * pair[1]:.2f} %"


def number(value: Any) -> str:
    """Format a figure; n/a if it is unknown."""
    return "n/a" if value is None else f"{value:.5g}"


def worst(
    evaluation: Evaluation, threshold: float, cropper: Cropper, streams: tuple[Stream, ...], live: bool
) -> list[dict[str, Any]]:
    """Return the samples of a class whose scores are furthest on the wrong side of the threshold, the worst first."""
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
    """Return the crop's streams side by side, as a data URL."""
    crop = cropper.exact(evaluation.face_set.sample(index)).streams
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
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (_TILE, _TILE), interpolation=cv2.INTER_AREA), np.uint8)


def _template() -> str:
    return (files("trainer.evaluation") / "templates" / "report.html").read_text(encoding="utf-8")
