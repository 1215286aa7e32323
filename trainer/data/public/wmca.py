"""WMCA: registered face crops of colour, depth, infrared and heat in HDF5 (George et al. 2019).

The owners' preprocessed files are `WMCA_preprocessed_RGB/.../DATE/NAME.hdf5` with colour, uint8 (3, h, w), and
`WMCA_preprocessed_CDIT/.../DATE/NAME.hdf5` with grey, depth, infrared and heat, uint8 (4, h, w), each in the data sets
`Frame_0/array`, `Frame_1/array` and so on. NAME is `CLIENT_SESSION_PRESENTER_TYPE_INSTRUMENT`. The parts are in
`PROTOCOL-grandtest.csv` and `PROTOCOL-LOO_SPECIES.csv` (leave one species out).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.progress import track
from trainer.data.faces import ATTACK, LIVE, Sample, UnreadableError
from trainer.data.layouts.listed import Parts, check_named
from trainer.data.public.clips import Cutting
from trainer.data.public.owner_lists import Listed, protocol_lists, read_protocol
from trainer.data.public.records import Record, RecordSet, check_missing, check_offered, parts_of

SPECIES = ("fakehead", "flexiblemask", "glasses", "papermask", "prints", "replay", "rigidmask")
_NAME = re.compile(r"^(\d+)_(\d+)_(\d+)_([0-5])_(\d+)$")
_RIGID_DISGUISES = (2, 13, 14)
_WIGS = range(8, 13)
_ELECTRONIC_PHOTOS = (5, 10, 15)
_FRAME = re.compile(r"^Frame_(\d+)$")
_DEPTH_PLANE, _IR_PLANE = 1, 2
_SIDES = {"RGB": 3, "CDIT": 4}
_MAX_SIDE_PX = 4096


class Wmca:
    """WMCA with one of the owners' protocols: `grandtest` or `LOO_SPECIES`.

    Depth is 8-bit grey as the owners normalised it, without millimetres. Colour is taken from the RGB files, or grey
    from the CDIT files if there are none. Heat is not used. A leave-one-out protocol without its own list is made of
    the list of `grandtest`.
    """

    kind = "wmca"
    protocols = ("grandtest", *(f"LOO_{name}" for name in SPECIES))

    def __init__(self, folder: Path, protocol: str | None, cutting: Cutting) -> None:
        self._folder = folder
        self._lists = protocol_lists(folder)
        known = (*self.protocols, *(name for name in self._lists if name not in self.protocols))
        self._protocol = check_named(protocol or "grandtest", known, folder, self.kind)

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Return whether a folder contains the data set."""
        names = ("WMCA_preprocessed_RGB", "WMCA_preprocessed_CDIT", "preprocessed-face-station_RGB")
        return any((folder / name).is_dir() for name in (*names, "preprocessed-face-station_CDIT"))

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the parts of the protocol."""
        sides = {side: _files(self._folder, side) for side in _SIDES}
        offered: list[Stream] = ["rgb", *(("depth", "ir") if sides["CDIT"] else ())]
        check_offered(streams, offered, str(self._folder), "depth and infrared are in WMCA_preprocessed_CDIT.")
        listed, used = self._listed()
        sets = {}
        for part in ("train", "val", "test"):
            wanted = [one for one in listed if one.part == part]
            sets[part] = self._set(wanted, sides, streams, max_missing)
        described = f"layout {self.kind}, {self._folder}, protocol {self._protocol}, {used.name}"
        return parts_of(sets, str(self._folder), described)

    def _listed(self) -> tuple[list[Listed], Path]:
        if self._protocol in self._lists:
            path = self._lists[self._protocol]
            return read_protocol(path), path
        if "grandtest" not in self._lists:
            raise UserError(
                f"{self._folder}: has no PROTOCOL-{self._protocol}.csv, and the names do not say which part a "
                "recording belongs to; put the owners' protocol lists into the folder."
            )
        left_out = self._protocol.removeprefix("LOO_")
        path = self._lists["grandtest"]
        kept = []
        for one in read_protocol(path):
            species = _meaning(one)[1]
            # The test part has live faces and the species that was left out; training has all other species.
            if species in ("", left_out) if one.part == "test" else species != left_out:
                kept.append(one)
        return kept, path

    def _set(
        self,
        listed: list[Listed],
        sides: dict[str, dict[str, Path]],
        streams: tuple[Stream, ...],
        max_missing: float,
    ) -> RecordSet:
        needs = {"CDIT"} if sides["CDIT"] and set(streams) & {"depth", "ir"} else set()
        if "rgb" in streams:
            needs |= {"RGB"} if sides["RGB"] else {"CDIT"}
        records, missing = [], []
        for number, one in enumerate(track(listed, "reading WMCA", len(listed))):
            label, species = _meaning(one)
            paths = {side: _find(sides[side], one) for side in needs}
            frames = _common_frames([path for path in paths.values() if path is not None])
            if None in paths.values() or not frames:
                missing.append(one.name)
                continue
            first = next(path for path in paths.values() if path is not None)
            client = one.stem.split("_")[0]
            records += [Record(first, frame, number, one.name, label, species, client) for frame in frames]
        warnings = check_missing(missing, len(listed), str(self._folder), max_missing)
        has: list[Stream] = [stream for stream in ("rgb", "depth", "ir") if stream == "rgb" or "CDIT" in needs]
        offered = [stream for stream in has if stream in streams]

        def read(record: Record) -> Sample:
            planes = {side: _plane(sides[side], record, side) for side in needs}
            grey = planes.get("CDIT")
            rgb = None
            if "rgb" in streams:
                rgb = np.ascontiguousarray(planes["RGB"].transpose(1, 2, 0)) if "RGB" in planes else None
                if rgb is None and grey is not None:
                    rgb = np.repeat(grey[0][..., None], 3, axis=2)
            depth = grey[_DEPTH_PLANE] if grey is not None and "depth" in streams else None
            return Sample(rgb, depth, grey[_IR_PLANE] if grey is not None and "ir" in streams else None)

        return RecordSet(records, offered, read, str(self._folder), None, warnings)


def _files(folder: Path, side: str) -> dict[str, Path]:
    """Return the files of one kind by their folder's and own name, e.g. `12.02.18/100_03_015_2_10`, and by own name."""
    found: dict[str, Path] = {}
    for name in (f"WMCA_preprocessed_{side}", f"preprocessed-face-station_{side}"):
        for path in sorted((folder / name).glob("**/*.hdf5")):
            found[path.stem] = path
            found[f"{path.parent.name}/{path.stem}"] = path
    return found


