"""The interface of a data set (`FaceSet`): numbered samples with a label, a species, a person and a sensor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Stream

Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]

LIVE, ATTACK, UNLABELLED = 1, 0, -1


class UnreadableError(Exception):
    """A picture is missing or damaged; the message is the file's name."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One stored sample. The streams are registered and show the same field of view; their sizes may differ.

    Attributes:
        rgb: uint8 (H, W, 3) in the order R, G, B; None if absent.
        depth: uint16 or float32 (h, w) in millimetres with 0 = no reading, or uint8 (h, w) grey as in CASIA-SURF.
        ir: uint8 or uint16 (h, w), scaled to the full range of its type.
    """

    rgb: npt.NDArray[np.uint8] | None
    depth: npt.NDArray[np.uint16] | npt.NDArray[np.float32] | npt.NDArray[np.uint8] | None
    ir: npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | None

    def get(self, stream: Stream) -> npt.NDArray[Any] | None:
        """Return the picture of one stream, or None if the sample does not have it."""
        return {"rgb": self.rgb, "depth": self.depth, "ir": self.ir}[stream]


class FaceSet(Protocol):
    """A labelled set of samples.

    Attributes:
        labels: int64 (N,): 1 live, 0 attack, -1 unlabelled.
        species: str (N,): the attack's species, empty where live or unknown.
        subjects: str (N,): identifier of the person, empty where unknown.
        sensors: str (N,): name of the sensor, empty where unknown.
        names: N names as in the set's list file: `color depth ir` for samples with three files.
        lines: int64 (N,): samples with the same number are frames of one video, which gets one score.
        shards: int64 (N,): number of the large file that contains the sample; None if every sample has files of its
            own or is in memory.
        streams: the streams that every sample has.
        crop_scale: width of the pictures in units of the face crop's template (`CropSpec.scale`); None if the
            position of the face in the picture is unknown.
        source: path of the set, for messages and model cards.
        warnings: sentences for the reader of the figures.
    """

    labels: Ints
    species: Names
    subjects: Names
    sensors: Names
    names: list[str]
    lines: Ints
    shards: Ints | None
    streams: frozenset[Stream]
    crop_scale: float | None
    source: str
    warnings: tuple[str, ...]

    def __len__(self) -> int: ...

    def sample(self, index: int) -> Sample:
        """Return sample `index`. Safe to call from several threads.

        Raises:
            UnreadableError: one of its files cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Species and sensors that occur in the test part but not in training; their figures are reported separately."""

    species: frozenset[str] = frozenset()
    sensors: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.species or self.sensors)

    def unseen_species(self, face_set: FaceSet) -> npt.NDArray[np.bool_]:
        """Return a mask (N,) that is true for attacks of a species that was held out."""
        return np.isin(face_set.species, sorted(self.species))

    def unseen_sensor(self, face_set: FaceSet) -> npt.NDArray[np.bool_]:
        """Return a mask (N,) that is true for samples of a sensor that was held out."""
        return np.isin(face_set.sensors, sorted(self.sensors))

    def seen(self, face_set: FaceSet) -> npt.NDArray[np.bool_]:
        """Return a mask (N,) that is true for samples whose species and sensor both occur in training."""
        return ~(self.unseen_species(face_set) | self.unseen_sensor(face_set))


NOTHING_HELD_OUT = HeldOut()


class SubsetOf:
    """Selected samples of a set, in the given order."""

    def __init__(self, whole: FaceSet, indices: npt.ArrayLike) -> None:
        self._whole = whole
        self._indices = np.asarray(indices, np.int64)
        self.labels = whole.labels[self._indices]
        self.species = whole.species[self._indices]
        self.subjects = whole.subjects[self._indices]
        self.sensors = whole.sensors[self._indices]
        self.names = [whole.names[i] for i in self._indices]
        self.lines = whole.lines[self._indices]
        self.shards: Ints | None = None if whole.shards is None else whole.shards[self._indices]
        self.streams = whole.streams
        self.crop_scale = whole.crop_scale
        self.source = whole.source
        self.warnings = whole.warnings

    def __len__(self) -> int:
        return len(self._indices)

    def sample(self, index: int) -> Sample:
        """Return sample `index` of the subset."""
        return self._whole.sample(int(self._indices[index]))


def subsample(face_set: FaceSet, limit: int) -> FaceSet:
    """Return at most `limit` samples, evenly spaced over the set's order; 0 keeps all."""
    if not limit or len(face_set) <= limit:
        return face_set
    return SubsetOf(face_set, np.linspace(0, len(face_set) - 1, limit).round().astype(np.int64))


def folder_of(face_set: FaceSet) -> Path:
    """Return the folder of a set, also of one that is named by its list."""
    place = Path(face_set.source)
    return place if place.is_dir() else place.parent


def counts(face_set: FaceSet) -> str:
    """Return one line with the number of live faces, of attacks by species, and of people."""
    live = int((face_set.labels == LIVE).sum())
    attack = face_set.labels == ATTACK
    names, numbers = np.unique(face_set.species[attack], return_counts=True)
    by_species = ", ".join(f"{name or 'unnamed'} {number}" for name, number in zip(names, numbers, strict=True))
    people = len(np.unique(face_set.subjects[face_set.subjects != ""]))
    unlabelled = int((face_set.labels == UNLABELLED).sum())
    parts = [
        f"{len(face_set)} samples",
        f"{live} live",
        f"{int(attack.sum())} attacks" + f" ({by_species})" * bool(by_species),
    ]
    if unlabelled:
        parts.append(f"{unlabelled} without label")
    if people:
        parts.append(f"{people} people")
    return ", ".join(parts)
