"""Shapes, streams and random inputs of any network of the registry."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from fasdemo.frames import Stream
from trainer.networks.flexfusion import FlexFusion


def input_shapes(network: nn.Module) -> tuple[tuple[int, int, int], ...]:
    """Return (channels, height, width) of each picture that a network of `trainer.networks.build` takes."""
    return cast("tuple[tuple[int, int, int], ...]", network.input_shapes)  # torch's types know no such attribute


def modalities_of(network: nn.Module) -> tuple[Stream, ...] | None:
    """Return the streams of a network's inputs in order; None for a network of one stream, whichever it is."""
    found: tuple[Stream, ...] | None = getattr(network, "modalities", None)
    return found


def example_inputs(network: nn.Module, batch: int = 1, seed: int = 0) -> tuple[Tensor, ...]:
    """Return random inputs for `network.forward`, and for `FlexFusion` presence masks that vary over the batch.

    Args:
        network: a network of `trainer.networks.build`.
        batch: number of samples N.
        seed: seed of the random pictures.

    Returns:
        One standard normal float32 (N, C, S, S) tensor per stream. `FlexFusion` also gets presence, float32
        (N, streams): row 0 has all streams, the following rows have the other subsets in order.
    """
    generator = torch.Generator().manual_seed(seed)
    shapes = input_shapes(network)
    pictures = [torch.randn(batch, *shape, generator=generator) for shape in shapes]
    if not isinstance(network, FlexFusion):
        return tuple(pictures)
    streams = len(shapes)
    patterns = [(2**streams - 1 - row % (2**streams - 1)) for row in range(batch)]
    presence = torch.tensor([[float(pattern >> column & 1) for column in range(streams)] for pattern in patterns])
    return (*pictures, presence)
