"""Layers that a processor's bfloat16 kernels get wrong or slow are computed in float32."""

import pytest
import torch
from torch import nn

from trainer.device import force_fp32_convs


def ran_in(layer: nn.Conv2d, side: int) -> torch.dtype:
    """The type in which a layer was computed: its answer rounds to bfloat16 either way."""
    network = nn.Sequential(layer)
    force_fp32_convs(network)
    x = torch.randn(2, layer.in_channels, side, side)
    exact = layer._conv_forward(x, layer.weight, layer.bias)
    with torch.autocast("cpu", torch.bfloat16):
        found = network(x)
    return torch.float32 if torch.equal(found, exact.to(found.dtype)) else torch.bfloat16


@pytest.mark.parametrize(
    ("layer", "side", "expected"),
    [
        (nn.Conv2d(32, 64, 3, 2, 1, bias=False), 2, torch.float32),
        (nn.Conv2d(64, 64, 3, 1, 1, bias=False), 1, torch.float32),
        (nn.Conv2d(32, 64, 3, 2, 1, bias=False), 8, torch.bfloat16),
        (nn.Conv2d(32, 64, 1, bias=False), 2, torch.bfloat16),
        (nn.Conv2d(32, 32, 3, 2, 1, groups=32, bias=False), 8, torch.float32),
    ],
)
def test_which_convolutions_are_spared(layer: nn.Conv2d, side: int, expected: torch.dtype) -> None:
    assert ran_in(layer, side) == expected


def test_gradients_pass_through() -> None:
    layer = nn.Conv2d(8, 8, 3, 2, 1, bias=False)
    force_fp32_convs(nn.Sequential(layer))
    with torch.autocast("cpu", torch.bfloat16):
        layer(torch.randn(2, 8, 2, 2)).float().sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.abs().sum() > 0
