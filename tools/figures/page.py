"""Generation of docs/models.md: scores of every model, tables and images, written between the marks of the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import write_text
from fasdemo.errors import UserError
from fasdemo.faces.detector import FaceDetector
from fasdemo.models.model_file import ModelFile, read_model
from fasdemo.models.registry import shipped_models
from tools.figures import leave_one_out, pictures, tables
from tools.figures.app_scores import app_cutter, fingerprint, score_file
from tools.figures.measured import Measured, Value, agrees, line
from tools.figures.peer import PeerCutter, read_peer
from trainer.data.faces import FaceSet, HeldOut, SubsetOf, counts
from trainer.data.layouts.generated import Generated
from trainer.evaluation.evaluation import OperatingPoints, card_metrics, choose_operating_points
from trainer.evaluation.loading import operating_points_of
from trainer.evaluation.marks import check_marks, write_between
from trainer.evaluation.scoring import Margins

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
DEPTH_ALONE = "fasdemo-featherb-depth"
_POLICY = "balanced"


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of a generated set that are evaluated.

    Attributes:
        dev: development part.
        test: test part.
        held_out: species and sensors that are not in the training part.
        columns: generator's table of the test part.
        mark: fingerprint of the set.
        recipe: description of the set.
    """

    dev: FaceSet
    test: FaceSet
    held_out: HeldOut
    columns: dict[str, npt.NDArray[Any]]
    mark: str
    recipe: str


def open_parts(folder: Path, pretend: HeldOut | None = None) -> Parts:
    """Open a generated set.

    Args:
        folder: folder of the set.
        pretend: held-out species and sensors, instead of those that the training part lacks.

    Raises:
        UserError: the folder is not a finished generated set, or has no development or test part.
    """
    whole = Generated(folder)
    at = {name: np.flatnonzero(whole.split == name) for name in ("train", "dev", "test")}
    if not len(at["test"]) or not len(at["dev"]):
        raise UserError(f"{folder}: has no test or no development part; render a larger set.")
    dev, test = SubsetOf(whole, at["dev"]), SubsetOf(whole, at["test"])
    species = np.setdiff1d(test.species, whole.species[at["train"]])
    sensors = np.setdiff1d(test.sensors, whole.sensors[at["train"]])
    held = HeldOut(frozenset(map(str, species)) - {""}, frozenset(map(str, sensors)))
    columns = {name: values[at["test"]] for name, values in whole.crops.table.items()}
    return Parts(dev, test, pretend or held, columns, fingerprint(folder), _recipe(folder, whole, at))


def _recipe(folder: Path, whole: Generated, at: dict[str, npt.NDArray[np.intp]]) -> str:
    try:
        asked = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{folder / 'recipe.json'}: cannot be read ({error}); render the data set again.") from None
    sets = [asked, *asked.get("joined", ())]
    made = [f"{sum(one['count'] for one in sets):,} exposures"] if all("count" in one for one in sets) else []
    made += [f"generator {asked['generator']}"] if "generator" in asked else []
    seeds = [str(one["seed"]) for one in sets if "seed" in one]
    made += [f"seed{'s' if len(seeds) > 1 else ''} {' and '.join(seeds)}"] if seeds else []
    people = {part: len(np.unique(whole.subjects[numbers])) for part, numbers in at.items()}
    uses = (("train", "to train"), ("dev", "to choose thresholds"), ("test", "to test"))
    parts = [f"{people[part]} people {use} ({len(at[part]):,} crops)" for part, use in uses]
    return f"{', '.join([*made, f'{len(whole):,} crops'])}: {', '.join(parts)}"


def measure(model: ModelFile, parts: Parts, cache: Path, threads: int, shipped: bool) -> Measured:
    """Measure a model of this project with the thresholds of its card."""
    cut = app_cutter(model.card, parts.test.crop_scale or 1.0)
    scores, _ = score_file(model, parts.test, cut, f"app {parts.mark}", cache, threads)
    return Measured(
        model.card.name, model.card, operating_points_of(model.card), parts.test, parts.held_out, scores, shipped
    )


