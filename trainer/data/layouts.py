"""Layouts of data sets: each class finds the samples of one kind of folder and gives its parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.sessions.schema import SESSION_FILE
from trainer.config.schema import DataConfig
from trainer.data.faces import FaceSet, SubsetOf
from trainer.data.lists import Entry, ListSet, frames_of, read_list
from trainer.data.paths import CEFA_RACES, describe
from trainer.data.person_split import HELD_BACK, PARTS, THREE_WAYS, Shares, by_person

_SEED = 0
_LIST_FILE = "list.txt"
_CASIA_LISTS = {
    "train": ("train_list.txt",),
    "val": ("val_private_list.txt", "val_label.txt", "val_public_list.txt"),
    "test": ("test_private_list.txt", "test_public_list.txt"),
}
_CEFA_PHASES = {"train": ("train",), "val": ("dev_ref", "dev_res"), "test": ("test_ref", "test_res")}


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a data set; `test` may be missing. `warnings` are sentences for the reader of the figures."""

    train: FaceSet
    dev: FaceSet
    test: FaceSet | None
    warnings: tuple[str, ...] = ()


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


class GeneratedFolder:
    """A folder of crops that the project's generator rendered, with its own splits and species."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the splits named in `samples.csv`; every sample has all streams and no file is missing."""
        from trainer.data.generated import open_generated

        return Parts(*open_generated(self._folder))


class ListedLayout(ABC):
    """A data set whose samples are entries of lists, with files relative to `folder`.

    Attributes:
        folder: the folder that the entries' paths are relative to.
        source: the data set, for messages.
    """

    def __init__(self, folder: Path, source: Path | None = None) -> None:
        self.folder = folder
        self.source = str(source or folder)

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
        """Open the parts; people are held back where the data set has no labelled development part."""
        entries = {part: only(found, streams) for part, found in self.entries().items()}
        if "all" in entries:
            return self._by_person(entries["all"], THREE_WAYS, max_missing)
        if not any(entry.label >= 0 for entry in entries.get("val", ())):
            split = self._by_person(entries["train"], HELD_BACK, max_missing)
            test = ListSet(entries["test"], self.folder, self.source, max_missing) if "test" in entries else None
            return replace(split, test=test)
        sets = {part: ListSet(found, self.folder, self.source, max_missing) for part, found in entries.items()}
        return Parts(sets["train"], sets["val"], sets.get("test"), _missing(sets.values()))

    def _by_person(self, entries: Sequence[Entry], shares: Shares, max_missing: float) -> Parts:
        whole = ListSet(entries, self.folder, str(self.folder), max_missing)
        people = [str(name) for name in whole.subjects]
        parts = by_person(people, whole.labels.tolist(), shares, _SEED, str(self.folder))
        sets = {
            part: SubsetOf(whole, np.flatnonzero(np.isin(whole.subjects, list(who)))) for part, who in parts.items()
        }
        return Parts(sets["train"], sets["val"], sets.get("test"), _missing([whole]))


class ListFiles(ListedLayout):
    """Explicit list files of the parts."""

    def __init__(self, folder: Path, lists: dict[str, Path]) -> None:
        super().__init__(folder, lists["train"])
        self._lists = lists

    def entries(self) -> dict[str, list[Entry]]:
        """Read the lists."""
        return {part: read_list(path, self.folder) for part, path in self._lists.items()}


class ListFolder(ListedLayout):
    """A folder with `train.txt`, `val.txt` and `test.txt`, or with one `list.txt` that is split by person.

    Args:
        folder: the folder.
        others: lists of parts that lie elsewhere; a list in the folder takes precedence.
    """

    def __init__(self, folder: Path, others: dict[str, Path]) -> None:
        lists = others | {part: folder / f"{part}.txt" for part in PARTS if (folder / f"{part}.txt").is_file()}
        self._lists = lists if "train" in lists else {}
        super().__init__(folder, self._lists.get("train"))

    def entries(self) -> dict[str, list[Entry]]:
        """Read the lists of the parts, or the list of all samples."""
        if self._lists:
            return {part: read_list(self._lists[part], self.folder) for part in PARTS if part in self._lists}
        if not (self.folder / _LIST_FILE).is_file():
            raise UserError(
                f"--data {self.folder}: holds no train.txt; write lists with `python -m trainer lists {self.folder}`."
            )
        return {"all": self.unsplit()}

    def unsplit(self) -> list[Entry]:
        """Read the list of all samples."""
        return read_list(self.folder / _LIST_FILE, self.folder)


