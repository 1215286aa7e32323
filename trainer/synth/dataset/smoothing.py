"""Error rates of a model when the depth of live faces is as clean as a driver's filters make it.

Rendered live crops are scored both unchanged and with every hole filled and the surface smoothed. If the two rates are
alike, the model does not rely on noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.models.crop import FaceCrops, core_median_mm
from fasdemo.models.predictor import Predictor
from fasdemo.progress import track
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet
from trainer.synth.sensors.filters import filled_and_smoothed

SIGMAS_PX = (0.0, 0.7, 1.2, 2.0)
"""Strengths of the smoothing, pixels of a crop of 128; 0 = depth as rendered."""


@dataclass(frozen=True)
class SmoothingFigure:
    """The rates of rejected live faces (BPCER) and of accepted attacks (APCER) at the card's threshold."""

    sigma_px: float
    live: int
    bpcer: float
    attacks: int
    apcer: float


def measure_smoothing(model: Path, data: SynthSet, limit: int = 400) -> list[SmoothingFigure]:
    """Measure every strength on up to `limit` live samples and as many attacks; a missing score counts as rejected.

    Raises:
        UserError: the model does not use depth or uses crops of another size, or the set has no live sample.
    """
    with Predictor(model, "cpu", 1) as predictor:
        card = predictor.card
        if "depth" not in card.modalities or card.input_size != INNER_SIZE:
            raise UserError(
                f"model {model}: must score depth crops of {INNER_SIZE} pixels; give another model.", parameter="model"
            )
        threshold = card.thresholds[card.default_policy].live_above
        figures = []
        samples = {name: data.where(label=name)[:limit] for name in ("live", "spoof")}
        if not len(samples["live"]):
            raise UserError("data: the set has no live sample; render some.", parameter="data")
        for sigma in SIGMAS_PX:
            accepted = {}
            for name, indices in samples.items():
                scores = []
                for index in track([int(i) for i in indices], f"{name}, {sigma:g} px"):
                    crops = _crops(data, index)
                    if sigma > 0:
                        assert crops.depth_mm is not None
                        clean = filled_and_smoothed(crops.depth_mm, sigma)
                        crops = replace(crops, depth_mm=clean, distance_mm=core_median_mm(clean.copy()))
                    score = predictor.predict([crops])[0].score
                    scores.append(score is not None and score > threshold)
                accepted[name] = float(np.mean(scores)) if scores else float("nan")
            figures.append(
                SmoothingFigure(
                    sigma, len(samples["live"]), 1.0 - accepted["live"], len(samples["spoof"]), accepted["spoof"]
                )
            )
        return figures


def _crops(data: SynthSet, index: int) -> FaceCrops:
    margin = (CROP_SIZE - INNER_SIZE) // 2
    inner = (slice(margin, -margin), slice(margin, -margin))
    depth = np.asarray(data.depth[index])[inner].astype(np.float32)
    depth *= np.float32(data.table["depth_scale"][index] * 1000.0)
    return FaceCrops(
        rgb=np.ascontiguousarray(data.rgb[index][inner]),
        depth_mm=depth,
        ir=np.ascontiguousarray(data.ir[index][inner]),
        distance_mm=core_median_mm(depth.copy()),
        to_crop=np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    )


def smoothing_table(figures: list[SmoothingFigure]) -> str:
    """Format the figures as a Markdown table."""
    lines = ["| depth | BPCER | APCER |", "|---|---|---|"]
    for f in figures:
        name = f"filled and smoothed, {f.sigma_px:g} px" if f.sigma_px else "as rendered"
        lines.append(f"| {name} | {100 * f.bpcer:.1f} % of {f.live} | {100 * f.apcer:.1f} % of {f.attacks} |")
    return "\n".join(lines)
