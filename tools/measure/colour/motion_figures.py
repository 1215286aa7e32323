"""Parallax ratio and movement of the eyelids of live people and of their pictures as moving prints.

The measurements are those of `fasdemo.engine.measurements.motion_evidence` and `eye_movement`.

`python -m tools.measure.colour.motion_figures CLIP ...` looks at each clip four times a second as the engine does. The
print is the clip's first picture on a plane that is turned by up to 30 degrees before a pinhole camera, with noise, and
looked at as often.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.eye_movement import EyeMovement
from fasdemo.engine.measurements.limits import MIN_PARALLAX_RATIO
from fasdemo.engine.measurements.motion_evidence import MotionEvidence
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.landmarks import FaceLandmarks

LOOKS_PER_S = 4.0
PRINT_S = 15.0
Image = npt.NDArray[np.uint8]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each clip; default: 20")
    args = parser.parse_args()
    live_columns = "looks with a ratio | below the limit | lowest, median | eyelids: lowest, median"
    print(f"| clip | {live_columns} | print: looks | below | median, 95 % | eyelids: median, highest |")
    print("|---|---|---|---|---|---|---|---|---|")
    with FaceDetector() as detector, FaceLandmarks() as landmarks:
        for clip in args.clips:
            pictures = list(looks(clip, args.seconds))
            live, live_lids = measured(pictures, detector, landmarks)
            flat, flat_lids = measured(list(moved(pictures[0])), detector, landmarks)
            cells = [_row(live, (0, 50)), _pair(live_lids, (0, 50)), _row(flat, (50, 95)), _pair(flat_lids, (50, 100))]
            print(f"| {clip.stem} | {' | '.join(cells)} |", flush=True)


def looks(clip: Path, seconds: float) -> Iterator[Image]:
    """Yield pictures of a clip in RGB order, four a second."""
    capture = cv2.VideoCapture(str(clip))
    step = max(round(capture.get(cv2.CAP_PROP_FPS) / LOOKS_PER_S), 1)
    number = 0
    while number < seconds * LOOKS_PER_S * step:
        arrived, image = capture.read()
        if not arrived:
            break
        if number % step == 0:
            yield np.ascontiguousarray(image[..., ::-1])
        number += 1
    capture.release()


def moved(picture: Image, seed: int = 0) -> Iterator[Image]:
    """Yield a picture as a print that is turned and moved smoothly in front of a camera with its field of view."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    camera = np.array([[width, 0.0, width / 2], [0.0, width, height / 2], [0.0, 0.0, 1.0]])
    rates, phases = rng.uniform(0.15, 0.5, 6), rng.uniform(0.0, 2 * np.pi, 6)
    for t in np.arange(0.0, PRINT_S, 1.0 / LOOKS_PER_S):
        wave = np.sin(2 * np.pi * rates * t + phases)
        turn, _ = cv2.Rodrigues(np.radians(np.array([20.0, 30.0, 10.0]) * wave[:3]))
        centre = np.array([0.05 * wave[3], 0.05 * wave[4], 1.1 + 0.1 * wave[5]])
        plane = camera @ np.column_stack([turn[:, 0], turn[:, 1], centre]) @ np.linalg.inv(camera)
        image = cv2.warpPerspective(picture, plane, (width, height), flags=cv2.INTER_AREA, borderValue=(90, 90, 90))
        yield np.clip(image + rng.normal(0.0, 2.0, image.shape), 0, 255).astype(np.uint8)


def measured(
    pictures: list[Image], detector: FaceDetector, landmarks: FaceLandmarks
) -> tuple[list[float], list[float]]:
    """Return the parallax ratio and the movement of the eyelids after each look at which there is one."""
    motion, eyes = MotionEvidence(), EyeMovement()
    ratios, ranges = list[float](), list[float]()
    for number, picture in enumerate(pictures):
        faces = detector.detect(picture)
        face = landmarks.add(picture, faces[0]) if faces else None
        if face is None or face.landmarks is None:
            continue
        motion.add(number / LOOKS_PER_S, face.landmarks)
        eyes.add(number / LOOKS_PER_S, face.blendshapes or {})
        ratios += [] if motion.ratio is None else [motion.ratio]
        ranges += [] if eyes.range is None else [eyes.range]
    return ratios, ranges


def _row(values: list[float], percentiles: tuple[int, int]) -> str:
    if not values:
        return "0 | 0 | "
    below = sum(value < MIN_PARALLAX_RATIO for value in values)
    return f"{len(values)} | {below} | {_pair(values, percentiles)}"


def _pair(values: list[float], percentiles: tuple[int, int]) -> str:
    return ", ".join(f"{one:.2f}" for one in np.percentile(values, percentiles)) if values else ""


if __name__ == "__main__":
    main()
