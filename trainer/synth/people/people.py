"""People from folders of portraits: fitted once, cached in a work folder, split by person."""

from __future__ import annotations

import csv
import hashlib
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from fasdemo.errors import UserError
from fasdemo.faces.model_file import face_model_path
from fasdemo.progress import track
from trainer.synth.heads.headmodel import HeadModel
from trainer.synth.heads.open_heads import load_head
from trainer.synth.people.defaultperson import DEFAULT_NAME, default_points, default_portrait
from trainer.synth.people.fit import fit_head
from trainer.synth.people.landmarks import Landmarker, Points
from trainer.synth.people.person import PERSON_VERSION, Person, build_person, stable_hash
from trainer.synth.people.portrait import cropped, read_picture, segment_portrait

Split = Literal["train", "dev", "test"]
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
WORK = Path(".work")


def split_of(person: str) -> Split:
    """Return the part of a person: 70 % train, 15 % dev, 15 % test, by a stable hash of the name."""
    share = stable_hash(person) % 1000
    return "train" if share < 700 else "dev" if share < 850 else "test"


@dataclass(frozen=True)
class People:
    """Fitted portraits and the head model that they were fitted with.

    Attributes:
        files: cached fits; `names`: the person of each; `skipped`: pictures without a usable face.
    """

    heads: Path | None
    files: tuple[Path, ...]
    names: tuple[str, ...]
    skipped: tuple[str, ...] = ()

    def model(self) -> HeadModel:
        """Return the head model, loaded once per process."""
        return load_head(self.heads)

    def portrait(self, index: int) -> Person:
        """Return a fitted portrait, cached in memory."""
        return _load(self.files[index])

    def indices(self, split: Split) -> list[int]:
        """Return the indices of the portraits of a split."""
        return [index for index, name in enumerate(self.names) if split_of(name) == split]


@lru_cache(maxsize=256)
def _load(path: Path) -> Person:
    return Person.load(path)


def portrait_files(folder: Path) -> list[tuple[Path, str]]:
    """Return the pictures of a folder with their people, from `people.csv` (file, person[, set]) or the file names.

    Raises:
        UserError: the folder does not exist or contains no picture.
    """
    if not folder.is_dir():
        raise UserError(f"portraits {folder}: no such folder; give one with pictures of faces.", parameter="portraits")
    known: dict[str, str] = {}
    table = folder / "people.csv"
    if table.is_file():
        with table.open(newline="") as file:
            for row in csv.DictReader(file):
                if row.get("file") and row.get("person"):
                    known[row["file"]] = "-".join(filter(None, (row.get("set"), row["person"])))
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES)
    if not files:
        raise UserError(
            f"portraits {folder}: no picture (.jpg, .png, .webp, .bmp) found; give a folder with portraits.",
            parameter="portraits",
        )
    return [(path, known.get(path.name, path.stem)) for path in files]


def _entries(folders: list[Path]) -> list[tuple[Path, str]]:
    """Return the pictures of all folders with their people."""
    result: list[tuple[Path, str]] = []
    owner: dict[str, Path] = {}
    for folder in folders:
        found = portrait_files(folder)
        for _, name in found:
            if owner.setdefault(name, folder) != folder:
                raise UserError(
                    f"portraits {folder}: the person {name} is also in {owner[name]}; rename one in people.csv.",
                    parameter="portraits",
                )
        result += found
    return result


def _key(path: Path, heads: Path | None) -> str:
    digest = hashlib.sha256(path.read_bytes())
    head = "default" if heads is None else f"{heads.name}-{heads.stat().st_size}"
    digest.update(f"{PERSON_VERSION} {head}".encode())
    return digest.hexdigest()[:16]


def fit_portrait(path: Path, name: str, heads: Path | None, target: Path) -> bool:
    """Fit one portrait and save it; return False if no face was found."""
    model = load_head(heads)
    rgb = read_picture(path)
    if name == DEFAULT_NAME and rgb.shape == (512, 512, 3):
        points: Points | None = default_points()
    else:
        with Landmarker(face_model_path()) as landmarker:
            points = landmarker.points(rgb)
    if points is None:
        return False
    rgb, points = cropped(rgb, points)
    fit = fit_head(model, points, (rgb.shape[1], rgb.shape[0]))
    build_person(name, path.name, segment_portrait(rgb, points), model, fit).save(target)
    return True


def load_people(
    portraits: Path | Sequence[Path] | None, heads: Path | None, jobs: int = 1, work: Path = WORK
) -> People:  # fmt: skip
    """Fit the portraits of one or several folders that are not cached yet and return all people.

    Without a folder, return the built-in person.

    Raises:
        UserError: a folder without usable portraits, or two folders that name the same person.
    """
    folders = [portraits] if isinstance(portraits, Path) else list(portraits or ())
    entries = _entries(folders) if folders else [default_portrait(work)]
    folder = work / "people"
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / f"{path.stem}-{_key(path, heads)}.npz" for path, _ in entries]
    missing = [
        (path, name, heads, target)
        for (path, name), target in zip(entries, targets, strict=True)
        if not target.is_file()
    ]
    missing = [item for item in missing if not item[3].with_suffix(".noface").is_file()]
    if missing:
        for item, found in _fit_all(missing, jobs):
            if not found:
                item[3].with_suffix(".noface").touch()
    kept = [(target, name) for (_, name), target in zip(entries, targets, strict=True) if target.is_file()]
    skipped = tuple(path.name for (path, _), target in zip(entries, targets, strict=True) if not target.is_file())
    if not kept:
        given = " ".join(map(str, folders))
        raise UserError(
            f"portraits {given}: no face was found in any of {len(entries)} pictures; give frontal portraits.",
            parameter="portraits",
        )
    return People(heads, tuple(t for t, _ in kept), tuple(n for _, n in kept), skipped)


Item = tuple[Path, str, Path | None, Path]


def _fit_item(item: Item) -> bool:
    return fit_portrait(*item)


def _fit_all(items: list[Item], jobs: int) -> list[tuple[Item, bool]]:
    run: Callable[[Item], bool] = _fit_item
    if jobs <= 1 or len(items) == 1:
        return [(item, run(item)) for item in track(items, "fitting portraits")]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context) as pool:
        return list(zip(items, track(pool.map(run, items), "fitting portraits", len(items)), strict=True))
