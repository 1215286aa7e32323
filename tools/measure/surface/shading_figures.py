"""Whether the shading of infrared belongs to the surface in depth: live faces, flatter reliefs, other people's depth.

`python -m tools.measure.surface.shading_figures --kinect FOLDER` fits the logarithm of the infrared brightness of a
face by that of a surface of one material under a lamp at the camera (cosine of the angle over the square of the
distance), apart from a plane. It prints the correlation and the slope (5, 50 and 95 %), and the area under the curve
(AUC) that tells a face with its own depth from the others. `--portraits FOLDER` does the same with rendered people.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.face_surface import Floats, oval
from fasdemo.engine.measurements.measure import GRID, depth_grid
from fasdemo.faces.detector import FaceDetector
from fasdemo.frames import FrameSet
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import crop_face
from tools.measure.streams.stream_motion_figures import people
from tools.measure.surface.score_figures import kinect_frames

STEP = 4
"""Every STEP-th capture of the Kinect is used."""
RENDERED_FRAMES = (5, 20, 40)
RELIEFS = (0.7, 0.5)
_CROP_SIZE, _FIELD_MM = 112, 225.0
_REACH_MM, _MIN_FRONT, _SMOOTHING = 120.0, 120, 1.2
_OTHERS = slice(7, None, 11)
"""Other captures whose depth is combined with the infrared of a capture, counted from it."""

Capture = tuple[str, Floats, npt.NDArray[np.float32], float]
"""Person, depth grid and infrared grid (GRID, GRID), distance in mm."""
Fit = tuple[float, float]


def fit(depth_mm: Floats, infrared: npt.NDArray[np.float32]) -> Fit | None:
    """Return the correlation and the slope of the shading; None if too little depth is known."""
    front = oval(GRID) & (depth_mm > 0)
    if int(front.sum()) < _MIN_FRONT:
        return None
    middle = float(np.median(depth_mm[front]))
    known = (depth_mm > 0) & (np.abs(depth_mm - middle) < _REACH_MM)
    smooth = cv2.GaussianBlur(np.where(known, depth_mm, middle), (0, 0), _SMOOTHING)
    down, across = (one * GRID / _FIELD_MM for one in np.gradient(smooth))
    expected = np.log(np.maximum((middle / smooth) ** 2 / np.sqrt(1.0 + across**2 + down**2), 0.05))[front]
    seen = np.log(np.maximum(infrared[front], 1.0)).astype(np.float64)
    y, x = (np.mgrid[:GRID, :GRID] + 0.5) / GRID - 0.5
    plane = np.stack([np.ones_like(x), x, y], axis=-1)[front]
    seen, expected = (one - plane @ np.linalg.lstsq(plane, one, rcond=None)[0] for one in (seen, expected))
    both, power = float(seen @ expected), float(expected @ expected)
    return both / float(np.sqrt(float(seen @ seen) * power) + 1e-9), both / (power + 1e-9)


def captures(frames: Iterator[tuple[str, FrameSet]]) -> Iterator[Capture]:
    """Yield the grids of the face in every frame in which one is found."""
    with FaceDetector() as detector:
        for person, frame in frames:
            faces = detector.detect(frame.rgb)
            if not faces:
                continue
            crops = crop_face(frame, faces[0], CropSpec(), _CROP_SIZE)
            assert crops.depth_mm is not None
            assert crops.ir is not None
            infrared = cv2.resize(crops.ir.astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA)
            yield person, depth_grid(crops.depth_mm).astype(np.float64), np.asarray(infrared), crops.distance_mm


def table(found: list[Capture]) -> Iterator[str]:
    """Yield the rows of the table."""
    groups: dict[str, list[Fit | None]] = {"own depth": [fit(depth, infrared) for _, depth, infrared, _ in found]}
    for relief in RELIEFS:
        groups[f"own depth with {relief:g} of its relief"] = [
            fit(np.where(depth > 0, middle + (depth - middle) * relief, 0.0), infrared)
            for _, depth, infrared, middle in found
        ]
    groups["depth of another person"] = [
        fit(depth, found[place][2])
        for place in range(len(found))
        for person, depth, _, _ in (found[place:] + found[:place])[_OTHERS]
        if person != found[place][0]
    ]
    live = np.array([one for one in groups["own depth"] if one is not None])
    for name, fits in groups.items():
        values = np.array([one for one in fits if one is not None])
        cells = []
        for column, sign in ((0, 1.0), (1, -1.0)):
            low, middle, high = np.percentile(values[:, column], [5, 50, 95])
            auc = float((sign * live[:, None, column] > sign * values[None, :, column]).mean())
            cells.append(f"{low:.2f} / {middle:.2f} / {high:.2f} | {auc:.2f}")
        yield f"| {name} | {len(values)} | {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kinect", type=Path, help="folder of Kinect v2 captures, person_*/*_depth.png and *_ir.png")
    parser.add_argument("--portraits", type=Path, help="folder of portraits to render")
    parser.add_argument("--heads", type=Path, help="head model, .npz or .obj")
    parser.add_argument("--count", type=int, default=14, help="number of rendered people")
    parser.add_argument("--work", type=Path, default=Path(".work"), help="cache of fitted portraits")
    asked = parser.parse_args()
    print("| depth | n | correlation | AUC | slope | AUC |\n|---|---|---|---|---|---|")
    if asked.kinect is not None:
        every = list(kinect_frames(asked.kinect))[::STEP]
        print("\n".join(table(list(captures(iter(every))))))
    if asked.portraits is not None:
        rendered = people(asked.portraits, asked.heads, asked.count, asked.work)
        shown = ((str(number), frames[at]) for number, (_, frames) in enumerate(rendered) for at in RENDERED_FRAMES)
        print("\n".join(table(list(captures(shown)))))


if __name__ == "__main__":
    main()