def measure_peer(path: Path, parts: Parts, cache: Path, threads: int) -> tuple[list[Measured], int]:
    """Measure the peer at the threshold of its authors, and at one chosen as for the models of this project.

    Returns:
        Both measurements, and the number of test images in which the detector found no face.
    """
    model = read_peer(path)
    with FaceDetector() as detector:
        cutter = PeerCutter(detector)
        test, margins = score_file(model, parts.test, cutter, f"peer {parts.mark}", cache, threads)
        noted = cache / f"{model.card.name}-faces-{parts.mark}.json"
        if cutter.cut:
            write_text(noted, json.dumps(cutter.without_face))
        missing = int(json.loads(noted.read_text(encoding="utf-8")))
        _, dev = score_file(model, parts.dev, PeerCutter(detector), f"peer dev {parts.mark}", cache, threads)
    own = Measured(
        f"{model.card.name}, its own 0.5",
        model.card,
        operating_points_of(model.card),
        parts.test,
        parts.held_out,
        test,
        False,
    )
    operating_points: OperatingPoints = choose_operating_points(Margins(dev, {}), parts.dev, _POLICY)
    fitted = {subset: operating_points.scores(values, subset) for subset, values in margins.items()}
    same = Measured(
        f"{model.card.name} (peer)", model.card, operating_points, parts.test, parts.held_out, fitted, False
    )
    return [same, own], missing


def write_page(
    page: Path,
    data: Path,
    cache: Path,
    others: Sequence[Path] = (),
    peer: Path | None = None,
    loo: Path | None = None,
    models: Path | None = None,
    threads: int = 1,
    pretend: HeldOut | None = None,
) -> list[str]:
    """Write every figure of the page, and its images to the folder `images` beside it.

    Args:
        page: Markdown file with the marks.
        data: generated set.
        cache: folder for scores.
        others: ONNX files for the tables that are not shipped.
        peer: ONNX file of MiniFAS.
        loo: JSON file of `tools/measure/networks/leave_one_out.py`.
        models: folder of the shipped models; the installed one if None.
        threads: processor threads.
        pretend: see `open_parts`.

    Returns:
        A sentence for each figure of a card that differs from the scores of its file.

    Raises:
        UserError: a file or a part of the set is missing, or the page has no marks.
    """
    check_marks(page, BEGIN, END)
    parts = open_parts(data, pretend)
    # A network that sees more than the stored crops show is measured on photographs.
    field = parts.test.crop_scale or 1.0
    usual = [model for model in shipped_models(models) if model.card.crop.scale <= field]
    shipped = [measure(model, parts, cache, threads, shipped=True) for model in usual]
    extra = [measure(read_model(path), parts, cache, threads, shipped=False) for path in others]
    peers, faceless = measure_peer(peer, parts, cache, threads) if peer is not None else ([], 0)
    flagship = next(model for model in shipped if model.card.presence_input)
    images = page.parent / "images"
    ours = [*shipped, *extra]
    pictures.det_curves(images / "models-det.png", [*ours, *peers[:1]], flagship)
    pictures.score_distributions(images / "models-scores.png", flagship)
    accepted = pictures.worst_sheet(images / "models-false-accepts.jpg", flagship, parts.columns, live=False)
    refused = pictures.worst_sheet(images / "models-false-rejects.jpg", flagship, parts.columns, live=True)

    lines = ["", *_about(parts, flagship), ""]
    lines += ["### Unseen people, seen species and sensors", "", *tables.main_table([*ours, *peers])]
    if peers:
        lines += ["", _peer_note(len(parts.test), faceless)]
    lines += ["", "### Goals", "", *tables.goals_table(goals(shipped, flagship, loo))]
    if parts.held_out.species:
        lines += ["", "### Species that were never trained on", "", *tables.unseen_species_table([*ours, *peers[:1]])]
    if loo is not None and loo.is_file():
        lines += ["", *leave_one_out.table(json.loads(loo.read_text(encoding="utf-8")))]
    if parts.held_out.sensors:
        lines += ["", "### A sensor that was never trained on", "", *tables.unseen_sensor_table([*ours, *peers[:1]])]
    singles = [model for model in shipped if model is not flagship]
    lines += ["", "### By species", "", *tables.species_table([*singles, flagship])]
    groups = tables.groupings(flagship, parts.columns)
    lines += ["", f"### {flagship.name} by group", "", *tables.group_table(flagship, groups)]
    for model in shipped:
        if model.name == DEPTH_ALONE:
            # The accuracy of a depth sensor depends on the distance.
            groups = {"distance": tables.groupings(model, parts.columns)["distance"]}
            lines += ["", f"### {model.name} by distance", "", *tables.group_table(model, groups)]
    lines += _gallery(flagship, accepted, refused)
    write_between(page, BEGIN, END, lines)
    return [sentence for model in ours for sentence in _card_differences(model)]