class CasiaSurf(ListedLayout):
    """CASIA-SURF: the challenge's lists if present, else the tree `Training/real_part|fake_part/...`."""

    def entries(self) -> dict[str, list[Entry]]:
        """Read the lists, or scan the tree as the part `train`."""
        found: dict[str, list[Entry]] = {}
        for part, names in _CASIA_LISTS.items():
            path = next((self.folder / name for name in names if (self.folder / name).is_file()), None)
            if path is not None:
                found[part] = read_list(path, self.folder)
        if "train" not in found:
            found["train"] = _scan(self.folder, sorted((self.folder / "Training").glob("*_part/*/*")))
        return found


class Cefa(ListedLayout):
    """One cross-ethnicity protocol of CASIA-SURF CeFA, or all three together (`4`).

    The lists `4@1_train.txt`, `4@1_dev_ref.txt` or `_dev_res.txt`, `4@1_test_ref.txt` or `_test_res.txt` may lie
    anywhere below the folder. Without them the folders `train/R_ID_D_S_P` of the protocol's ethnicity are used.
    """

    def __init__(self, folder: Path, protocol: str) -> None:
        super().__init__(folder)
        self._protocols = list(CEFA_RACES) if protocol == "4" else [protocol]

    def entries(self) -> dict[str, list[Entry]]:
        """Read the protocol's lists, or scan its training folders."""
        found: dict[str, list[Entry]] = {}
        for part, phases in _CEFA_PHASES.items():
            entries: list[Entry] = []
            for name in self._protocols:
                paths = [p for phase in phases for p in sorted(self.folder.glob(f"**/{name}_{phase}.txt"))]
                if paths:
                    entries += self._read(paths[0], entries[-1].line + 1 if entries else 0)
            if entries:
                found[part] = entries
        if "train" not in found:
            races = {CEFA_RACES[name] for name in self._protocols}
            videos = [v for v in sorted(self.folder.glob("**/train/[1-3]_*_*_*_*")) if describe(v.name).race in races]
            found["train"] = _scan(self.folder, videos)
        return found

    def _read(self, path: Path, first_line: int) -> list[Entry]:
        """Read a list, with paths relative to the data folder and lines numbered from `first_line`."""
        # Paths are relative to the data folder if the first file lies there, else to the folder of the list.
        first = path.read_text(encoding="utf-8").split(maxsplit=1)
        root = self.folder if first and (self.folder / first[0]).exists() else path.parent
        prefix = "" if root == self.folder else root.relative_to(self.folder).as_posix() + "/"
        return [
            replace(
                entry,
                files={stream: prefix + file for stream, file in entry.files.items()},
                line=entry.line + first_line,
            )
            for entry in read_list(path, root)
        ]


def detect_layout(folder: Path) -> str:
    """Return `synth`, `sessions`, `casia-surf`, `cefa` or `lists`.

    Raises:
        UserError: the folder does not exist, or its layout is unknown.
    """
    if not folder.is_dir():
        raise UserError(f"--data {folder}: no such folder; correct the path.")
    if (folder / "samples.csv").is_file() or (folder / "recipe.json").is_file():
        return "synth"
    if any(folder.glob("train.txt")):
        return "lists"
    if (folder / "Training").is_dir() or (folder / _CASIA_LISTS["train"][0]).is_file():
        return "casia-surf"
    if any(folder.glob("**/4@?_train.txt")) or any(folder.glob("train/[1-3]_*_*_*_*")):
        return "cefa"
    if (folder / _LIST_FILE).is_file():
        return "lists"
    if next(folder.glob(f"*/*/*/{SESSION_FILE}"), None) is not None:
        return "sessions"
    raise UserError(
        f"--data {folder}: the layout is unknown (known: generated samples.csv, sessions, CASIA-SURF, CeFA, "
        "train.txt and val.txt); give --train-list and --val-list."
    )


