"""Layouts of data sets: each class finds the samples of one kind of folder and gives its parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.sessions.schema import SESSION_FILE
from trainer.config.schema import DataConfig
from trainer.data.faces import FaceSet, SubsetOf
from trainer.data.label_sense import LiveLabel
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


class GeneratedFolder:
    """A folder of crops that the project's generator rendered, with its own splits and species."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the splits named in `samples.csv`; every sample has all streams and no file is missing."""
        from trainer.data.generated import open_generated

        return Parts(*open_generated(self._folder), described=f"generated set {self._folder}, its own split")


class ListedLayout(ABC):
    """A data set whose samples are entries of lists, with files relative to `folder`.

    Attributes:
        folder: the folder that the entries' paths are relative to.
        source: the data set, for messages.
        live_label: number that the lists write for live faces.
        used: list of each part that was read, for the announcement.
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
        """Open the parts; people are held back where the data set has no labelled development part."""
        entries = {part: only(found, streams) for part, found in self.entries().items()}
        if "all" in entries:
            return self._by_person(entries["all"], THREE_WAYS, max_missing)
        if not any(entry.label >= 0 for entry in entries["train"]):
            raise UserError(
                f"{self.used.get('train', self.source)}: has no labels; expected lines `color depth ir label`, or a "
                "list label_X.txt beside it."
            )
        if not any(entry.label >= 0 for entry in entries.get("val", ())):
            split = self._by_person(entries["train"], HELD_BACK, max_missing)
            test = self._set(entries["test"], "test", max_missing) if "test" in entries else None
            return replace(split, test=test)
        sets = {part: self._set(found, part, max_missing) for part, found in entries.items()}
        self._check_sense(sets)
        warnings = tuple(warning for part in sets.values() for warning in part.warnings)
        return Parts(sets["train"], sets["val"], sets.get("test"), warnings, self.described())

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
        whole = ListSet(entries, self.folder, str(self.folder), max_missing, live_label=self.live_label)
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
            return {part: self.read(part, self._lists[part]) for part in PARTS if part in self._lists}
        if not (self.folder / _LIST_FILE).is_file():
            raise UserError(
                f"data {self.folder}: holds no train.txt; write lists with `python -m trainer lists {self.folder}`.",
                parameter="data",
            )
        return {"all": self.unsplit()}

    def unsplit(self) -> list[Entry]:
        """Read the list of all samples."""
        return self.read("all", self.folder / _LIST_FILE)


class CasiaSurf(ListedLayout):
    """CASIA-SURF, MMFD: the challenge's lists if present, else the parallel lists of the published code, else the tree.

    The parallel lists are `2rgb_train.txt`, `2depth_train.txt` ... (with MMFD), or `rgb_train.txt` ... as `fileList.py`
    of the published code writes them. The tree is `Training/real_part|fake_part/...`.
    """

    kind = "casia-surf"

    def entries(self) -> dict[str, list[Entry]]:
        """Read the lists, or scan the tree as the part `train`."""
        found: dict[str, list[Entry]] = {}
        for part, names in _CASIA_LISTS.items():
            path = next((self.folder / name for name in names if (self.folder / name).is_file()), None)
            path = path or parallel_list(self.folder, part)
            if path is not None:
                found[part] = self.read(part, path)
        if "train" not in found:
            found["train"] = _scan(self.folder, sorted((self.folder / "Training").glob("*_part/*/*")))
        return found


class CasiaRelease(ListedLayout):
    """The lists of the data set owners: `CASIA_SURF@p1_image_train.txt`, `CASIA_CeFA@p4.1_video_dev.txt` and others.

    The lists of single pictures are preferred to those of videos. They write live 0 and attack 1.
    """

    kind = "casia-release"

    def __init__(self, folder: Path, protocol: str | None) -> None:
        super().__init__(folder)
        self._lists = release_lists(folder)
        self.protocols = tuple(sorted(self._lists))
        if protocol is None and len(self.protocols) > 1:
            raise UserError(f"{folder}: has the protocols {', '.join(self.protocols)}; choose one with --protocol.")
        self._protocol = check_protocol(self, protocol or "".join(self.protocols))

    def entries(self) -> dict[str, list[Entry]]:
        """Read the protocol's lists."""
        return {part: self.read(part, path) for part, path in self._lists[self._protocol].items()}

    def described(self) -> str:
        """Return protocol and lists."""
        return f"{super().described()}, protocol {self._protocol}"


