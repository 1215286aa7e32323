"""The data set of crops: rendered exposures, cut around the face as by the app, stored in a few large arrays.

A shard is a fixed range of setups and depends only on the recipe, so the set does not depend on the number of jobs,
and an interrupted run continues where it stopped.
"""

from __future__ import annotations

import csv
import hashlib
import json
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import replacing, write_atomically
from fasdemo.errors import UserError
from fasdemo.faces.detector import MIN_REFINED_CONFIDENCE, FaceDetector
from fasdemo.faces.face import Face
from fasdemo.models.card import CropSpec
from fasdemo.models.crop import crop_face
from fasdemo.progress import bar
from trainer.cluster import run_on_cluster
from trainer.synth.dataset.crop_set import ARRAYS, COLUMNS, CROP_SIZE
from trainer.synth.people.people import People, Split
from trainer.synth.people.person import Person
from trainer.synth.people.photo import Photo, take_photo
from trainer.synth.scene.setup import Frame, Setup, draw_setup, render_exposure
from trainer.synth.scene.subject import LIVE, SPECIES
from trainer.synth.scene.surroundings import environment_files
from trainer.synth.sensors.sensor import DEFAULT_SENSORS

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Rng = np.random.Generator

GENERATOR_VERSION = 5
CROP = CropSpec(scale=1.5)
SHARD_SETUPS = 60
_SPLIT_SHARES = {"train": 0.70, "dev": 0.12, "test": 0.18}
_TRIES = 4
KNOWN_SHARE = 0.6
"""Probability that a strongly turned or tilted face which the detector misses is cut by its known landmarks."""
MIN_KNOWN_DEG = 20.0
MIN_KNOWN_PX = 8.0


