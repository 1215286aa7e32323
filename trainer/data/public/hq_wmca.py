"""HQ-WMCA: colour of the owners' recordings in HDF5 or of their videos (Heusch et al. 2020).

Recordings are named `SITE_SESSION_CLIENT_PRESENTER_TYPE_SUBTYPE_INSTRUMENT-HASH.h5` with colour in `BASLER_BGR`, uint8
(frames, 3, h, w); the RGB release has `.mov` videos of the same names. The parts are in
`PROTOCOL-grand_test-curated.csv` and `PROTOCOL-LOO_SPECIES.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import Rgb, Stream
from trainer.data.faces import ATTACK, LIVE
from trainer.data.layouts.listed import Parts, check_named
from trainer.data.public.clips import Clip, Cutting, DetectedFaces, clip_set, video_frames
from trainer.data.public.owner_lists import Listed, protocol_lists, read_protocol
from trainer.data.public.records import RecordSet, check_offered, parts_of

COLOUR = "BASLER_BGR"
_NAME = re.compile(r"^\d+_\d+_(\d+)_\d+_(\d+)_\d+_\d+")
_SPECIES = (
    *("", "glasses", "mannequin", "print", "replay", "rigidmask", "flexiblemask", "papermask", "wig", "tattoo"),
    "makeup",
)
"""Species by the number of the type; 0 is bona fide."""
_SUFFIXES = (".h5", ".hdf5", ".mov")
_MAX_SIDE_PX = 8192


class HqWmca:
    """HQ-WMCA with one of the owners' protocols, by default `grand_test-curated`; colour alone.

    The near and short-wave infrared, depth and heat of the recordings are not registered to the colour, and the planes
    of the owners' preprocessed files are not described, so they are not read.
    """

    kind = "hq-wmca"
    protocols = ("grand_test-curated", "grand_test")

    def __init__(self, folder: Path, protocol: str | None, cutting: Cutting) -> None:
        self._folder = folder
        self._cutting = cutting
        self._lists = protocol_lists(folder)
        default = next((name for name in self.protocols if name in self._lists), self.protocols[0])
        self._protocol = check_named(protocol or default, tuple(self._lists) or self.protocols, folder, self.kind)

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Return whether a folder contains the data set."""
        lists = (f"{place}PROTOCOL-grand_test*.csv" for place in ("", "*/"))
        return (folder / "HQ-WMCA-RGB").is_dir() or any(path for name in lists for path in folder.glob(name))

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the parts, after cutting crops of the recordings with the application's face detector."""
        check_offered(streams, ("rgb",), str(self._folder), "of HQ-WMCA colour alone is supported.")
        if self._protocol not in self._lists:
            raise UserError(
                f"{self._folder}: has no PROTOCOL-{self._protocol}.csv, and the names do not say which part a "
                "recording belongs to; put the owners' protocol lists into the folder."
            )
        files: dict[str, Path] = {}
        for path in (path for suffix in _SUFFIXES for path in sorted(self._folder.glob(f"**/*{suffix}"))):
            files[path.stem] = path
            # Lists and releases differ in whether the name ends with the hash.
            files.setdefault(path.stem.partition("-")[0], path)
        if not files:
            raise UserError(
                f"{self._folder}: contains no recordings (.h5) or videos (.mov); unpack them into the folder."
            )
        _refuse_preprocessed(next(iter(files.values())))
        listed = read_protocol(self._lists[self._protocol])
        with DetectedFaces() as locator:
            sets = {part: self._set(part, listed, files, locator, max_missing) for part in ("train", "val", "test")}
        described = f"layout {self.kind}, {self._folder}, protocol {self._protocol}, one frame in {self._cutting.step}"
        return parts_of(sets, str(self._folder), described)

    def _set(
        self, part: str, listed: list[Listed], files: dict[str, Path], locator: DetectedFaces, max_missing: float
    ) -> RecordSet:
        wanted = [one for one in listed if one.part == part]
        found = [(one, files.get(one.stem) or files.get(one.stem.partition("-")[0])) for one in wanted]
        clips = [_clip(one, path) for one, path in found if path is not None]
        missing = [one.name for one, path in found if path is None]
        return clip_set(self._folder, clips, missing, self._cutting, locator, max_missing, _frames)


def _refuse_preprocessed(path: Path) -> None:
    """Raise an error if a file is one of the owners' preprocessed ones.

    Raises:
        UserError: the file contains `Frame_0`.
    """
    import h5py

    if path.suffix == ".mov":
        return
    try:
        with h5py.File(path, "r") as file:
            preprocessed = "Frame_0" in file
    except OSError:
        return
    if preprocessed:
        raise UserError(
            f"{path}: is a preprocessed file, which is not supported because the order of its planes is unpublished; "
            f"give the recordings with {COLOUR}, or the RGB release (.mov)."
        )


def _clip(one: Listed, path: Path) -> Clip:
    """Return a recording.

    Raises:
        UserError: the name is not one of HQ-WMCA, or the list contradicts it.
    """
    found = _NAME.match(one.stem)
    kind = int(found.group(2)) if found else len(_SPECIES)
    if found is None or kind >= len(_SPECIES):
        raise UserError(f"{one.where}: {one.stem} is not a recording of HQ-WMCA; correct the list.")
    if one.attack is not None and one.attack == (kind == 0):
        said = "an attack" if one.attack else "bona fide"
        raise UserError(f"{one.where}: the list says {said}, the name {one.stem} says otherwise; correct the list.")
    return Clip(path, one.stem, LIVE if kind == 0 else ATTACK, _SPECIES[kind], found.group(1))


def _frames(path: Path, step: int) -> Iterator[tuple[int, Rgb]]:
    """Yield number and picture, uint8 (h, w, 3) in RGB order, of every `step`-th frame of a recording or video.

    Raises:
        UserError: the file cannot be read.
    """
    if path.suffix == ".mov":
        yield from video_frames(path, step)
        return
    import h5py

    try:
        with h5py.File(path, "r") as file:
            data = file[COLOUR]
            if data.dtype != np.uint8 or data.ndim != 4 or data.shape[1] != 3 or max(data.shape[2:]) > _MAX_SIDE_PX:
                raise UserError(f"{path}: {COLOUR} is not uint8 (frames, 3, height, width); download it again.")
            for number in range(0, data.shape[0], step):
                # The planes are blue, green and red.
                yield number, np.ascontiguousarray(data[number].transpose(1, 2, 0)[..., ::-1])
    except (OSError, KeyError, AttributeError):
        raise UserError(f"{path}: is not a recording of HQ-WMCA; download it again.") from None
