"""Write a data set of any layout into shards."""

from __future__ import annotations

import csv
import hashlib
import json
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from fasdemo.atomic_file import replacing, write_text
from fasdemo.bounded_file import read_bounded
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.outputs import check_output_folder
from fasdemo.progress import track
from trainer.config.schema import DataConfig
from trainer.data.faces import FaceSet, UnreadableError, folder_of, subsample
from trainer.data.layouts.recorded import note_model
from trainer.data.layouts.shard_file import COLUMNS, END, write_sample
from trainer.data.layouts.sharded import FACTS_FILE, INDEX_FILE, UNFINISHED_FILE
from trainer.data.opening import is_generated, open_layout
from trainer.workers import Workers

_SEED = 0
_MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OpenedParts:
    """The parts of the set that is written, by name."""

    sets: dict[str, FaceSet]
    warnings: tuple[str, ...]
    described: str


@dataclass(frozen=True, slots=True)
class ShardJob:
    """What a worker needs to write a shard.

    Attributes:
        data: the data set's configuration as JSON, with absolute paths.
        names_sha256: checksum of the names of all samples.
        streams: the streams that are written.
        folder: folder of the shards.
        samples: samples of a shard; the last one of a part has fewer.
        opened: the parts; None for the workers of a cluster, which open them.
    """

    data: str
    names_sha256: str
    streams: tuple[Stream, ...]
    folder: Path
    samples: int
    opened: OpenedParts | None


def write_shards(
    data: DataConfig, folder: Path, streams: tuple[Stream, ...], samples: int, workers: Workers
) -> dict[str, int]:
    """Write the parts of a data set into shards and return the number of samples of each part.

    The samples of a part are mixed once, so that every shard contains all kinds. An interrupted run keeps finished
    shards; the result does not depend on interruptions or workers.

    Args:
        data: the data set.
        folder: folder to write.
        streams: the streams to write; those that a part does not have are left out.
        samples: number of samples of a shard.
        workers: what writes the shards, and cuts missing crops before.

    Raises:
        UserError: the folder contains something else, too many samples are unreadable, or a file cannot be written.
    """
    if samples < 1:
        raise UserError(f"samples {samples}: must be at least 1; choose another number.", parameter="samples")
    check_output_folder("--output", folder)
    folder = folder.resolve()
    places = {
        name: value.resolve()
        for name in ("folder", "train_list", "val_list", "test_list")
        if (value := getattr(data, name)) is not None
    }
    data = data.model_copy(update=places)
    opened = _opened(data, streams, workers)
    job = ShardJob(data.model_dump_json(), _names_sha256(opened), streams, folder, samples, opened)
    if _begin(job):
        return {part: len(face_set) for part, face_set in opened.sets.items()}
    names = _shards(opened, samples)
    missing = [n for n, (part, k, _) in enumerate(names) if not (folder / f"{part}-{k:05d}.csv").is_file()]
    sent = job if workers.cluster is None else replace(job, opened=None)
    try:
        done = workers.run(write_shard, sent, missing, [folder, *places.values()])
        for _ in track(done, "writing shards", len(missing)):
            pass
        _join(job, opened)
    except OSError as error:
        raise UserError(
            f"output {folder}: writing failed ({error.strerror}); free some space and run the same command again, "
            "finished shards are kept.",
            parameter="output",
        ) from None
    return {part: len(face_set) for part, face_set in opened.sets.items()}


def write_shard(job: ShardJob, number: int) -> int:
    """Write one shard and its rows of the index, and return the number of samples.

    Raises:
        UserError: a worker of a cluster sees other data, or more samples are unreadable than the data set allows.
        OSError: the shard cannot be written.
    """
    opened = job.opened or _opened_by_worker(replace(job, folder=Path()))
    part, k, indices = _shards(opened, job.samples)[number]
    face_set = opened.sets[part]
    name = f"{part}-{k:05d}.tar"
    rows: list[list[object]] = []
    with replacing(job.folder / name) as temporary, temporary.open("wb") as file:
        for index in indices:
            facts = {
                "label": int(face_set.labels[index]),
                "species": str(face_set.species[index]),
                "subject": str(face_set.subjects[index]),
                "sensor": str(face_set.sensors[index]),
                "line": int(face_set.lines[index]),
                "name": face_set.names[index],
            }
            offset, content = file.tell(), b""
            try:
                sample = face_set.sample(int(index))
                content = write_sample(file, f"{part}-{index:08d}", sample, face_set.streams & set(job.streams), facts)
            except UnreadableError:
                pass  # The row without bytes keeps the line of a submission; `_join` counts such rows.
            rows.append([part, name, offset, len(content), zlib.crc32(content), *facts.values()])
        file.write(END)
    with (
        replacing(job.folder / f"{part}-{k:05d}.csv") as temporary,
        temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="") as table,
    ):
        csv.writer(table, lineterminator="\n").writerows(rows)
    return len(rows)