def listed_layout(
    folder: Path, layout: str = "auto", protocol: str = "4@1", lists: dict[str, Path] | None = None
) -> ListedLayout:
    """Return the layout of a folder that is not a rendered set; crops of recorded sessions are cut if needed.

    Args:
        folder: the data set.
        layout: `auto`, `sessions`, `casia-surf`, `cefa` or `lists`.
        protocol: protocol of CeFA.
        lists: lists of single parts that are given separately, by part.

    Raises:
        UserError: the layout is unknown, is that of a rendered set, or the crops cannot be cut.
    """
    name = detect_layout(folder) if layout == "auto" else layout
    if name == "synth":
        raise UserError(f"{folder}: a generated set names its own split in samples.csv; train on it with --data.")
    if name == "casia-surf":
        return CasiaSurf(folder)
    if name == "cefa":
        return Cefa(folder, protocol)
    if name == "sessions":
        from trainer.data.recorded import crops_of

        folder = crops_of(folder)
    return ListFolder(folder, lists or {})


def is_generated(data: DataConfig) -> bool:
    """Tell whether the configuration names a rendered set, in which every sample has a species and a sensor."""
    if data.folder is None or data.train_list is not None:
        return False
    return (detect_layout(data.folder) if data.layout == "auto" else data.layout) == "synth"


def open_layout(data: DataConfig) -> Layout:
    """Return the layout of the data set that a configuration names.

    Raises:
        UserError: neither a folder nor a training list is given, or the layout is unknown.
    """
    paths = {"train": data.train_list, "val": data.val_list, "test": data.test_list}
    lists = {part: path for part, path in paths.items() if path is not None}
    if data.train_list is not None:
        return ListFiles(data.folder or data.train_list.parent, lists)
    if data.folder is None:
        raise UserError("no data: give --data FOLDER (a generated set, sessions) or --train-list and --val-list.")
    if is_generated(data):
        return GeneratedFolder(data.folder)
    return listed_layout(data.folder, data.layout, data.protocol, lists)


def only(entries: Sequence[Entry], streams: tuple[Stream, ...]) -> list[Entry]:
    """Return the entries with the files of these streams only, so that no unused file is read."""
    wanted = [stream for stream in STREAMS if stream in streams]
    slim = [replace(e, files={s: e.files[s] for s in wanted if s in e.files}) for e in entries]
    return [entry if entry.files else whole for entry, whole in zip(slim, entries, strict=True)]


def _scan(folder: Path, videos: Sequence[Path]) -> list[Entry]:
    """Return every frame of folders whose names contain label and person.

    Raises:
        UserError: no frame is found.
    """
    entries: list[Entry] = []
    for video in videos:
        for files in frames_of(video, folder):
            known = describe(next(iter(files.values())))
            text = " ".join(files.get(s, "-") for s in ("rgb", "depth", "ir"))
            entries.append(Entry(dict(files), known.label, len(entries), text))
    if not entries:
        raise UserError(f"--data {folder}: no pictures were found in the folders of a known layout; correct the path.")
    return entries


def _missing(sets: Iterable[ListSet]) -> tuple[str, ...]:
    """Return a warning for every set with missing files or partly absent streams."""
    warnings = []
    for part in sets:
        if part.missing:
            some = ", ".join(part.missing[:3])
            warnings.append(f"{part.source}: {len(part.missing)} pictures are missing ({some} ...) and left out.")
        for stream, count in part.partial.items():
            warnings.append(
                f"{part.source}: {count} of {len(part)} samples have no {stream}, so none is used with it; "
                "leave their sessions out to train with it."
            )
    return tuple(warnings)
