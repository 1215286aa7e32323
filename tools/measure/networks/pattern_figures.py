"""Measure how many shallow relief masks are accepted with printed patterns computed against the shipped model.

    python -m tools.measure.networks.pattern_figures --crops DATA

Masks of DATA (made by `python -m trainer synth crops`) are made shallower. A pattern of at most 8 of 255 levels
in colour and infrared is found for each with the gradient of the shipped checkpoint (white box), and shown to the
shipped network, to its 8-bit version, and on another mask (transfer). Prints how many single frames pass the network's
threshold, then also the physical rules, and then also the limit above the depth head.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.face_surface import surface
from fasdemo.engine.measurements.measure import depth_grid
from fasdemo.engine.policy import Policy
from fasdemo.engine.rules.gates import physical_codes
from fasdemo.engine.rules.score_evidence import stream_score
from fasdemo.faces.quality import Quality
from fasdemo.models.crop import FaceCrops, core_median_mm
from fasdemo.models.encode import encode_batch
from fasdemo.models.log_odds import log_odds
from fasdemo.models.predictor import Predictor
from fasdemo.models.registry import models_folder
from trainer.checkpoints.checkpoint import load
from trainer.checkpoints.stream_model import StreamModel, model_of_checkpoint
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

RELIEFS = (0.7, 0.8, 0.9)
STRENGTH, STEP, STEPS = 8, 2, 10
"""Grey levels of 255, and iterations of projected gradient ascent."""
SPECIES = ("mask-paper", "mask-resin")
HEAD_LIMITS = (4.0, 2.0, 1.0, 0.0)
"""Log-odds by which the score may exceed the depth head's."""
_GOOD = Quality(0.5, 0.0, 0.5, 60.0, 0.0, 0.0, 0.0, None)

Bytes = npt.NDArray[np.uint8]


