"""Opens the training, development and test sets that a configuration names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from trainer.config import DataConfig
from trainer.data.faces import ATTACK, LIVE, FaceSet, SubsetOf, thin


@dataclass(frozen=True, slots=True)
class Splits:
    """The three parts of a data set; `test` may be missing.

    Attributes:
        warnings: what a reader of the figures should know, one sentence each.
    """

    train: FaceSet
    dev: FaceSet
    test: FaceSet | None
    warnings: tuple[str, ...] = ()


def open_splits(data: DataConfig, streams: tuple[Stream, ...], flexible: bool) -> Splits:
    """Open, check and thin the sets.

    Raises:
        UserError: no data set, an unknown layout, a required stream absent, a list with one class only.
    """
    if data.folder is None and data.train_list is None:
        raise UserError("no data: give --data FOLDER (a generated set, sessions) or --train-list and --val-list.")
    splits = _open(data)
    for name, part in (("training", splits.train), ("development", splits.dev)):
        if not len(part):
            raise UserError(f"{part.source}: the {name} part is empty; check the folder or the list.")
        for label, word in ((LIVE, "live faces"), (ATTACK, "attacks")):
            if not (part.labels == label).any():
                raise UserError(f"{part.source}: the {name} part holds no {word}; both classes are needed.")
    for part in (splits.train, splits.dev, *([splits.test] if splits.test is not None else [])):
        missing = [stream for stream in streams if stream not in part.streams]
        if missing and (not flexible or len(missing) == len(streams)):
            raise UserError(
                f"{part.source}: has no {', '.join(missing)}, which the network needs; choose another network."
            )
    keep = tuple(_without(part, data.exclude_species) for part in (splits.train, splits.dev))
    return Splits(
        thin(keep[0], data.limit),
        thin(keep[1], data.limit),
        None if splits.test is None else thin(splits.test, data.limit),
        (*splits.warnings, *shared_people(splits)),
    )


def shared_people(splits: Splits) -> list[str]:
    """A warning for every two parts that show the same person."""
    parts = [("training", splits.train), ("development", splits.dev), ("test", splits.test)]
    people = {name: {str(s) for s in part.subjects if s} for name, part in parts if part is not None}
    warnings = []
    names = list(people)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            both = sorted(people[first] & people[second])
            if both:
                some = ", ".join(both[:3]) + (" ..." if len(both) > 3 else "")
                warnings.append(
                    f"{len(both)} people are in the {first} and in the {second} part ({some}): "
                    "the figures will look better than they are."
                )
    return warnings


def detect_layout(folder: Path) -> str:
    """What kind of data set a folder holds.

    Raises:
        UserError: no such folder, or nothing known in it.
    """
    if not folder.is_dir():
        raise UserError(f"--data {folder}: no such folder; correct the path.")
    if (folder / "samples.csv").is_file():
        return "synth"
    raise UserError(f"--data {folder}: neither a generated set (samples.csv) nor a layout that is known here.")


def _open(data: DataConfig) -> Splits:
    layout = data.layout
    if layout == "auto":
        layout = "lists" if data.train_list is not None else detect_layout(data.folder or Path())  # type: ignore[assignment]
    if layout == "synth":
        from trainer.data.generated import open_generated

        train, dev, test = open_generated(data.folder or Path())
        return Splits(train, dev, test)
    raise UserError(f"data.layout: {layout} cannot be opened; write lists with `python -m trainer lists` first.")


def _without(part: FaceSet, species: tuple[str, ...]) -> FaceSet:
    return SubsetOf(part, np.flatnonzero(~np.isin(part.species, species))) if species else part
