"""The data set of photographs: pictures of faces with a wide margin, in colour alone, and a list of all.

A shard is a fixed range of numbers, and a picture depends only on the recipe and its number, so the set does not
depend on the number of processes, and an interrupted run continues where it stopped.
"""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from fasdemo.atomic_file import write_atomically
from fasdemo.errors import UserError
from fasdemo.faces.detector import FaceDetector
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import face_transform
from fasdemo.models.warp import warp
from fasdemo.progress import bar
from trainer.synth.dataset.crops import fingerprint, open_folder
from trainer.synth.people.defaultperson import default_portrait
from trainer.synth.people.people import People, portrait_files
from trainer.synth.people.portrait import Rgb, read_picture
from trainer.synth.photographs.accessories import dressed
from trainer.synth.photographs.bona_fide import Photograph, compose
from trainer.synth.photographs.camera import expose, matched, process
from trainer.synth.photographs.framing import draw_framing
from trainer.synth.photographs.recaptured import recapture

RECIPE_FILE = "photographs.json"
FIELD = 2.0
"""Default side of a stored picture, in sides of a face crop at a scale of 1."""
FACE_CROP_PX = 128
"""Side of the face crop at a scale of 1 in the middle of a stored picture, in pixels."""
MIDDLE_PX = FACE_CROP_PX * 2 // 3
"""Side of the middle of a face, in pixels, whose brightness and contrast are drawn."""
_FIELDS = (1.5, 4.0)
MIN_SCORE = 0.5
"""Lowest score of a detected face."""
_SHARD = 60
_PICTURES_PER_PERSON = 6
"""Pictures of a person that follow each other, so that a photograph is prepared once for all."""
_VERSION = 4
_QUALITY = 96


@dataclass(frozen=True)
class PhotoRecipe:
    """All parameters that determine the contents of a set; written to `RECIPE_FILE`."""

    seed: int
    count: int
    live_share: float
    portraits: str
    environments: str
    field: float = FIELD
    version: int = _VERSION

    @property
    def size(self) -> int:
        """Return the side of a stored picture in pixels."""
        return round(FACE_CROP_PX * self.field)

    @property
    def crop(self) -> CropSpec:
        """Return the crop that a stored picture is."""
        return CropSpec(scale=self.field)

    @property
    def shards(self) -> int:
        """Return the number of shards."""
        return -(-self.count // _SHARD)


@dataclass(frozen=True)
class PhotoJob:
    """The parameters of a worker process; `files` are the portraits by file name."""

    recipe: PhotoRecipe
    people: People
    files: dict[str, Path]
    environments: tuple[Path, ...]
    folder: Path


def photo_job(
    people: People,
    portraits: list[Path],
    environments: tuple[Path, ...],
    folder: Path,
    work: Path,
    seed: int,
    count: int,
    live_share: float,
    field: float = FIELD,
) -> PhotoJob:
    """Return the job for portraits that were fitted to `people`; without portraits, for the built-in person.

    Raises:
        UserError: `count`, `live_share` or `field` is out of range.
    """
    if count < 1:
        raise UserError(f"count {count}: must be at least 1; choose another number.", parameter="count")
    if not 0 <= live_share <= 1:
        raise UserError(f"live_share {live_share}: must be from 0 to 1; choose another number.", parameter="live_share")
    if not _FIELDS[0] <= field <= _FIELDS[1]:
        raise UserError(
            f"field {field}: must be from {_FIELDS[0]} to {_FIELDS[1]}; choose another number.", parameter="field"
        )
    found = [path for one in portraits for path, _ in portrait_files(one)] or [default_portrait(work)[0]]
    files = {path.name: path for path in found}
    recipe = PhotoRecipe(seed, count, live_share, fingerprint(people.files), fingerprint(environments), field)
    return PhotoJob(recipe, people, files, environments, folder)


def write_photographs(job: PhotoJob, jobs: int) -> tuple[int, int]:
    """Write the missing shards and the lists; return the numbers of pictures and of those without a detected face.

    Raises:
        UserError: the folder contains other data or cannot be written; finished shards are kept.
    """
    open_folder(job.folder, job.recipe, "photographs", RECIPE_FILE)
    shards = job.folder / "shards"
    try:
        if not (job.folder / "list.txt").is_file():
            shards.mkdir(exist_ok=True)
            missing = [s for s in range(job.recipe.shards) if not (shards / f"{s:05d}.json").is_file()]
            with bar() as progress:
                done = job.recipe.shards - len(missing)
                task = progress.add_task("photographing", total=job.recipe.shards, completed=done)
                for _ in _finished(job, missing, jobs):
                    progress.advance(task)
            _join(job)
        written = sum(1 for _ in (job.folder / "list.txt").open())
    except OSError as error:
        raise UserError(
            f"output {job.folder}: writing failed ({error.strerror}); free some space and run the same command again, "
            "finished shards are kept.",
            parameter="output",
        ) from None
    return written, job.recipe.count - written


def _finished(job: PhotoJob, shards: list[int], jobs: int) -> Iterator[int]:
    if jobs <= 1:
        for shard in shards:
            yield write_shard(job, shard)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(write_shard, job, shard) for shard in shards]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def write_shard(job: PhotoJob, shard: int) -> int:
    """Write the pictures of a shard and its rows; return the number of pictures."""
    cv2.setNumThreads(1)
    detector = _detector(job)
    (job.folder / "color").mkdir(exist_ok=True)
    rows = []
    for number in range(shard * _SHARD, min((shard + 1) * _SHARD, job.recipe.count)):
        made = _picture(job, number, detector)
        if made is None:
            continue
        picture, species, person = made
        name = f"color/{number:06d}.jpg"
        _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        (job.folder / name).write_bytes(data.tobytes())
        rows.append({"color": name, "subject": person, "label": "spoof" if species else "live", "species": species})
    write_atomically(job.folder / "shards" / f"{shard:05d}.json", json.dumps(rows).encode())
    return len(rows)


