"""Pulse (`fasdemo.engine.measurements.pulse`) of live people in clips, and of their pictures as moving prints.

`python -m tools.measure.colour.pulse_figures CLIP ...` reads every frame. The print is the clip's first picture, moved
by a few pixels, with the noise of a camera.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.pulse import PulseMeasurement
from fasdemo.faces.detector import FaceDetector
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import face_transform
from fasdemo.models.warp import warp

Image = npt.NDArray[np.uint8]
_SIZE = 128


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each clip; default: 20")
    args = parser.parse_args()
    print("| clip | seconds | live: SNR, median dB | highest | beats per minute | print: SNR, median dB | highest |")
    print("|---|---|---|---|---|---|---|")
    with FaceDetector() as detector:
        for clip in args.clips:
            pictures = list(frames(clip, args.seconds))
            live = measured(pictures, detector)
            flat = measured(printed(pictures[0][1], [time for time, _ in pictures]), detector)
            rate = f"{np.median([bpm for bpm, _ in live]):.0f}" if live else "not measured"
            print(f"| {clip.stem} | {pictures[-1][0]:.0f} | {_row(live)} | {rate} | {_row(flat)} |", flush=True)


def frames(clip: Path, seconds: float) -> Iterator[tuple[float, Image]]:
    """Yield the times and pictures, in RGB order, of a clip."""
    capture = cv2.VideoCapture(str(clip))
    rate = capture.get(cv2.CAP_PROP_FPS) or 30.0
    for number in range(int(seconds * rate)):
        arrived, image = capture.read()
        if not arrived:
            break
        yield number / rate, np.ascontiguousarray(image[..., ::-1])
    capture.release()


def printed(picture: Image, times_s: list[float], seed: int = 0) -> Iterator[tuple[float, Image]]:
    """Yield a picture as a print that a hand moves slightly, with noise of 2 grey levels."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    phases = rng.uniform(0, 2 * np.pi, 4)
    for time in times_s:
        x, y = (3.0 * np.sin(2 * np.pi * f * time + phase) for f, phase in zip((0.31, 0.47), phases[:2], strict=True))
        light = 1.0 + 0.01 * np.sin(2 * np.pi * 0.2 * time + phases[2])
        moved = cv2.warpAffine(
            picture, np.array([[1, 0, x], [0, 1, y]]), (width, height), borderMode=cv2.BORDER_REFLECT
        )
        noisy = moved * light + rng.normal(0.0, 2.0, picture.shape)
        yield time, np.clip(np.round(noisy), 0, 255).astype(np.uint8)


def measured(pictures: Iterable[tuple[float, Image]], detector: FaceDetector) -> list[tuple[float, float]]:
    """Return beats per minute and SNR in dB, once a second."""
    pulse, found, last = PulseMeasurement(), list[tuple[float, float]](), -1.0
    for time, picture in pictures:
        faces = detector.detect(picture)
        if not faces:
            continue
        pulse.add(time, warp(picture, face_transform(faces[0], CropSpec(), _SIZE), _SIZE))
        if pulse.pulse is not None and time - last >= 1.0:
            last = time
            found.append((pulse.pulse.bpm, pulse.pulse.snr_db))
    return found


def _row(found: list[tuple[float, float]]) -> str:
    if not found:
        return "not measured | not measured"
    levels = np.array([snr for _, snr in found])
    return f"{np.median(levels):.1f} | {levels.max():.1f}"


if __name__ == "__main__":
    main()