class Cefa(ListedLayout):
    """One cross-ethnicity protocol of CASIA-SURF CeFA, or all three together (`4`).

    The lists `4@1_train.txt`, `4@1_dev_ref.txt` or `_dev_res.txt`, `4@1_test_ref.txt` or `_test_res.txt` may lie
    anywhere below the folder. Without them the folders `train/R_ID_D_S_P` of the protocol's ethnicity are used.
    """

    kind = "cefa"
    protocols = (*CEFA_RACES, "4")

    def __init__(self, folder: Path, protocol: str | None) -> None:
        super().__init__(folder)
        self._protocol = check_protocol(self, protocol or "4@1")
        self._protocols = list(CEFA_RACES) if protocol == "4" else [self._protocol]

    def described(self) -> str:
        """Return protocol and lists, and how many videos of masks are left out without lists."""
        masks = sum(1 for _ in self.folder.glob("Mask/*/*/[12]_*_*_*_*_*_*")) if "train" not in self.used else 0
        note = f", without the {masks} videos of masks, which only the owners' lists put into a part" if masks else ""
        return f"{super().described()}, protocol {self._protocol}{note}"

    def entries(self) -> dict[str, list[Entry]]:
        """Read the protocol's lists, or scan its training folders."""
        found: dict[str, list[Entry]] = {}
        for part, phases in _CEFA_PHASES.items():
            entries: list[Entry] = []
            for name in self._protocols:
                paths = [p for phase in phases for p in sorted(self.folder.glob(f"**/{name}_{phase}.txt"))]
                if paths:
                    entries += self._read(part, paths[0], entries[-1].line + 1 if entries else 0)
            if entries:
                found[part] = entries
        if "train" not in found:
            races = {CEFA_RACES[name] for name in self._protocols}
            places = sorted(self.folder.glob("**/train/[1-3]_*_*_*_*")) or full_release(self.folder)
            videos = [v for v in places if describe(v.name).race in races]
            found["train"] = _scan(self.folder, videos)
        return found

    def _read(self, part: str, path: Path, first_line: int) -> list[Entry]:
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
            for entry in self.read(part, path, root)
        ]


def detect_layout(folder: Path) -> str:
    """Return `synth`, `sessions`, `casia-surf`, `cefa`, `casia-release`, `lists` or the name of a public data set.

    Raises:
        UserError: the folder does not exist, or its layout is unknown.
    """
    if not folder.is_dir():
        raise UserError(f"data {folder}: no such folder; correct the path.", parameter="data")
    if (folder / "samples.csv").is_file() or (folder / "recipe.json").is_file():
        return "synth"
    if any(folder.glob("train.txt")):
        return "lists"
    if (folder / "Training").is_dir() or (folder / _CASIA_LISTS["train"][0]).is_file():
        return "casia-surf"
    from trainer.data.public.registry import PUBLIC, detect_public

    # Before the patterns that search all folders below: these data sets have up to 600,000 files.
    public = detect_public(folder)
    if public:
        return public
    if any(folder.glob("**/4@?_train.txt")) or any(folder.glob("train/[1-3]_*_*_*_*")):
        return "cefa"
    if parallel_list(folder, "train") is not None:
        return "casia-surf"
    if release_lists(folder):
        return "casia-release"
    if full_release(folder):
        return "cefa"
    if (folder / _LIST_FILE).is_file():
        return "lists"
    if next(folder.glob(f"*/*/*/{SESSION_FILE}"), None) is not None:
        return "sessions"
    public = detect_public(folder, below=True)
    if public:
        return public
    raise UserError(
        f"data {folder}: the layout is unknown (known: generated samples.csv, sessions, CASIA-SURF, CeFA, "
        f"{', '.join(PUBLIC)}, train.txt and val.txt); give --train-list and --val-list.",
        parameter="data",
    )


