"""Compare a network that was trained with printed patterns with the shipped one, at an equal share of live faces.

    python -m tools.measure.networks.pattern_training --crops DATA --checkpoint runs/NAME/last.pt

Both networks rate crops of the test part of DATA. The threshold of each is the score that 2 % of the live faces are
below. Patterns as in `tools.measure.networks.pattern_figures` are computed against both, on masks with 0.8 of their
relief.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from fasdemo.models.card import ModelCard
from fasdemo.models.crop import FaceCrops, core_median_mm
from fasdemo.models.encode import encode_batch
from fasdemo.models.predictor import Predictor
from fasdemo.models.registry import models_folder
from tools.measure.networks.pattern_figures import SPECIES, added, patterns, presence_without, shallower
from trainer.checkpoints.checkpoint import load
from trainer.checkpoints.stream_model import StreamModel, model_of_checkpoint
from trainer.networks.output import margin
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

RELIEF = 0.8
LIVE_BELOW = 2.0
"""Percentage of the live faces below the threshold."""
_BATCH = 32


def crop(data: SynthSet, row: int, relief: float = 1.0) -> FaceCrops:
    """Return one crop, with its relief reduced."""
    middle = slice((CROP_SIZE - INNER_SIZE) // 2, (CROP_SIZE + INNER_SIZE) // 2)
    depth = data.depth[row, middle, middle] * np.float32(1000.0 * data.table["depth_scale"][row])
    depth = shallower(depth, relief) if relief < 1.0 else depth
    rgb, ir = (np.ascontiguousarray(images[row, middle, middle]) for images in (data.rgb, data.ir))
    return FaceCrops(rgb, depth, ir, core_median_mm(depth), np.eye(2, 3))


def scores(model: StreamModel, card: ModelCard, crops: list[FaceCrops]) -> npt.NDArray[np.float32]:
    """Return the score of every crop in log-odds, without calibration; colour lowers it by half as in the engine."""
    found = []
    for start in range(0, len(crops), _BATCH):
        part = crops[start : start + _BATCH]
        feed = encode_batch(part, card)
        pictures = [torch.from_numpy(feed[spec.name]) for spec in card.inputs]
        masks = [torch.ones(len(part), len(pictures)), presence_without(card.modalities, "rgb", len(part))]
        with torch.no_grad():
            every, without = (margin(logits).numpy() for logits in model(pictures, masks)[0])
        found.append(without + np.minimum((every - without) / 2.0, 0.0))
    return np.concatenate(found)


def main() -> int:
    """Print one line for each network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crops", type=Path, required=True, help="rendered crops with a test part")
    parser.add_argument(
        "--checkpoint", type=Path, required=True, help="last.pt of a run, whose averaged weights are used"
    )
    parser.add_argument("--count", type=int, default=250, help="live faces and attacks (default: %(default)s)")
    parser.add_argument("--masks", type=int, default=30, help="masks with patterns (default: %(default)s)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data, rng = SynthSet(options.crops), np.random.default_rng(5)
    test, species = np.asarray(data.table["split"]) == "test", np.asarray(data.table["species"])

    def drawn(rows: npt.NDArray[np.bool_], count: int, relief: float = 1.0) -> list[FaceCrops]:
        return [crop(data, int(row), relief) for row in rng.permutation(np.flatnonzero(test & rows))[:count]]

    live, attacks = drawn(species == "", options.count), drawn(species != "", options.count)
    plain = drawn(np.isin(species, SPECIES), options.masks, RELIEF)
    shipped = load(models_folder() / "fasdemo-flex.pt")
    other = model_of_checkpoint(shipped, "fasdemo-flex.pt").eval()
    trained = load(options.checkpoint)
    other.network.load_state_dict(trained.training["average"] if trained.training else trained.state_dict)
    networks = {"shipped": model_of_checkpoint(shipped, "fasdemo-flex.pt").eval(), str(options.checkpoint): other}
    print("| network | live | attacks | masks | own pattern | of another mask | of the shipped network |")
    print("|---|---|---|---|---|---|---|")
    with Predictor(models_folder() / "fasdemo-flex.onnx", "cpu", 1) as predictor:
        card, of_shipped = predictor.card, None
        for name, network in networks.items():
            of_live = scores(network, card, live)
            limit = float(np.percentile(of_live, LIVE_BELOW))
            own = patterns(network, predictor, plain)
            of_shipped = of_shipped or own
            moved = [
                replace(mine, rgb=added(mine.rgb, theirs.rgb, clean.rgb), ir=added(mine.ir, theirs.ir, clean.ir))
                for mine, theirs, clean in zip(plain, own[1:] + own[:1], plain[1:] + plain[:1], strict=True)
            ]
            counts = [
                int((scores(network, card, crops) >= limit).sum()) for crops in (attacks, plain, own, moved, of_shipped)
            ]
            cells = " | ".join(map(str, counts))
            print(f"| {name} | {int((of_live >= limit).sum())} | {cells} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
