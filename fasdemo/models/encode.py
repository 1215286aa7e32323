"""Encode crops as input tensors of the network; the trainer uses this preprocessing too."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from fasdemo.frames import Ir, Stream
from fasdemo.models.card import InputSpec, ModelCard
from fasdemo.models.crop import DepthMm, FaceCrops, core_median_mm
from fasdemo.models.infrared import encode_ir_local, ir_8bit

Tensor = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Pictures = Bytes | npt.NDArray[np.uint16] | npt.NDArray[np.float32]

_GREY_DEPTH = "8-bit depth pictures have no millimetres; use the encoding casia-surf-8bit"
INVALID_DEPTH = 0.0
"""Encoded value of pixels without a depth value; it equals that of a point far in front of the face."""


def encode_depth_relative(depth_mm: DepthMm, range_mm: float) -> Tensor:
    """Encode depth as `face-relative-mm`: depth relative to the face's median, clipped to +-range_mm, scaled to [0, 1].

    The median removes the distance of the face, so that only its relief remains. Without depth in the middle of the
    crop, all pixels are `INVALID_DEPTH`.

    Returns:
        float32 (S, S).
    """
    median = core_median_mm(depth_mm)
    if median <= 0:
        return np.full(depth_mm.shape, INVALID_DEPTH, np.float32)
    relative = (depth_mm - np.float32(median)) / np.float32(2 * range_mm) + np.float32(0.5)
    np.minimum(np.maximum(relative, np.float32(0.0), out=relative), np.float32(1.0), out=relative)
    return np.where(depth_mm > 0, relative, np.float32(INVALID_DEPTH))


def encode_depth_casia(depth_mm: DepthMm) -> Tensor:
    """Encode depth as `casia-surf-8bit`: grey depth as in the pictures of the CASIA-SURF challenge.

    Nearer is brighter; 0 is background or no depth value. The scaling of the data set was not published; its pictures
    use 8 bits for the face's depth range, and here 0.4 m behind the nearest point does the same.

    Returns:
        float32 (S, S) in [0, 1].
    """
    valid = depth_mm > 0
    if not valid.any():
        return np.zeros(depth_mm.shape, np.float32)
    nearest = float(np.percentile(depth_mm[valid], 1))
    grey = np.clip(1.0 - (depth_mm - nearest) / 400.0, 0.0, 1.0)
    return np.where(valid, np.round(grey * 255.0) / 255.0, 0.0).astype(np.float32)


def encode(crops: FaceCrops, spec: InputSpec) -> Tensor | None:
    """Return one normalised input tensor, float32 (channels, S, S); None if the stream is missing."""
    picture = _picture(crops, spec)
    if picture is None:
        return None
    tensor = np.empty((spec.channels, *picture.shape[:2]), np.float32)
    _write(picture, spec, tensor)
    return tensor


def _write(picture: Pictures, spec: InputSpec, tensor: Tensor) -> None:
    """Write one encoded picture to `tensor`, (channels, S, S); the values are those of `encode_pictures`."""
    if spec.modality == "rgb" and spec.channels == 3 and picture.dtype == np.uint8:
        # Each channel is written once, without an array with channels last between.
        channels = cv2.split(picture)
        for place, channel in enumerate(reversed(channels) if spec.channel_order == "BGR" else channels):
            cv2.LUT(channel, _column_of(tuple(spec.mean), tuple(spec.std), place), dst=tensor[place])
    elif spec.modality == "ir" and spec.ir_encoding == "local-norm-v1" and _is_uniform(spec):
        tensor[:] = _one_channel(encode_ir_local(cast(Ir, picture)), spec)
    elif spec.modality == "depth" and spec.depth_encoding == "face-relative-mm" and _is_uniform(spec):
        if picture.dtype == np.uint8:
            raise ValueError(_GREY_DEPTH)
        tensor[:] = _one_channel(encode_depth_relative(np.asarray(picture, np.float32), spec.depth_range_mm), spec)
    else:
        values = encode_pictures(picture[None], spec)[0]
        # OpenCV separates channels faster than NumPy copies a transposed array.
        tensor[:] = cv2.split(values) if spec.channels > 1 else values.transpose(2, 0, 1)


def _is_uniform(spec: InputSpec) -> bool:
    """Return whether all channels have the same mean and standard deviation."""
    return len(set(spec.mean)) == len(set(spec.std)) == 1


def _one_channel(unit: Tensor, spec: InputSpec) -> Tensor:
    return np.asarray((unit - np.float32(spec.mean[0])) / np.float32(spec.std[0]), np.float32)


def _picture(crops: FaceCrops, spec: InputSpec) -> Pictures | None:
    pictures: dict[Stream, Pictures | None] = {"rgb": crops.rgb, "depth": crops.depth_mm, "ir": crops.ir}
    return pictures[spec.modality]


def encode_pictures(pictures: Pictures, spec: InputSpec) -> Tensor:
    """Encode crops of one stream as float32 (N, S, S, channels); channels are last, unlike in the network's input.

    Args:
        pictures: rgb uint8 (N, S, S, 3); depth float32 (N, S, S) millimetres with 0 = no depth value, or uint8 grey as
            in CASIA-SURF; ir uint8 or uint16 (N, S, S).
        spec: the input's description.

    Raises:
        ValueError: `pictures` is grey depth, but the input needs millimetres.
    """
    if spec.modality == "rgb":
        return _encode_rgb(np.asarray(pictures, np.uint8), spec)
    if spec.modality == "ir":
        infrared = cast(Ir, pictures)  # infrared has no floats, see above
        if spec.ir_encoding == "local-norm-v1":
            return _normalised(np.stack([encode_ir_local(one) for one in infrared]), spec)
        return _tabulated(ir_8bit(infrared), spec)
    if pictures.dtype == np.uint8:
        if spec.depth_encoding != "casia-surf-8bit":
            raise ValueError(_GREY_DEPTH)
        return _tabulated(np.asarray(pictures, np.uint8), spec)
    depth_mm = np.asarray(pictures, np.float32)
    if spec.depth_encoding == "face-relative-mm":
        return _normalised(np.stack([encode_depth_relative(one, spec.depth_range_mm) for one in depth_mm]), spec)
    return _normalised(np.stack([encode_depth_casia(one) for one in depth_mm]), spec)


def _encode_rgb(rgb: Bytes, spec: InputSpec) -> Tensor:
    if spec.channels == 1:
        unit = rgb.astype(np.float32) / np.float32(255.0)
        return _normalised(np.tensordot(unit, np.array([0.299, 0.587, 0.114], np.float32), 1), spec)
    colour = rgb[..., ::-1] if spec.channel_order == "BGR" else rgb
    count, size = len(rgb), rgb.shape[1]
    flat = np.ascontiguousarray(colour).reshape(count * size, size, 3)
    return np.asarray(cv2.LUT(flat, _table(spec)), np.float32).reshape(count, size, size, 3)


def _tabulated(grey: Bytes, spec: InputSpec) -> Tensor:
    """Encode 8-bit grey pictures with a table of 256 values, which is much faster than arithmetic."""
    count, size = len(grey), grey.shape[1]
    flat: npt.NDArray[Any] = np.ascontiguousarray(grey).reshape(count * size, size)
    if spec.channels == 3:
        flat = cv2.merge([flat, flat, flat])
    return np.asarray(cv2.LUT(flat, _table(spec)), np.float32).reshape(count, size, size, spec.channels)


def _normalised(unit: Tensor, spec: InputSpec) -> Tensor:
    """Subtract the mean and divide by the standard deviation: (N, S, S) on [0, 1] to (N, S, S, channels)."""
    count, size = unit.shape[:2]
    if _is_uniform(spec):
        flat = _one_channel(unit, spec).reshape(count * size, size)
        merged = cv2.merge([flat] * 3) if spec.channels == 3 else flat
        return np.asarray(merged, np.float32).reshape(count, size, size, spec.channels)
    mean, std = np.asarray(spec.mean, np.float32), np.asarray(spec.std, np.float32)
    return np.asarray((np.repeat(unit[..., None], spec.channels, axis=-1) - mean) / std, np.float32)


def _table(spec: InputSpec) -> Tensor:
    """Return the encoded values of 0 to 255, float32 (1, 256, channels)."""
    return _table_of(tuple(spec.mean), tuple(spec.std), spec.channels)


@lru_cache(maxsize=16)
def _table_of(of_mean: tuple[float, ...], of_std: tuple[float, ...], channels: int) -> Tensor:
    unit = np.arange(256, dtype=np.uint8).astype(np.float32) / np.float32(255.0)
    mean, std = np.asarray(of_mean, np.float32), np.asarray(of_std, np.float32)
    table = (unit[:, None] - mean) / std
    return np.ascontiguousarray(np.broadcast_to(table, (256, channels)).reshape(1, 256, channels))


@lru_cache(maxsize=16)
def _column_of(of_mean: tuple[float, ...], of_std: tuple[float, ...], channel: int) -> Tensor:
    """Return the encoded values of 0 to 255 in one of three channels, float32 (1, 256)."""
    return np.ascontiguousarray(_table_of(of_mean, of_std, 3)[..., channel])


def encode_batch(crops: list[FaceCrops], card: ModelCard) -> dict[str, Tensor]:
    """Return the graph's inputs for N faces by name: float32 (N, channels, S, S), and the presence input if it exists.

    Raises:
        ValueError: a stream that the card requires is missing.
    """
    size = card.input_size
    presence = np.zeros((len(crops), len(card.inputs)), np.float32)
    feed: dict[str, Tensor] = {}
    for column, spec in enumerate(card.inputs):
        batch = np.empty((len(crops), spec.channels, size, size), np.float32)
        # A face scored a second time without colour has the same pictures of the other streams.
        encoded: dict[int, int] = {}
        for row, crop in enumerate(crops):
            picture = _picture(crop, spec)
            if picture is None:
                if not spec.optional:
                    raise ValueError(f"{card.name} needs {spec.modality}, which is missing in this frame")
                batch[row] = 0.0
                continue
            if id(picture) in encoded:
                batch[row] = batch[encoded[id(picture)]]
            else:
                _write(picture, spec, batch[row])
                encoded[id(picture)] = row
            presence[row, column] = 1.0
        feed[spec.name] = batch
    if card.presence_input is not None:
        feed[card.presence_input] = presence
    return feed
