"""Measure how often the rules on one surface refuse single frames: rendered crops by species, and real captures.

    python -m tools.measure.surface.agreement_figures --crops DATA --kinect ../shared/real/kinect2

Counts only what the other rules on depth let pass. Key points are those that the detector finds; a crop in which it
finds none is left out. Prints the figures of `docs/verdict-measurements.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.cross_modal import depth_agreement, infrared_agreement
from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.measure import depth_grid
from fasdemo.engine.measurements.outlines import OUTLINE_SHAPE, WIDER, compare_outlines
from fasdemo.engine.rules.cross_modal_rules import agreement_codes
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Face
from fasdemo.faces.quality import Quality, head_pose_deg
from fasdemo.frames import Stream
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import FaceCrops, core_median_mm, crop_face
from fasdemo.models.warp import warp
from tools.measure.surface.score_figures import kinect_frames
from tools.measure.surface.surface_figures import SMOOTHING_PX, judged, smoothed
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

_GOOD = Quality(0.5, 0.0, 0.5, 60.0, 0.0, 0.0, 0.0, None)


_TINT = np.array([1.0, 0.9, 0.8], np.float32)
"""Makes infrared pass for colour in the outline's comparison, where no colour was captured."""
_ZOOM = 1.2

_PADDING_PX = 120
"""Border that `kinect_frames` adds, which no camera captured."""

Seen = npt.NDArray[np.bool_] | None
Sample = tuple[str, Face, FaceCrops, FaceCrops, Seen]
"""Species or title, face, crops of the network, wider crops, and what of these was captured; None = all."""


def kinect(folder: Path, detector: FaceDetector) -> Iterator[Sample]:
    """Yield a title, the face, its crops and its wider crops of every capture, raw and smoothed."""
    for _, frame in kinect_frames(folder):
        faces = detector.detect(frame.rgb)
        if faces:
            face = max(faces, key=lambda one: one.score)
            crops = crop_face(frame, face, CropSpec(), INNER_SIZE)
            wide = crop_face(frame, face, CropSpec(scale=WIDER), CROP_SIZE)
            assert crops.depth_mm is not None
            assert wide.depth_mm is not None
            assert wide.rgb is not None
            captured = np.zeros(frame.rgb.shape[:2], np.uint8)
            captured[_PADDING_PX:-_PADDING_PX, _PADDING_PX:-_PADDING_PX] = 1
            seen = cv2.resize(warp(captured, wide.to_crop, CROP_SIZE, nearest=True), OUTLINE_SHAPE) > 0
            tinted = (wide.rgb * _TINT).astype(np.uint8)
            for sigma in SMOOTHING_PX:
                yield (
                    f"Kinect v2, smoothed by {sigma} px",
                    face,
                    replace(crops, depth_mm=smoothed(crops.depth_mm, sigma)),
                    replace(wide, depth_mm=smoothed(wide.depth_mm, sigma), rgb=tinted),
                    seen,
                )


def rendered(folder: Path, detector: FaceDetector, step: int) -> Iterator[Sample]:
    """Yield species, the face in the picture twice as large, the network's crops and wider ones of every `step`-th."""
    data = SynthSet(folder)
    low = (CROP_SIZE - INNER_SIZE) // 2
    middle = slice(low, low + INNER_SIZE)
    for row in range(0, len(data.rgb), step):
        species = data.table["species"][row]
        faces = detector.detect(np.ascontiguousarray(cv2.resize(data.rgb[row], None, fx=2, fy=2)))
        if faces:
            wide_depth = data.depth[row] * np.float32(1000.0 * data.table["depth_scale"][row])
            depth = np.ascontiguousarray(wide_depth[middle, middle])
            distance_mm = core_median_mm(depth)
            wide = FaceCrops(np.asarray(data.rgb[row]), wide_depth, np.asarray(data.ir[row]), distance_mm, np.eye(2, 3))
            rgb, ir = (np.ascontiguousarray(images[row, middle, middle]) for images in (data.rgb, data.ir))
            yield str(species) or "live", faces[0], FaceCrops(rgb, depth, ir, distance_mm, np.eye(2, 3)), wide, None


def faults(samples: Iterator[Sample]) -> Iterator[Sample]:
    """Yield every live sample with its depth zoomed and mirrored, and its infrared and colour mirrored."""
    for name, face, crops, wide, seen in samples:
        if name == "live":
            for title, change in _FAULTS.items():
                yield title, face, change(crops), change(wide), seen


def _zoomed(crops: FaceCrops, factor: float) -> FaceCrops:
    assert crops.depth_mm is not None
    size = crops.depth_mm.shape[0]
    shift = (size - 1) / 2 * (1.0 - factor)
    transform = np.array([[factor, 0.0, shift], [0.0, factor, shift]])
    edge = cv2.BORDER_REPLICATE
    zoomed = cv2.warpAffine(crops.depth_mm, transform, (size, size), flags=cv2.INTER_NEAREST, borderMode=edge)
    return replace(crops, depth_mm=np.asarray(zoomed, np.float32))


def _mirrored(crops: FaceCrops, stream: Stream) -> FaceCrops:
    assert crops.rgb is not None
    assert crops.depth_mm is not None
    assert crops.ir is not None
    if stream == "rgb":
        return replace(crops, rgb=np.ascontiguousarray(crops.rgb[:, ::-1]))
    if stream == "depth":
        return replace(crops, depth_mm=np.ascontiguousarray(crops.depth_mm[:, ::-1]))
    return replace(crops, ir=crops.ir[:, ::-1].copy())


_FAULTS: dict[str, Callable[[FaceCrops], FaceCrops]] = {
    "depth 1.2 times as large": lambda crops: _zoomed(crops, _ZOOM),
    "depth 1 / 1.2 as large": lambda crops: _zoomed(crops, 1 / _ZOOM),
    "depth mirrored": lambda crops: _mirrored(crops, "depth"),
    "infrared mirrored": lambda crops: _mirrored(crops, "ir"),
    "colour mirrored": lambda crops: _mirrored(crops, "rgb"),
}


def table(samples: Iterator[Sample]) -> None:
    """Print how many samples pass the older rules, and how many of those each rule refuses."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, face, crops, wide, seen in samples:
        assert crops.depth_mm is not None
        counts[name]["n"] += 1
        if judged(crops.depth_mm, None)["codes"]:
            continue
        counts[name]["passed"] += 1
        evidence = {**depth_agreement(depth_grid(crops.depth_mm)), **infrared_agreement(crops)}
        evidence |= compare_outlines(wide, seen)
        yaw, pitch, _ = head_pose_deg(face.keypoints)
        counts[name].update(agreement_codes(Evidence.of(evidence), replace(_GOOD, yaw_deg=yaw, pitch_deg=pitch), ()))
    columns = ("n", "passed", "ir_copies_colour", "depth_elsewhere", "partly_flat", "ir_rgb_mismatch")
    print(f"\n| | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name, row in counts.items():
        print(f"| {name} | {' | '.join(str(row[column]) for column in columns)} |")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crops", type=Path, help="rendered crops")
    parser.add_argument("--step", type=int, default=1, help="take every so-many-th rendered crop (default: all)")
    parser.add_argument("--kinect", type=Path, help="folder of Kinect v2 captures, person_*/*_depth.png and *_ir.png")
    options = parser.parse_args()
    with FaceDetector() as detector:
        if options.kinect is not None:
            table(kinect(options.kinect, detector))
        if options.crops is not None:
            table(rendered(options.crops, detector, options.step))
            table(faults(rendered(options.crops, detector, options.step)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
