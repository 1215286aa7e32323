"""Average the relief of rendered live faces: writes `fasdemo/engine/measurements/mean_face_relief.npy`.

    python -m tools.measure.surface.mean_face_relief DATA

DATA is a folder made by `python -m trainer synth crops`. Live faces of its training people that look at the camera
(within 12 degrees) are averaged as distances behind their best planes, and the left half with the right.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import fasdemo.engine.measurements.face_surface
from fasdemo.engine.measurements.face_surface import oval, plane_distances
from fasdemo.engine.measurements.measure import GRID, depth_grid
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

MAX_TURN_DEG = 12.0
MIN_KNOWN = 0.9
"""Share of the face's front with a reading."""
_MAX_MM = 50.0


def mean_relief(crops_mm: Iterable[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Return the mean distance behind the plane, mm, (GRID, GRID), of depth crops (S, S) in millimetres."""
    total, count = np.zeros((GRID, GRID)), np.zeros((GRID, GRID))
    for crop in crops_mm:
        front = plane_distances(depth_grid(crop))
        if front is not None and front.use.sum() >= MIN_KNOWN * oval(GRID).sum():
            total += np.clip(front.off_plane_mm, -_MAX_MM, _MAX_MM)
            count += front.use
    mean = np.where(count > 0, total / np.maximum(count, 1), 0.0)
    inside = oval(GRID) & (count > 0)
    # Light smoothing within the oval takes out what is left of the renderings' noise.
    weight = cv2.GaussianBlur(inside.astype(np.float64), (0, 0), 0.7)
    mean = np.where(inside, cv2.GaussianBlur((mean + mean[:, ::-1]) / 2, (0, 0), 0.7) / np.maximum(weight, 1e-9), 0.0)
    return mean.astype(np.float32)


def main() -> int:
    """Write the average of a data set's live faces."""
    data = SynthSet(sys.argv[1])
    table = data.table
    chosen = np.flatnonzero(
        (table["label"] == "live")
        & (table["split"] == "train")
        & (np.maximum(np.abs(table["yaw"]), np.abs(table["pitch"])) < MAX_TURN_DEG)
    )
    low = (CROP_SIZE - INNER_SIZE) // 2
    middle = slice(low, low + INNER_SIZE)
    crops = (
        data.depth[i, middle, middle].astype(np.float32) * np.float32(1000 * table["depth_scale"][i]) for i in chosen
    )
    target = Path(fasdemo.engine.measurements.face_surface.__file__).with_name("mean_face_relief.npy")
    np.save(target, mean_relief(crops))
    print(f"{target}: average of at most {len(chosen)} faces")
    return 0


if __name__ == "__main__":
    sys.exit(main())
