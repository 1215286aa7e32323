"""A batch of crops to network input, value for value what `fasdemo.models.encode.encode` gives for each crop.

8-bit pictures go through a table of 256 encoded values, which is why this is many times faster than encoding one
crop after the other; `tests/trainer/test_encoding.py` holds it to the original.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Stream
from fasdemo.models.card import InputSpec
from fasdemo.models.crop import FaceCrops
from fasdemo.models.encode import encode, encode_depth_casia, encode_depth_relative

Floats32 = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CropBatch:
    """N aligned crops of S x S.

    Attributes:
        rgb: uint8 (N, S, S, 3); None if the network does not look at it.
        depth: float32 (N, S, S) millimetres, 0 = no reading, or uint8 (N, S, S) grey as CASIA-SURF has it.
        ir: uint8 (N, S, S).
    """

    rgb: Bytes | None
    depth: Floats32 | Bytes | None
    ir: Bytes | None


def encode_batch(batch: CropBatch, spec: InputSpec) -> Floats32:
    """One network input for all N crops, float32 (N, S, S, channels): channels last, unlike the network's view of it.

    Raises:
        ValueError: the stream is absent, or grey depth is asked for as millimetres.
    """
    if spec.modality == "rgb":
        if batch.rgb is None:
            raise ValueError("the batch has no rgb")
        return _rgb(batch.rgb, spec)
    if spec.modality == "ir":
        if batch.ir is None:
            raise ValueError("the batch has no ir")
        return _tabulated(batch.ir, spec)
    if batch.depth is None:
        raise ValueError("the batch has no depth")
    if batch.depth.dtype == np.uint8:
        if spec.depth_encoding != "casia-surf-8bit":
            raise ValueError("8-bit depth pictures hold no millimetres")
        return _tabulated(np.asarray(batch.depth, np.uint8), spec)
    return _depth(np.asarray(batch.depth, np.float32), spec)


def _rgb(rgb: Bytes, spec: InputSpec) -> Floats32:
    if spec.channels == 1:
        size = rgb.shape[1]
        blank = np.zeros((2, 3))
        crops = [FaceCrops(picture, None, None, 0.0, blank) for picture in rgb]
        grey = np.stack([np.asarray(encode(crop, spec), np.float32) for crop in crops])
        return grey.reshape(len(rgb), size, size, 1)
    if spec.channel_order == "BGR":
        rgb = rgb[..., ::-1]
    count, size = len(rgb), rgb.shape[1]
    flat = np.ascontiguousarray(rgb).reshape(count * size, size, 3)
    return np.asarray(cv2.LUT(flat, _table(spec, 3)), np.float32).reshape(count, size, size, 3)


def _tabulated(grey: Bytes, spec: InputSpec) -> Floats32:
    count, size = len(grey), grey.shape[1]
    flat: npt.NDArray[Any] = np.ascontiguousarray(grey).reshape(count * size, size)
    if spec.channels == 3:
        flat = cv2.merge([flat, flat, flat])
    return np.asarray(cv2.LUT(flat, _table(spec, spec.channels)), np.float32).reshape(count, size, size, spec.channels)


def _depth(depth_mm: Floats32, spec: InputSpec) -> Floats32:
    if spec.depth_encoding == "face-relative-mm":
        unit = np.stack([encode_depth_relative(crop, spec.depth_range_mm) for crop in depth_mm])
    else:
        unit = np.stack([encode_depth_casia(crop) for crop in depth_mm])
    if len(set(_per_channel(spec.mean, spec.channels))) == len(set(_per_channel(spec.std, spec.channels))) == 1:
        value = (unit - np.float32(spec.mean[0])) / np.float32(spec.std[0])
        count, size = value.shape[:2]
        flat = value.reshape(count * size, size)
        merged = cv2.merge([flat] * 3) if spec.channels == 3 else flat
        return np.asarray(merged, np.float32).reshape(count, size, size, spec.channels)
    mean, std = np.asarray(spec.mean, np.float32), np.asarray(spec.std, np.float32)
    return np.asarray((np.repeat(unit[..., None], spec.channels, axis=-1) - mean) / std, np.float32)


def _table(spec: InputSpec, channels: int) -> Floats32:
    unit = np.arange(256, dtype=np.uint8).astype(np.float32) / np.float32(255.0)
    mean = np.asarray(_per_channel(spec.mean, channels), np.float32)
    std = np.asarray(_per_channel(spec.std, channels), np.float32)
    return np.asarray((unit[:, None] - mean) / std, np.float32).reshape(1, 256, channels)


def _per_channel(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    return values * channels if len(values) == 1 else values


def needed_streams(inputs: tuple[InputSpec, ...]) -> tuple[Stream, ...]:
    """The streams that the inputs look at, in their order."""
    return tuple(spec.modality for spec in inputs)
