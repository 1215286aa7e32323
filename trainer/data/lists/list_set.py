"""The samples of a picture list, read from disk on demand."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.bounded_file import is_regular, read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.sessions.image_codec import MAX_FILE_BYTES, check_declared_size
from trainer.data.faces import Ints, Sample, UnreadableError
from trainer.data.lists.entries import Entry
from trainer.data.lists.label_sense import LiveLabel, label_sense, turned_warning
from trainer.data.lists.paths import describe
from trainer.text_file import read_text

_MAX_FACTS_BYTES = 1024 * 1024
_TYPES: dict[Stream, tuple[type[np.generic], ...]] = {
    "rgb": (np.uint8,), "depth": (np.uint8, np.uint16, np.float32), "ir": (np.uint8, np.uint16),
}  # fmt: skip


class ListSet:
    """The samples of a list, read from disk on demand (for the attributes see `trainer.data.faces.FaceSet`).

    Attributes:
        lines: int64 (N,): index of the line of the list that a sample belongs to.
        line_texts: the list's lines without labels, in the order of the list.
        missing: files that do not exist; their samples are left out.
        partial: per stream that only some samples have, the number of samples without it; the set does not offer it.
        confirmed: number of labels that agree with the class that their path names.
        turned: whether the list writes live 0, so that its labels were exchanged.
        warnings: sentences about missing pictures, partly absent streams and exchanged labels.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        folder: Path,
        source: str,
        max_missing: float = 0.01,
        keep_all: bool = False,
        live_label: LiveLabel = "auto",
    ) -> None:
        """Check that the files exist and read the labels, subjects and species.

        Args:
            entries: the samples.
            folder: the folder that the paths are relative to.
            source: the list, for messages.
            max_missing: largest allowed share of samples with missing files, 0 to 1.
            keep_all: keep samples with missing files: a submission needs a line for every line of its list.
            live_label: number that the list writes for live faces.

        Raises:
            UserError: too many files are missing (the message names the first three), or labels contradict paths.
        """
        self.source = source
        self._folder = folder
        self.line_texts = list(dict(sorted({e.line: e.text for e in entries}.items())).values())
        there, self.missing = [], []
        for entry in entries:
            gone = [file for file in entry.files.values() if not is_regular(folder / file)]
            self.missing += gone
            if keep_all or not gone:
                there.append(entry)
        absent = len(entries) - len(there) if not keep_all else 0
        if absent > max_missing * len(entries):
            some = ", ".join(self.missing[:3])
            raise UserError(
                f"{source}: {absent} of {len(entries)} samples have missing pictures ({some} ...), more than "
                f"{max_missing:.1%}; correct `data` or the list, or raise `max_missing`."
            )
        self._entries = there
        details = _details(folder)
        described = [describe(next(iter(e.files.values()))) for e in there]
        keys = [next(iter(e.files.values())) for e in there]
        sense = label_sense(
            [e.label for e in there], [d.label for d in described], [e.text for e in there], source, live_label
        )
        self.labels, self.turned, self.confirmed = sense.labels, sense.turned, sense.confirmed
        self.species = np.array(
            [
                "" if label == 1 else details.get(k, ("", d.species))[1]
                for label, k, d in zip(self.labels, keys, described, strict=True)
            ],
            dtype="<U64",
        )
        self.subjects = np.array(
            [details.get(k, (d.subject, ""))[0] for k, d in zip(keys, described, strict=True)], dtype="<U64"
        )
        self.sensors = np.full(len(there), "", dtype="<U64")
        self.names = [e.text for e in there]
        self.lines: Ints = np.array([e.line for e in there], np.int64)
        self.shards: Ints | None = None
        streams = [frozenset(e.files) for e in there]
        self.streams: frozenset[Stream] = frozenset.intersection(*streams) if streams else frozenset()
        sometimes = [one for one in STREAMS if one not in self.streams and any(one in have for have in streams)]
        self.partial: dict[Stream, int] = {one: sum(one not in have for have in streams) for one in sometimes}
        self.crop_scale, self._depth_scale_mm = _export_facts(folder)
        self.warnings = tuple(self._warnings()) + ((turned_warning(source, sense),) if sense.turned else ())

    def _warnings(self) -> Iterator[str]:
        if self.missing:
            some = ", ".join(self.missing[:3])
            yield f"{self.source}: {len(self.missing)} pictures are missing ({some} ...) and left out."
        for stream, count in self.partial.items():
            yield (
                f"{self.source}: {count} of {len(self)} samples have no {stream}, so none is used with it; "
                "leave their sessions out to train with it."
            )

    def __len__(self) -> int:
        return len(self._entries)

    def files(self, index: int) -> dict[Stream, str]:
        """Return the paths of sample `index`, relative to the folder."""
        return dict(self._entries[index].files)

    def sample(self, index: int) -> Sample:
        """Return sample `index`.

        Raises:
            UnreadableError: a file is missing or damaged.
        """
        found = {stream: self._read(stream, file) for stream, file in self._entries[index].files.items()}
        return Sample(found.get("rgb"), found.get("depth"), found.get("ir"))  # type: ignore[arg-type]  # `_read` checks the types

    def _read(self, stream: Stream, file: str) -> npt.NDArray[np.generic]:
        flags = cv2.IMREAD_COLOR if stream == "rgb" else cv2.IMREAD_ANYDEPTH
        try:
            data = read_bounded(self._folder / file, MAX_FILE_BYTES)
            check_declared_size(data)
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
        except (OSError, ValueError, cv2.error):
            raise UnreadableError(file) from None
        if picture is None or picture.dtype not in _TYPES[stream]:
            raise UnreadableError(file)
        if picture.dtype == np.float32:
            known = np.isfinite(picture)
            if not known.any():
                raise UnreadableError(file)
            picture = np.where(known, picture, np.float32(0))
        if stream == "rgb":
            return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        if stream == "depth" and picture.dtype == np.uint16 and self._depth_scale_mm != 1.0:
            return picture.astype(np.float32) * np.float32(self._depth_scale_mm)
        return np.asarray(picture)


def _details(folder: Path) -> dict[str, tuple[str, str]]:
    """Read subject and species by colour file, as written by `fasdemo sessions export`."""
    path = folder / "details.csv"
    if not path.is_file():
        return {}
    rows = csv.DictReader(read_text(path, "the file that the export wrote").splitlines())
    try:
        return {row["color"]: (row["subject"] or "", row["species"] or "") for row in rows}
    except (KeyError, csv.Error):
        raise UserError(f"{path}: cannot be read; export the sessions again.") from None


def _export_facts(folder: Path) -> tuple[float | None, float]:
    """Read crop scale and millimetres per depth unit of exported crops; return (None, 1.0) for other pictures."""
    path = folder / "export.json"
    if not path.is_file():
        return None, 1.0
    try:
        facts = json.loads(read_bounded(path, _MAX_FACTS_BYTES))
        scale = facts["depth_scale"]
        found = float(facts["crop"]["scale"]), 1.0 if scale is None else float(scale) * 1000.0
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise UserError(f"{path}: cannot be read; export the sessions again.") from None
    if not all(math.isfinite(one) and one > 0 for one in found):
        raise UserError(f"{path}: the scales must be positive numbers; export the sessions again.")
    return found