def _picture(job: PhotoJob, number: int, detector: FaceDetector) -> tuple[Rgb, str, str] | None:
    """Return picture, species (empty for bona fide) and person of one number; None if no face is detected."""
    recipe = job.recipe
    group = number // _PICTURES_PER_PERSON
    index = _portrait_index(job, group)
    photograph = _photograph(job, index, detector)
    if photograph is None:
        return None
    rng = np.random.default_rng([recipe.seed, number])
    photograph = dressed(rng, photograph)
    framing = draw_framing(rng, recipe.field)
    live = (number % _PICTURES_PER_PERSON + rng.random()) / _PICTURES_PER_PERSON < recipe.live_share
    if live:
        light, species = compose(rng, photograph, framing, job.environments), ""
    else:
        shown = recapture(rng, photograph, framing, job.environments, detector)
        if shown is None:
            return None
        light, species = shown
    picture = process(rng, expose(rng, light, framing.face_px))
    faces = detector.detect(picture)
    if not faces or faces[0].score < MIN_SCORE:
        return None
    crop = warp(picture, face_transform(faces[0], recipe.crop, recipe.size), recipe.size)
    return matched(rng, crop, MIDDLE_PX), species, job.people.names[index]


def _portrait_index(job: PhotoJob, group: int) -> int:
    """Return the portrait of a group of pictures: all of them, in a new random order in each round."""
    count = len(job.people.files)
    turn, place = divmod(group, count)
    return int(np.random.default_rng([job.recipe.seed, turn, 1]).permutation(count)[place])


def _photograph(job: PhotoJob, index: int, detector: FaceDetector) -> Photograph | None:
    key = (str(job.folder), index)
    if key not in _KEPT:
        _KEPT.clear()
        person = job.people.portrait(index)
        _KEPT[key] = Photograph.of(person, read_picture(job.files[person.portrait]), detector)
    return _KEPT[key]


def _detector(job: PhotoJob) -> FaceDetector:
    key = str(job.folder)
    if key not in _DETECTORS:
        _DETECTORS.clear()
        _DETECTORS[key] = FaceDetector()
    return _DETECTORS[key]


_KEPT: dict[tuple[str, int], Photograph | None] = {}
"""The photograph that this process used last."""
_DETECTORS: dict[str, FaceDetector] = {}


def _join(job: PhotoJob) -> None:
    """Write the list of all pictures, their people and species, and the scale of the crops."""
    shards = job.folder / "shards"
    rows = [row for s in range(job.recipe.shards) for row in json.loads((shards / f"{s:05d}.json").read_text())]
    table = io.StringIO()
    writer = csv.DictWriter(table, ["color", "subject", "label", "species"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    facts = {
        "size": job.recipe.size,
        "crop": job.recipe.crop.model_dump(),
        "depth_scale": None,
        "photographs": asdict(job.recipe),
    }
    write_atomically(job.folder / "details.csv", table.getvalue().encode())
    write_atomically(job.folder / "export.json", json.dumps(facts, indent=1).encode())
    lines = "".join(f"{row['color']} - - {int(row['label'] == 'live')}\n" for row in rows)
    write_atomically(job.folder / "list.txt", lines.encode())
    shutil.rmtree(shards)
