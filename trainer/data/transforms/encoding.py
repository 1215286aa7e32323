"""Encoding of a batch of crops as network input, by the function that the app uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from fasdemo.frames import Ir, Stream
from fasdemo.models.card import InputSpec
from fasdemo.models.encode import Pictures, encode_pictures
from fasdemo.models.infrared import full_scale

Floats32 = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CropBatch:
    """N aligned crops of S x S.

    Attributes:
        rgb: uint8 (N, S, S, 3); None if the network does not use it.
        depth: float32 (N, S, S) in millimetres with 0 = no reading, or uint8 (N, S, S) grey as in CASIA-SURF.
        ir: uint8 or uint16 (N, S, S), scaled to the full range of its type.
    """

    rgb: Bytes | None
    depth: Floats32 | Bytes | None
    ir: Ir | None


def encode_batch(batch: CropBatch, spec: InputSpec) -> Floats32:
    """Encode one network input of all N crops, float32 (N, S, S, channels): channels last, unlike in the network.

    Raises:
        ValueError: the stream is absent, or grey depth cannot be encoded as millimetres.
    """
    streams: dict[Stream, Pictures | None] = {"rgb": batch.rgb, "depth": batch.depth, "ir": batch.ir}
    pictures = streams[spec.modality]
    if pictures is None:
        raise ValueError(f"batch.{spec.modality} is None, but an input needs it")
    return encode_pictures(pictures, spec)


def stack_infrared(crops: Sequence[Ir]) -> Ir:
    """Stack infrared crops (S, S) of 8 or 16 bits; 8-bit crops are widened if others have 16."""
    if len({crop.dtype for crop in crops}) > 1:
        return np.stack([np.rint(crop * (65535.0 / full_scale(crop))).astype(np.uint16) for crop in crops])
    return cast(Ir, np.stack(list(crops)))  # all have one of the two dtypes


def needed_streams(inputs: tuple[InputSpec, ...]) -> tuple[Stream, ...]:
    """Return the streams of the inputs, in their order."""
    return tuple(spec.modality for spec in inputs)
