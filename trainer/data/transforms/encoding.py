"""A batch of crops to network input, by the app's own encoding."""

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
        rgb: uint8 (N, S, S, 3); None if the network does not look at it.
        depth: float32 (N, S, S) millimetres, 0 = no reading, or uint8 (N, S, S) grey as CASIA-SURF has it.
        ir: uint8 or uint16 (N, S, S), full range of its type.
    """

    rgb: Bytes | None
    depth: Floats32 | Bytes | None
    ir: Ir | None


def encode_batch(batch: CropBatch, spec: InputSpec) -> Floats32:
    """One network input for all N crops, float32 (N, S, S, channels): channels last, unlike the network's view of it.

    Raises:
        ValueError: the stream is absent, or grey depth is asked for as millimetres.
    """
    streams: dict[Stream, Pictures | None] = {"rgb": batch.rgb, "depth": batch.depth, "ir": batch.ir}
    pictures = streams[spec.modality]
    if pictures is None:
        raise ValueError(f"the batch has no {spec.modality}")
    return encode_pictures(pictures, spec)


def stack_infrared(crops: Sequence[Ir]) -> Ir:
    """Stack infrared crops of 8 or 16 bits, (S, S) each; 8-bit ones are widened where the others have 16."""
    if len({crop.dtype for crop in crops}) > 1:
        return np.stack([np.rint(crop * (65535.0 / full_scale(crop))).astype(np.uint16) for crop in crops])
    return cast(Ir, np.stack(list(crops)))


def needed_streams(inputs: tuple[InputSpec, ...]) -> tuple[Stream, ...]:
    """The streams that the inputs look at, in their order."""
    return tuple(spec.modality for spec in inputs)
