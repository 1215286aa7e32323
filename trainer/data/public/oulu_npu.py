"""OULU-NPU: videos of six phones with eye positions, protocols 1 to 4 (Boulkenafet et al. 2017).

Videos are named `P_S_UU_F.avi`: phone 1 to 6, session 1 to 3, person 1 to 55, and F = 1 live, 2 and 3 prints of two
printers, 4 and 5 replays on two displays. The file `P_S_UU_F.txt` beside a video has lines
`frame,x_left,y_left,x_right,y_right`. `Protocols/Protocol_N/Train.txt`, `Dev.txt` and `Test.txt` (`Train_K.txt` ... for
protocols 3 and 4) have lines `+1,NAME`, `-1,NAME` (print) or `-2,NAME` (replay).
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import Rgb, Stream
from fasdemo.models.crop import TEMPLATE, similarity
from fasdemo.models.warp import Transform
from trainer.data.faces import ATTACK, LIVE, UNLABELLED
from trainer.data.layouts.listed import Parts, check_named
from trainer.data.layouts.recorded import SCALE, SIZE
from trainer.data.public.clips import Clip, Cutting, Locate, clip_set
from trainer.data.public.records import check_offered, parts_of
from trainer.text_file import read_text

PROTOCOLS = ("1", "2", *(f"{family}@{phone}" for family in "34" for phone in range(1, 7)))
_NAME = re.compile(r"^([1-6])_([1-3])_(\d\d)_([1-5])$")
_SPECIES = {"2": "print-1", "3": "print-2", "4": "replay-1", "5": "replay-2"}
_LISTED = {"1": (LIVE, ""), "-1": (ATTACK, "print"), "-2": (ATTACK, "replay")}
_PARTS = {"train": "Train", "val": "Dev", "test": "Test"}
_LISTS = ("Protocols", "Protocols/Protocols", "")
"""Places of the lists; the second is that of an archive unpacked into a folder of its name."""
_PEOPLE = {"train": range(1, 21), "val": range(21, 36), "test": range(36, 56)}
_MIN_EYES_PX = 8.0
"""Smallest distance between the eyes; in the owners' files, it is zero if no eyes were found."""


class OuluNpu:
    """OULU-NPU with one of its protocols: `1`, `2`, `3@1` to `3@6` or `4@1` to `4@6`, K being the phone of the test.

    The owners' lists are used if they are there; without them the parts follow from the names and the published
    definition.
    """

    kind = "oulu-npu"
    protocols = PROTOCOLS

    def __init__(self, folder: Path, protocol: str | None, cutting: Cutting) -> None:
        self._folder = folder
        self._protocol = check_named(protocol or self.protocols[0], self.protocols, folder, self.kind)
        self._cutting = cutting

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Return whether a folder contains the data set."""
        return (folder / "Train_files").is_dir() or any((folder / place / "Protocol_1").is_dir() for place in _LISTS)

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the parts, after cutting crops of the videos around the owners' eye positions."""
        check_offered(streams, ("rgb",), str(self._folder), "the data set has colour alone.")
        videos = {path.stem: path for path in sorted(self._folder.glob("**/*.avi"))}
        if not videos:
            raise UserError(f"{self._folder}: contains no .avi videos of OULU-NPU; unpack Train_files and the others.")
        sets, used = {}, []
        for part in _PARTS:
            listed = self._list(part)
            used += [] if listed is None else [listed.name]
            names = _from_names(self._protocol, part, list(videos)) if listed is None else _read_list(listed)
            clips = [
                Clip(videos[name], f"{part}/{name}", label, species, *_who(name))
                for name, (label, species) in names.items()
                if name in videos
            ]
            missing = [f"{name}.avi" for name in names if name not in videos]
            sets[part] = clip_set(self._folder, clips, missing, self._cutting, _eyes, max_missing)
        lists = ", ".join(used) if used else "the definition applied to the names"
        described = f"layout {self.kind}, {self._folder}, protocol {self._protocol}, {lists}"
        return parts_of(sets, str(self._folder), f"{described}, one frame in {self._cutting.step}")

    def _list(self, part: str) -> Path | None:
        family, _, number = self._protocol.partition("@")
        name = _PARTS[part] + (f"_{number}" if number else "") + ".txt"
        paths = [self._folder / place / f"Protocol_{family}" / name for place in _LISTS]
        return next((path for path in paths if path.is_file()), None)


