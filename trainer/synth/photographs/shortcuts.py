"""Check that the class of photographs cannot be predicted from framing, sharpness, brightness and corners alone."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.progress import track
from trainer.synth.dataset.shortcuts import (
    GROUPS,
    ShortcutFigure,
    check_classes_and_people,
    columns_of,
    cross_validated,
    picture_features,
)
from trainer.synth.people.portrait import read_picture
from trainer.synth.photographs.photo_set import MIDDLE_PX

_FRAME = ("left", "right", "top", "bottom")
PHOTO_GROUPS = {"frame": _FRAME} | {name: GROUPS[name] for name in ("sharpness", "brightness", "background")}


def frame_features(rgb: npt.NDArray[np.uint8]) -> dict[str, float]:
    """Return how far the crop is outside the picture on each side, as a share of its side."""
    inside = rgb.max(-1) > 0
    columns, rows = np.flatnonzero(inside.any(0)), np.flatnonzero(inside.any(1))
    if not len(rows):
        return dict.fromkeys(_FRAME, 1.0)
    height, width = inside.shape
    edges = columns[0] / width, 1 - (columns[-1] + 1) / width, rows[0] / height, 1 - (rows[-1] + 1) / height
    return dict(zip(_FRAME, map(float, edges), strict=True))


def measure_photo_shortcuts(folder: Path, limit: int = 4000, seed: int = 0) -> list[ShortcutFigure]:
    """Cross-validate over people, for each group of features and for all of them together.

    Raises:
        UserError: a picture cannot be read, or there is only one person or only one class.
    """
    rng = np.random.default_rng(seed)
    with (folder / "details.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    chosen = [table[int(k)] for k in np.sort(rng.permutation(len(table))[:limit])]
    live = np.array([row["label"] == "live" for row in chosen])
    people = np.array([row["subject"] for row in chosen])
    check_classes_and_people(live, people)
    rows = []
    for row in track(chosen, "measuring"):
        rgb = read_picture(folder / row["color"])
        rows.append(frame_features(rgb) | picture_features(rgb, len(rgb) // 8, MIDDLE_PX))
    return cross_validated(PHOTO_GROUPS, columns_of(rows), live, people, rng, seed)