@dataclass(frozen=True)
class Recipe:
    """All parameters that determine the contents of a data set; written to `recipe.json`.

    Attributes:
        count: number of exposures, including those that are dropped because no face is found.
        live_share: share of live setups; the others are spread evenly over `species`.
        sensors: weight by preset name.
        shots: number of exposures of each setup.
        holdout: species that appear in the test split only; `holdout_sensors`: the same for sensors.
    """

    seed: int
    count: int
    live_share: float = 0.45
    species: tuple[str, ...] = SPECIES
    sensors: dict[str, float] = field(default_factory=lambda: dict(DEFAULT_SENSORS))
    shots: int = 3
    holdout: tuple[str, ...] = ()
    holdout_sensors: tuple[str, ...] = ()
    heads: str = ""
    portraits: str = ""
    environments: str = ""
    generator: int = GENERATOR_VERSION

    @property
    def setups(self) -> int:
        """Return the number of setups."""
        return -(-self.count // self.shots)

    @property
    def shards(self) -> int:
        """Return the number of shards."""
        return -(-self.setups // SHARD_SETUPS)


def fingerprint(paths: tuple[Path, ...] | list[Path]) -> str:
    """Return a short hash of file names and sizes, which identifies a set of inputs."""
    text = "\n".join(f"{path.name} {path.stat().st_size}" for path in paths)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if paths else ""


@dataclass(frozen=True)
class Job:
    """The parameters of a worker process."""

    recipe: Recipe
    people: People
    environments: tuple[Path, ...]
    folder: Path


class SetupSampler:
    """A sampler of setups, one per process."""

    def __init__(self, people: People, environments: tuple[Path, ...] = ()) -> None:
        self.people = people
        self.model = people.model()
        self.environments = list(environments)
        self._photos: dict[tuple[str, int], tuple[bytes, Photo]] = {}

    def photo_of(self, person: Person, number: int) -> Photo:
        """Return a photograph of a person, cached as JPEG for later setups."""
        key = (person.portrait, number)
        if key not in self._photos:
            photo = take_photo(person, self.model, number)
            _, data = cv2.imencode(".jpg", photo.rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 96])
            self._photos[key] = (data.tobytes(), replace(photo, rgb=np.zeros((0, 0, 3), np.uint8)))
        content, photo = self._photos[key]
        decoded = np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        return replace(photo, rgb=np.ascontiguousarray(decoded[..., ::-1]))

    def setup(self, rng: Rng, species: str, first: int, second: int, sensor: str, **options: Any) -> Setup:
        """Draw a random setup that shows portrait `first`, held or worn by `second`."""
        return draw_setup(
            rng, species, self.people.portrait(first), self.people.portrait(second), self.model, self.photo_of, sensor,
            environments=list(self.environments), **options,
        )  # fmt: skip


def choose(rng: Rng, recipe: Recipe, people: People) -> tuple[Split, str, str, int, int]:
    """Draw split, species, sensor and the two portraits of a setup."""
    present: list[Split] = [split for split in ("train", "dev", "test") if people.indices(split)]
    weights = np.array([_SPLIT_SHARES[split] for split in present])
    split = present[int(rng.choice(len(present), p=weights / weights.sum()))]
    species = [s for s in recipe.species if split == "test" or s not in recipe.holdout]
    name = LIVE if rng.random() < recipe.live_share or not species else species[int(rng.integers(len(species)))]
    sensors = [s for s in recipe.sensors if split == "test" or s not in recipe.holdout_sensors]
    share = np.array([recipe.sensors[s] for s in sensors])
    sensor = sensors[int(rng.choice(len(sensors), p=share / share.sum()))]
    mine = people.indices(split)
    # Draw the person first, so that people with two portraits do not count twice.
    names = sorted({people.names[i] for i in mine})
    person = names[int(rng.integers(len(names)))]
    first = int(rng.choice([i for i in mine if people.names[i] == person]))
    others = [i for i in mine if people.names[i] != person] or mine
    return split, name, sensor, first, int(rng.choice(others))


def find_face(detector: FaceDetector, frame: Frame) -> Face | None:
    """Return the face at its position in the setup, as the app detects it; None if it is not detected."""
    eyes = (frame.keypoints[0] + frame.keypoints[1]) / 2
    size = float(np.linalg.norm(frame.keypoints[3] - eyes))
    near = [
        face for face in detector.detect(frame.frames.rgb)
        if float(np.linalg.norm(face.keypoints[:2].mean(0) - eyes)) < 0.5 * size
    ]  # fmt: skip
    if near:
        return min(near, key=lambda face: float(np.linalg.norm(face.keypoints[:2].mean(0) - eyes)))
    # In a video the tracker searches again near the face's last position.
    x, y = eyes + (frame.keypoints[3] - eyes) * 0.5
    found = detector.detect_near(frame.frames.rgb, (x - 1.1 * size, y - 1.1 * size, 2.2 * size, 2.2 * size))
    if found is None or found.score < MIN_REFINED_CONFIDENCE:
        return None
    return found if float(np.linalg.norm(found.keypoints[:2].mean(0) - eyes)) < 0.5 * size else None


def known_face(frame: Frame) -> Face | None:
    """Return a face from the projected landmarks, with a score of 0; None if they are outside the picture.

    It replaces the detection of faces of all classes that turn or tilt too far for the detector.
    """
    keys = np.asarray(frame.keypoints, np.float64)
    height, width = frame.frames.rgb.shape[:2]
    if (keys < 0).any() or (keys > (width - 1, height - 1)).any():
        return None
    eyes = (keys[0] + keys[1]) / 2
    if float(np.linalg.norm(keys[0] - keys[1])) < MIN_KNOWN_PX or float(np.linalg.norm(keys[3] - eyes)) < MIN_KNOWN_PX:
        return None
    side = 2.2 * max(float(np.linalg.norm(keys[0] - keys[1])), float(np.linalg.norm(keys[3] - eyes)))
    middle = keys.mean(0)
    box = (float(middle[0] - side / 2), float(middle[1] - side / 2), side, side)
    return Face(box, 0.0, keys.astype(np.float32))


def skin_tone(person: Person) -> tuple[str, float]:
    """Return class and individual typology angle (Chardon 1991) of the portrait's skin."""
    lab = cv2.cvtColor(person.skin.reshape(1, 1, 3).astype(np.float32) ** (1 / 2.2), cv2.COLOR_RGB2LAB)[0, 0]
    angle = float(np.degrees(np.arctan2(lab[0] - 50, lab[2])))
    return ("light" if angle > 41 else "intermediate" if angle > 28 else "tan" if angle > 10 else "dark"), angle


def _row(
    job: Job,
    number: int,
    params: int,
    split: str,
    first: int,
    second: int,
    setup: Setup,
    frame: Frame,
    face: Face,
    inside: float,
) -> dict[str, Any]:
    tone, angle = skin_tone(setup.person)
    yaw, pitch, roll = frame.angles_deg
    return {
        "setup": number, "shot": params, "split": split, "label": setup.label,
        "species": "" if setup.species == LIVE else setup.species, "person": job.people.names[first],
        "portrait": setup.person.portrait, "other": "" if setup.species == LIVE else job.people.names[second],
        "instrument": setup.instrument, "sensor": setup.preset.name, "depth_scale": setup.preset.unit_m,
        "projector": frame.params.projector, "distance_m": round(frame.distance_m, 4), "yaw": round(yaw, 1),
        "pitch": round(pitch, 1), "roll": round(roll, 1), "skin_tone": tone, "skin_ita": round(angle, 1),
        "glasses": int(setup.glasses), "light": setup.surroundings.kind, "exposure": round(frame.params.exposure, 4),
        "face_px": round(float(face.box[2]), 1), "face_score": round(face.score, 3), "inside": round(inside, 3),
        "face_x": round(float(face.box[0] + face.box[2] / 2), 1),
        "face_y": round(float(face.box[1] + face.box[3] / 2), 1),
    }  # fmt: skip


def _render_shard(job: Job, shard: int) -> tuple[int, int, int]:
    """Render one shard; return its number and the numbers of samples and of dropped exposures."""
    sampler, detector = _worker(job)
    recipe = job.recipe
    arrays: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in ARRAYS}
    rows: list[dict[str, Any]] = []
    dropped = 0
    for number in range(shard * SHARD_SETUPS, min((shard + 1) * SHARD_SETUPS, recipe.setups)):
        rng = np.random.default_rng([recipe.seed, number])
        split, species, sensor, first, second = choose(rng, recipe, job.people)
        setup = sampler.setup(rng, species, first, second, sensor)
        for params in range(recipe.shots):
            for _ in range(_TRIES):
                frame = render_exposure(setup, rng, supersample=None)
                face = find_face(detector, frame)
                far = max(abs(frame.angles_deg[0]), abs(frame.angles_deg[1])) >= MIN_KNOWN_DEG
                if face is None and far and rng.random() < KNOWN_SHARE:
                    face = known_face(frame)
                crops = None if face is None else crop_face(frame.frames, face, CROP, CROP_SIZE)
                if face is not None and crops is not None and crops.inside > 0.35:
                    break
                dropped += 1
                face = None
            if face is None or crops is None:
                continue
            assert crops.rgb is not None
            assert crops.depth_mm is not None
            assert crops.ir is not None
            arrays["rgb"].append(crops.rgb)
            arrays["depth"].append(np.round(crops.depth_mm / (setup.preset.unit_m * 1000)).astype(np.uint16))
            arrays["ir"].append(crops.ir)
            rows.append(_row(job, number, params, split, first, second, setup, frame, face, crops.inside))
    stem = job.folder / "shards" / f"{shard:05d}"
    shapes = {"rgb": (CROP_SIZE, CROP_SIZE, 3), "depth": (CROP_SIZE, CROP_SIZE), "ir": (CROP_SIZE, CROP_SIZE)}
    for name, images in arrays.items():
        data = np.stack(images) if images else np.zeros((0, *shapes[name]), ARRAYS[name])
        with replacing(stem.with_suffix(f".{name}.npy")) as temporary:
            np.save(temporary, data)
    # The JSON file marks the shard as complete, so it is written last.
    write_atomically(stem.with_suffix(".json"), json.dumps({"rows": rows, "dropped": dropped}).encode())
    return shard, len(rows), dropped


