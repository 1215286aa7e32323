"""A generated set in miniature: the same files, faces as bright blobs with relief, attacks as flat ones."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from trainer.synth.dataset.crop_set import COLUMNS, CROP_SIZE

SPECIES = ("print-flat", "replay")


def face(rng: np.random.Generator, live: bool, size: int = CROP_SIZE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """RGB uint8, depth uint16 mm and IR uint8: what separates the classes is relief and infrared brightness."""
    y, x = np.mgrid[:size, :size] / size - 0.5
    shape = np.clip(1 - (x / 0.35) ** 2 - (y / 0.45) ** 2, 0, 1)
    distance = rng.uniform(400, 900)
    relief = 90 * np.sqrt(shape) if live else rng.uniform(-40, 40) * x + rng.uniform(-40, 40) * y
    depth = np.where(shape > 0, distance - relief, distance + (250 if live else 0)) + rng.normal(0, 1, (size, size))
    depth[rng.random((size, size)) < 0.01] = 0
    tint = rng.uniform(90, 200, 3)
    rgb = cv2.GaussianBlur(rng.normal(0, 25, (size, size, 3)), (0, 0), 2) + tint * (0.4 + 0.6 * shape[..., None])
    ir = rng.uniform(0.9, 1.1) * (150 * shape + 40 if live else 60 * shape + 20) + rng.normal(0, 4, (size, size))
    return (
        np.clip(rgb, 0, 255).astype(np.uint8),
        np.clip(depth, 0, 65535).astype(np.uint16),
        np.clip(ir, 0, 255).astype(np.uint8),
    )


def write_tiny_set(folder: Path, people: int = 12, shots: int = 6, seed: int = 0) -> Path:
    """`people` persons, half of them for training; each has `shots` live pictures and as many attacks."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    rows: list[dict[str, str]] = []
    pictures = []
    for person in range(people):
        split = ("train", "dev", "train", "test")[person % 4]
        for shot in range(2 * shots):
            live = shot % 2 == 0
            pictures.append(face(rng, live))
            row = dict.fromkeys(COLUMNS, "0")
            row |= {
                "sample": str(len(rows)),
                "split": split,
                "label": "live" if live else "spoof",
                "species": "" if live else SPECIES[shot // 2 % 2],
                "person": f"p{person:02d}",
                "sensor": "d435",
                "depth_scale": "0.001",
            }
            rows.append(row)
    for index, name in enumerate(("rgb", "depth", "ir")):
        np.save(folder / f"{name}.npy", np.stack([triple[index] for triple in pictures]))
    (folder / "recipe.json").write_text("{}")
    with (folder / "samples.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def hold_out(folder: Path, columns: Callable[[int], dict[str, str]] = lambda number: {}) -> None:
    """Keep the species `replay` and, in some pictures, the sensor `tof` of a tiny set for its test part.

    Args:
        folder: the set; it is changed.
        columns: returns further columns of the row of a number.
    """
    with (folder / "samples.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row |= columns(number)
        if row["split"] != "test":
            row["species"] = row["species"] and "print-flat"
        elif number % 12 >= 9:
            row["sensor"] = "tof"
    with (folder / "samples.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