def masks(data: SynthSet, species: Sequence[str], count: int, relief: float) -> list[FaceCrops]:
    """Return some crops of one kind; their depth is scaled to `relief` times its distance from the best plane."""
    rows = np.flatnonzero(np.isin(data.table["species"], species))
    middle = slice((CROP_SIZE - INNER_SIZE) // 2, (CROP_SIZE + INNER_SIZE) // 2)
    result = []
    for row in np.random.default_rng(5).permutation(rows)[:count]:
        depth = data.depth[row, middle, middle] * np.float32(1000.0 * data.table["depth_scale"][row])
        rgb, ir = (np.ascontiguousarray(images[row, middle, middle]) for images in (data.rgb, data.ir))
        depth = shallower(depth, relief)
        result.append(FaceCrops(rgb, depth, ir, core_median_mm(depth), np.eye(2, 3)))
    return result


def shallower(depth_mm: npt.NDArray[np.float32], relief: float) -> npt.NDArray[np.float32]:
    """Return depth whose face has so much of its distance from its own best plane; the background stays."""
    near = (depth_mm > 0) & (np.abs(depth_mm - core_median_mm(depth_mm)) < 90.0)
    y, x = np.nonzero(near)
    if len(x) < 10:
        return depth_mm
    terms = np.stack([np.ones(len(x)), x, y], axis=1)
    plane = terms @ np.linalg.lstsq(terms, depth_mm[near], rcond=None)[0]
    result = depth_mm.copy()
    result[near] = plane + relief * (depth_mm[near] - plane)
    return result


def patterns(model: StreamModel, predictor: Predictor, crops: list[FaceCrops]) -> list[FaceCrops]:
    """Return the crops with the pattern of each in colour and infrared; encoding is passed straight through."""
    card = predictor.card
    now = crops
    for _ in range(STEPS):
        feed = encode_batch(now, card)
        pictures = [torch.from_numpy(feed[spec.name]).requires_grad_() for spec in card.inputs]
        presence = torch.ones(len(now), len(pictures))
        fused, _ = model(pictures, [presence, presence_without(card.modalities, "rgb", len(now))])
        live = sum((logits[:, 1] - logits[:, 0]).sum() for logits in fused)
        slopes = dict(zip(card.modalities, torch.autograd.grad(live, pictures), strict=True))
        now = [
            replace(
                new,
                rgb=_moved(old.rgb, new.rgb, slopes["rgb"][row].permute(1, 2, 0).numpy()),
                ir=_moved(old.ir, new.ir, slopes["ir"][row].sum(0).numpy()),
            )
            for row, (old, new) in enumerate(zip(crops, now, strict=True))
        ]
    return now


def presence_without(modalities: Sequence[str], stream: str, count: int) -> torch.Tensor:
    """Return the presence mask (count, streams) that leaves one stream out."""
    return torch.tensor([[float(name != stream) for name in modalities]] * count)


def _moved(old: object, new: object, slope: npt.NDArray[np.float32]) -> Bytes:
    first, last = np.asarray(old, np.int16), np.asarray(new, np.int16)
    moved = np.clip(last + STEP * np.sign(slope).astype(np.int16), first - STRENGTH, first + STRENGTH)
    return np.asarray(np.clip(moved, 0, 255), np.uint8)


def passing(predictor: Predictor, crops: list[FaceCrops]) -> list[int]:
    """Count what passes the network, then the rules, then each of `HEAD_LIMITS`."""
    card = predictor.card
    above = max(card.thresholds[card.default_policy].live_above, 0.5)
    counts = [0] * (2 + len(HEAD_LIMITS))
    for crop, found in zip(crops, predictor.predict(crops), strict=True):
        assert crop.depth_mm is not None
        score = stream_score(found.score, found.score_without_rgb)
        if score is None or score < above:
            continue
        counts[0] += 1
        measured = {
            **surface(depth_grid(crop.depth_mm)),
            "distance_m": crop.distance_mm / 1000.0,
            "depth_coverage": 1.0,
        }
        if physical_codes(Evidence.of(measured), _GOOD, found.per_modality, Policy()):
            continue
        counts[1] += 1
        head = log_odds(found.per_modality["depth"])
        for place, limit in enumerate(HEAD_LIMITS):
            counts[2 + place] += head + limit >= log_odds(above)
    return counts


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crops", type=Path, required=True, help="rendered crops")
    parser.add_argument("--count", type=int, default=60, help="masks of each relief (default: %(default)s)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = SynthSet(options.crops)
    folder = models_folder()
    model = model_of_checkpoint(load(folder / "fasdemo-flex.pt"), "fasdemo-flex.pt").eval()
    heads = " | ".join(f"depth head + {limit:g}" for limit in HEAD_LIMITS)
    print(f"| relief | pattern | n | network | and rules | {heads} |\n|---|---|---|---|---|{'---|' * len(HEAD_LIMITS)}")

    def row(relief: object, title: str, predictor: Predictor, crops: list[FaceCrops]) -> None:
        cells = " | ".join(map(str, passing(predictor, crops)))
        print(f"| {relief} | {title} | {len(crops)} | {cells} |", flush=True)

    with Predictor(folder / "fasdemo-flex.onnx", "cpu", 1) as shipped:
        row("live", "none", shipped, masks(data, ("",), 5 * options.count, 1.0))
        for relief in RELIEFS:
            plain = masks(data, SPECIES, options.count, relief)
            found = patterns(model, shipped, plain)
            row(relief, "none", shipped, plain)
            row(relief, "its own", shipped, found)
            others = [
                replace(
                    mine,
                    rgb=added(mine.rgb, theirs.rgb, clean.rgb),
                    ir=added(mine.ir, theirs.ir, clean.ir),
                )
                for mine, theirs, clean in zip(plain, found[1:] + found[:1], plain[1:] + plain[:1], strict=True)
            ]
            row(relief, "of another mask", shipped, others)
    return 0


def added(image: object, changed: object, clean: object) -> Bytes:
    """Return an image with the pattern by which another one was changed."""
    pattern = np.asarray(changed, np.int16) - np.asarray(clean, np.int16)
    return np.asarray(np.clip(np.asarray(image, np.int16) + pattern, 0, 255), np.uint8)


if __name__ == "__main__":
    sys.exit(main())
