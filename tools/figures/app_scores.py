"""Scores of model files on generated crops, computed with the app's own crops, preprocessing and calibration."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.atomic_file import replacing
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.models.card import ModelCard
from fasdemo.models.crop import FaceCrops, core_median_mm
from fasdemo.models.model_file import ModelFile
from fasdemo.models.predictor import Predictor
from fasdemo.models.warp import Transform, warp
from fasdemo.progress import bar
from trainer.config.schema import all_subsets
from trainer.data.faces import FaceSet, Sample
from trainer.evaluation.scoring import Subset

Floats = npt.NDArray[np.float64]
Cutter = Callable[[Sample], FaceCrops]
_BATCH = 32


def inner_transform(card: ModelCard, size: int, crop_scale: float) -> Transform:
    """Return the affine transform (2, 3) from pixels of a stored crop to pixels of the card's crop.

    Args:
        card: model card.
        size: side of the stored crop (`keypoints-v1`) in pixels.
        crop_scale: scale of the stored crop.

    Raises:
        UserError: the card's crop cannot be cut from a stored one.
    """
    if card.crop.template != "keypoints-v1":
        raise UserError(
            f"{card.name}: crops of template {card.crop.template} cannot be cut from aligned ones; leave the model out."
        )
    ratio = crop_scale / card.crop.scale * card.input_size / size
    shift = (card.input_size - 1) / 2 - ratio * (size - 1) / 2
    return np.array([[ratio, 0.0, shift], [0.0, ratio, shift]])


def app_cutter(card: ModelCard, crop_scale: float) -> Cutter:
    """Return a function that cuts what `fasdemo.models.crop.crop_face` returns from a stored crop."""

    def cut(pictures: Sample) -> FaceCrops:
        assert pictures.rgb is not None
        assert pictures.depth is not None
        assert pictures.ir is not None
        to_crop = inner_transform(card, pictures.rgb.shape[0], crop_scale)
        depth = warp(pictures.depth, to_crop, card.input_size, nearest=True).astype(np.float32)
        return FaceCrops(
            rgb=warp(pictures.rgb, to_crop, card.input_size).astype(np.uint8),
            depth_mm=depth,
            ir=warp(pictures.ir, to_crop, card.input_size).astype(np.uint8),
            distance_mm=core_median_mm(depth),
            to_crop=to_crop,
        )

    return cut


def shown(crops: FaceCrops, subset: Sequence[Stream]) -> FaceCrops:
    """Return the crops of these streams only."""
    return FaceCrops(
        rgb=crops.rgb if "rgb" in subset else None,
        depth_mm=crops.depth_mm if "depth" in subset else None,
        ir=crops.ir if "ir" in subset else None,
        distance_mm=crops.distance_mm,
        to_crop=crops.to_crop,
        inside=crops.inside,
    )


def subsets_of(card: ModelCard) -> list[Subset]:
    """Return every subset of streams that the model accepts, all streams first."""
    return [subset for subset in all_subsets(card.modalities) if card.accepts(frozenset(subset))]


def score_file(
    model: ModelFile, face_set: FaceSet, cut: Cutter, method: str, cache: Path, threads: int = 1
) -> tuple[dict[Subset, Floats], dict[Subset, Floats]]:
    """Return calibrated scores and margins, float64 (N,), of every subset of the model's streams.

    Args:
        model: the exported file.
        face_set: the samples.
        cut: function from a sample to the crops of the model.
        method: name of the cutting method and the data, part of the key of the cache.
        cache: folder for scores of the same file on the same samples.
        threads: processor threads.

    Returns:
        Scores and margins by subset, NaN if the model returned none.
    """
    subsets = subsets_of(model.card)
    key = hashlib.sha256(f"{model.sha256} {method} {len(face_set)} {face_set.names[:1]}".encode()).hexdigest()[:20]
    path = cache / f"{model.card.name}-{key}.npz"
    names = ["+".join(subset) for subset in subsets]
    if path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            if set(stored.files) == {*names, *(f"margin {name}" for name in names)}:
                kept = {subset: stored[name] for subset, name in zip(subsets, names, strict=True)}
                return kept, {s: stored[f"margin {name}"] for s, name in zip(subsets, names, strict=True)}
    scores = {subset: np.full(len(face_set), np.nan) for subset in subsets}
    margins = {subset: np.full(len(face_set), np.nan) for subset in subsets}
    with bar() as progress, Predictor(model, "cpu", threads) as predictor:
        task = progress.add_task(model.card.name, total=len(face_set))
        for start in range(0, len(face_set), _BATCH):
            numbers = range(start, min(start + _BATCH, len(face_set)))
            crops = [cut(face_set.sample(number)) for number in numbers]
            for subset in subsets:
                for number, found in zip(numbers, predictor.predict([shown(c, subset) for c in crops]), strict=True):
                    if found.score is not None and found.margin is not None:
                        scores[subset][number], margins[subset][number] = found.score, found.margin
            progress.advance(task, len(crops))
    cache.mkdir(parents=True, exist_ok=True)
    arrays = {name: scores[subset] for subset, name in zip(subsets, names, strict=True)}
    arrays |= {f"margin {name}": margins[subset] for subset, name in zip(subsets, names, strict=True)}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # no array is called `allow_pickle`
    return scores, margins


def fingerprint(folder: Path) -> str:
    """Return a hash of the table and the recipe of a generated set, 16 hex digits."""
    digest = hashlib.sha256()
    for name in ("samples.csv", "recipe.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]
