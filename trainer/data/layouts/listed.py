"""Data sets whose samples are entries of lists, and the parts that every layout returns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from trainer.data.faces import FaceSet, SubsetOf
from trainer.data.lists.entries import Entry, read_list
from trainer.data.lists.label_sense import LiveLabel
from trainer.data.lists.list_set import ListSet
from trainer.data.person_split import HELD_BACK, PARTS, THREE_WAYS, Shares, by_person

_SEED = 0
LIST_FILE = "list.txt"
"""The list of all samples of a folder, which is split by person."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a data set; `test` may be missing.

    Attributes:
        warnings: sentences for the reader of the figures.
        described: layout, protocol and lists that were used.
    """

    train: FaceSet
    dev: FaceSet
    test: FaceSet | None
    warnings: tuple[str, ...] = ()
    described: str = ""


class Layout(Protocol):
    """A data set whose layout is known."""

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the parts, reading only the given streams.

        Args:
            streams: the streams that the network uses.
            max_missing: largest allowed share of samples with missing files, 0 to 1.

        Raises:
            UserError: the data set is incomplete, or too many of its files are missing.
        """
        ...


class ListedLayout(ABC):
    """A data set whose samples are entries of lists, with files relative to `folder`.

    Attributes:
        folder: the folder that the entries' paths are relative to.
        source: the data set, for messages.
        live_label: number that the lists write for live faces.
        used: list of each part that was read, for the announcement.
        given: lists of the parts `val` and `test` that replace those of the layout.
    """

    kind = "lists"
    """Name of the layout in messages."""
    protocols: tuple[str, ...] = ()
    """Names of the official protocols; empty if the data set has none."""

    def __init__(self, folder: Path, source: Path | None = None) -> None:
        self.folder = folder
        self.source = str(source or folder)
        self.live_label: LiveLabel = "auto"
        self.used: dict[str, Path] = {}
        self.given: dict[str, Path] = {}

    def read(self, part: str, path: Path, root: Path | None = None) -> list[Entry]:
        """Read a list of a part, and remember its name."""
        self.used[part] = path
        return read_list(path, root or self.folder)

    def described(self) -> str:
        """Return layout, protocol and lists of the parts that were read."""
        lists = ", ".join(f"{part}: {path.name}" for part, path in self.used.items())
        return f"layout {self.kind}, {self.folder}, {lists or 'folders, split by person'}"

    @abstractmethod
    def entries(self) -> dict[str, list[Entry]]:
        """Return the entries of the parts `train`, `val` and `test` that exist; without parts, `all`.

        Raises:
            UserError: a list cannot be read, or no sample is found.
        """

    def unsplit(self) -> list[Entry]:
        """Return the entries that `python -m trainer lists` splits by person."""
        return self.entries()["train"]

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the parts; if there is no labelled development part, people of the training part are used for it."""
        own = self.entries()
        if "all" in own:
            refuse_given(self.given, self.source)
        given = {part: self.read(part, path) for part, path in self.given.items()}
        entries = {part: only(found, streams) for part, found in (own | given).items()}
        if "all" in entries:
            return self._by_person(entries["all"], THREE_WAYS, max_missing)
        if not any(entry.label >= 0 for entry in entries["train"]):
            raise UserError(
                f"{self.used.get('train', self.source)}: has no labels; expected lines `color depth ir label`, or a "
                "list label_X.txt beside it."
            )
        for part in ("train", "val"):
            self._check_labelled(entries.get(part, ()), part)
        if not any(entry.label >= 0 for entry in entries.get("val", ())):
            split = self._by_person(entries["train"], HELD_BACK, max_missing)
            test = self._set(entries["test"], "test", max_missing) if "test" in entries else None
            return replace(split, test=test)
        sets = {part: self._set(found, part, max_missing) for part, found in entries.items()}
        self._check_sense(sets)
        warnings = tuple(warning for part in sets.values() for warning in part.warnings)
        return Parts(sets["train"], sets["val"], sets.get("test"), warnings, self.described())

    def _check_labelled(self, entries: Sequence[Entry], part: str) -> None:
        """Raise an error if some entries of a part have a label and others none."""
        without = [entry for entry in entries if entry.label < 0]
        if without and len(without) < len(entries):
            first = without[0]
            raise UserError(
                f"{self.used.get(part, self.source)}, line {first.line + 1}: `{first.text[:80]}` has no label, as have "
                f"{len(without)} of {len(entries)} samples; add the labels, 1 for a live face or 0 for an attack."
            )

    def _set(self, entries: Sequence[Entry], part: str, max_missing: float) -> ListSet:
        source = str(self.used.get(part, self.source))
        return ListSet(entries, self.folder, source, max_missing, live_label=self.live_label)

    def _check_sense(self, sets: dict[str, ListSet]) -> None:
        """Raise an error if the labels of some lists were exchanged and those of another list are ambiguous."""
        turned = [name for name, part in sets.items() if part.turned]
        for name, part in sets.items():
            if turned and not part.turned and (part.labels >= 0).any() and not part.confirmed:
                raise UserError(
                    f"{part.source}: the paths do not show which label means live, and 0 means live in "
                    f"{sets[turned[0]].source}; set live_label to 0 if this is so in the {name} list too, or correct "
                    "the lists.",
                    parameter="live_label",
                )

    def _by_person(self, entries: Sequence[Entry], shares: Shares, max_missing: float) -> Parts:
        source = str(self.used.get("train", self.folder))
        whole = ListSet(entries, self.folder, source, max_missing, live_label=self.live_label)
        people = [str(name) for name in whole.subjects]
        parts = by_person(people, whole.labels.tolist(), shares, _SEED, str(self.folder))
        sets = {
            part: SubsetOf(whole, np.flatnonzero(np.isin(whole.subjects, list(who)))) for part, who in parts.items()
        }
        described = f"{self.described()}, split by person"
        return Parts(sets["train"], sets["val"], sets.get("test"), whole.warnings, described)


class ListFiles(ListedLayout):
    """Explicit list files of the parts."""

    def __init__(self, folder: Path, lists: dict[str, Path]) -> None:
        super().__init__(folder, lists["train"])
        self._lists = lists

    def entries(self) -> dict[str, list[Entry]]:
        """Read the lists."""
        return {part: self.read(part, path) for part, path in self._lists.items()}


class ListFolder(ListedLayout):
    """A folder with `train.txt`, `val.txt` and `test.txt`, or with one `list.txt` that is split by person."""

    def __init__(self, folder: Path) -> None:
        lists = {part: folder / f"{part}.txt" for part in PARTS if (folder / f"{part}.txt").is_file()}
        self._lists = lists if "train" in lists else {}
        super().__init__(folder, self._lists.get("train"))

    def entries(self) -> dict[str, list[Entry]]:
        """Read the lists of the parts, or the list of all samples."""
        if self._lists:
            return {part: self.read(part, self._lists[part]) for part in PARTS if part in self._lists}
        if not (self.folder / LIST_FILE).is_file():
            raise UserError(
                f"data {self.folder}: contains no train.txt; write lists with `python -m trainer lists {self.folder}`.",
                parameter="data",
            )
        return {"all": self.unsplit()}

    def unsplit(self) -> list[Entry]:
        """Read the list of all samples."""
        return self.read("all", self.folder / LIST_FILE)


def only(entries: Sequence[Entry], streams: tuple[Stream, ...]) -> list[Entry]:
    """Return the entries with the files of these streams only, so that no unused file is read."""
    wanted = [stream for stream in STREAMS if stream in streams]
    slim = [replace(e, files={s: e.files[s] for s in wanted if s in e.files}) for e in entries]
    return [entry if entry.files else whole for entry, whole in zip(slim, entries, strict=True)]


def refuse_given(given: Mapping[str, Path], source: str) -> None:
    """Raise an error if lists of single parts were given for a data set whose parts cannot be replaced.

    Args:
        given: lists by part, `val` or `test`.
        source: the data set, for the message.

    Raises:
        UserError: a list was given.
    """
    for part, path in given.items():
        option = f"{part}_list"
        raise UserError(
            f"{option} {path}: has no effect, because {source} is divided into its own parts; leave it out, or give "
            "`train_list` too.",
            parameter=option,
        )


def check_named(protocol: str, known: Sequence[str], folder: Path, kind: str) -> str:
    """Return the protocol.

    Raises:
        UserError: it is not one of the known ones.
    """
    if protocol not in known:
        raise UserError(
            f"protocol {protocol}: {folder} (layout {kind}) has {', '.join(known) or 'none'}; choose one of them.",
            parameter="protocol",
        )
    return protocol
