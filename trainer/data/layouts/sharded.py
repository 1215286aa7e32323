"""Data sets in shards, written by `python -m trainer shards`: a few large files that are read piece by piece.

A folder contains `shards.json`, `index.csv` with a row for every sample, and files such as `train-00000.tar`.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.record.derived import SHARDS_FILE, SHARDS_INDEX
from trainer.data.faces import Ints, Sample
from trainer.data.layouts.listed import Parts
from trainer.data.layouts.shard_file import COLUMNS, Place, read_sample

FACTS_FILE = SHARDS_FILE
"""File about the set, written last."""
INDEX_FILE = SHARDS_INDEX
UNFINISHED_FILE = "unfinished.json"
"""File about a set that is being written."""
_MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ShardFacts:
    """The facts about a set.

    Attributes:
        described: layout, protocol and lists of the set that was written into shards.
        origin: its folder.
        generated: whether it was rendered, so that species and sensors of the test part may be unseen.
        warnings: sentences about it.
        parts: for each part its `streams`, its `crop_scale` and its number of `samples`; `train` and `dev` are there.
        files: size in bytes of every shard.
    """

    described: str
    origin: str
    generated: bool
    warnings: tuple[str, ...]
    parts: dict[str, dict[str, Any]]
    files: dict[str, int]


def read_facts(folder: Path) -> ShardFacts:
    """Read the facts about a set, and check that its files are there.

    Raises:
        UserError: the set is unfinished or damaged, or a file is missing or has another size.
    """
    if not (folder / FACTS_FILE).is_file():
        raise UserError(f"{folder}: its shards are not finished; run the same `python -m trainer shards` again.")
    try:
        found = json.loads(read_bounded(folder / FACTS_FILE, _MAX_BYTES))
        facts = ShardFacts(
            str(found["described"]), str(found["origin"]), bool(found["generated"]), tuple(map(str, found["warnings"])),
            {str(name): dict(part) for name, part in found["parts"].items()},
            {str(name): int(size) for name, size in found["files"].items()},
        )  # fmt: skip
        if not {"train", "dev"} <= facts.parts.keys():
            raise KeyError
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{folder / FACTS_FILE}: is damaged; write the shards again or copy the file again.") from None
    for name, size in facts.files.items():
        path = folder / name
        if not path.is_file():
            raise UserError(f"{path}: is missing; copy it again.")
        if path.stat().st_size != size:
            raise UserError(f"{path}: has {path.stat().st_size} bytes instead of {size}; copy it again.")
    return facts


class ShardSet:
    """The samples of one part, read on demand (for the attributes see `trainer.data.faces.FaceSet`)."""

    def __init__(
        self, folder: Path, rows: list[dict[str, str]], facts: ShardFacts, part: str, streams: tuple[Stream, ...]
    ) -> None:
        """Take the rows of the index.

        Raises:
            UserError: a row is damaged.
        """
        try:
            self._places = [
                Place(folder / row["shard"], int(row["offset"]), int(row["bytes"]), int(row["crc32"]), row["name"])
                for row in rows
            ]
            self.labels = np.array([int(row["label"]) for row in rows], np.int64)
            self.lines = np.array([int(row["line"]) for row in rows], np.int64)
            stored = {str(stream) for stream in facts.parts[part]["streams"]}
            scale = facts.parts[part]["crop_scale"]
            self.crop_scale = None if scale is None else float(scale)
        except (ValueError, KeyError, TypeError):
            raise UserError(
                f"{folder / INDEX_FILE}: is damaged; write the shards again or copy the file again."
            ) from None
        self.species = np.array([row["species"] for row in rows], np.str_)
        self.subjects = np.array([row["subject"] for row in rows], np.str_)
        self.sensors = np.array([row["sensor"] for row in rows], np.str_)
        self.names = [row["name"] for row in rows]
        self.shards: Ints | None = np.unique([row["shard"] for row in rows], return_inverse=True)[1].astype(np.int64)
        there = frozenset(stream for stream in STREAMS if stream in stored)
        self.streams: frozenset[Stream] = there & frozenset(streams) or there
        self.source = str(folder)
        self.warnings = facts.warnings

    def __len__(self) -> int:
        return len(self._places)

    def sample(self, index: int) -> Sample:
        """Return sample `index`.

        Raises:
            UnreadableError: its shard is missing or damaged.
        """
        return read_sample(self._places[index], self.streams)


class ShardFolder:
    """A folder of shards with the parts of the set that they were written from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def parts(self, streams: tuple[Stream, ...], max_missing: float) -> Parts:
        """Read the index; pictures are read when they are needed."""
        facts = read_facts(self._folder)
        rows: dict[str, list[dict[str, str]]] = {part: [] for part in facts.parts}
        path = self._folder / INDEX_FILE
        try:
            with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
                table = csv.DictReader(file)
                if tuple(table.fieldnames or ()) != COLUMNS:
                    raise KeyError
                for row in table:
                    rows[row["part"]].append(row)
            if any(len(found) != facts.parts[part]["samples"] for part, found in rows.items()):
                # A copy that ended early has fewer rows.
                raise KeyError
        except (OSError, KeyError, csv.Error):
            raise UserError(f"{path}: is damaged; write the shards again or copy the file again.") from None
        sets = {part: ShardSet(self._folder, found, facts, part, streams) for part, found in rows.items()}
        described = f"shards {self._folder} of {facts.described}"
        return Parts(sets["train"], sets["dev"], sets.get("test"), facts.warnings, described)
