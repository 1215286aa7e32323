"""Measure the effect of evidence, of stream weights and of a site's calibration on the scores of faces and attacks.

    python -m tools.measure.surface.score_figures --crops DATA --kinect ../shared/real/kinect2

The engine processes Kinect captures as still pictures, by depth and infrared; a site's bias is fitted on
all people but one and measured on that one. Rendered crops are scored by the network with all three streams and with
depth and infrared alone, and with the rules on depth and infrared; scores with evidence or a site's bias are limited by
the depth head, as in the app. Prints the tables of `docs/verdict-measurements.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fasdemo.engine.engine import Engine
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.face_surface import surface
from fasdemo.engine.measurements.measure import grids, infrared
from fasdemo.engine.policy import Policy
from fasdemo.engine.reasons import Effect, effect
from fasdemo.engine.result import FrameResult
from fasdemo.engine.rules.gates import physical_codes
from fasdemo.engine.rules.score_evidence import shifted, stream_score, total_shift, within_depth
from fasdemo.engine.setup.site_calibration import accepted, allowed_bias, fit_bias, recording_of
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.finder import FaceFinder
from fasdemo.faces.landmarks import FaceLandmarks
from fasdemo.faces.quality import Quality
from fasdemo.frames import STREAMS, FrameSet
from fasdemo.models.card import ModelCard, Threshold
from fasdemo.models.crop import FaceCrops, core_median_mm
from fasdemo.models.predictor import Prediction, Predictor
from fasdemo.models.registry import select_model
from trainer.evaluation.real.captures import read_grey
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

_GOOD = Quality(0.5, 0.0, 0.5, 60.0, 0.0, 0.0, 0.0, None)
_FACE_FOUND = {"ir_landmark_error": 0.05}
"""The crops were cut around a face that the detector found."""
_BATCH = 32


class WithoutColour:
    """A model that is shown depth and infrared only."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor

    def predict(self, crops: list[FaceCrops]) -> list[Prediction]:
        """Compute the score without the colour crops."""
        return self.predictor.predict([replace(crop, rgb=None) for crop in crops])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.predictor, name)


