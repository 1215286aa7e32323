"""Encoded crops for the exporter, to compare files and to quantise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.models.card import ModelCard
from trainer.config.schema import AugmentConfig, DataConfig, InputConfig
from trainer.data.faces import ATTACK, LIVE, FaceSet, Ints
from trainer.data.loader import Loader
from trainer.data.splits import check_streams, open_part, open_splits
from trainer.data.transforms.augment import Cropper
from trainer.export.onnx_export import Feed

_BATCH = 16


@dataclass(frozen=True, slots=True)
class Samples:
    """Encoded crops with labels.

    Attributes:
        feeds: batches of up to `_BATCH` samples.
        labels: int64 (N,): 1 live, 0 attack, -1 unlabelled, in the order of the feeds.
        source: name of the data set or list.
    """

    feeds: list[Feed]
    labels: npt.NDArray[np.int64]
    source: str

    def __len__(self) -> int:
        return len(self.labels)


def read_samples(place: Path, card: ModelCard, limit: int) -> tuple[Samples, Samples]:
    """Read crops to quantise on, and other crops to compare on.

    Args:
        place: folder of a data set as `python -m trainer train --data` takes it, whose training and development parts
            are read, or a list file, whose two halves are read.
        card: model card, which defines crops and encoding.
        limit: largest number of crops of each part, evenly picked.

    Returns:
        Samples to quantise on, and samples to compare on.

    Raises:
        UserError: there is no such folder or file, nothing in it is readable, or a stream of the network is absent.
    """
    flexible = card.presence_input is not None
    if place.is_file():
        # Opened as one part, because quantising needs no labels and the list may have none.
        whole = open_part(DataConfig(folder=place.parent, val_list=place), "dev", card.modalities)
        check_streams(whole, card.modalities, flexible)
        halves = [np.arange(start, len(whole), 2) for start in (0, 1)]
        if not len(halves[1]):
            raise UserError(f"{place}: fewer than two samples; give a list of a few dozen real faces.")
        return _encoded(whole, card, halves[0], limit), _encoded(whole, card, halves[1], limit)
    if not place.is_dir():
        raise UserError(f"{place}: no such folder or list file; give recorded sessions, a data set or a list.")
    splits = open_splits(DataConfig(folder=place), card.modalities, flexible)
    parts = [_encoded(part, card, np.arange(len(part)), limit) for part in (splits.train, splits.dev)]
    return parts[0], parts[1]


def _encoded(face_set: FaceSet, card: ModelCard, indices: Ints, limit: int) -> Samples:
    count = min(limit, len(indices))
    picked = indices[np.linspace(0, len(indices) - 1, count).round().astype(np.int64)]
    depth = next((spec for spec in card.inputs if spec.modality == "depth"), None)
    inputs = InputConfig(
        size=card.input_size,
        crop_scale=card.crop.scale,
        depth_encoding="face-relative-mm" if depth is None or depth.depth_encoding is None else depth.depth_encoding,
    )
    cropper = Cropper(card.modalities, inputs, AugmentConfig(kind="none"), face_set.crop_scale)
    loader = Loader(face_set, cropper, card.inputs)
    feeds: list[Feed] = []
    labels: list[Ints] = []
    for batch in loader.exact(picked, _BATCH):
        feed = {
            spec.name: np.ascontiguousarray(tensor.numpy(), np.float32)
            for spec, tensor in zip(card.inputs, batch.inputs, strict=True)
        }
        if card.presence_input is not None:
            feed[card.presence_input] = np.ascontiguousarray(batch.presence.numpy(), np.float32)
        feeds.append(feed)
        labels.append(face_set.labels[batch.indices])
    if not feeds:
        raise UserError(f"{face_set.source}: none of {count} samples can be read; check the folder.")
    # Only the name, because it is written to the card.
    return Samples(feeds, np.concatenate(labels), Path(face_set.source).name)


def accuracy(live: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> float | None:
    """Return the share of labelled samples classified correctly at 0.5; None without labels.

    Args:
        live: live probability, float64 (N,).
        labels: int64 (N,): 1 live, 0 attack, -1 unlabelled.
    """
    known = (labels == LIVE) | (labels == ATTACK)
    if not known.any():
        return None
    return float(((live[known] > 0.5) == (labels[known] == LIVE)).mean())
