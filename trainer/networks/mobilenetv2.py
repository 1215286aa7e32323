"""MobileNetV2 (Sandler et al., Inverted Residuals and Linear Bottlenecks, arXiv 1801.04381)."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.networks.blocks import InvertedResidual, conv_bn, initialise, scaled
from trainer.networks.registry import Published, check_channels, check_classes, check_size, register

_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Expansion, output channels, blocks and stride of the first block of each stage (arXiv 1801.04381, table 2)."""


@register(
    "MobileNetV2",
    paper="Sandler et al., MobileNetV2, arXiv 1801.04381, with two classes as in arXiv 1904.09290",
    convention="paper",
    published=Published(2_226_434, 306.17e6),
    classifier=("classifier.",),
)
class MobileNetV2(nn.Module):
    """MobileNetV2 classifier: stem, 17 inverted residuals, 1x1 to 1280 channels, global average, linear layer.

    Attributes:
        input_shapes: (channels, height, width) of its one input.
        outputs: number of logits.
    """

    def __init__(
        self,
        in_channels: int = 3,
        input_size: int = 224,
        classes: int = 2,
        width: float = 1.0,
        dropout: float = 0.2,
    ) -> None:
        name = "MobileNetV2"
        check_channels(name, in_channels)
        check_size(name, input_size)
        check_classes(name, classes)
        super().__init__()
        self.input_shapes = ((in_channels, input_size, input_size),)
        inputs = scaled(32, width)
        last = scaled(1280, max(1.0, width))
        layers: list[nn.Module] = [nn.Sequential(*conv_bn(in_channels, inputs, 3, 2), nn.ReLU6(inplace=True))]
        for expansion, outputs, blocks, stride in _STAGES:
            outputs = scaled(outputs, width)
            for block in range(blocks):
                layers.append(InvertedResidual(inputs, outputs, stride if block == 0 else 1, expansion))
                inputs = outputs
        layers.append(nn.Sequential(*conv_bn(inputs, last, 1), nn.ReLU6(inplace=True)))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(last, classes))
        self.outputs = classes
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, S, S) to logits (N, classes)."""
        logits: Tensor = self.classifier(self.features(x).mean((2, 3)))
        return logits