def kinect_frames(folder: Path) -> Iterator[tuple[str, FrameSet]]:
    """Yield person and frame; infrared, scaled to a 99th percentile of 235, is also used as colour to find the face."""
    for index, path in enumerate(sorted(folder.glob("person_*/*_depth.png"))):
        ir = read_grey(path.with_name(path.name.replace("_depth", "_ir")))
        view = np.clip(ir * (235.0 / np.percentile(ir, 99)), 0, 255).astype(np.uint8)
        bordered = cv2.copyMakeBorder(view, 40, 40, 40, 40, cv2.BORDER_REPLICATE)
        grey = np.asarray(cv2.resize(bordered, None, fx=3, fy=3), np.uint8)
        depth = cv2.copyMakeBorder(read_grey(path), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=0)
        depth = cv2.resize(depth, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
        rgb = np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
        yield (
            path.parent.name,
            FrameSet(
                index, float(index), rgb, depth=np.asarray(depth, np.uint16), ir=grey, declared=frozenset(STREAMS)
            ),
        )


def kinect_results(folder: Path, model: str | None) -> dict[str, list[FrameResult]]:
    """Process every capture as a still picture with the engine."""
    results: dict[str, list[FrameResult]] = defaultdict(list)
    predictor: Any = WithoutColour(Predictor(select_model(frozenset({"rgb", "depth", "ir"}), model), "cpu", 1))
    with Engine(predictor, FaceFinder(FaceDetector()), landmarks=FaceLandmarks()) as engine:
        for person, frame in kinect_frames(folder):
            results[person].append(engine.process(frame, still=True))
    return results


def kinect_table(results: dict[str, list[FrameResult]], card: ModelCard, threshold: Threshold) -> None:
    """Print the accepted share after each step, and that with a site's bias fitted to all other people."""
    every = [result for rows in results.values() for result in rows]
    faces = [face for result in every for face in result.faces[:1]]
    bare = [shifted(face.frame_score, -(face.evidence.score_shift or 0.0)) for face in faces]
    clean = [not any(effect(c) is not Effect.NOTE and not c.startswith("score_") for c in f.reasons) for f in faces]
    live = sum(face.status == "LIVE" for face in faces)
    network = sum(score is not None and score >= threshold.live_above for score in bare)
    gated = sum(
        ok and score is not None and score >= threshold.live_above for ok, score in zip(clean, bare, strict=True)
    )
    print(f"captures {len(every)}, face found {len(faces)}, nothing but the score against it {sum(clean)}")
    print(f"network alone {network}, and gates {gated}, and evidence {live}")
    codes: dict[str, int] = defaultdict(int)
    for face in faces:
        for code in face.reasons:
            codes[code] += 1
    print("reasons:", dict(codes))
    limit = allowed_bias(card, threshold)
    recordings = {person: recording_of(rows) for person, rows in results.items()}
    before = after = total = 0.0
    for person, left_out in recordings.items():
        bias = fit_bias([one for name, one in recordings.items() if name != person], [], threshold, limit)
        usable = len(left_out.usable)
        was, now = accepted([left_out], threshold, 0.0), accepted([left_out], threshold, bias)
        before, after, total = before + was * usable, after + now * usable, total + usable
        print(f"{person}: bias {bias:+.2f} of at most {limit:.2f}: {was:.1%} -> {now:.1%} of {usable} usable")
    print(f"people left out in turn: {before:.0f} -> {after:.0f} of {total:.0f} usable captures accepted")


def rendered_table(folder: Path, model: str | None, stride: int) -> None:
    """Print how many rendered faces of each species are accepted by each step, of every `stride`-th crop."""
    data = SynthSet(folder)
    middle = slice((CROP_SIZE - INNER_SIZE) // 2, (CROP_SIZE + INNER_SIZE) // 2)
    steps = ("network", "gates", "streams", "evidence", "site", "no colour", "no colour, evidence", "no colour, site")
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with Predictor(select_model(frozenset({"rgb", "depth", "ir"}), model), "cpu", 1) as predictor:
        threshold = predictor.card.thresholds[predictor.card.default_policy]
        limit = allowed_bias(predictor.card, threshold)
        taken = range(0, len(data.rgb), stride)
        for start in range(0, len(taken), _BATCH):
            rows = taken[start : start + _BATCH]
            crops = [crops_of(data, row, middle) for row in rows]
            for row, crop, found in zip(rows, crops, predictor.predict(crops), strict=True):
                name = str(data.table["species"][row]) or "live"
                evidence = Evidence.of(evidence_of(crop))
                clear = not physical_codes(evidence, _GOOD, found.per_modality, Policy())
                streams = stream_score(found.score, found.score_without_rgb)
                scores: dict[str, tuple[float | None, float | None]]
                scores = {"network": (found.score, None), "gates": (found.score, None), "streams": (streams, None)}
                scores |= {"evidence": (streams, 0.0), "site": (streams, limit)}
                alone = found.score_without_rgb
                scores |= {
                    "no colour": (alone, None),
                    "no colour, evidence": (alone, 0.0),
                    "no colour, site": (alone, limit),
                }
                counts[name]["n"] += 1
                for step, (score, bias) in scores.items():
                    moved = score
                    if score is not None and bias is not None:
                        raised = shifted(score, total_shift(score, evidence, (), bias))
                        moved = within_depth(raised, found.per_modality.get("depth"))
                    counts[name][step] += (
                        moved is not None and moved >= threshold.live_above and (clear or step == "network")
                    )
    print(
        f"\nlargest bias of a site {limit:.2f}\n| species | n | {' | '.join(steps)} |\n|---|---|{'---|' * len(steps)}"
    )
    for name in sorted(counts, key=lambda one: (one != "live", one)):
        print(f"| {name} | {counts[name]['n']} | {' | '.join(str(counts[name][step]) for step in steps)} |")


def crops_of(data: SynthSet, row: int, middle: slice) -> FaceCrops:
    """Return the middle of all streams of a stored crop."""
    depth = data.depth[row, middle, middle].astype(np.float32) * np.float32(1000.0 * data.table["depth_scale"][row])
    rgb, ir = (np.ascontiguousarray(array[row, middle, middle]) for array in (data.rgb, data.ir))
    return FaceCrops(rgb, depth, ir, core_median_mm(depth), np.eye(2, 3))


def evidence_of(crop: FaceCrops) -> dict[str, float | None]:
    """Measure depth and infrared of a crop whose face was also found in infrared."""
    small = grids(crop)
    assert small.depth_mm is not None
    assert small.ir is not None
    distance = crop.distance_mm / 1000.0 if crop.distance_mm > 0 else None
    shared = {"distance_m": distance, "depth_coverage": 1.0, **_FACE_FOUND}
    return {**surface(small.depth_mm), **infrared(small.ir, small.red, small.luma), **shared}


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crops", type=Path, help="rendered crops")
    parser.add_argument("--kinect", type=Path, help="folder of Kinect v2 captures, person_*/*_depth.png and *_ir.png")
    parser.add_argument("--step", type=int, default=1, help="take every so-many-th rendered crop (default: all)")
    parser.add_argument("--model", help="a shipped model with optional streams, or a file; default: the flagship")
    options = parser.parse_args()
    if options.kinect is not None:
        with Predictor(select_model(frozenset({"rgb", "depth", "ir"}), options.model), "cpu", 1) as predictor:
            card = predictor.card
        kinect_table(kinect_results(options.kinect, options.model), card, card.thresholds[card.default_policy])
    if options.crops is not None:
        rendered_table(options.crops, options.model, max(options.step, 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
