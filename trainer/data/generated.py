"""A data set of the project's own generator (`python -m trainer synth crops`): memory-mapped crops with margin."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from trainer.data.faces import FaceSet, Pictures, SubsetOf
from trainer.synth.dataset.crop_set import CROP_SIZE, INNER_SIZE, SynthSet


class Generated:
    """The whole set as a `FaceSet`; see there for the attributes.

    Attributes:
        split: str (N,): `train`, `dev` or `test`.
        crops: the generator's own view of the set, with all its columns.
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
        self.streams: frozenset[Stream] = frozenset(STREAMS)
        self.crop_scale: float | None = CROP_SIZE / INNER_SIZE
        self.source = str(folder)
        self._millimetres = table["depth_scale"] * 1000.0

    def __len__(self) -> int:
        return len(self.labels)

    def pictures(self, index: int) -> Pictures:
        """Sample `index`, views of the files where nothing has to be converted."""
        depth = self.crops.depth[index]
        unit = float(self._millimetres[index])
        # A sensor's finer unit (0.1 mm) is kept as a fraction.
        metric = depth if abs(unit - 1.0) < 1e-9 else depth.astype(np.float32) * np.float32(unit)
        return Pictures(self.crops.rgb[index], metric, self.crops.ir[index])


def open_generated(folder: Path) -> tuple[FaceSet, FaceSet, FaceSet | None]:
    """The training, development and test parts.

    Raises:
        UserError: no finished set in the folder, or a part of it is missing.
    """
    whole = Generated(folder)
    parts = {name: np.flatnonzero(whole.split == name) for name in ("train", "dev", "test")}
    for name in ("train", "dev"):
        if not len(parts[name]):
            raise UserError(f"{folder}: samples.csv names no sample of the split `{name}`; render a larger set.")
    test = SubsetOf(whole, parts["test"]) if len(parts["test"]) else None
    return SubsetOf(whole, parts["train"]), SubsetOf(whole, parts["dev"]), test
