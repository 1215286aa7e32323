"""Opens the training, development and test sets that a configuration names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from trainer.config.schema import DataConfig
from trainer.data import folders
from trainer.data.faces import ATTACK, LIVE, NOTHING_HELD_OUT, FaceSet, HeldOut, SubsetOf, subsample
from trainer.data.lists import Entry, ListSet, read_list

HELD_BACK = (0.8, 0.2, 0.0)
"""Training and development share of the people, where only training samples are given."""
THREE_WAYS = (0.7, 0.15, 0.15)
_SEED = 0


@dataclass(frozen=True, slots=True)
class Splits:
    """The three parts of a data set; `test` may be missing.

    Attributes:
        warnings: what a reader of the figures should know, one sentence each.
        held_out: what the test shows and the training part does not: excluded, or rendered for the test alone.
    """

    train: FaceSet
    dev: FaceSet
    test: FaceSet | None
    warnings: tuple[str, ...] = ()
    held_out: HeldOut = NOTHING_HELD_OUT


def open_splits(data: DataConfig, streams: tuple[Stream, ...], flexible: bool) -> Splits:
    """Open, check and thin the sets.

    Raises:
        UserError: no data set, an unknown layout, a required stream absent, a list with one class only, too many
            missing pictures, an excluded species or sensor that the set does not have, or nothing left without it.
    """
    if data.folder is None and data.train_list is None:
        raise UserError("no data: give --data FOLDER (a generated set, sessions) or --train-list and --val-list.")
    splits = _open(data, streams)
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
    )


def open_part(data: DataConfig, part: str, streams: tuple[Stream, ...], keep_all: bool = False) -> FaceSet:
    """One part, `train`, `dev` or `test`, for evaluation or a submission; labels may be missing.

    Raises:
        UserError: there is no such part.
    """
    path = {"train": data.train_list, "dev": data.val_list, "test": data.test_list}[part]
    if path is not None:
        return _list_set(path, data, streams, keep_all)
    if data.folder is None:
        raise UserError("no data: give --data FOLDER or a list, such as --test-list FILE.")
    splits = _open(data, streams)
    found = {"train": splits.train, "dev": splits.dev, "test": splits.test}[part]
    if found is None:
        raise UserError(f"{data.folder}: has no {part} part; choose another with --split, or give --{part}-list.")
    return subsample(found, data.limit)


def held_out(data: DataConfig, streams: tuple[Stream, ...]) -> HeldOut:
    """What a network trained on this data was never shown; for data that trained nothing, what is excluded by name.

    Raises:
        UserError: the folder cannot be opened.
    """
    if data.folder is None or not _is_generated(data):
        return _held_out(data, None, None)
    splits = _open(data, streams)
    return _held_out(data, splits.train, splits.test)


def check_classes(part: FaceSet, name: str) -> None:
    """Refuse a part that lacks live faces or attacks.

    Raises:
        UserError: one class only, or nothing at all.
    """
    if not len(part):
        raise UserError(f"{part.source}: the {name} part is empty; check the folder or the list.")
    for label, word in ((LIVE, "live faces"), (ATTACK, "attacks")):
        if not (part.labels == label).any():
            raise UserError(f"{part.source}: the {name} part holds no {word}; both classes are needed.")


def check_streams(part: FaceSet, streams: tuple[Stream, ...], flexible: bool) -> None:
    """Refuse a part that lacks a stream which the network needs.

    Raises:
        UserError: naming the streams.
    """
    missing = [stream for stream in streams if stream not in part.streams]
    if missing and (not flexible or len(missing) == len(streams)):
        raise UserError(f"{part.source}: has no {', '.join(missing)}, which the network needs; choose another network.")


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


def _open(data: DataConfig, streams: tuple[Stream, ...]) -> Splits:
    folder = data.folder
    if data.train_list is not None or folder is None:
        return _from_lists(data, streams)
    layout = folders.detect_layout(folder) if data.layout == "auto" else data.layout
    if layout == "synth":
        from trainer.data.generated import open_generated

        return Splits(*open_generated(folder))
    if layout == "sessions":
        from trainer.data.recorded import crops_of

        folder = crops_of(folder)
        layout = "lists"
    if layout == "lists":
        lists = {part: folder / f"{part}.txt" for part in folders.PARTS if (folder / f"{part}.txt").is_file()}
        if "train" in lists:
            found = data.model_copy(update={"folder": folder, **{f"{part}_list": path for part, path in lists.items()}})
            return _from_lists(found, streams)
        if not (folder / "list.txt").is_file():
            raise UserError(
                f"--data {folder}: holds no train.txt; write lists with `python -m trainer lists {folder}`."
            )
        return _split(read_list(folder / "list.txt", folder), folder, data, streams, THREE_WAYS)
    parts = folders.casia_surf(folder) if layout == "casia-surf" else folders.cefa(folder, data.protocol)
    return _assemble(parts, folder, data, streams)


def _from_lists(data: DataConfig, streams: tuple[Stream, ...]) -> Splits:
    assert data.train_list is not None
    folder = data.folder or data.train_list.parent
    parts = {
        part: read_list(path, folder)
        for part, path in (("train", data.train_list), ("val", data.val_list), ("test", data.test_list))
        if path is not None
    }
    return _assemble(parts, folder, data, streams, data.train_list)


def _assemble(
    parts: dict[str, list[Entry]],
    folder: Path,
    data: DataConfig,
    streams: tuple[Stream, ...],
    source: Path | None = None,
) -> Splits:
    """Sets of the parts; without a labelled development part some people of the training part stand in."""
    if not any(entry.label >= 0 for entry in parts.get("val", ())):
        split = _split(parts["train"], folder, data, streams, HELD_BACK)
        test = _set(parts["test"], folder, data, streams, str(source or folder)) if "test" in parts else None
        return Splits(split.train, split.dev, test, split.warnings)
    sets = {part: _set(entries, folder, data, streams, str(source or folder)) for part, entries in parts.items()}
    return Splits(sets["train"], sets["val"], sets.get("test"), _missing(sets.values()))


def _split(
    entries: Sequence[Entry],
    folder: Path,
    data: DataConfig,
    streams: tuple[Stream, ...],
    shares: tuple[float, float, float],
) -> Splits:
    whole = _set(entries, folder, data, streams, str(folder))
    people = [str(name) for name in whole.subjects]
    parts = folders.by_person(people, whole.labels.tolist(), shares, _SEED, str(folder))
    sets = {part: SubsetOf(whole, np.flatnonzero(np.isin(whole.subjects, list(who)))) for part, who in parts.items()}
    return Splits(sets["train"], sets["val"], sets.get("test"), _missing([whole]))


def _set(entries: Sequence[Entry], folder: Path, data: DataConfig, streams: tuple[Stream, ...], source: str) -> ListSet:
    return ListSet(only(entries, streams), folder, source, data.max_missing)


def _list_set(path: Path, data: DataConfig, streams: tuple[Stream, ...], keep_all: bool) -> FaceSet:
    folder = data.folder or path.parent
    entries = only(read_list(path, folder), streams)
    return subsample(ListSet(entries, folder, str(path), data.max_missing, keep_all), data.limit)


def only(entries: Sequence[Entry], streams: tuple[Stream, ...]) -> list[Entry]:
    """The entries with the files of these streams alone: what a network does not look at is not read."""
    wanted = [stream for stream in STREAMS if stream in streams]
    slim = [replace(e, files={s: e.files[s] for s in wanted if s in e.files}) for e in entries]
    return [entry if entry.files else whole for entry, whole in zip(slim, entries, strict=True)]


def _missing(sets: object) -> tuple[str, ...]:
    warnings = []
    for part in sets:  # type: ignore[attr-defined]
        if part.missing:
            some = ", ".join(part.missing[:3])
            warnings.append(f"{part.source}: {len(part.missing)} pictures are missing ({some} ...) and left out.")
        for stream, count in part.partial.items():
            warnings.append(
                f"{part.source}: {count} of {len(part)} samples have no {stream}, so none is used with it; "
                "leave their sessions out to train with it."
            )
    return tuple(warnings)


def _is_generated(data: DataConfig) -> bool:
    """Whether it is a set whose every sample names its species and its sensor."""
    if data.folder is None or data.train_list is not None:
        return False
    return (folders.detect_layout(data.folder) if data.layout == "auto" else data.layout) == "synth"


def _held_out(data: DataConfig, train: FaceSet | None, test: FaceSet | None) -> HeldOut:
    species, sensors = set(data.exclude_species), set(data.exclude_sensors)
    if train is not None and test is not None and _is_generated(data):
        # Public sets hold species back by protocol: there the figures are those of the whole test, as published.
        species |= {str(name) for name in np.setdiff1d(test.species, train.species)}
        sensors |= {str(name) for name in np.setdiff1d(test.sensors, train.sensors)}
    return HeldOut(frozenset(species - {""}), frozenset(sensors - {""}))


def _without(splits: Splits, data: DataConfig) -> tuple[FaceSet, FaceSet]:
    """The training and development parts without the excluded species and sensors; the test keeps them."""
    if not data.exclude_species and not data.exclude_sensors:
        return splits.train, splits.dev
    parts = [part for part in (splits.train, splits.dev, splits.test) if part is not None]
    for option, names, known in (
        ("--without-species", data.exclude_species, {str(s) for part in parts for s in part.species}),
        ("--without-sensors", data.exclude_sensors, {str(s) for part in parts for s in part.sensors}),
    ):
        for name in names:
            if name not in known:
                has = ", ".join(sorted(known - {""})) or "no names for them"
                raise UserError(f"{option} {name}: {splits.train.source} has {has}; correct the name.")
    kept = []
    for title, part in (("training", splits.train), ("development", splits.dev)):
        out = np.isin(part.species, data.exclude_species) | np.isin(part.sensors, data.exclude_sensors)
        kept.append(SubsetOf(part, np.flatnonzero(~out)))
        check_classes(kept[-1], title)
    return kept[0], kept[1]