_STATE: dict[str, tuple[SetupSampler, FaceDetector]] = {}


def _worker(job: Job) -> tuple[SetupSampler, FaceDetector]:
    """Return the sampler and the detector of this process."""
    key = str(job.folder)
    if key not in _STATE:
        cv2.setNumThreads(1)
        _STATE.clear()
        _STATE[key] = (SetupSampler(job.people, job.environments), FaceDetector())
    return _STATE[key]


def open_folder(folder: Path, recipe: DataclassInstance, kind: str, name: str = "recipe.json") -> None:
    """Create `folder` for a recipe, or check that it contains the same recipe in its file `name`.

    Raises:
        UserError: the folder contains data of another recipe, or other files.
    """
    described = {"kind": kind, **asdict(recipe)}
    text = json.dumps(described, indent=2, sort_keys=True, default=list)
    file = folder / name
    if file.is_file():
        if json.loads(file.read_text()) != json.loads(text):
            raise UserError(
                f"output {folder}: contains data of another recipe (see {name}); delete it or choose another.",
                parameter="output",
            )
        return
    if folder.exists() and any(folder.iterdir()):
        raise UserError(
            f"output {folder}: is not empty and contains no {name}; choose a new folder.", parameter="output"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(file, f"{text}\n".encode())
    except OSError as error:
        raise UserError(
            f"output {folder}: cannot be written ({error.strerror}); choose another folder.", parameter="output"
        ) from None


def render_crops(job: Job, jobs: int, cluster: str | None = None) -> tuple[int, int]:
    """Render the missing shards of a data set and join them; return the numbers of samples and of dropped exposures.

    Args:
        job: recipe and output folder.
        jobs: number of processes on this machine.
        cluster: address of a Dask scheduler whose workers render instead of this machine, with the same result.

    Raises:
        UserError: the folder contains data of another recipe or cannot be written, or the cluster cannot be used;
            finished shards are kept.
    """
    if cluster is not None:
        job = replace(job, folder=job.folder.resolve())
    open_folder(job.folder, job.recipe, "crops")
    if (job.folder / "samples.csv").is_file():
        with (job.folder / "samples.csv").open() as file:
            return sum(1 for _ in file) - 1, 0
    shards = job.folder / "shards"
    shards.mkdir(exist_ok=True)
    missing = [s for s in range(job.recipe.shards) if not (shards / f"{s:05d}.json").is_file()]
    try:
        with bar() as progress:
            task = progress.add_task("rendering", total=job.recipe.shards, completed=job.recipe.shards - len(missing))
            if cluster is not None:
                for _ in run_on_cluster(cluster, _render_shard, job, missing, [job.folder / "recipe.json"]):
                    progress.advance(task)
            elif jobs <= 1:
                for shard in missing:
                    _render_shard(job, shard)
                    progress.advance(task)
            else:
                context = multiprocessing.get_context("spawn")
                with ProcessPoolExecutor(jobs, context) as pool:
                    futures = [pool.submit(_render_shard, job, shard) for shard in missing]
                    try:
                        for future in as_completed(futures):
                            future.result()
                            progress.advance(task)
                    except BaseException:
                        pool.shutdown(wait=False, cancel_futures=True)
                        raise
        return _join(job)
    except OSError as error:
        raise UserError(
            f"output {job.folder}: writing failed ({error.strerror}); free some space and run the "
            "same command again, finished shards are kept.",
            parameter="output",
        ) from None


def _join(job: Job) -> tuple[int, int]:
    """Join the shards into one array per modality and the table, then remove them."""
    shards = job.folder / "shards"
    parts = [json.loads((shards / f"{s:05d}.json").read_text()) for s in range(job.recipe.shards)]
    rows = [row for part in parts for row in part["rows"]]
    for name, kind in ARRAYS.items():
        shape = (len(rows), CROP_SIZE, CROP_SIZE, 3) if name == "rgb" else (len(rows), CROP_SIZE, CROP_SIZE)
        with replacing(job.folder / f"{name}.npy") as temporary:
            target = np.lib.format.open_memmap(temporary, mode="w+", dtype=kind, shape=shape)
            at = 0
            for shard in range(job.recipe.shards):
                data = np.load(shards / f"{shard:05d}.{name}.npy")
                target[at : at + len(data)] = data
                at += len(data)
            target.flush()
            del target
    with replacing(job.folder / "samples.csv") as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for index, row in enumerate(rows):
            writer.writerow({"sample": index, **row})
    shutil.rmtree(shards)
    return len(rows), sum(part["dropped"] for part in parts)


def environment_list(folder: Path | None) -> tuple[Path, ...]:
    """Return the environment maps of a folder."""
    return tuple(environment_files(folder))
