"""Operation counts of networks: multiply-adds, and FLOPs by the two conventions of the published figures.

The published figures at 224 x 224 follow two conventions, which were found by fitting the printed tables:

- `paper` (FeatherNetA and B, MobileLiteNet, MobileNetV2): multiply-adds of convolutions and linear layers, 1 per
  batch norm output element, 1 per input element of average and max pooling; no global pooling and no activations.
- `extension` (the three-stream fusions, FishNet): multiply-adds of convolutions and linear layers, 1 per convolution
  bias, 2 per batch norm output element, 1 per ReLU output element, 1 per input element of any pooling, 1 per
  upsampled element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from trainer.networks.blocks import CentralDifferenceConv2d
from trainer.networks.registry import Convention


@dataclass(slots=True)
class Work:
    """Operation counts of one forward pass of one sample.

    Attributes:
        multiply_adds: multiply-adds of convolutions and linear layers, without biases.
        conv_biases: bias additions of convolutions.
        norm_elements: output elements of batch norms.
        relu_elements: output elements of ReLU and ReLU6.
        pool_elements: input elements of pooling with a window.
        global_pool_elements: input elements of global average pooling.
        upsampled_elements: output elements of upsampling.
    """

    multiply_adds: int = 0
    conv_biases: int = 0
    norm_elements: int = 0
    relu_elements: int = 0
    pool_elements: int = 0
    global_pool_elements: int = 0
    upsampled_elements: int = 0

    def flops(self, convention: Convention) -> int:
        """Return the FLOPs by a published convention; the module's docstring defines both."""
        if convention == "paper":
            return self.multiply_adds + self.norm_elements + self.pool_elements
        pools = self.pool_elements + self.global_pool_elements
        convolutions = self.multiply_adds + self.conv_biases
        return convolutions + 2 * self.norm_elements + self.relu_elements + pools + self.upsampled_elements


def parameters(network: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(tensor.numel() for tensor in network.parameters() if tensor.requires_grad)


def work(network: nn.Module, inputs: tuple[Tensor, ...]) -> Work:
    """Count the operations of one forward pass with inputs of batch size 1; the network is not changed."""
    total = Work()
    training = network.training
    with _counted(network, total), torch.no_grad():
        network.eval()(*inputs)
    network.train(training)
    return total


@contextmanager
def _counted(network: nn.Module, total: Work) -> Iterator[None]:
    handles = []
    for module in network.modules():
        count = next((count for kind, count in _COUNTERS if isinstance(module, kind)), None)
        if count is not None:
            handles.append(module.register_forward_hook(_hook(count, total)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(count: Callable[[Any, Tensor, Tensor, Work], None], total: Work) -> Callable[..., None]:
    def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        count(module, inputs[0], output, total)

    return hook


def _conv(module: nn.Conv2d, _: Tensor, output: Tensor, total: Work) -> None:
    total.multiply_adds += output.numel() * module.weight[0].numel()
    if module.bias is not None:
        total.conv_biases += output.numel()


def _central_difference(module: CentralDifferenceConv2d, x: Tensor, output: Tensor, total: Work) -> None:
    # It runs as one plain convolution with the equivalent kernel.
    _conv(module.conv, x, output, total)


def _linear(module: nn.Linear, _: Tensor, output: Tensor, total: Work) -> None:
    total.multiply_adds += output.numel() * module.in_features


def _norm(_: nn.Module, __: Tensor, output: Tensor, total: Work) -> None:
    total.norm_elements += output.numel()


def _relu(_: nn.Module, __: Tensor, output: Tensor, total: Work) -> None:
    total.relu_elements += output.numel()


def _pool(_: nn.Module, x: Tensor, __: Tensor, total: Work) -> None:
    total.pool_elements += x.numel()


def _global_pool(_: nn.Module, x: Tensor, __: Tensor, total: Work) -> None:
    total.global_pool_elements += x.numel()


def _upsample(_: nn.Module, __: Tensor, output: Tensor, total: Work) -> None:
    total.upsampled_elements += output.numel()


_COUNTERS: tuple[tuple[Any, Callable[[Any, Tensor, Tensor, Work], None]], ...] = (
    (CentralDifferenceConv2d, _central_difference),
    (nn.Conv2d, _conv),
    (nn.Linear, _linear),
    (nn.BatchNorm2d, _norm),
    ((nn.ReLU, nn.ReLU6), _relu),
    ((nn.AvgPool2d, nn.MaxPool2d), _pool),
    (nn.AdaptiveAvgPool2d, _global_pool),
    (nn.Upsample, _upsample),
)
