"""Random inputs for any network of the registry."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from trainer.networks.flexfusion import FlexFusion


def example_inputs(network: nn.Module, batch: int = 1, seed: int = 0) -> tuple[Tensor, ...]:
    """Return random inputs for `network.forward`, and for `FlexFusion` presence masks that vary over the batch.

    Args:
        network: a network of `trainer.networks.build`.
        batch: number of samples N.
        seed: seed of the random pictures.

    Returns:
        One standard normal float32 (N, C, S, S) tensor per stream. `FlexFusion` also gets presence, float32
        (N, streams): row 0 has all streams, the following rows the other subsets in turn.
    """
    generator = torch.Generator().manual_seed(seed)
    shapes = cast("tuple[tuple[int, int, int], ...]", network.input_shapes)
    pictures = [torch.randn(batch, *shape, generator=generator) for shape in shapes]
    if not isinstance(network, FlexFusion):
        return tuple(pictures)
    streams = len(shapes)
    patterns = [(2**streams - 1 - row % (2**streams - 1)) for row in range(batch)]
    presence = torch.tensor([[float(pattern >> column & 1) for column in range(streams)] for pattern in patterns])
    return (*pictures, presence)
