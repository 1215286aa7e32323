"""The samples of a public data set, and its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from trainer.data.faces import FaceSet, Ints, Sample, SubsetOf
from trainer.data.layouts.listed import Parts
from trainer.data.person_split import HELD_BACK, THREE_WAYS, by_person

_SEED = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One picture of a public data set.

    Attributes:
        file: file that contains the picture.
        frame: number of the picture in the file, 0 in a file of one picture.
        video: number of the video that the picture belongs to; pictures of one video get one score.
        name: name in score files.
        label: 1 live, 0 attack, -1 unknown.
        species: species of the attack, empty for a live face.
        subject: identifier of the person, empty where unknown.
        sensor: name of the camera, empty where unknown.
    """

    file: Path
    frame: int
    video: int
    name: str
    label: int
    species: str = ""
    subject: str = ""
    sensor: str = ""


class RecordSet:
    """The samples of one part, read on demand (for the attributes see `trainer.data.faces.FaceSet`)."""

    def __init__(
        self,
        records: Sequence[Record],
        streams: Iterable[Stream],
        read: Callable[[Record], Sample],
        source: str,
        crop_scale: float | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        """Take the samples.

        Args:
            records: the samples, in the order of the protocol.
            streams: the streams that every sample has.
            read: reads the pictures of a record; raises `UnreadableError` if it cannot.
            source: the data set, for messages.
            crop_scale: width of the pictures in units of the face crop's template, None if it is unknown.
            warnings: sentences for the reader of the figures.
        """
        self._records = list(records)
        self._read = read
        self.labels = np.array([one.label for one in records], np.int64)
        self.species = np.array([one.species if one.label == 0 else "" for one in records], dtype="<U64")
        self.subjects = np.array([one.subject for one in records], dtype="<U64")
        self.sensors = np.array([one.sensor for one in records], dtype="<U64")
        self.names = [one.name for one in records]
        self.lines = np.array([one.video for one in records], np.int64)
        self.shards: Ints | None = None
        self.streams: frozenset[Stream] = frozenset(streams)
        self.crop_scale = crop_scale
        self.source = source
        self.warnings = warnings

    def __len__(self) -> int:
        return len(self._records)

    def sample(self, index: int) -> Sample:
        """Return sample `index`.

        Raises:
            UnreadableError: its file is missing or damaged.
        """
        return self._read(self._records[index])


def parts_of(sets: dict[str, RecordSet], source: str, described: str) -> Parts:
    """Return the parts; without a development part, a fifth of the training people is used for it.

    Raises:
        UserError: the training part is empty, or has fewer than two people and must be split.
    """
    if not len(sets.get("train", ())):
        raise UserError(f"{source}: the training part is empty; check that the data set was unpacked completely.")
    warnings = tuple(dict.fromkeys(warning for part in sets.values() for warning in part.warnings))
    train, test = sets["train"], sets.get("test")
    dev: FaceSet | None = sets.get("val")
    kept: FaceSet = train
    if dev is None:
        people = [str(name) for name in train.subjects]
        split = by_person(people, train.labels.tolist(), HELD_BACK, _SEED, source)
        kept, dev = (
            SubsetOf(train, np.flatnonzero(np.isin(train.subjects, list(split[part])))) for part in ("train", "val")
        )
        described += ", a fifth of the training people used for development"
    return Parts(kept, dev, test, warnings, described)


def split_three_ways(whole: RecordSet, described: str) -> Parts:
    """Return the parts of a data set without official ones, so that no person is in two of them.

    Raises:
        UserError: it shows fewer than two people.
    """
    people = [str(name) for name in whole.subjects]
    split = by_person(people, whole.labels.tolist(), THREE_WAYS, _SEED, whole.source)
    sets = {part: SubsetOf(whole, np.flatnonzero(np.isin(whole.subjects, list(who)))) for part, who in split.items()}
    return Parts(sets["train"], sets["val"], sets.get("test"), whole.warnings, f"{described}, split by person")


def check_missing(missing: Sequence[str], total: int, source: str, max_missing: float) -> tuple[str, ...]:
    """Return a warning that names missing files.

    Raises:
        UserError: more than `max_missing` of the files are missing; the message names the first three.
    """
    if not missing:
        return ()
    some = ", ".join(missing[:3])
    if len(missing) > max_missing * total:
        raise UserError(
            f"{source}: {len(missing)} of {total} files are missing or unreadable ({some} ...), more than "
            f"{max_missing:.1%}; unpack the data set completely, or raise `max_missing`."
        )
    return (f"{source}: {len(missing)} of {total} files are missing or unreadable ({some} ...) and left out.",)


def check_offered(streams: Sequence[Stream], offered: Iterable[Stream], source: str, why: str) -> None:
    """Raise an error before long work if a data set has none of the network's streams.

    Raises:
        UserError: the network uses none of the offered streams; `why` ends the sentence.
    """
    if not set(streams) & set(offered):
        raise UserError(f"{source}: has no {', '.join(streams)}, which the network needs; {why}")
