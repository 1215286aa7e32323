"""The training, development and test sets that a configuration names, opened and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from trainer.config.schema import DataConfig
from trainer.data.faces import ATTACK, LIVE, NOTHING_HELD_OUT, FaceSet, HeldOut, SubsetOf, folder_of, subsample
from trainer.data.layouts.listed import only
from trainer.data.lists.entries import read_list
from trainer.data.lists.list_set import ListSet
from trainer.data.opening import is_generated, open_layout
from trainer.workers import HERE, Workers


@dataclass(frozen=True, slots=True)
class Splits:
    """The checked parts of a data set; `test` may be missing.

    Attributes:
        warnings: sentences for the reader of the figures.
        described: layout, protocol and lists that were used.
        held_out: species and sensors of the test part that are excluded from training or rendered for the test only.
    """

    train: FaceSet
    dev: FaceSet
    test: FaceSet | None
    warnings: tuple[str, ...] = ()
    held_out: HeldOut = NOTHING_HELD_OUT
    described: str = ""


def open_splits(data: DataConfig, streams: tuple[Stream, ...], flexible: bool, workers: Workers = HERE) -> Splits:
    """Open, check and subsample the sets; `workers` cut missing crops of sessions and videos.

    Raises:
        UserError: the data set or its layout is unknown, a required stream or a class is absent, too many pictures are
            missing, or an excluded species or sensor does not occur.
    """
    parts = open_layout(data, workers).parts(streams, data.max_missing)
    splits = Splits(parts.train, parts.dev, parts.test, parts.warnings)
    for name, part in (("training", splits.train), ("development", splits.dev)):
        check_classes(part, name)
    for part in (splits.train, splits.dev, *([splits.test] if splits.test is not None else [])):
        check_streams(part, streams, flexible)
    keep = _without(splits, data)
    return Splits(
        subsample(keep[0], data.limit),
        subsample(keep[1], data.limit),
        None if splits.test is None else subsample(splits.test, data.limit),
        (*splits.warnings, *shared_people(splits)),
        _held_out(data, keep[0], splits.test),
        parts.described,
    )


def note_run(splits: Splits, run: Path) -> None:
    """Record in the folder of recorded sessions that a run was trained on them, for later deletions."""
    from trainer.data.layouts.recorded import note_model
    from trainer.data.layouts.sharded import FACTS_FILE, read_facts

    parts = [part for part in (splits.train, splits.dev, splits.test) if part is not None]
    folder = folder_of(splits.train)
    if (folder / FACTS_FILE).is_file():
        folder = Path(read_facts(folder).origin)
    note_model(folder, run, {str(name) for part in parts for name in part.subjects})


def open_part(
    data: DataConfig, part: str, streams: tuple[Stream, ...], keep_all: bool = False, workers: Workers = HERE
) -> FaceSet:
    """Open one part (`train`, `dev` or `test`) for evaluation or a submission; labels may be missing.

    Missing crops of sessions and videos are cut by `workers`.

    Raises:
        UserError: the data set does not have the part.
    """
    path = {"train": data.train_list, "dev": data.val_list, "test": data.test_list}[part]
    if path is not None:
        return _list_set(path, data, streams, keep_all)
    if data.folder is None:
        raise UserError("no data: give `data` or a list, such as `test_list`.")
    parts = open_layout(data, workers).parts(streams, data.max_missing)
    found = {"train": parts.train, "dev": parts.dev, "test": parts.test}[part]
    if found is None:
        raise UserError(f"{data.folder}: has no {part} part; choose another with `split`, or give `{part}_list`.")
    return subsample(found, data.limit)


def held_out(data: DataConfig, streams: tuple[Stream, ...]) -> HeldOut:
    """Return the species and sensors of the test part that training on this data does not show.

    For sets that were not rendered these are the species and sensors that the configuration excludes.

    Raises:
        UserError: the folder cannot be opened.
    """
    if data.folder is None or not is_generated(data):
        return _held_out(data, None, None)
    parts = open_layout(data).parts(streams, data.max_missing)
    return _held_out(data, parts.train, parts.test)


def check_classes(part: FaceSet, name: str) -> None:
    """Raise an error if a part has no live faces or no attacks.

    Raises:
        UserError: the part is empty or has one class only.
    """
    if not len(part):
        raise UserError(f"{part.source}: the {name} part is empty; check the folder or the list.")
    for label, word in ((LIVE, "live faces"), (ATTACK, "attacks")):
        if not (part.labels == label).any():
            raise UserError(f"{part.source}: the {name} part contains no {word}; choose data with both classes.")


def check_streams(part: FaceSet, streams: tuple[Stream, ...], flexible: bool) -> None:
    """Raise an error if a part does not have a stream that the network needs.

    Raises:
        UserError: a stream is missing; the message names it.
    """
    missing = [stream for stream in streams if stream not in part.streams]
    if missing and (not flexible or len(missing) == len(streams)):
        raise UserError(f"{part.source}: has no {', '.join(missing)}, which the network needs; choose another network.")


def shared_people(splits: Splits) -> list[str]:
    """Return a warning for every two parts that show the same person or, without known people, the same picture."""
    parts = [("training", splits.train), ("development", splits.dev), ("test", splits.test)]
    people = {name: {str(s) for s in part.subjects if s} for name, part in parts if part is not None}
    pictures = {name: set(part.names) for name, part in parts if part is not None}
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
            elif same := len(pictures[first] & pictures[second]):
                warnings.append(
                    f"{same} samples are in the {first} and in the {second} part: the figures will look better than "
                    "they are."
                )
    return warnings


def _list_set(path: Path, data: DataConfig, streams: tuple[Stream, ...], keep_all: bool) -> FaceSet:
    folder = data.folder or path.parent
    entries = only(read_list(path, folder), streams)
    return subsample(ListSet(entries, folder, str(path), data.max_missing, keep_all, data.live_label), data.limit)


def _held_out(data: DataConfig, train: FaceSet | None, test: FaceSet | None) -> HeldOut:
    species, sensors = set(data.exclude_species), set(data.exclude_sensors)
    if train is not None and test is not None and is_generated(data):
        # Protocols of public sets exclude species too, but their published figures are for the whole test part.
        species |= {str(name) for name in np.setdiff1d(test.species, train.species)}
        sensors |= {str(name) for name in np.setdiff1d(test.sensors, train.sensors)}
    return HeldOut(frozenset(species - {""}), frozenset(sensors - {""}))


def _without(splits: Splits, data: DataConfig) -> tuple[FaceSet, FaceSet]:
    """Return the training and development parts without the excluded species and sensors."""
    if not data.exclude_species and not data.exclude_sensors:
        return splits.train, splits.dev
    parts = [part for part in (splits.train, splits.dev, splits.test) if part is not None]
    for option, names, known in (
        ("without_species", data.exclude_species, {str(s) for part in parts for s in part.species}),
        ("without_sensors", data.exclude_sensors, {str(s) for part in parts for s in part.sensors}),
    ):
        for name in names:
            if name not in known:
                has = ", ".join(sorted(known - {""})) or "no names for them"
                raise UserError(
                    f"{option} {name}: {splits.train.source} has {has}; correct the name.", parameter=option
                )
    kept = []
    for title, part in (("training", splits.train), ("development", splits.dev)):
        out = np.isin(part.species, data.exclude_species) | np.isin(part.sensors, data.exclude_sensors)
        kept.append(SubsetOf(part, np.flatnonzero(~out)))
        check_classes(kept[-1], title)
    return kept[0], kept[1]
