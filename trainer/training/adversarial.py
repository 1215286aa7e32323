"""Printed patterns in training: small changes of attack crops that raise the network's own score.

Fast adversarial training (Wong, Rice and Kolter, arXiv 2001.03994): random start, then one or more steps along the sign
of the gradient. The pictures themselves are changed and encoded again, so that the network sees what a camera could
deliver. Depth is not changed, because ink has no relief.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from fasdemo.frames import Stream
from fasdemo.models.card import InputSpec
from fasdemo.models.infrared import full_scale, working_range
from trainer.checkpoints.stream_model import StreamModel
from trainer.config.schema import AdversarialConfig
from trainer.data.loader import Batch, encoded
from trainer.data.transforms.encoding import CropBatch
from trainer.networks.output import margin

PRINTED: tuple[Stream, ...] = ("rgb", "ir")
"""Streams that ink changes."""
_OVERSHOOT = 1.25
"""Step along the gradient, in units of the largest change; the sum is clipped to it (arXiv 2001.03994)."""

Floats32 = npt.NDArray[np.float32]


def patterned(
    model: StreamModel,
    batch: Batch,
    inputs: Sequence[InputSpec],
    masks: Sequence[Tensor],
    settings: AdversarialConfig,
    rng: np.random.Generator,
) -> list[Tensor]:
    """Return the network inputs of a batch, with patterns in some attack crops that the network rates as more live.

    As many of the live crops get a pattern of such an attack crop, so that a pattern does not reveal the class.

    Args:
        model: network that the patterns are computed against, in evaluation mode during the call.
        batch: batch with its pictures (`Loader.keep_pictures`).
        inputs: inputs of the network, in the order of `batch.inputs`.
        masks: presence masks (N, streams) for the network.
        settings: share of the crops, strength and steps.
        rng: source of the choice and of the random start.

    Returns:
        One (N, C, S, S) float32 tensor per input.
    """
    labels = batch.labels.numpy()
    chosen = np.flatnonzero((labels == 0) & (rng.random(len(labels)) < settings.share))
    if not len(chosen) or batch.pictures is None:
        return batch.inputs
    pictures = _rows(batch.pictures, chosen)
    lighting = None if batch.lighting is None else batch.lighting[chosen]
    limits = _limits(pictures, settings.levels)
    changes = {s: limit * rng.uniform(-1.0, 1.0, _shape(pictures, s)).astype(np.float32) for s, limit in limits.items()}
    device = next(model.parameters()).device
    shown = [mask[chosen] for mask in masks]
    training = model.training
    model.eval()
    try:
        for _ in range(settings.steps):
            tensors = [one.to(device) for one in encoded(_changed(pictures, changes), inputs, lighting)]
            slopes = _slopes(model, tensors, inputs, shown)
            for stream, slope in slopes.items():
                limit = limits[stream]
                step = limit * np.float32(_OVERSHOOT * min(1.0, 2.0 / settings.steps))
                changes[stream] = np.clip(changes[stream] + step * np.sign(slope), -limit, limit)
    finally:
        model.train(training)
    result = [one.clone() for one in batch.inputs]
    _place(result, chosen, encoded(_changed(pictures, changes), inputs, lighting))
    live = np.flatnonzero((labels == 1) & (rng.random(len(labels)) < settings.share))
    if len(live):
        donors = rng.integers(0, len(chosen), len(live))
        others = _rows(batch.pictures, live)
        fitted = {
            s: changes[s][donors] / limits[s][donors] * limit for s, limit in _limits(others, settings.levels).items()
        }
        light = None if batch.lighting is None else batch.lighting[live]
        _place(result, live, encoded(_changed(others, fitted), inputs, light))
    return result


def _slopes(
    model: StreamModel, tensors: list[Tensor], inputs: Sequence[InputSpec], masks: Sequence[Tensor]
) -> dict[Stream, Floats32]:
    """Return the gradient of the live score by each printed picture: (N, S, S, 3) for colour, (N, S, S) for infrared.

    The encoding is taken as an identity, which keeps the sign of the gradient.
    """
    printed = [place for place, spec in enumerate(inputs) if spec.modality in PRINTED]
    with torch.enable_grad():
        for place in printed:
            tensors[place].requires_grad_()
        fused, _ = model(tensors, masks)
        score = torch.stack([margin(logits).sum() for logits in fused]).sum()
        slopes = torch.autograd.grad(score, [tensors[place] for place in printed], allow_unused=True)
    result: dict[Stream, Floats32] = {}
    for place, slope in zip(printed, slopes, strict=True):
        spec = inputs[place]
        values = torch.zeros_like(tensors[place]) if slope is None else slope
        array = values.detach().float().cpu().numpy().transpose(0, 2, 3, 1)
        if spec.modality == "ir":
            result["ir"] = array.sum(-1)
        else:
            array = array[..., ::-1] if spec.channel_order == "BGR" else array
            result["rgb"] = np.repeat(array, 3, axis=-1) if spec.channels == 1 else array
    return result


def _limits(pictures: CropBatch, levels: float) -> dict[Stream, Floats32]:
    """Return the largest change of each picture in units of its type, broadcastable to the pictures.

    In infrared it is smaller for a camera that uses a part of its range only: ink changes the reflected share of the
    light, whatever the exposure.
    """
    result: dict[Stream, Floats32] = {}
    if pictures.rgb is not None:
        result["rgb"] = np.full((len(pictures.rgb), 1, 1, 1), levels, np.float32)
    if pictures.ir is not None:
        ranges = np.array([working_range(one) for one in pictures.ir], np.float32)
        result["ir"] = (ranges * np.float32(levels / 255.0 * full_scale(pictures.ir)))[:, None, None]
    return result


def _shape(pictures: CropBatch, stream: Stream) -> tuple[int, ...]:
    found = pictures.rgb if stream == "rgb" else pictures.ir
    assert found is not None
    return found.shape


def _changed(pictures: CropBatch, changes: dict[Stream, Floats32]) -> CropBatch:
    """Return the pictures with the changes, rounded and limited to the values of their types."""
    new: dict[str, Any] = {}
    for stream, change in changes.items():
        old = pictures.rgb if stream == "rgb" else pictures.ir
        assert old is not None
        new[stream] = np.clip(np.rint(old + change), 0.0, full_scale(old)).astype(old.dtype)
    return replace(pictures, **new)


def _rows(pictures: CropBatch, rows: npt.NDArray[np.intp]) -> CropBatch:
    return CropBatch(
        None if pictures.rgb is None else pictures.rgb[rows],
        None if pictures.depth is None else pictures.depth[rows],
        None if pictures.ir is None else pictures.ir[rows],
    )


def _place(result: list[Tensor], rows: npt.NDArray[np.intp], new: list[Tensor]) -> None:
    for whole, part in zip(result, new, strict=True):
        whole[torch.from_numpy(rows)] = part
