"""Real captures of live people as training crops, beside the same captures shown as prints and screens.

A network that sees live faces of one camera only as live learns the camera. Each capture is therefore used in both
classes: as it is, and as if it had been printed or displayed, with the depth of a sheet and the infrared of paper or
a dark pane, in front of the same background and seen by the same camera.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import replacing, write_text
from fasdemo.errors import UserError
from fasdemo.models.crop import crop_face
from fasdemo.models.infrared import ir_view
from trainer.evaluation.real.captures import RealSource
from trainer.evaluation.real.faces import KeptFaces
from trainer.synth.dataset.crop_set import COLUMNS, CROP_SIZE, load
from trainer.synth.dataset.crops import CROP

Floats = npt.NDArray[np.float32]
Depth = npt.NDArray[np.uint16]
Grey = npt.NDArray[np.uint8]

SPECIES = (
    "print-flat",
    "print-bent",
    "poster",
    "print-half",
    "replay-tablet",
    "print-cut-eyes",
    "print-cut-eyes-nose-mouth",
)
LIVE_REPEATS = 3
"""Rows of each capture without change; in training, augmentation makes them different."""
RECAPTURES = 2
"""Rows of each capture as an attack, of different species."""

_CROP_MM = 337.0
"""Width of a stored crop on an adult: 1.5 times the network's 225 mm."""
_FIRST_SETUP = 900_000
"""Setup numbers of rendered crops stay below."""
_HOLES = ((0.36, 0.40, 0.075, 0.04), (0.64, 0.40, 0.075, 0.04))
_MORE_HOLES = ((0.5, 0.56, 0.07, 0.11), (0.5, 0.70, 0.11, 0.05))
"""Centre and radii of cut-out eyes, nose and mouth, as shares of the network's field."""


@dataclass(frozen=True, slots=True)
class RealCrop:
    """One live capture, cut as rendered crops are.

    Attributes:
        person: pseudonym within its source.
        depth: uint16 (192, 192) millimetres, 0 = no reading.
        ir: uint8 (192, 192).
        distance_mm: distance of the face; 0 if unknown.
    """

    person: str
    depth: Depth
    ir: Grey
    distance_mm: float


def cut_live(source: RealSource, people: Collection[str], faces: KeptFaces) -> list[RealCrop]:
    """Return the crops of all live captures of these people in which a face with depth and infrared is found."""
    crops = []
    for capture in source.captures:
        if capture.person not in people or capture.label != "live":
            continue
        frame = capture.load()
        found = faces.detect(frame.rgb)
        if not found:
            continue
        cut = crop_face(frame, found[0], CROP, CROP_SIZE)
        if cut.depth_mm is None or cut.ir is None:
            continue
        crops.append(
            RealCrop(capture.person, np.rint(cut.depth_mm).astype(np.uint16), ir_view(cut.ir), cut.distance_mm)
        )
    return crops


