"""Protocol lists of WMCA and HQ-WMCA: `PROTOCOL-NAME.csv` with a recording and its part in every line."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fasdemo.errors import UserError
from trainer.text_file import read_text

_PARTS = {"train": "train", "dev": "val", "validation": "val", "eval": "test", "test": "test"}
_RECORDING = re.compile(r"^\d+(_\d+){4,6}\b")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a protocol list.

    Attributes:
        part: `train`, `val` or `test`.
        name: path of the recording without its ending, as in the list.
        attack: whether the line is an attack; None if the line does not state it.
        where: file and line, for messages.
    """

    part: str
    name: str
    attack: bool | None
    where: str

    @property
    def stem(self) -> str:
        """Name of the recording without folders."""
        return PurePosixPath(self.name).name


def protocol_lists(folder: Path) -> dict[str, Path]:
    """Return the lists in a folder and in the folders directly below it, by name of the protocol."""
    paths = [*sorted(folder.glob("*/PROTOCOL-*.csv")), *sorted(folder.glob("PROTOCOL-*.csv"))]
    return {path.stem.removeprefix("PROTOCOL-"): path for path in paths}


def read_protocol(path: Path) -> list[Listed]:
    """Return the lines of a protocol list.

    The columns may have any order: the recording is the first cell that looks like one, the part is the last cell that
    names one.

    Raises:
        UserError: the file cannot be read, or a line names no recording or no part.
    """
    found = []
    for number, row in enumerate(csv.reader(read_text(path, "a protocol list of the data set").splitlines())):
        cells = [cell.strip() for cell in row]
        names = [cell for cell in cells if _RECORDING.match(PurePosixPath(cell).name)]
        parts = [_PARTS[cell] for cell in cells if cell in _PARTS]
        if not names and not parts and (number == 0 or not any(cells)):
            continue
        where = f"{path}, line {number + 1}"
        if not names or not parts:
            raise UserError(f"{where}: expected a recording and train, dev or eval, found `{','.join(cells)[:80]}`.")
        words = " ".join(cells).lower().replace("-", "")
        attack = True if "attack" in words else False if "bonafide" in words else None
        found.append(Listed(parts[-1], re.sub(r"\.(hdf5|h5|mov)$", "", names[0]), attack, where))
    if not found:
        raise UserError(f"{path}: the list is empty; download it again.")
    return found
