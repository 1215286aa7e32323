"""A colour network with two views: the face, and its surroundings, in which the edges of paper or displays are seen."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainer.networks.blocks import initialise
from trainer.networks.registry import check_channels, check_classes, check_size, register

_STAGES = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3))
"""Expansion, output channels, blocks, stride of the first block and kernel of the first four stages of
EfficientNet-Lite0 (Tan and Le, EfficientNet, arXiv 1905.11946, table 1; the Lite variants have no
squeeze-and-excitation and use ReLU6)."""
_STEM = 32
_NORM_EPS = 1e-3
_NORM_MOMENTUM = 0.01
_FACE_SHARE = 4 / 7
"""Side of the face view as a share of the input's side."""


class SameConv2d(nn.Conv2d):
    """A convolution without bias, padded as TensorFlow does: at stride 2 more on the right and at the bottom."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, 0, groups=groups, bias=False)
        total = kernel - stride
        self.border = (total // 2, total - total // 2) * 2

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride) for sides that are multiples of the stride."""
        return super().forward(F.pad(x, self.border) if any(self.border) else x)


def _conv_norm(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    norm = nn.BatchNorm2d(outputs, eps=_NORM_EPS, momentum=_NORM_MOMENTUM)
    return [SameConv2d(inputs, outputs, kernel, stride, groups), norm]


class LiteBlock(nn.Module):
    """Inverted residual of EfficientNet-Lite: 1x1 expansion, depthwise convolution, 1x1 projection."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int, kernel: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers += [*_conv_norm(inputs, hidden, 1), nn.ReLU6(inplace=True)]
        layers += [*_conv_norm(hidden, hidden, kernel, stride, hidden), nn.ReLU6(inplace=True)]
        self.conv = nn.Sequential(*layers, *_conv_norm(hidden, outputs, 1))
        self.identity = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        y: Tensor = self.conv(x)
        return x + y if self.identity else y


def middle(x: Tensor, side: int) -> Tensor:
    """Return the middle `side` by `side` pixels of square pictures (N, C, S, S)."""
    first = (x.shape[-1] - side) // 2
    return x[..., first : first + side, first : first + side]


@register(
    "TwoViewLite0",
    paper="the first four stages of EfficientNet-Lite0 (Tan and Le, EfficientNet, arXiv 1905.11946), for two views",
    convention="paper",
    classifier=("classifier.",),
)
class TwoViewLite0(nn.Module):
    """Colour network: one trunk for the middle of the crop at full, and for the whole crop at half resolution.

    Attributes:
        input_shapes: (channels, height, width) of its one input.
        outputs: number of logits.
    """

    def __init__(self, in_channels: int = 3, input_size: int = 224, classes: int = 2, dropout: float = 0.3) -> None:
        name = "TwoViewLite0"
        check_channels(name, in_channels)
        check_size(name, input_size)
        check_classes(name, classes)
        super().__init__()
        self.input_shapes = ((in_channels, input_size, input_size),)
        # A multiple of 32, so that no feature map of the trunk is cut.
        self._inner = round(input_size * _FACE_SHARE / 32) * 32
        layers: list[nn.Module] = [nn.Sequential(*_conv_norm(in_channels, _STEM, 3, 2), nn.ReLU6(inplace=True))]
        inputs = _STEM
        for expansion, outputs, blocks, stride, kernel in _STAGES:
            for block in range(blocks):
                layers.append(LiteBlock(inputs, outputs, stride if block == 0 else 1, expansion, kernel))
                inputs = outputs
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * inputs, classes))
        self.outputs = classes
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, S, S) to logits (N, classes)."""
        views = (middle(x, self._inner), F.avg_pool2d(x, 2))
        logits: Tensor = self.classifier(torch.cat([self.features(view).mean((2, 3)) for view in views], 1))
        return logits