class Recapture:
    """Draws prints and screens that show a live capture."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        y, x = np.mgrid[:CROP_SIZE, :CROP_SIZE].astype(np.float32)
        self._x, self._y = x, y

    def species(self) -> tuple[str, ...]:
        """Draw the species of one capture's recaptures."""
        return tuple(str(name) for name in self._rng.choice(SPECIES, size=RECAPTURES, replace=False))

    def draw(self, crop: RealCrop, species: str) -> tuple[Depth, Grey]:
        """Return depth (192, 192) in millimetres and infrared (192, 192) of the capture shown as an attack."""
        rng = self._rng
        known = crop.depth[crop.depth > 0]
        distance = crop.distance_mm if crop.distance_mm > 0 else float(np.median(known)) if known.size else 0.0
        mask = np.ones((CROP_SIZE, CROP_SIZE), np.float32) if species == "poster" else self._outline()
        bendable = species in ("print-bent", "print-half", "print-cut-eyes")
        surface = self._sheet(distance + rng.normal(0, 5), bendable and rng.random() < 0.7)
        strength = rng.uniform(0.0, 0.25) if rng.random() < 0.75 else rng.uniform(0.25, 0.5)
        shown = self._ink(crop.ir, strength)
        if species == "replay-tablet":
            shown = self._pane()
        if species == "print-half":
            mask = mask * self._half()
        if species.startswith("print-cut"):
            mask = mask * (1 - _holes(species.endswith("mouth")))
        surface = surface + self._noise(rng.uniform(0.3, 1.6), 1.6) + self._noise(rng.uniform(0.2, 1.2), 5)
        if species == "replay-tablet" and rng.random() < 0.6:
            surface = np.where(self._noise(1, 7) > rng.uniform(0.2, 1.6), 0, surface)
        depth = np.where(mask > 0, np.clip(np.rint(surface), 0, 65535), crop.depth).astype(np.uint16)
        behind = crop.ir.astype(np.float32) / 255 * rng.uniform(0.6, 1.1)
        edge = cv2.GaussianBlur(mask, (0, 0), 0.8)
        light = np.clip(shown * edge + behind * (1 - edge), 0, 1)
        return depth, np.rint(light * 255).astype(np.uint8)

    def _noise(self, deviation: float, sigma_px: float) -> Floats:
        grain = self._rng.standard_normal((CROP_SIZE, CROP_SIZE)).astype(np.float32)
        smooth = cv2.GaussianBlur(grain, (0, 0), sigma_px)
        return np.asarray(smooth / smooth.std() * deviation, np.float32)

    def _sheet(self, distance_mm: float, bent: bool) -> Floats:
        """Return the depth of a leaning, flat or rolled sheet, millimetres."""
        rng = self._rng
        turn, lean = (
            np.radians(rng.uniform(-most, most) if rng.random() < 0.4 else rng.normal(0, 12)) for most in (45, 50)
        )
        x = (self._x - CROP_SIZE / 2) * (_CROP_MM / CROP_SIZE)
        y = (self._y - CROP_SIZE / 2) * (_CROP_MM / CROP_SIZE)
        z = distance_mm / (1 - (np.tan(turn) * x + np.tan(lean) * y) / distance_mm)
        if bent:
            radius, axis = rng.uniform(70, 300), rng.uniform(0, np.pi)
            across = np.clip(x * np.cos(axis) + y * np.sin(axis) + rng.normal(0, 20), -radius * 0.98, radius * 0.98)
            z = z + rng.choice([1, 1, -1]) * (radius - np.sqrt(radius * radius - across * across))
        return np.asarray(z, np.float32)

    def _outline(self) -> Floats:
        rng = self._rng
        if rng.random() < 0.4:
            return np.ones((CROP_SIZE, CROP_SIZE), np.float32)
        width, height = rng.uniform(0.42, 1.3) * CROP_SIZE, rng.uniform(0.5, 1.4) * CROP_SIZE
        turn = rng.normal(0, 8)
        centre = (CROP_SIZE / 2 + rng.normal(0, 6), CROP_SIZE / 2 + rng.normal(0, 6))
        mask = np.zeros((CROP_SIZE, CROP_SIZE), np.uint8)
        cv2.fillConvexPoly(mask, cv2.boxPoints((centre, (width, height), turn)).astype(np.int32), 1)
        return mask.astype(np.float32)

    def _ink(self, ir: Grey, strength: float) -> Floats:
        """Return paper on which `strength` of the picture's local contrast is left: most inks fade in infrared."""
        light = ir.astype(np.float32) / 255
        mean = cv2.GaussianBlur(light, (0, 0), 12)
        paper = self._rng.uniform(0.25, 0.8)
        lit = 1 + self._noise(0.06, 40)
        return np.asarray(
            np.clip(paper * lit * (1 + strength * (light - mean) / (mean + 0.05)) + self._noise(0.012, 1.0), 0, 1),
            np.float32,
        )

    def _pane(self) -> Floats:
        """Return a screen: dark in infrared, with the lamp's reflection."""
        rng = self._rng
        dark = rng.uniform(0.01, 0.09) + self._noise(0.006, 1.0)
        away = (self._x - rng.uniform(0, CROP_SIZE)) ** 2 + (self._y - rng.uniform(0, CROP_SIZE)) ** 2
        return np.asarray(np.clip(dark + 0.25 * np.exp(-away / (2 * rng.uniform(4, 14) ** 2)), 0, 1), np.float32)

    def _half(self) -> Floats:
        side, middle = self._rng.integers(4), CROP_SIZE / 2 + self._rng.normal(0, 6)
        halves = (self._x < middle, self._x > middle, self._y < middle + 8, self._y > middle + 4)
        return np.asarray(halves[side], np.float32)


def _holes(nose_and_mouth: bool) -> Floats:
    holes = np.zeros((CROP_SIZE, CROP_SIZE), np.uint8)
    field = CROP_SIZE / CROP.scale
    margin = (CROP_SIZE - field) / 2
    for x, y, wide, high in _HOLES + (_MORE_HOLES if nose_and_mouth else ()):
        centre = (int(margin + x * field), int(margin + y * field))
        cv2.ellipse(holes, centre, (int(wide * field), int(high * field)), 0, 0, 360, 1, -1)
    return holes.astype(np.float32)


