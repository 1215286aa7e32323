"""CASIA-SURF CeFA: the lists of its challenge, and its protocols in the folders of the full release.

The full release has four videos of each of 1,500 people, `R_ID_D_S_P`: ethnicity R, person ID (000 to 499 in each
ethnicity), device D, session S and P = 1 live, 2 cloth print, 4 replay; masks are `M_ID_D_G_A_S_T` with device A.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.data.layouts.casia import check_protocol, scan
from trainer.data.layouts.listed import ListedLayout
from trainer.data.lists.entries import Entry
from trainer.data.lists.paths import CEFA_RACES, describe

_PHASES = {"train": ("train",), "val": ("dev_ref", "dev_res"), "test": ("test_ref", "test_res")}
_VIDEO = re.compile(r"^([1-3])_(\d{3})_[13]_[12]_([124])$")
_MASK = re.compile(r"^[12]_\d{3}_[01]_[01]_2_[12]_[234]$")
_PEOPLE = {"train": range(200), "val": range(200, 300), "test": range(300, 500)}
_RACES = "123"


@dataclass(frozen=True, slots=True)
class _Definition:
    """What a protocol trains and tests on: ethnicities, and kinds P of videos."""

    races: str
    kinds: str
    test_races: str
    test_kinds: str


def _others(race: str) -> str:
    return _RACES.replace(race, "")


_DEFINITIONS = {
    **{f"1@{race}": _Definition(race, "124", _others(race), "124") for race in _RACES},
    "2@1": _Definition(_RACES, "12", _RACES, "14"),
    "2@2": _Definition(_RACES, "14", _RACES, "12"),
    **{name: _Definition(race, "14", _others(race), "12") for name, race in CEFA_RACES.items()},
    "4": _Definition(_RACES, "14", _RACES, "12"),
}
"""Protocols 1 (other ethnicities), 2 (another attack) and 4 (both); masks are in every test part (arXiv 2003.05136)."""


class Cefa(ListedLayout):
    """One protocol of CASIA-SURF CeFA; `4` is the union of `4@1`, `4@2` and `4@3`.

    The lists `4@1_train.txt`, `4@1_dev_ref.txt` or `_dev_res.txt`, `4@1_test_ref.txt` or `_test_res.txt` may lie
    anywhere below the folder. Without them, the challenge's folders `train/R_ID_D_S_P` of the protocol's ethnicity are
    used, and in the full release the folders that belong to the protocol by its published definition.
    """

    kind = "cefa"

    def __init__(self, folder: Path, protocol: str | None) -> None:
        super().__init__(folder)
        self._release = () if _has_lists(folder) else tuple(full_release(folder))
        self.protocols = tuple(_DEFINITIONS) if self._release else (*CEFA_RACES, "4")
        self._protocol = check_protocol(self, protocol or "4@1")
        self._protocols = list(CEFA_RACES) if protocol == "4" else [self._protocol]

    def described(self) -> str:
        """Return protocol and lists."""
        if self._release:
            return f"layout {self.kind}, {self.folder}, protocol {self._protocol}, the definition applied to the names"
        return f"{super().described()}, protocol {self._protocol}"

    def entries(self) -> dict[str, list[Entry]]:
        """Read the protocol's lists, or scan its folders."""
        if self._release:
            videos = {video.name: video for video in (*self._release, *self._masks())}
            parts = parts_by_definition(self._protocol, videos)
            return {
                part: scan(self.folder, [videos[name] for name in names], by_video=True)
                for part, names in parts.items()
                if names or part == "train"
            }
        found: dict[str, list[Entry]] = {}
        for part, phases in _PHASES.items():
            entries: list[Entry] = []
            for name in self._protocols:
                paths = [p for phase in phases for p in sorted(self.folder.glob(f"**/{name}_{phase}.txt"))]
                if paths:
                    entries += self._read(part, paths[0], entries[-1].line + 1 if entries else 0)
            if entries:
                found[part] = entries
        if "train" not in found:
            races = {CEFA_RACES[name] for name in self._protocols}
            places = sorted(self.folder.glob("**/train/[1-3]_*_*_*_*"))
            found["train"] = scan(self.folder, [v for v in places if describe(v.name).race in races])
        return found

    def _masks(self) -> tuple[Path, ...]:
        return tuple(v for pattern in _depths("[12]_*_*_*_*_*_*") for v in sorted(self.folder.glob(pattern)))

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


def parts_by_definition(protocol: str, names: Iterable[str]) -> dict[str, list[str]]:
    """Return the videos of the parts `train`, `val` and `test` of a protocol, by the names of the full release.

    Args:
        protocol: `1@1` to `1@3`, `2@1`, `2@2`, `4@1` to `4@3` or `4`.
        names: names of folders; those that are in no part are left out.
    """
    definition = _DEFINITIONS[protocol]
    found: dict[str, list[str]] = {part: [] for part in _PEOPLE}
    for name in names:
        if _MASK.match(name):
            found["test"].append(name)
        video = _VIDEO.match(name)
        if video is None:
            continue
        race, person, kind = video.groups()
        part = next((part for part, people in _PEOPLE.items() if int(person) in people), "")
        test = part == "test"
        races, kinds = (definition.test_races, definition.test_kinds) if test else (definition.races, definition.kinds)
        if part and race in races and kind in kinds:
            found[part].append(name)
    return found


def full_release(folder: Path) -> list[Path]:
    """Return the videos of the full release, `Ethnicity/AF|CA|EA/PERSON/R_ID_D_S_P` or `AF|CA|EA/PERSON/R_ID_D_S_P`."""
    videos = [v for pattern in _depths("[1-3]_*_*_*_*") for v in folder.glob(pattern)]
    return sorted(v for v in videos if v.is_dir() and describe(v.name).race)


def _has_lists(folder: Path) -> bool:
    return any(folder.glob("**/4@?_train.txt"))


def _depths(name: str) -> Sequence[str]:
    return (f"*/*/{name}", f"*/*/*/{name}")
