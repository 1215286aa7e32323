"""Loaders for one network: its inputs, its crops and, for flexible networks, the streams that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fasdemo.errors import UserError
from fasdemo.frames import Stream
from trainer.checkpoints.stream_model import StreamModel, input_specs
from trainer.config.schema import Config, presence_weights
from trainer.data.faces import FaceSet, UnreadableError
from trainer.data.loader import Loader
from trainer.data.transforms.augment import Cropper


def presence_rows(config: Config, modalities: Sequence[Stream]) -> tuple[npt.NDArray[np.float32], npt.NDArray[Any]]:
    """Return the subsets of streams that a flexible network is shown.

    The first array is the presence, float32 (subsets, streams), the second the probability of each subset (subsets,).
    """
    weights = presence_weights(config)
    rows = np.array([[s in subset for s in modalities] for subset in weights], np.float32)
    return rows, np.array(list(weights.values()))


def make_loader(config: Config, model: StreamModel, face_set: FaceSet) -> Loader:
    """Return a loader that feeds a network from a set."""
    specs = input_specs(config, model.modalities)
    check_depth(config, model, face_set)
    cropper = Cropper(model.modalities, config.input, config.augment, face_set.crop_scale)
    subsets = presence_rows(config, model.modalities) if model.flexible else None
    return Loader(face_set, cropper, specs, config.run.workers, subsets)


def check_depth(config: Config, model: StreamModel, face_set: FaceSet) -> None:
    """Raise an error if the depth pictures have 8 bits while the network expects millimetres.

    Raises:
        UserError: the encodings differ.
    """
    if "depth" not in model.modalities or config.input.depth_encoding != "face-relative-mm" or not len(face_set):
        return
    for index in range(min(len(face_set), 8)):
        try:
            depth = face_set.sample(index).depth
        except UnreadableError:
            continue
        if depth is not None and depth.dtype == np.uint8:
            raise UserError(
                f"{face_set.source}: the depth pictures have 8 bits, which are not millimetres; set "
                "input.depth_encoding to casia-surf-8bit, or use a set with 16-bit depth."
            )
        return


def check_readable(loader: Loader, share: float) -> None:
    """Raise an error if too many pictures are damaged.

    Raises:
        UserError: more than `share` of the set's samples are unreadable; the message names the first three.
    """
    count = len(loader.unreadable)
    if count > share * len(loader.face_set):
        some = ", ".join(sorted(loader.unreadable)[:3])
        raise UserError(
            f"{loader.face_set.source}: {count} of {len(loader.face_set)} samples cannot be read ({some} ...), more "
            f"than {share:.1%}; replace them or raise `max_missing`."
        )