def write_mixed(bases: Sequence[Path], crops: list[RealCrop], sensor: str, seed: int, output: Path) -> int:
    """Write a crops data set: the rendered ones, and the real captures with their recaptures in its training part.

    A person is in the same part of every rendered set, so the parts of the joined set share no person either.

    Args:
        bases: folders of `python -m trainer synth crops`; the recipe of the first is kept.
        crops: live captures; because they have no colour, grey infrared is used instead in both classes.
        sensor: name of the camera in the table.
        seed: seed of the recaptures.
        output: an empty or new folder.

    Returns:
        The number of rows that were added.

    Raises:
        UserError: a base cannot be read, or the output folder is not empty.
    """
    if not crops:
        raise UserError("no live capture with depth and infrared shows a face; name other people or another folder.")
    if output.exists() and any(output.iterdir()):
        raise UserError(f"{output}: is not empty; name a new folder.")
    rendered = [load(base) for base in bases]
    draw = Recapture(seed)
    depth: list[Depth] = []
    ir: list[Grey] = []
    labels: list[tuple[str, str, str]] = []
    for crop in crops:
        shown = [(crop.depth, crop.ir, "")] * LIVE_REPEATS
        shown += [(*draw.draw(crop, species), species) for species in draw.species()]
        for one_depth, one_ir, species in shown:
            depth.append(one_depth)
            ir.append(one_ir)
            labels.append((crop.person, "spoof" if species else "live", species))
    output.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "depth": np.stack(depth),
        "ir": np.stack(ir),
        "rgb": np.repeat(np.stack(ir)[..., None], 3, axis=3),
    }
    first = sum(len(base) for base in rendered)
    for name, added in arrays.items():
        parts: list[npt.NDArray[np.generic]] = [*(getattr(base, name) for base in rendered), added]
        shape = (first + len(added), *added.shape[1:])
        target = np.lib.format.open_memmap(output / f"{name}.npy", mode="w+", dtype=added.dtype, shape=shape)
        at = 0
        for part in parts:
            target[at : at + len(part)] = part
            at += len(part)
        target.flush()
    rows = LIVE_REPEATS + RECAPTURES
    with replacing(output / "samples.csv") as temporary, temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_joined_rows(bases))
        for number, (person, label, species) in enumerate(labels):
            writer.writerow(_row(first + number, number // rows, number % rows, sensor, person, label, species))
    recipe, *others = (json.loads((base / "recipe.json").read_text(encoding="utf-8")) for base in bases)
    if others:
        recipe["joined"] = others
    recipe["real"] = {"sensor": sensor, "people": sorted({crop.person for crop in crops}), "seed": seed}
    write_text(output / "recipe.json", json.dumps(recipe, indent=2) + "\n")
    return len(labels)


def _joined_rows(bases: Sequence[Path]) -> Iterator[dict[str, str | int]]:
    """Yield the rows of the rendered sets with sample and setup numbers that occur once."""
    sample = first_setup = 0
    for base in bases:
        last_setup = first_setup
        with (base / "samples.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                setup = first_setup + int(row["setup"])
                last_setup = max(last_setup, setup)
                yield {**row, "sample": sample, "setup": setup}
                sample += 1
        first_setup = last_setup + 1


def _row(
    sample: int, setup: int, shot: int, sensor: str, person: str, label: str, species: str
) -> dict[str, str | int | float]:
    """Return a row of `samples.csv`; facts that are unknown for real captures have the neutral value of their type."""
    numbers = dict.fromkeys(("yaw", "pitch", "roll", "skin_ita", "exposure", "face_px", "face_score", "inside"), 0.0)
    return {
        **dict.fromkeys(COLUMNS, ""),
        **numbers,
        "sample": sample,
        "setup": _FIRST_SETUP + setup,
        "shot": shot,
        "split": "train",
        "label": label,
        "species": species,
        "person": f"real-{sensor}-{person}",
        "instrument": "real capture" if label == "live" else "recaptured",
        "sensor": sensor,
        "depth_scale": 0.001,
        "projector": "on",
        "distance_m": 0.9,
        "skin_tone": "unknown",
        "glasses": 0,
        "light": "unknown",
        "face_x": 0.0,
        "face_y": 0.0,
    }
