"""Statistics of depth around faces, for both real and rendered captures.

Every crop is first converted to the network's field (`fasdemo.models.crop.TEMPLATE`, about 225 mm wide), so that
figures of different cameras are comparable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.models.crop import keypoint_transform
from fasdemo.models.warp import warp
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet

Floats = npt.NDArray[np.float32]

_SMOOTH_PX = 3.0
"""Standard deviation of the Gaussian for the smooth surface, in pixels of a crop of 128: about 5 mm on the face."""
_BEHIND_MM = 150.0
"""Pixels this far behind the face (mm), or without a reading outside of it, are background."""
MIN_FACE_READINGS = 200


@dataclass(frozen=True)
class CropFigures:
    """The figures of one depth crop of `INNER_SIZE` pixels.

    Attributes:
        holes: share of the face without a reading; `holes_around`: the same for the rest of the crop.
        fine_mm: standard deviation of the face from a smooth surface, without the outer 2.5 % on either side.
        grain: correlation of that residual with itself shifted by one pixel.
        plane_mm: standard deviation of the face from the best plane (linear in 1 / z).
        relief_mm: range of the face's depth from the 5th to the 95th percentile.
        step_mm: median of the differences between neighbouring distinct depth values.
        background: share of the crop that is 150 mm behind the face or has no reading.
    """

    holes: float
    holes_around: float
    fine_mm: float
    grain: float
    plane_mm: float
    relief_mm: float
    step_mm: float
    background: float


LABELS = (
    "holes on the face, %", "holes around it, %", "fine residual, mm", "grain (lag-1 correlation)",
    "plane residual, mm",
    "relief, mm", "depth step, mm", "background, %",
)  # fmt: skip


def face_mask(size: int = INNER_SIZE) -> npt.NDArray[np.bool_]:
    """Return a mask of the middle of the face in a crop: an ellipse from the brows to below the mouth."""
    y, x = np.mgrid[:size, :size] / size
    return np.asarray(((x - 0.5) / 0.21) ** 2 + ((y - 0.54) / 0.25) ** 2 < 1)


def measure_crop(depth_mm: Floats) -> CropFigures | None:
    """Measure one crop (S, S) in millimetres, 0 = no reading; return None if the face has hardly any reading."""
    face = face_mask(depth_mm.shape[0])
    valid = depth_mm > 0
    inside = face & valid
    if inside.sum() < MIN_FACE_READINGS:
        return None
    median = float(np.median(depth_mm[inside]))
    near = valid & (np.abs(depth_mm - median) < 100.0)
    weight = near.astype(np.float32)
    total = cv2.GaussianBlur(weight, (0, 0), _SMOOTH_PX)
    smooth = cv2.GaussianBlur(depth_mm * weight, (0, 0), _SMOOTH_PX) / np.maximum(total, 1e-3)
    used = face & near
    # The second pass removes the influence of curvature that the first one leaves.
    first = np.where(near, depth_mm - smooth, 0.0).astype(np.float32)
    rest = np.where(used, first - cv2.GaussianBlur(first, (0, 0), _SMOOTH_PX) / np.maximum(total, 1e-3), 0.0)
    low, high = np.percentile(rest[used], [2.5, 97.5])
    kept = used & (rest >= low) & (rest <= high)
    fine = float(rest[kept].std())
    pairs = kept[:, 1:] & kept[:, :-1]
    a, b = rest[:, 1:][pairs], rest[:, :-1][pairs]
    grain = float((a * b).mean() / max(float(np.sqrt((a**2).mean() * (b**2).mean())), 1e-9))
    y, x = np.nonzero(used)
    z = depth_mm[y, x].astype(np.float64)
    terms = np.stack([x, y, np.ones_like(x)], -1) / float(depth_mm.shape[0])
    solution, *_ = np.linalg.lstsq(terms, 1.0 / z, rcond=None)
    plane = float((z - 1.0 / (terms @ solution)).std())
    p5, p95 = np.percentile(z, [5, 95])
    values = np.unique(z)
    step = float(np.median(np.diff(values))) if len(values) > 1 else 0.0
    behind = ~valid | (depth_mm > median + _BEHIND_MM)
    return CropFigures(
        float((face & ~valid).sum() / face.sum()), float((~face & ~valid).sum() / (~face).sum()), fine, grain, plane,
        float(p95 - p5), step, float((behind & ~face).mean()),
    )  # fmt: skip


def rendered_crops(data: SynthSet, limit: int = 400, **conditions: str) -> Iterator[Floats]:
    """Yield depth crops (128, 128) in millimetres of a rendered set's samples whose columns equal `conditions`."""
    margin = (CROP_SIZE - INNER_SIZE) // 2
    for index in data.where(**conditions)[:limit]:
        inner = np.asarray(data.depth[index])[margin:-margin, margin:-margin]
        yield inner.astype(np.float32) * np.float32(data.table["depth_scale"][index] * 1000.0)


def kinect_crops(folder: Path) -> Iterator[Floats]:
    """Yield depth crops (128, 128) in millimetres of a folder with `labels.txt` and `person_NN/K_depth.png`.

    Raises:
        UserError: the folder has another layout.
    """
    table = folder / "labels.txt"
    if not table.is_file():
        raise UserError(f"{folder}: no labels.txt with landmarks found; give a folder of registered Kinect captures.")
    rows: dict[str, dict[str, npt.NDArray[np.float64]]] = {}
    for line in table.read_text().splitlines():
        name, *numbers = line.split()
        person, _, capture = name.rpartition("/")
        rows.setdefault(person, {})[capture] = np.array(numbers[4:34], np.float64).reshape(-1, 2)
    for number, person in enumerate(sorted(rows)):
        for capture, points in rows[person].items():
            path = folder / f"person_{number:02d}" / f"{capture}_depth.png"
            depth = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.is_file() else None
            if depth is None or len(points) != 15:
                continue
            keys = np.stack([points[:4].mean(0), points[4:8].mean(0), points[8], points[11:15].mean(0)])
            transform = keypoint_transform(keys, 1.0, INNER_SIZE)
            yield np.asarray(warp(depth, transform, INNER_SIZE, nearest=True)).astype(np.float32)


def summarise(crops: Iterator[Floats]) -> tuple[int, npt.NDArray[np.float64]]:
    """Return the number of crops and the 10th, 50th and 90th percentile (fields, 3) of every figure.

    Raises:
        UserError: there is no crop with a face.
    """
    found = [astuple(figures) for crop in crops if (figures := measure_crop(crop)) is not None]
    if not found:
        raise UserError("statistics: no depth crop of a face was found; give a folder with crops of faces.")
    return len(found), np.percentile(np.array(found), [10, 50, 90], axis=0).T


def statistics_table(columns: dict[str, tuple[int, npt.NDArray[np.float64]]]) -> str:
    """Format a Markdown table of every figure: the median, with the 10th and 90th percentile in brackets."""
    head = "| depth of live faces | " + " | ".join(f"{name} ({count})" for name, (count, _) in columns.items()) + " |"
    lines = [head, "|" + "---|" * (len(columns) + 1)]
    for row, (label, _) in enumerate(zip(LABELS, fields(CropFigures), strict=True)):
        factor = 100.0 if label.endswith("%") else 1.0
        cells = [
            f"{factor * v[row, 1]:.2f} ({factor * v[row, 0]:.2f} to {factor * v[row, 2]:.2f})"
            for _, v in columns.values()
        ]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
