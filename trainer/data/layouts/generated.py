"""Data sets rendered by `python -m trainer synth crops`: memory-mapped crops with a margin around the face."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from trainer.data.faces import FaceSet, Ints, Sample, SubsetOf
from trainer.data.layouts.listed import Parts
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet


class Generated:
    """A rendered data set with all its splits, as a `FaceSet` (attributes are documented there).

    Attributes:
        split: str (N,): `train`, `dev` or `test`.
        crops: the memory-mapped files and the table of all columns.
    """

    def __init__(self, folder: Path) -> None:
        self.crops = crops = SynthSet(folder)
        table = crops.table
        self.labels = (table["label"] == "live").astype(np.int64)
        self.species = np.where(self.labels == 1, "", table["species"]).astype(np.str_)
        self.subjects = table["person"].astype(np.str_)
        self.sensors = table["sensor"].astype(np.str_)
        self.split = table["split"].astype(np.str_)
        self.names = [f"{folder.name}/{number}" for number in table["sample"]]
        self.lines = np.arange(len(self.labels))
        self.shards: Ints | None = None
        self.streams: frozenset[Stream] = frozenset(STREAMS)
        self.crop_scale: float | None = CROP_SIZE / INNER_SIZE
        self.source = str(folder)
        self.warnings: tuple[str, ...] = ()
        self._millimetres = table["depth_scale"] * 1000.0

    def __len__(self) -> int:
        return len(self.labels)

    def sample(self, index: int) -> Sample:
        """Return sample `index`. Its arrays are views of the files wherever no conversion is needed."""
        depth = self.crops.depth[index]
        unit = float(self._millimetres[index])
        # Float keeps the fractions of a millimetre of sensors with a finer depth unit (0.1 mm).
        metric = depth if abs(unit - 1.0) < 1e-9 else depth.astype(np.float32) * np.float32(unit)
        return Sample(self.crops.rgb[index], metric, self.crops.ir[index])


def open_generated(folder: Path) -> tuple[FaceSet, FaceSet, FaceSet | None]:
    """Open the training, development and test parts.

    Raises:
        UserError: the folder contains no finished set, or one of its parts is missing.
    """
    whole = Generated(folder)
    parts = {name: np.flatnonzero(whole.split == name) for name in ("train", "dev", "test")}
    for name in ("train", "dev"):
        if not len(parts[name]):
            raise UserError(f"{folder}: samples.csv has no sample in the split `{name}`; render a larger set.")
    test = SubsetOf(whole, parts["test"]) if len(parts["test"]) else None
    return SubsetOf(whole, parts["train"]), SubsetOf(whole, parts["dev"]), test


class GeneratedFolder:
    """A folder of crops that the project's generator rendered, with its own splits and species."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the splits named in `samples.csv`; every sample has all streams and no file is missing."""
        return Parts(*open_generated(self._folder), described=f"generated set {self._folder}, its own split")
