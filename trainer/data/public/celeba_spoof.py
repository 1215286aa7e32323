"""CelebA-Spoof: pictures with JSON labels and face boxes (Zhang et al. 2020).

`metas/intra_test/train_label.json` and `test_label.json` (also in `protocol1` and `protocol2/test_on_*_quality_device`)
hold a dictionary of path, `Data/train/PERSON/live|spoof/NAME.jpg`, to 44 numbers, of which number 40 is the kind of
attack and number 43 is 0 for live faces and 1 for attacks. `NAME_BB.txt` beside a picture has `x y width height score`
of the face's box in a picture that is stretched to 224 x 224 pixels.
"""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import Rgb, Stream
from fasdemo.models.warp import warp
from fasdemo.sessions.image_codec import MAX_FILE_BYTES, check_declared_size
from trainer.data.faces import ATTACK, LIVE, Sample, UnreadableError
from trainer.data.layouts.listed import Parts, check_named
from trainer.data.public.clips import Cutting
from trainer.data.public.records import Record, RecordSet, check_missing, check_offered, parts_of
from trainer.text_file import read_text

_FOLDERS = {
    "intra_test": "intra_test",
    "protocol1": "protocol1",
    "protocol2@high": "protocol2/test_on_high_quality_device",
    "protocol2@middle": "protocol2/test_on_middle_quality_device",
    "protocol2@low": "protocol2/test_on_low_quality_device",
}
_SPECIES = (
    *("", "photo", "poster", "a4", "face-mask", "upper-body-mask", "region-mask", "pc", "pad", "phone", "3d-mask"),
)
"""Kind of attack by its number in the labels; 0 is a live face."""
_SPECIES_AT, _CLASS_AT = 40, 43
_BOX_GRID_PX = 224.0
MARGIN = 1.3
"""Side of the square that is cut, in units of the longer side of the owners' box."""
_SIZE = 256
_MAX_LABEL_BYTES = 1024 * 1024 * 1024


class CelebaSpoof:
    """CelebA-Spoof with one of its protocols; people of the training part are used as the missing development part.

    A picture is cut to a square around the owners' box, `MARGIN` times its longer side; without a box it is used whole.
    """

    kind = "celeba-spoof"
    protocols = tuple(_FOLDERS)

    def __init__(self, folder: Path, protocol: str | None, cutting: Cutting) -> None:
        self._folder = folder
        self._protocol = check_named(protocol or self.protocols[0], self.protocols, folder, self.kind)

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Return whether a folder contains the data set."""
        return (folder / "metas" / "intra_test").is_dir() and (folder / "Data").is_dir()

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Open the parts of the protocol."""
        check_offered(streams, ("rgb",), str(self._folder), "the data set has colour alone.")
        place = self._folder / "metas" / _FOLDERS[self._protocol]
        sets = {part: self._set(place / f"{part}_label.json", max_missing) for part in ("train", "test")}
        described = f"layout {self.kind}, {self._folder}, protocol {self._protocol}"
        return parts_of(sets, str(self._folder), described)

    def _set(self, path: Path, max_missing: float) -> RecordSet:
        labels = _read_labels(path)
        records, missing = [], []
        for number, (name, values) in enumerate(labels.items()):
            picture = self._folder / name
            if not picture.is_file():
                missing.append(name)
                continue
            label, species = _meaning(values, name, path)
            records.append(Record(picture, 0, number, name, label, species, PurePosixPath(name).parts[-3]))
        warnings = check_missing(missing, len(labels), str(path), max_missing)
        return RecordSet(records, ("rgb",), _read, str(path), None, warnings)


def _read_labels(path: Path) -> dict[str, list[int]]:
    """Return the labels by path of the picture.

    Raises:
        UserError: the file cannot be read, is not a dictionary, or names a file outside the data set.
    """
    text = read_text(path, "the labels of CelebA-Spoof", max_bytes=_MAX_LABEL_BYTES)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UserError(f"{path}: is not complete JSON; unpack it again.") from None
    if not isinstance(found, dict) or not found:
        raise UserError(f"{path}: expected a dictionary of pictures and their labels; unpack it again.")
    for name in found:
        parts = PurePosixPath(name).parts
        if len(parts) < 3 or name.startswith(("/", "\\")) or os.pardir in parts or "\0" in name:
            raise UserError(f"{path}: {name[:80]!r} is not a picture of the data set; unpack it again.")
    return found


def _meaning(values: object, name: str, path: Path) -> tuple[int, str]:
    """Return label and species.

    Raises:
        UserError: the numbers are not those of CelebA-Spoof, or the label contradicts the folder `live` or `spoof`.
    """
    if not isinstance(values, list) or len(values) != _CLASS_AT + 1 or values[_CLASS_AT] not in (0, 1):
        raise UserError(f"{path}: {name} needs 44 numbers with 0 (live) or 1 (attack) at the end; unpack it again.")
    label = LIVE if values[_CLASS_AT] == 0 else ATTACK
    if PurePosixPath(name).parts[-2] != ("live" if label == LIVE else "spoof"):
        raise UserError(f"{path}: {name} has the label {values[_CLASS_AT]}, which its folder contradicts; correct it.")
    kind = values[_SPECIES_AT]
    known = isinstance(kind, int) and 0 < kind < len(_SPECIES)
    return label, "" if label == LIVE else _SPECIES[kind] if known else "unknown"


def _read(record: Record) -> Sample:
    try:
        data = read_bounded(record.file, MAX_FILE_BYTES)
        check_declared_size(data)
        # The box refers to the stored pixels, so an orientation in the metadata is not applied.
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except (OSError, ValueError, cv2.error):
        raise UnreadableError(str(record.file)) from None
    if picture is None:
        raise UnreadableError(str(record.file))
    rgb = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
    box = _box(record.file)
    return Sample(rgb if box is None else _square(rgb, box), None, None)


def _box(picture: Path) -> tuple[float, float, float, float] | None:
    """Return the owners' box on the grid of 224 x 224 pixels; None without a usable one."""
    path = picture.with_name(f"{picture.stem}_BB.txt")
    try:
        words = read_bounded(path, 4096).split()
        x, y, width, height = (float(word) for word in words[:4])
    except (OSError, ValueError):
        return None
    usable = np.isfinite([x, y, width, height]).all() and width >= 1 and height >= 1
    return (x, y, width, height) if usable else None


def _square(rgb: Rgb, box: tuple[float, float, float, float]) -> Rgb:
    rows, columns = rgb.shape[0] / _BOX_GRID_PX, rgb.shape[1] / _BOX_GRID_PX
    x, y, width, height = box[0] * columns, box[1] * rows, box[2] * columns, box[3] * rows
    scale = _SIZE / (MARGIN * max(width, height))
    middle = np.array([x + width / 2 - 0.5, y + height / 2 - 0.5])
    move = (_SIZE - 1) / 2 - scale * middle
    return warp(rgb, np.column_stack([np.eye(2) * scale, move]), _SIZE)
