"""From crops to the network's input tensors: the one preprocessing, shared with the trainer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fasdemo.models.card import InputSpec, ModelCard
from fasdemo.models.crop import DepthMm, FaceCrops, core_median_mm

Tensor = npt.NDArray[np.float32]

INVALID_DEPTH = 0.0
"""Encoded value of pixels without a reading: that of something far in front of the face, where nothing can be."""


def encode_depth_relative(depth_mm: DepthMm, range_mm: float) -> Tensor:
    """`face-relative-mm`: distance from the face's median, clipped to +-range_mm, on [0, 1]; float32 (S, S).

    The median cancels the camera's distance, so the network sees relief and not range. Without any reading in
    the middle of the crop everything is `INVALID_DEPTH`.
    """
    median = core_median_mm(depth_mm)
    if median <= 0:
        return np.full(depth_mm.shape, INVALID_DEPTH, np.float32)
    relative = np.clip((depth_mm - np.float32(median)) / np.float32(2 * range_mm) + np.float32(0.5), 0.0, 1.0)
    return np.where(depth_mm > 0, relative, np.float32(INVALID_DEPTH)).astype(np.float32)


def encode_depth_casia(depth_mm: DepthMm) -> Tensor:
    """`casia-surf-8bit`: grey depth as the challenge's pictures have it; float32 (S, S) on [0, 1].

    Nearer is brighter, 0 is background or no reading. The set's own scaling was never published: its pictures
    span the face's range in 8 bits, as here 0.4 m behind the nearest point does.
    """
    valid = depth_mm > 0
    if not valid.any():
        return np.zeros(depth_mm.shape, np.float32)
    nearest = float(np.percentile(depth_mm[valid], 1))
    grey = np.clip(1.0 - (depth_mm - nearest) / 400.0, 0.0, 1.0)
    return np.where(valid, np.round(grey * 255.0) / 255.0, 0.0).astype(np.float32)


def encode(crops: FaceCrops, spec: InputSpec) -> Tensor | None:
    """One input tensor, float32 (channels, S, S), normalised; None where the stream is absent."""
    if spec.modality == "rgb":
        if crops.rgb is None:
            return None
        colour = crops.rgb[..., ::-1] if spec.channel_order == "BGR" else crops.rgb
        unit = colour.transpose(2, 0, 1).astype(np.float32) / np.float32(255.0)
        if spec.channels == 1:
            unit = np.tensordot(np.array([0.299, 0.587, 0.114], np.float32), unit, 1)[None]
    elif spec.modality == "ir":
        if crops.ir is None:
            return None
        unit = crops.ir[None].astype(np.float32) / np.float32(255.0)
    else:
        if crops.depth_mm is None:
            return None
        if spec.depth_encoding == "face-relative-mm":
            unit = encode_depth_relative(crops.depth_mm, spec.depth_range_mm)[None]
        else:
            unit = encode_depth_casia(crops.depth_mm)[None]
    if unit.shape[0] != spec.channels:
        unit = np.repeat(unit, spec.channels, axis=0)
    mean = np.asarray(spec.mean, np.float32).reshape(-1, 1, 1)
    std = np.asarray(spec.std, np.float32).reshape(-1, 1, 1)
    return np.ascontiguousarray((unit - mean) / std)


def encode_batch(crops: list[FaceCrops], card: ModelCard) -> dict[str, Tensor]:
    """The graph's feed for N faces: name to float32 (N, channels, S, S), and the presence input where it has one.

    Raises:
        ValueError: a stream that the card requires is absent.
    """
    size = card.input_size
    presence = np.zeros((len(crops), len(card.inputs)), np.float32)
    feed: dict[str, Tensor] = {}
    for column, spec in enumerate(card.inputs):
        batch = np.zeros((len(crops), spec.channels, size, size), np.float32)
        for row, crop in enumerate(crops):
            tensor = encode(crop, spec)
            if tensor is None and not spec.optional:
                raise ValueError(f"{card.name} needs {spec.modality}, which this frame lacks")
            if tensor is not None:
                batch[row] = tensor
                presence[row, column] = 1.0
        feed[spec.name] = batch
    if card.presence_input is not None:
        feed[card.presence_input] = presence
    return feed
