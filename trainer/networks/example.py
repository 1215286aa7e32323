"""Random inputs of the right shapes for any network of the registry."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from trainer.networks.flexfusion import FlexFusion


def example_inputs(network: nn.Module, batch: int = 1, seed: int = 0) -> tuple[Tensor, ...]:
    """What `network.forward` takes: standard normal pictures, and for `FlexFusion` every subset of streams in turn.

    Args:
        network: of `trainer.networks.build`.
        batch: N.
        seed: of the pictures.
    """
    generator = torch.Generator().manual_seed(seed)
    shapes = cast("tuple[tuple[int, int, int], ...]", network.input_shapes)
    pictures = [torch.randn(batch, *shape, generator=generator) for shape in shapes]
    if not isinstance(network, FlexFusion):
        return tuple(pictures)
    streams = len(shapes)
    # Row 0 has all streams, then one bit pattern after the other.
    patterns = [(2**streams - 1 - row % (2**streams - 1)) for row in range(batch)]
    presence = torch.tensor([[float(pattern >> column & 1) for column in range(streams)] for pattern in patterns])
    return (*pictures, presence)