def _shards(opened: OpenedParts, samples: int) -> list[tuple[str, int, np.ndarray[tuple[int], np.dtype[np.int64]]]]:
    """Return part, number within the part and indices of the samples of every shard."""
    found = []
    for number, (part, face_set) in enumerate(opened.sets.items()):
        order = np.random.default_rng([_SEED, number]).permutation(len(face_set))
        found += [(part, k, order[k * samples : (k + 1) * samples]) for k in range(-(-len(order) // samples))]
    return found


def _opened(data: DataConfig, streams: tuple[Stream, ...], workers: Workers) -> OpenedParts:
    parts = open_layout(data, workers).parts(streams, data.max_missing)
    sets = {"train": parts.train, "dev": parts.dev, "test": parts.test}
    limited = {name: subsample(part, data.limit) for name, part in sets.items() if part is not None}
    warnings = tuple(dict.fromkeys((*parts.warnings, *(w for part in limited.values() for w in part.warnings))))
    return OpenedParts(limited, warnings, parts.described)


@lru_cache(maxsize=1)
def _opened_by_worker(job: ShardJob) -> OpenedParts:
    data = DataConfig.model_validate_json(job.data)
    opened = _opened(data, job.streams, Workers(1))
    if _names_sha256(opened) != job.names_sha256:
        raise UserError(f"{data.folder}: differs on the machine that started the command; put it on a shared disk.")
    return opened


def _names_sha256(opened: OpenedParts) -> str:
    text = "\n".join(f"{part} {name}" for part, face_set in opened.sets.items() for name in face_set.names)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _described(job: ShardJob) -> dict[str, object]:
    return {"data": job.data, "names": job.names_sha256, "streams": list(job.streams), "samples": job.samples}


def _begin(job: ShardJob) -> bool:
    """Create the folder, or check that it contains shards of the same job, and return whether they are finished."""
    folder = job.folder
    for name, finished in ((UNFINISHED_FILE, False), (FACTS_FILE, True)):
        if (folder / name).is_file():
            try:
                found = json.loads(read_bounded(folder / name, _MAX_BYTES))["job"]
            except (OSError, ValueError, KeyError, TypeError):
                found = None
            if found != _described(job):
                raise UserError(
                    f"output {folder}: contains shards of other data or options; delete it or choose another.",
                    parameter="output",
                )
            return finished
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"output {folder}: is not empty; choose a new folder.", parameter="output")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / UNFINISHED_FILE, json.dumps({"job": _described(job)}))
    except OSError as error:
        raise UserError(
            f"output {folder}: cannot be written ({error.strerror}); choose another folder.", parameter="output"
        ) from None
    return False


def _join(job: ShardJob, opened: OpenedParts) -> None:
    """Write the index and the facts, and remove the shards' own rows."""
    folder, data = job.folder, DataConfig.model_validate_json(job.data)
    names = [f"{part}-{k:05d}" for part, k, _ in _shards(opened, job.samples)]
    lost = 0
    with replacing(folder / INDEX_FILE) as temporary:
        with temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            for name in names:
                with (folder / f"{name}.csv").open(encoding="utf-8", errors="surrogateescape", newline="") as rows:
                    for row in csv.reader(rows):
                        lost += row[3] == "0"
                        table.writerow(row)
        count = sum(map(len, opened.sets.values()))
        if lost > data.max_missing * count:
            raise UserError(
                f"{opened.sets['train'].source}: {lost} of {count} samples cannot be read, more than "
                f"{data.max_missing:.1%}; replace them or raise `max_missing`."
            )
    origin = folder_of(opened.sets["train"])
    note_model(origin, folder, {str(name) for part in opened.sets.values() for name in part.subjects}, "shards")
    unreadable = (f"{lost} samples could not be read when the shards were written.",) if lost else ()
    facts = {
        "job": _described(job),
        "described": opened.described,
        "origin": str(origin.resolve()),
        "generated": is_generated(data),
        "warnings": [*opened.warnings, *unreadable],
        "parts": {
            part: {
                "streams": sorted(face_set.streams & set(job.streams)),
                "crop_scale": face_set.crop_scale,
                "samples": len(face_set),
            }
            for part, face_set in opened.sets.items()
        },
        "files": {f"{name}.tar": (folder / f"{name}.tar").stat().st_size for name in names},
    }
    write_text(folder / FACTS_FILE, json.dumps(facts, indent=1))
    (folder / UNFINISHED_FILE).unlink(missing_ok=True)
    for name in names:
        (folder / f"{name}.csv").unlink(missing_ok=True)