def listed_layout(
    folder: Path, layout: str = "auto", protocol: str | None = None, lists: dict[str, Path] | None = None
) -> ListedLayout:
    """Return the layout of a folder that is not a rendered set; crops of recorded sessions are cut if needed.

    Args:
        folder: the data set.
        layout: `auto`, `sessions`, `casia-surf`, `cefa`, `casia-release` or `lists`.
        protocol: official protocol; None takes the layout's default.
        lists: lists of single parts that are given separately, by part.

    Raises:
        UserError: the layout is unknown, is that of a rendered set, has no such protocol, or the crops cannot be cut.
    """
    name = detect_layout(folder) if layout == "auto" else layout
    if name == "synth":
        raise UserError(f"{folder}: a generated set names its own split in samples.csv; train on it with --data.")
    from trainer.data.public.registry import PUBLIC

    if name in PUBLIC:
        raise UserError(f"{folder}: {name} has its own parts; train on it with --data, and choose one with --protocol.")
    if name == "cefa":
        return Cefa(folder, protocol)
    if name == "casia-release":
        return CasiaRelease(folder, protocol)
    if protocol is not None:
        reason = "its train.txt, val.txt and test.txt are used" if name == "lists" else f"the layout is {name}"
        raise UserError(
            f"protocol {protocol}: {folder} is not read by a protocol, because {reason}; add --layout cefa (or the "
            "data set's own layout), remove those lists, or leave --protocol out.",
            parameter="protocol",
        )
    if name == "casia-surf":
        return CasiaSurf(folder)
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
        if data.protocol is not None:
            raise UserError(
                f"protocol {data.protocol}: has no effect beside --train-list; leave one of the two out.",
                parameter="protocol",
            )
        files = ListFiles(data.folder or data.train_list.parent, lists)
        files.live_label = data.live_label
        return files
    if data.folder is None:
        raise UserError("no data: give --data FOLDER (a generated set, sessions) or --train-list and --val-list.")
    if is_generated(data):
        return GeneratedFolder(data.folder)
    from trainer.data.public.registry import PUBLIC, open_public

    name = detect_layout(data.folder) if data.layout == "auto" else data.layout
    if name in PUBLIC:
        return open_public(name, data.folder, data.protocol, data.frame_step)
    layout = listed_layout(data.folder, data.layout, data.protocol, lists)
    layout.live_label = data.live_label
    return layout


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
        raise UserError(
            f"data {folder}: no pictures were found in the folders of a known layout; correct the path.",
            parameter="data",
        )
    return entries


def check_protocol(layout: ListedLayout, protocol: str) -> str:
    """Return the protocol.

    Raises:
        UserError: the layout has no protocol of this name.
    """
    return check_named(protocol, layout.protocols, layout.folder, layout.kind)


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


def parallel_list(folder: Path, part: str) -> Path | None:
    """Return one of the parallel lists of a part, those with MMFD (`2depth_train.txt`) first; None without any."""
    forms = ("2{}_{}.txt", "{}_{}.txt", "{}_final_{}.txt")
    names = [form.format(stream, part) for form in forms for stream in ("rgb", "depth", "ir")]
    return next((folder / name for name in names if (folder / name).is_file()), None)


def release_lists(folder: Path) -> dict[str, dict[str, Path]]:
    """Return the owners' lists in a folder by protocol and part; only protocols with a training list."""
    found: dict[str, dict[str, Path]] = {}
    for kind in ("video", "image"):
        for path in sorted(folder.glob(f"**/CASIA_*@p*_{kind}_*.txt")):
            protocol, _, part = path.stem.partition("@p")[2].partition(f"_{kind}_")
            found.setdefault(protocol, {})["val" if part == "dev" else part] = path
    return {protocol: lists for protocol, lists in found.items() if "train" in lists}


def full_release(folder: Path) -> list[Path]:
    """Return the videos of the full release of CeFA, `Ethnicity/PERSON/R_ID_D_S_P` or `AF|CA|EA/PERSON/R_ID_D_S_P`."""
    videos = [v for pattern in ("*/*/[1-3]_*_*_*_*", "*/*/*/[1-3]_*_*_*_*") for v in folder.glob(pattern)]
    return sorted(v for v in videos if v.is_dir() and describe(v.name).race)
