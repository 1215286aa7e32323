"""How often the rules on one surface refuse single frames: rendered crops by species, and real captures.

    python tools/agreement_figures.py --crops DATA --kinect ../shared/real/kinect2

Counts only what the other rules on depth let pass. Key points are those that the detector finds; a crop in which it
finds none is left out. Prints the figures of `docs/verdict.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from fasdemo.engine.cross_modal import depth_agreement, infrared_agreement
from fasdemo.engine.cross_modal_rules import agreement_codes
from fasdemo.engine.evidence import depth_grid
from fasdemo.engine.measurements import Evidence
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.face import Face
from fasdemo.faces.quality import Quality, head_pose_deg
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import FaceCrops, core_median_mm, crop_face
from tools.score_figures import kinect_frames
from tools.surface_figures import SMOOTHING_PX, judged, smoothed
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

_GOOD = Quality(0.5, 0.0, 0.5, 60.0, 0.0, 0.0, 0.0, None)


def kinect(folder: Path, detector: FaceDetector) -> Iterator[tuple[str, Face, FaceCrops]]:
    """Yield a title, the face and its crops of every capture, raw and smoothed."""
    for _, frame in kinect_frames(folder):
        faces = detector.detect(frame.rgb)
        if faces:
            face = max(faces, key=lambda one: one.score)
            crops = crop_face(frame, face, CropSpec(), INNER_SIZE)
            assert crops.depth_mm is not None
            for sigma in SMOOTHING_PX:
                yield (
                    f"Kinect v2, smoothed by {sigma} px",
                    face,
                    replace(crops, depth_mm=smoothed(crops.depth_mm, sigma)),
                )


def rendered(folder: Path, detector: FaceDetector) -> Iterator[tuple[str, Face, FaceCrops]]:
    """Yield the species, the face in the picture twice as large, and the crops as the network sees them."""
    data = SynthSet(folder)
    low = (CROP_SIZE - INNER_SIZE) // 2
    middle = slice(low, low + INNER_SIZE)
    for row, species in enumerate(data.table["species"]):
        faces = detector.detect(np.ascontiguousarray(cv2.resize(data.rgb[row], None, fx=2, fy=2)))
        if faces:
            depth = data.depth[row, middle, middle] * np.float32(1000.0 * data.table["depth_scale"][row])
            rgb, ir = (np.ascontiguousarray(images[row, middle, middle]) for images in (data.rgb, data.ir))
            yield str(species) or "live", faces[0], FaceCrops(rgb, depth, ir, core_median_mm(depth), np.eye(2, 3))


def table(samples: Iterator[tuple[str, Face, FaceCrops]]) -> None:
    """Print how many samples pass the older rules, and how many of those each rule refuses."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, face, crops in samples:
        assert crops.depth_mm is not None
        counts[name]["n"] += 1
        if judged(crops.depth_mm, None)["codes"]:
            continue
        counts[name]["passed"] += 1
        evidence = {**depth_agreement(depth_grid(crops.depth_mm)), **infrared_agreement(crops)}
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
    parser.add_argument("--kinect", type=Path, help="folder of Kinect v2 captures, person_*/*_depth.png and *_ir.png")
    options = parser.parse_args()
    with FaceDetector() as detector:
        if options.kinect is not None:
            table(kinect(options.kinect, detector))
        if options.crops is not None:
            table(rendered(options.crops, detector))
    return 0


if __name__ == "__main__":
    sys.exit(main())