def goals(shipped: Sequence[Measured], flagship: Measured, loo: Path | None) -> list[tuple[str, str, float, Value]]:
    """Return the goals for the shipped models on the test part: name, relation, limit, figure."""
    whole = line(flagship, flagship.seen)
    depth = next((model for model in shipped if model.name == DEPTH_ALONE), None)
    alone = line(depth, depth.seen).acer if depth is not None else Value(None)
    found = [
        (f"{flagship.name}, {'+'.join(flagship.all_streams)}: ACER", "<=", 0.005, whole.acer),
        ("TPR at FPR 1e-3", ">=", 0.995, whole.tpr3),
        ("APCER of the worst seen species", "<=", 0.01, whole.worst),
        ("APCER of the worst held-out species", "<=", 0.05, _worst_unseen(flagship)),
        ("BPCER20", "<=", 0.01, whole.bpcer20),
        (f"depth alone ({DEPTH_ALONE}): ACER", "<=", 0.01, alone),
    ]
    if loo is not None and loo.is_file():
        worst = leave_one_out.worst(json.loads(loo.read_text(encoding="utf-8")))
        found.insert(4, ("APCER of the worst species left out in turn", "<=", 0.05, worst))
    return found


def _worst_unseen(model: Measured) -> Value:
    mask = model.held_out.unseen_species(model.test) & ~model.held_out.unseen_sensor(model.test)
    if not mask.any():
        return Value(None, None, "no species was held out")
    return line(model, mask).worst


def _about(parts: Parts, flagship: Measured) -> list[str]:
    test = parts.test
    seen = parts.held_out.seen(test)
    inner = SubsetOf(test, np.flatnonzero(seen))
    threshold = flagship.operating_points.thresholds[flagship.operating_points.default_policy]
    held = [f"species {', '.join(sorted(parts.held_out.species))}"] * bool(parts.held_out.species)
    held += [f"sensor {', '.join(sorted(parts.held_out.sensors))}"] * bool(parts.held_out.sensors)
    return [
        f"Data: {parts.recipe}.",
        "",
        f"Test part, species and sensors that were trained on: {counts(inner)}; none of these people is in the "
        "training part. "
        + (f"Held out of training and of the choice of thresholds: {'; '.join(held)}. " if held else "")
        + f"Thresholds are those of each card's policy `{flagship.operating_points.default_policy}`, chosen on the "
        f"development people ({threshold.rule.split(';')[0]}). ACER is the mean of BPCER and of the APCER over all "
        "attacks. In brackets: 95 % intervals, Clopper-Pearson, the EER's by drawing people anew. Each setup was "
        "exposed several times and a person appears in many pictures, so the intervals are too narrow rather than too "
        "wide. n/a: too few attacks to resolve the rate.",
    ]


def _peer_note(total: int, faceless: int) -> str:
    none = f"; in {faceless} of {total} pictures it found none, there the median box stands in" if faceless else ""
    return (
        "The peer is MiniFAS, trained on CelebA-Spoof by its authors (98.20 % accuracy there), fed as they feed it: "
        "RGB on 0 to 1, 128 px, a square of 1.5 times the face's box, borders reflected. The box is that of this "
        "project's detector, run on the stored 192 px crop, which is 337 mm wide on an adult and turned upright"
        f"{none}. It never saw rendered pictures, and the models above never saw CelebA-Spoof. Once its threshold is "
        "chosen as for the others, on the development people; once it is its own."
    )


def _gallery(flagship: Measured, accepted: int, refused: int) -> list[str]:
    attacks, live = int((flagship.test.labels == 0).sum()), int((flagship.test.labels == 1).sum())
    return [
        "", "### Curves", "", "![DET curves](images/models-det.png)",
        "", f"### Scores of {flagship.name}", "", "![Score distributions](images/models-scores.png)",
        "", "### The worst ten of each kind", "",
        f"{flagship.name}, all streams, the whole test part, held-out species and sensors too: {accepted} of {attacks} "
        f"attacks are accepted, {refused} of {live} live faces are not. Red: on the wrong side of the threshold.",
        "", "![Attacks with the highest scores](images/models-false-accepts.jpg)",
        "", "![Live faces with the lowest scores](images/models-false-rejects.jpg)",
    ]  # fmt: skip


def _card_differences(model: Measured) -> list[str]:
    own = card_metrics(model.evaluation(), model.operating_points, "")
    return agrees(model, {name: model.card.metrics[name] for name in own if name in model.card.metrics})
