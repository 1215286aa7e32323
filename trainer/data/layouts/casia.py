"""CASIA-SURF and CASIA-SURF CeFA: the challenges' lists, the owners' lists and the folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fasdemo.errors import UserError
from trainer.data.layouts.listed import ListedLayout, check_named
from trainer.data.lists.entries import Entry, frames_of
from trainer.data.lists.paths import CEFA_RACES, describe

CASIA_LISTS = {
    "train": ("train_list.txt",),
    "val": ("val_private_list.txt", "val_label.txt", "val_public_list.txt"),
    "test": ("test_private_list.txt", "test_public_list.txt"),
}
_CEFA_PHASES = {"train": ("train",), "val": ("dev_ref", "dev_res"), "test": ("test_ref", "test_res")}


class CasiaSurf(ListedLayout):
    """CASIA-SURF, MMFD: the challenge's lists if present, else the parallel lists of the published code, else the tree.

    The parallel lists are `2rgb_train.txt`, `2depth_train.txt` ... (with MMFD), or `rgb_train.txt` ... as `fileList.py`
    of the published code writes them. The tree is `Training/real_part|fake_part/...`.
    """

    kind = "casia-surf"

    def entries(self) -> dict[str, list[Entry]]:
        """Read the lists, or scan the tree as the part `train`."""
        found: dict[str, list[Entry]] = {}
        for part, names in CASIA_LISTS.items():
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
            raise UserError(f"{folder}: has the protocols {', '.join(self.protocols)}; choose one with `protocol`.")
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
        """Return protocol and lists, and the number of mask videos that are left out because they have no lists."""
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
        # Paths are relative to the data folder if the first file is there, otherwise to the folder of the list.
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