def _find(files: dict[str, Path], one: Listed) -> Path | None:
    return files.get("/".join(one.name.split("/")[-2:])) or (files.get(one.stem) if "/" not in one.name else None)


def _meaning(one: Listed) -> tuple[int, str]:
    """Return label and species of a recording by its name.

    Raises:
        UserError: the name is not one of WMCA, or the list contradicts it.
    """
    found = _NAME.match(one.stem)
    if found is None:
        raise UserError(f"{one.where}: {one.stem} is not a recording of WMCA; correct the list.")
    kind, instrument = int(found.group(4)), int(found.group(5))
    if one.attack is not None and one.attack == (kind == 0):
        said = "an attack" if one.attack else "bona fide"
        raise UserError(f"{one.where}: the list says {said}, the name {one.stem} says otherwise; correct the list.")
    return (LIVE, "") if kind == 0 else (ATTACK, _species(kind, instrument))


def _species(kind: int, instrument: int) -> str:
    if kind == 1:
        return "rigidmask" if instrument in _RIGID_DISGUISES else "wig" if instrument in _WIGS else "glasses"
    if kind == 2:
        limits = ((7, "fakehead"), (11, "papermask"), (17, "rigidmask"))
        return next((name for last, name in limits if instrument <= last), "flexiblemask")
    if kind == 3:
        return "replay" if instrument in _ELECTRONIC_PHOTOS else "prints"
    return "replay" if kind == 4 else "makeup"


def _common_frames(paths: Iterable[Path]) -> list[int]:
    """Return the numbers of the frames that all files of a recording have; none if a file cannot be read."""
    sets = []
    for path in paths:
        try:
            sets.append(set(_numbers(path)))
        except OSError:
            return []
    return sorted(set.intersection(*sets)) if sets else []


def _numbers(path: Path) -> Iterator[int]:
    import h5py

    with h5py.File(path, "r") as file:
        names = list(file)
        if any(name.startswith("IntelSR300") for name in names):
            raise UserError(
                f"{path}: is a raw recording, whose cameras are not registered to each other, so it is not supported; "
                "give the owners' files WMCA_preprocessed_RGB and WMCA_preprocessed_CDIT."
            )
        yield from (int(found.group(1)) for name in names if (found := _FRAME.match(name)))


def _plane(files: dict[str, Path], record: Record, side: str) -> npt.NDArray[np.uint8]:
    """Return the planes of a frame, uint8 (planes, h, w).

    Raises:
        UnreadableError: the frame is damaged or has another form.
    """
    import h5py

    path = files[f"{record.file.parent.name}/{record.file.stem}"]
    try:
        with h5py.File(path, "r") as file:
            data = file[f"Frame_{record.frame}/array"]
            shape = data.shape
            if data.dtype != np.uint8 or len(shape) != 3 or shape[0] != _SIDES[side] or max(shape) > _MAX_SIDE_PX:
                raise UnreadableError(f"{path}, frame {record.frame}")
            return np.asarray(data[()], np.uint8)
    except (OSError, KeyError, ValueError, AttributeError):
        raise UnreadableError(f"{path}, frame {record.frame}") from None