def _read_list(path: Path) -> dict[str, tuple[int, str]]:
    """Return label and species by name of a video.

    Raises:
        UserError: a line is malformed, or its label contradicts the name.
    """
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(read_text(path, "a protocol list of OULU-NPU").splitlines()):
        words = line.replace(",", " ").split()
        if not words:
            continue
        where = f"{path}, line {number + 1}"
        if len(words) > 2 or (len(words) == 2 and words[0].lstrip("+") not in _LISTED):
            raise UserError(f"{where}: expected `+1,NAME`, `-1,NAME` or `-2,NAME`, found `{line.strip()[:80]}`.")
        label, species = (UNLABELLED, "") if len(words) == 1 else _LISTED[words[0].lstrip("+")]
        known = _NAME.match(words[-1])
        if known:
            kind = known.group(4)
            if label not in (UNLABELLED, LIVE if kind == "1" else ATTACK):
                raise UserError(f"{where}: label {words[0]} contradicts the name {words[-1]}; correct the list.")
            label, species = (LIVE, "") if kind == "1" else (ATTACK, _SPECIES[kind])
        found[words[-1]] = label, species
    return found


def _from_names(protocol: str, part: str, names: list[str]) -> dict[str, tuple[int, str]]:
    """Return label and species of the videos that a protocol puts into a part, by the published definition."""
    family, _, held_out = protocol.partition("@")
    test = part == "test"
    found = {}
    for name in names:
        known = _NAME.match(name)
        if known is None or int(known.group(3)) not in _PEOPLE[part]:
            continue
        phone, session, _, kind = known.groups()
        # 1 and 4: an unseen session; 2 and 4: unseen printer and display; 3 and 4: an unseen phone.
        fits = (
            (family not in "14" or (session == "3") == test)
            and (family not in "24" or kind in ("135" if test else "124"))
            and (family not in "34" or (phone == held_out) == test)
        )
        if fits:
            found[name] = (LIVE, "") if kind == "1" else (ATTACK, _SPECIES[kind])
    return found


def _who(name: str) -> tuple[str, str]:
    """Return person and phone; both are empty for the anonymous names of early test videos."""
    known = _NAME.match(name)
    return (known.group(3), f"phone-{known.group(1)}") if known else ("", "")


def _eyes(clip: Clip) -> Locate:
    """Return a locator by the eye positions beside a video.

    Raises:
        UserError: the file with the positions is malformed.
    """
    path = clip.path.with_suffix(".txt")
    found = {}
    for number, line in enumerate(read_text(path, "the eye positions of the video").splitlines()):
        words = line.replace(",", " ").split()
        try:
            values = [float(word) for word in words]
        except ValueError:
            values = []
        if words and len(values) != 5:
            raise UserError(
                f"{path}, line {number + 1}: expected `frame,x_left,y_left,x_right,y_right`; unpack it again."
            )
        if words:
            eyes = np.array(values[1:], np.float64).reshape(2, 2)
            found[int(values[0])] = eyes[np.argsort(eyes[:, 0], kind="stable")]
    target = ((TEMPLATE[:2] - 0.5) / SCALE + 0.5) * SIZE - 0.5

    def locate(number: int, rgb: Rgb) -> Transform | None:
        eyes = found.get(number)
        if eyes is None or float(np.hypot(*(eyes[1] - eyes[0]))) < _MIN_EYES_PX:
            return None
        return similarity(eyes, target)

    return locate
