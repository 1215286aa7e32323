"""Measure the rules that depend only on depth, on inclined rendered boards, rendered crops and real captures.

    python -m tools.measure.surface.surface_figures --crops DATA --kinect ../shared/real/kinect2

Boards fill the view of every simulated depth camera and lean by 0 to 65 degrees on both axes, at 0.3 to 1.45 m, with
the projector on and off; sheets are bent around an upright axis, and lean in the same way. Depth is raw, smoothed as an
SDK's filters smooth, and with additional noise. DATA is a folder made by `python -m trainer synth crops`. Prints the
tables of `docs/verdict-measurements.md`.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.engine.measurements.evidence import Evidence
from fasdemo.engine.measurements.face_surface import DepthView, surface
from fasdemo.engine.measurements.measure import GRID, depth_grid
from fasdemo.engine.policy import Policy
from fasdemo.engine.rules.gates import physical_codes
from fasdemo.faces.detector import FaceDetector
from fasdemo.faces.quality import Quality
from fasdemo.frames import Intrinsics
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import core_median_mm, crop_face, keypoint_transform
from fasdemo.models.warp import warp
from tools.measure.surface.score_figures import kinect_frames
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet
from trainer.synth.sensors.depth import draw_quality, measure_depth
from trainer.synth.sensors.sensor import PRESETS

TILTS_DEG = (0, 20, 40, 55, 65)
DISTANCES_M = (0.3, 0.5, 0.8, 1.1, 1.45)
BEND_M = 0.1
"""Radius of the bent sheets."""
SMOOTHING_PX = (0.0, 1.5, 3.0)
"""Standard deviation of the smoothing, in pixels of a crop of 128."""
NOISE_MM = (2.0, 4.0, 8.0)
"""Standard deviations of the additional noise."""
KINECT_FOCAL_PX = 365.0
_FACE_MM = np.array([[-31.5, -30.0], [31.5, -30.0], [0.0, 8.0], [0.0, 35.0]])
"""Eyes, nose and mouth of a printed face on the board."""
_GOOD = Quality(0.5, 0.0, 0.5, 60.0, 0.0, 0.0, 0.0, None)
_SURFACE_CODES = ("flat_surface", "bent_sheet", "relief_unclear", "shallow_relief", "rough_surface", "depth_holes")

Crop = npt.NDArray[np.float32]
Rays = npt.NDArray[np.floating[Any]]
Row = dict[str, Any]


def board_crops(radius_m: float | None = None, states: int = 2) -> Iterator[tuple[int, Crop, DepthView]]:
    """Yield the tilt in degrees, the depth crop in mm and its view of a face printed on every board.

    Args:
        radius_m: radius of a sheet that is bent towards the camera; None for a flat board.
        states: number of random states of each sensor.
    """
    for number, preset in enumerate(PRESETS.values()):
        camera = Intrinsics(640, 480, preset.rgb_fx, preset.rgb_fx, 319.5, 239.5)
        projectors = ("on", "off") if preset.principle == "stereo" else ("on",)
        for distance in (d for d in DISTANCES_M if preset.near_m < d < preset.far_m):
            for tilt in TILTS_DEG:
                for direction in range(4 if tilt else 1):
                    for projector in projectors:
                        for state in range(states):
                            seed = [state, number, int(distance * 100), tilt, direction, projector == "on"]
                            rng = np.random.default_rng(seed)
                            yield tilt, *_board(preset, camera, distance, tilt, direction, projector, rng, radius_m)


def _board(
    preset: Any,
    camera: Intrinsics,
    distance_m: float,
    tilt: int,
    direction: int,
    projector: Any,
    rng: Any,
    radius_m: float | None = None,
) -> tuple[Crop, DepthView]:
    quality = draw_quality(rng)
    angle = math.radians(tilt) * (1 if direction < 2 else -1)
    sine, cosine = math.sin(angle), math.cos(angle)
    normal = np.array([0.0, sine, cosine] if direction % 2 == 0 else [sine, 0.0, cosine])
    across, down = (
        (np.array([1.0, 0.0, 0.0]), np.array([0.0, cosine, -sine]))
        if direction % 2 == 0
        else (np.array([cosine, 0.0, -sine]), np.array([0.0, 1.0, 0.0]))
    )
    x = (np.arange(camera.width) - camera.cx)[None, :] / camera.fx
    y = (np.arange(camera.height) - camera.cy)[:, None] / camera.fy
    facing, sideways = (axis[0] * x + axis[1] * y + axis[2] for axis in (normal, across))
    depth = _flat(facing, distance_m * cosine)
    if radius_m is not None:
        depth = _bent(facing, sideways, distance_m * normal[2], distance_m * across[2], radius_m)
    depth = np.where(depth > 5.0, 0.0, depth).astype(np.float32)
    grey, weight = np.full_like(depth, 0.5), np.ones_like(depth)
    raw = measure_depth(depth, grey, None, preset, camera, quality, projector, weight, rng)
    face = _FACE_MM / 1000.0
    behind = np.zeros(len(face))
    if radius_m is not None:
        turn = face[:, 0] / radius_m
        face[:, 0], behind = radius_m * np.sin(turn), radius_m * (1.0 - np.cos(turn))
    points = (0.0, 0.0, distance_m) + face[:, :1] * across + face[:, 1:] * down + behind[:, None] * normal
    pixels = points[:, :2] / points[:, 2:] * camera.fx + (camera.cx, camera.cy)
    to_crop = keypoint_transform(pixels.astype(np.float32), 1.0, INNER_SIZE)
    crop = np.asarray(warp(raw, to_crop, INNER_SIZE, nearest=True), np.float32) * np.float32(preset.unit_m * 1000)
    axis = (to_crop[:, :2] @ (camera.cx, camera.cy) + to_crop[:, 2] + 0.5) * GRID / INNER_SIZE - 0.5
    focal = camera.fx * float(np.hypot(*to_crop[:, 0])) * GRID / INNER_SIZE
    return crop, DepthView(focal, float(axis[0]), float(axis[1]))


def _flat(facing: Rays, offset_m: float) -> Rays:
    """Return the depth in metres of a plane; 0 beside it."""
    return np.where(facing > 0.02, offset_m / np.maximum(facing, 0.02), 0.0)


def _bent(facing: Rays, sideways: Rays, offset_m: float, sideways_m: float, radius_m: float) -> Rays:
    """Return the depth in metres of the near side of a cylinder; 0 beside it.

    Args:
        facing: share of each ray along the normal of the sheet's middle, (H, W).
        sideways: share of each ray across the cylinder's axis, (H, W).
        offset_m: position of the sheet's middle along the normal.
        sideways_m: position of the sheet's middle across the axis.
        radius_m: radius of the cylinder.
    """
    square = facing**2 + sideways**2
    half = facing * (offset_m + radius_m) + sideways * sideways_m
    rest = (offset_m + radius_m) ** 2 + sideways_m**2 - radius_m**2
    inside = half**2 - square * rest
    return np.where(inside > 0.0, (half - np.sqrt(np.maximum(inside, 0.0))) / np.maximum(square, 1e-9), 0.0)


def noisy(depth_mm: Crop, deviation_mm: float, rng: np.random.Generator) -> Crop:
    """Add noise to the depth values that are present."""
    noise = rng.normal(0.0, deviation_mm, depth_mm.shape)
    return np.where(depth_mm > 0, depth_mm + noise, 0.0).astype(np.float32)


def smoothed(depth_mm: Crop, sigma: float) -> Crop:
    """Fill small holes and smooth within surfaces, as the spatial filters of camera SDKs do; not at all if 0."""
    if sigma == 0.0:
        return depth_mm
    known = (depth_mm > 0).astype(np.float32)
    weight = cv2.GaussianBlur(known, (0, 0), sigma)
    mean = np.where(weight > 0.2, cv2.GaussianBlur(depth_mm * known, (0, 0), sigma) / np.maximum(weight, 1e-6), 0.0)
    jump = (known > 0) & (np.abs(mean - depth_mm) > 0.03 * max(core_median_mm(depth_mm), 1.0))
    return np.where(jump, depth_mm, mean).astype(np.float32)


def judged(depth_mm: Crop, view: DepthView | None) -> Row:
    """Measurements and the codes that the surface's rules give."""
    distance = core_median_mm(depth_mm) / 1000.0
    evidence = {**surface(depth_grid(depth_mm), view), "distance_m": distance, "depth_coverage": 1.0}
    codes = physical_codes(Evidence.of(evidence), _GOOD, {}, Policy())
    return {**evidence, "codes": [code for code in codes if code in _SURFACE_CODES]}


