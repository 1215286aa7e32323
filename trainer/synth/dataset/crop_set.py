"""Rendered data sets of crops on disk.

A folder contains `recipe.json`, `samples.csv` and `rgb.npy`, `depth.npy`, `ir.npy`. Each row of the table has one row
in every array. Crops are 192 x 192 pixels at 1.5 times the network's field of view: the middle 128 x 128 pixels are the
network's input at a scale of 1, and the rest is a margin for augmentation.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError

CROP_SIZE = 192
INNER_SIZE = 128
"""Side of the middle of a crop in pixels, with the field of `CropSpec(scale=1.0)`."""

ARRAYS: dict[str, type[np.generic]] = {"rgb": np.uint8, "depth": np.uint16, "ir": np.uint8}

COLUMNS = (
    "sample", "setup", "shot", "split", "label", "species", "person", "portrait", "other", "instrument", "sensor",
    "depth_scale", "projector", "distance_m", "yaw", "pitch", "roll", "skin_tone", "skin_ita", "glasses", "light",
    "exposure", "face_px", "face_score", "inside", "face_x", "face_y",
)  # fmt: skip

_NUMBERS = {
    "sample": int, "setup": int, "shot": int, "glasses": int, "depth_scale": float, "distance_m": float, "yaw": float,
    "pitch": float, "roll": float, "skin_ita": float, "exposure": float, "face_px": float, "face_score": float,
    "inside": float, "face_x": float, "face_y": float,
}  # fmt: skip


class SynthSet:
    """A memory-mapped data set of crops.

    Attributes:
        rgb: uint8 (N, 192, 192, 3), channel order R, G, B.
        depth: uint16 (N, 192, 192), raw units of `table["depth_scale"]` metres; 0 = no reading.
        ir: uint8 (N, 192, 192).
        table: column name to an array (N,); `label` is `live` or `spoof`, `species` is empty for live faces.

    Raises:
        UserError: the folder does not contain a finished data set.
    """

    def __init__(self, folder: Path | str) -> None:
        folder = Path(folder)
        table = folder / "samples.csv"
        if not table.is_file():
            hint = (
                "its rendering is not finished, run the same synth command again"
                if (folder / "recipe.json").is_file()
                else "give a folder made by `python -m trainer synth crops`"
            )
            raise UserError(f"{folder}: no samples.csv found; {hint}.")
        with table.open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.table: dict[str, npt.NDArray[Any]] = {
            name: np.array([row[name] for row in rows]).astype(_NUMBERS[name]) if name in _NUMBERS
            else np.array([row[name] for row in rows], dtype=str)
            for name in COLUMNS
        }  # fmt: skip
        self.rgb: npt.NDArray[np.uint8] = self._array(folder, "rgb", len(rows))
        self.depth: npt.NDArray[np.uint16] = self._array(folder, "depth", len(rows))
        self.ir: npt.NDArray[np.uint8] = self._array(folder, "ir", len(rows))

    @staticmethod
    def _array(folder: Path, name: str, count: int) -> npt.NDArray[Any]:
        path = folder / f"{name}.npy"
        try:
            array = np.load(path, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise UserError(f"{path}: cannot be read ({error}); render the data set again.") from None
        if len(array) != count or array.dtype != ARRAYS[name]:
            raise UserError(f"{path}: rows or number type differ from samples.csv; render the data set again.")
        return np.asarray(array) if count == 0 else array

    def __len__(self) -> int:
        return len(self.rgb)

    def where(self, **conditions: str | int | float) -> npt.NDArray[np.intp]:
        """Return the indices of the samples whose columns equal the given values."""
        mask = np.ones(len(self), bool)
        for name, value in conditions.items():
            mask &= self.table[name] == value
        return np.flatnonzero(mask)


def load(folder: Path | str) -> SynthSet:
    """Open the data set in `folder`."""
    return SynthSet(folder)
