"""Building blocks shared by networks: inverted residuals, squeeze-and-excitation, central differences."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def conv_bn(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    """Return a convolution without bias, padded to keep the size at stride 1, and its batch norm."""
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]


def scaled(channels: int, width: float) -> int:
    """Return `channels * width`, rounded to a multiple of 8 and not below 90 % of the product (MobileNetV2's rule)."""
    exact = channels * width
    rounded = max(8, int(exact + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * exact else rounded


class InvertedResidual(nn.Module):
    """Inverted residual: 1x1 expansion, depthwise 3x3, 1x1 projection (MobileNetV2, arXiv 1801.04381, section 3.3).

    The input is added where input and output shapes are equal. With `branch`, the output of FeatherNetB's second
    branch is added instead: average pool 2x2/2, batch norm, 1x1 convolution (arXiv 1904.09290, figure 3b).
    """

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int, branch: bool = False) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.downsample: nn.Sequential | None = None
        if branch:
            self.downsample = nn.Sequential(
                nn.AvgPool2d(2, 2), nn.BatchNorm2d(inputs), nn.Conv2d(inputs, outputs, 1, bias=False)
            )
        layers: list[nn.Module] = []
        if expansion != 1:
            layers += [*conv_bn(inputs, hidden, 1), nn.ReLU6(inplace=True)]
        layers += [*conv_bn(hidden, hidden, 3, stride, groups=hidden), nn.ReLU6(inplace=True)]
        layers += conv_bn(hidden, outputs, 1)
        self.conv = nn.Sequential(*layers)
        self.identity = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        y: Tensor = self.conv(x)
        if self.identity:
            return x + y
        return y if self.downsample is None else self.downsample(x) + y


class SqueezeExcitation(nn.Module):
    """Channel gating by a two-layer perceptron on the global average (arXiv 1709.01507)."""

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scale each channel of (N, C, H, W) by a gate in (0, 1)."""
        gates: Tensor = self.fc(self.pool(x).flatten(1))
        return x * gates[:, :, None, None]


class CentralDifferenceConv2d(nn.Module):
    """3x3 central difference convolution (CDC, arXiv 2003.04092, equation 4).

    y = conv(x, W) - theta * conv1x1(x, sum of W over its 3x3 positions). Both terms are linear in x, so it is computed
    as one 3x3 convolution whose centre weight is reduced by theta times the sum of the kernel. theta is 0.7 as
    published.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, groups: int = 1, theta: float = 0.7) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, groups=groups, bias=False)
        self.theta = theta
        centre = torch.zeros(1, 1, 3, 3)
        centre[..., 1, 1] = theta
        self.register_buffer("centre", centre, persistent=False)
        self.centre: Tensor

    def kernel(self) -> Tensor:
        """Return the equivalent plain kernel, (outputs, inputs / groups, 3, 3)."""
        weight = self.conv.weight
        return weight - self.centre * weight.sum((2, 3), keepdim=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        return F.conv2d(x, self.kernel(), None, self.conv.stride, self.conv.padding, groups=self.conv.groups)


def initialise(network: nn.Module) -> None:
    """Initialise a network as the MobileNetV2 family does.

    Convolutions: He normal by fan-out. Batch norms: weight 1, bias 0. Linear layers: normal with standard deviation
    0.01. Biases: 0.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
            nn.init.normal_(module.weight, 0.0, math.sqrt(2.0 / fan_out))
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0.0, 0.01)
            nn.init.zeros_(module.bias)
