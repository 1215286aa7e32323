"""Which faces are accepted if one stream after another is disturbed.

    python -m tools.measure.streams.disturbed_streams --crops DATA

Crops of the test part of a set made by `python -m trainer synth crops`, evenly taken, are scored by the flagship with
its default threshold, the engine's rules on depth and infrared, stream weights and evidence. Prints the table of
`docs/verdict-measurements.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.policy import Policy
from fasdemo.engine.rules.gates import physical_codes
from fasdemo.engine.rules.score_evidence import shifted, stream_score, total_shift, within_depth
from fasdemo.faces.quality import Quality
from fasdemo.models.crop import FaceCrops
from fasdemo.models.predictor import Predictor
from fasdemo.models.registry import select_model
from tools.measure.surface.score_figures import crops_of, evidence_of
from tools.measure.surface.surface_figures import smoothed
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

Picture = npt.NDArray[np.float32]
Change = Callable[[Picture, np.random.Generator], Picture]

_GOOD = Quality(0.5, 0.0, 0.5, 60.0, 0.0, 0.0, 0.0, None)
_BATCH = 32


def _blurred(sigma: float) -> Change:
    return lambda picture, rng: np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def _noisy(deviation: float) -> Change:
    return lambda picture, rng: picture + rng.normal(0, deviation, picture.shape).astype(np.float32)


def _scaled(*factors: float) -> Change:
    return lambda picture, rng: picture * np.array(factors, np.float32)


def _grey(picture: Picture, rng: np.random.Generator) -> Picture:
    return np.repeat(picture.mean(2, keepdims=True), 3, axis=2)


COLOUR: dict[str, Change] = {
    "half as bright": _scaled(0.5),
    "1.6 times as bright": _scaled(1.6),
    "warmer": _scaled(1.25, 1.0, 0.7),
    "blurred by 1.5 px": _blurred(1.5),
    "noise of 12 levels": _noisy(12.0),
    "grey": _grey,
}
INFRARED: dict[str, Change] = {
    "half as bright": _scaled(0.5),
    "1.6 times as bright": _scaled(1.6),
    "blurred by 1.5 px": _blurred(1.5),
    "noise of 12 levels": _noisy(12.0),
}
DEPTH: dict[str, Change] = {
    "smoothed by 1.5 px": lambda depth, rng: smoothed(depth, 1.5),
    "smoothed by 3 px": lambda depth, rng: smoothed(depth, 3.0),
    "noise of 4 mm": lambda depth, rng: np.where(depth > 0, depth + rng.normal(0, 4.0, depth.shape), 0.0).astype(
        np.float32
    ),
}


Disturbance = Callable[[FaceCrops, np.random.Generator], FaceCrops]


def disturbances() -> dict[str, Disturbance]:
    """Return each change of one stream of a face by its title, first none."""
    found: dict[str, Disturbance] = {"none": lambda crops, rng: crops}
    found |= {f"colour: {title}": _in_colour(change) for title, change in COLOUR.items()}
    found |= {f"infrared: {title}": _in_infrared(change) for title, change in INFRARED.items()}
    return found | {f"depth: {title}": _in_depth(change) for title, change in DEPTH.items()}


def _in_colour(change: Change) -> Disturbance:
    return lambda crops, rng: replace(crops, rgb=_changed(crops.rgb, change, rng))


def _in_infrared(change: Change) -> Disturbance:
    return lambda crops, rng: replace(crops, ir=_changed(crops.ir, change, rng))


def _in_depth(change: Change) -> Disturbance:
    return lambda crops, rng: replace(crops, depth_mm=change(_present(crops.depth_mm), rng))


def _present(picture: npt.NDArray[np.generic] | None) -> Picture:
    assert picture is not None
    return picture.astype(np.float32)


def _changed(
    picture: npt.NDArray[np.generic] | None, change: Change, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    return np.clip(np.round(change(_present(picture), rng)), 0, 255).astype(np.uint8)


def accepted(predictor: Predictor, crops: list[FaceCrops]) -> list[bool]:
    """Return for each face whether its single frame is above the default threshold and has no reason against it."""
    threshold = predictor.card.thresholds[predictor.card.default_policy].live_above
    result = []
    for crop, found in zip(crops, predictor.predict(crops), strict=True):
        evidence = Evidence.of(evidence_of(crop))
        score = stream_score(found.score, found.score_without_rgb)
        if score is not None:
            score = shifted(score, total_shift(score, evidence))
        score = within_depth(score, found.per_modality.get("depth"))
        clear = not physical_codes(evidence, _GOOD, found.per_modality, Policy())
        result.append(clear and score is not None and score >= threshold)
    return result


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crops", type=Path, required=True, help="rendered crops")
    parser.add_argument("--step", type=int, default=10, help="take every so-many-th crop (default: %(default)s)")
    options = parser.parse_args()
    data = SynthSet(options.crops)
    middle = slice((CROP_SIZE - INNER_SIZE) // 2, (CROP_SIZE + INNER_SIZE) // 2)
    rows = np.flatnonzero([str(part) == "test" for part in data.table["split"]])[:: max(options.step, 1)]
    names = [str(data.table["species"][row]) or "live" for row in rows]
    kinds = [
        "live" if name == "live" else "masks" if name.startswith(("mask", "mannequin")) else "flat" for name in names
    ]
    total = Counter(kinds)
    print(f"| disturbed stream | live, of {total['live']} | masks and mannequins, of {total['masks']} | ", end="")
    print(f"prints and screens, of {total['flat']} |\n|---|---|---|---|")
    with Predictor(select_model(frozenset({"rgb", "depth", "ir"})), "cpu", 1) as predictor:
        for title, change in disturbances().items():
            counts: Counter[str] = Counter()
            rng = np.random.default_rng(0)
            for start in range(0, len(rows), _BATCH):
                crops = [change(crops_of(data, int(row), middle), rng) for row in rows[start : start + _BATCH]]
                verdicts = accepted(predictor, crops)
                counts.update(kind for kind, yes in zip(kinds[start : start + _BATCH], verdicts, strict=True) if yes)
            print(f"| {title} | {counts['live']} | {counts['masks']} | {counts['flat']} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