def rendered_crops(folder: Path, step: int = 1) -> Iterator[tuple[str, Crop]]:
    """Yield `live` or the attack species, and the depth crop in mm, of every `step`-th sample."""
    data = SynthSet(folder)
    middle = slice((CROP_SIZE - INNER_SIZE) // 2, (CROP_SIZE + INNER_SIZE) // 2)
    for index in range(0, len(data.table["label"]), step):
        label, species = data.table["label"][index], data.table["species"][index]
        scale = np.float32(1000.0 * data.table["depth_scale"][index])
        yield str(species if label == "spoof" else "live"), data.depth[index, middle, middle].astype(np.float32) * scale


def kinect_crops(folder: Path) -> Iterator[tuple[str, Crop, DepthView]]:
    """Yield the person, the depth crop in mm and its view of every capture in which a face is found."""
    with FaceDetector() as detector:
        for person, frame in kinect_frames(folder):
            faces = detector.detect(frame.rgb)
            if faces:
                crops = crop_face(frame, max(faces, key=lambda face: face.score), CropSpec(), INNER_SIZE)
                assert crops.depth_mm is not None
                focal = KINECT_FOCAL_PX * 3 * float(np.hypot(*crops.to_crop[:, 0])) * GRID / INNER_SIZE
                yield person, crops.depth_mm, DepthView(focal, (GRID - 1) / 2, (GRID - 1) / 2)


def table(title: str, groups: dict[str, list[Row]]) -> None:
    """Print quantiles of the measurements and how many pass the rules."""
    print(f"\n| {title} | n | plane residual, mm | bent sheet, mm | nose, mm | relief | noise, mm | pass the rules |")
    print("|---|---|---|---|---|---|---|---|")
    for name, rows in groups.items():
        cells = []
        for key in ("plane_residual_mm", "sheet_residual_mm", "nose_mm", "face_relief", "depth_noise_mm"):
            values = [row[key] for row in rows if row[key] is not None]
            low, middle, high = np.percentile(values, (5, 50, 95)) if values else (np.nan,) * 3
            cells.append(
                f"{low:.1f} / {middle:.1f} / {high:.1f}"
                if key != "face_relief"
                else f"{low:.2f} / {middle:.2f} / {high:.2f}"
            )
        print(f"| {name} | {len(rows)} | {' | '.join(cells)} | {sum(not row['codes'] for row in rows)} |", flush=True)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crops", type=Path, help="rendered crops")
    parser.add_argument("--kinect", type=Path, help="folder of Kinect v2 captures, person_*/*_depth.png and *_ir.png")
    parser.add_argument("--step", type=int, default=1, help="take every so-many-th rendered crop (default: all)")
    parser.add_argument("--states", type=int, default=2, help="random states of each sensor (default: %(default)s)")
    options = parser.parse_args()
    found: list[tuple[str, Crop, DepthView | None]] = []
    if options.kinect is not None:
        found += [("Kinect v2, live", depth, view) for _, depth, view in kinect_crops(options.kinect)]
    if options.crops is not None:
        rendered = rendered_crops(options.crops, max(options.step, 1))
        by_species = sorted(rendered, key=lambda item: (item[0] != "live", item[0]))
        found += [(f"rendered {name}", depth, None) for name, depth in by_species]
    boards = board_crops(states=options.states)
    found += [(f"board leaning {tilt} degrees", depth, view) for tilt, depth, view in boards]
    sheets = board_crops(BEND_M, options.states)
    found += [(f"bent sheet leaning {tilt} degrees", depth, view) for tilt, depth, view in sheets]
    changes: dict[str, Callable[[Crop], Crop]] = {
        f"smoothed by {sigma} px" if sigma else "raw": partial(smoothed, sigma=sigma) for sigma in SMOOTHING_PX
    }
    rng = np.random.default_rng(0)
    changes |= {f"with noise of {noise} mm": partial(noisy, deviation_mm=noise, rng=rng) for noise in NOISE_MM}
    for title, change in changes.items():
        groups: dict[str, list[Row]] = {}
        for name, depth, view in found:
            groups.setdefault(name, []).append(judged(change(depth), view))
        table(title, groups)
    return 0


if __name__ == "__main__":
    sys.exit(main())
