"""Real crops for the exporter: fed to both sides of the comparison, and to the quantiser."""

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
    """Encoded crops with their labels.

    Attributes:
        feeds: batches of up to 16.
        labels: int64 (N,): 1 live, 0 attack, -1 unlabelled, in the feeds' order.
        source: the data set's or the list's name.
    """

    feeds: list[Feed]
    labels: npt.NDArray[np.int64]
    source: str

    def __len__(self) -> int:
        return len(self.labels)


def read_samples(place: Path, card: ModelCard, limit: int) -> tuple[Samples, Samples]:
    """Crops to calibrate on, and others to compare on: a data set's training and development parts, a list's halves.

    Args:
        place: a data set's folder as `python -m trainer train --data` takes it, or a list file.
        card: what the network wants to see.
        limit: largest number of crops in each part, evenly picked.

    Raises:
        UserError: no such place, nothing readable in it, or a stream that the network needs is absent.
    """
    flexible = card.presence_input is not None
    if place.is_file():
        # The list may be one without labels: calibration needs none.
        whole = open_part(DataConfig(folder=place.parent, val_list=place), "dev", card.modalities)
        check_streams(whole, card.modalities, flexible)
        halves = [np.arange(start, len(whole), 2) for start in (0, 1)]
        if not len(halves[1]):
            raise UserError(f"{place}: lists fewer than two samples; give a few dozen real faces.")
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
        raise UserError(f"{face_set.source}: none of the {count} pictures tried can be read; check the folder.")
    # The name and not the place: it goes into the card.
    return Samples(feeds, np.concatenate(labels), Path(face_set.source).name)


def accuracy(live: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> float | None:
    """Share of labelled samples whose live probability lies on the right side of 0.5; None without labels."""
    known = (labels == LIVE) | (labels == ATTACK)
    if not known.any():
        return None
    return float(((live[known] > 0.5) == (labels[known] == LIVE)).mean())
