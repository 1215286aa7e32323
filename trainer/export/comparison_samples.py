"""Encoded crops on which an exported file is compared with its network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.models.card import ModelCard
from trainer.config.schema import AugmentConfig, DataConfig, InputConfig
from trainer.data.faces import FaceSet
from trainer.data.loader import Loader
from trainer.data.splits import check_streams, open_part, open_splits
from trainer.data.transforms.augment import Cropper
from trainer.export.onnx_export import Feed

_BATCH = 16


@dataclass(frozen=True, slots=True)
class Samples:
    """Encoded crops.

    Attributes:
        feeds: batches of up to `_BATCH` samples.
        source: name of the data set or list.
    """

    feeds: list[Feed]
    source: str


def read_samples(place: Path, card: ModelCard, limit: int) -> Samples:
    """Read crops to compare on.

    Args:
        place: folder of a data set as `python -m trainer train --data` takes it, whose development part is read, or a
            list file, which needs no labels.
        card: model card, which defines crops and encoding.
        limit: largest number of crops, evenly picked.

    Raises:
        UserError: there is no such folder or file, nothing in it is readable, or a stream of the network is absent.
    """
    flexible = card.presence_input is not None
    if place.is_file():
        whole = open_part(DataConfig(folder=place.parent, val_list=place), "dev", card.modalities)
        check_streams(whole, card.modalities, flexible)
        return _encoded(whole, card, limit)
    if not place.is_dir():
        raise UserError(f"{place}: no such folder or list file; give recorded sessions, a data set or a list.")
    return _encoded(open_splits(DataConfig(folder=place), card.modalities, flexible).dev, card, limit)


def _encoded(face_set: FaceSet, card: ModelCard, limit: int) -> Samples:
    count = min(limit, len(face_set))
    picked = np.linspace(0, len(face_set) - 1, count).round().astype(np.int64)
    depth = next((spec for spec in card.inputs if spec.modality == "depth"), None)
    inputs = InputConfig(
        size=card.input_size,
        crop_scale=card.crop.scale,
        depth_encoding="face-relative-mm" if depth is None or depth.depth_encoding is None else depth.depth_encoding,
    )
    cropper = Cropper(card.modalities, inputs, AugmentConfig(kind="none"), face_set.crop_scale)
    loader = Loader(face_set, cropper, card.inputs)
    feeds: list[Feed] = []
    for batch in loader.exact(picked, _BATCH):
        feed = {
            spec.name: np.ascontiguousarray(tensor.numpy(), np.float32)
            for spec, tensor in zip(card.inputs, batch.inputs, strict=True)
        }
        if card.presence_input is not None:
            feed[card.presence_input] = np.ascontiguousarray(batch.presence.numpy(), np.float32)
        feeds.append(feed)
    if not feeds:
        raise UserError(f"{face_set.source}: none of {count} samples can be read; check the folder.")
    return Samples(feeds, Path(face_set.source).name)
