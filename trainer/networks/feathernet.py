"""FeatherNetA and FeatherNetB (Zhang et al., FeatherNets, arXiv 1904.09290)."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.networks.blocks import InvertedResidual, SqueezeExcitation, conv_bn, initialise, scaled
from trainer.networks.registry import Published, check_channels, check_classes, check_size, register

_PAPER = "Zhang et al., FeatherNets: Convolutional Neural Networks as Light as Feather, arXiv 1904.09290"

STAGES = ((1, 16, 1), (6, 32, 2), (6, 48, 6), (6, 64, 3))
"""Expansion, output channels and blocks of each stage; each stage halves the size (arXiv 1904.09290, table 1)."""


class Trunk(nn.Sequential):
    """FeatherNet without its head: a stem and four stages of inverted residuals, each followed by a gate.

    Maps (N, in_channels, S, S) to (N, `channels[-1]`, S/32, S/32). The indices of the layers are the published ones,
    so that published weights load without renaming.

    Attributes:
        channels: output channels of the four stages.
        ends: number of layers up to and including each stage.
    """

    def __init__(self, in_channels: int = 3, branch: bool = True, width: float = 1.0, stem: int = 32) -> None:
        inputs = scaled(stem, width)
        layers: list[nn.Module] = [
            nn.Sequential(*conv_bn(in_channels, inputs, 3, 2), nn.ReLU6(inplace=True)),
        ]
        channels: list[int] = []
        ends: list[int] = []
        for expansion, outputs, blocks in STAGES:
            outputs = scaled(outputs, width)
            for block in range(blocks):
                stride = 2 if block == 0 else 1
                layers.append(InvertedResidual(inputs, outputs, stride, expansion, branch and block == 0))
                inputs = outputs
            layers.append(SqueezeExcitation(inputs))
            channels.append(inputs)
            ends.append(len(layers))
        super().__init__(*layers)
        self.channels = tuple(channels)
        self.ends = tuple(ends)

    def levels(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs of the four stages, (N, `channels[i]`, S / 2^(i + 2), S / 2^(i + 2))."""
        outputs = []
        for index, layer in enumerate(self, start=1):
            x = layer(x)
            if index in self.ends:
                outputs.append(x)
        return tuple(outputs)


class FeatherNet(nn.Module):
    """FeatherNet with its streaming head.

    The published head is a depthwise 3x3/2 convolution whose flattened output is used as logits: 1024 of them at
    224 x 224 pixels. It is trained with targets 0 and 1, and live = softmax(logits)[1]. With `classes`, dropout and a
    linear layer follow.

    Attributes:
        input_shapes: (channels, height, width) of its one input.
        outputs: number of logits.
    """

    def __init__(
        self,
        branch: bool,
        in_channels: int = 3,
        input_size: int = 224,
        classes: int | None = None,
        width: float = 1.0,
        dropout: float = 0.0,
        name: str = "FeatherNet",
    ) -> None:
        check_channels(name, in_channels)
        check_size(name, input_size)
        check_classes(name, classes)
        super().__init__()
        self.input_shapes = ((in_channels, input_size, input_size),)
        self.features = Trunk(in_channels, branch, width)
        channels = self.features.channels[-1]
        self.final_DW = nn.Sequential(nn.Conv2d(channels, channels, 3, 2, 1, groups=channels, bias=False))
        side = (input_size // 32 + 1) // 2
        self.outputs = channels * side * side
        self.dropout: nn.Module | None = None
        self.linear: nn.Linear | None = None
        if classes is not None:
            self.dropout = nn.Dropout(dropout)
            self.linear = nn.Linear(self.outputs, classes)
            self.outputs = classes
        initialise(self)

    def head(self, x: Tensor) -> Tensor:
        """Map the output of the trunk, (N, C, S/32, S/32), to logits (N, outputs)."""
        x = self.final_DW(x).flatten(1)
        if self.linear is not None and self.dropout is not None:
            x = self.linear(self.dropout(x))
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, S, S) to logits (N, outputs)."""
        return self.head(self.features(x))


@register(
    "FeatherNetA", paper=_PAPER, convention="paper", published=Published(345_332, 79.99e6), classifier=("linear.",)
)
def feathernet_a(
    in_channels: int = 3, input_size: int = 224, classes: int | None = None, width: float = 1.0, dropout: float = 0.0
) -> FeatherNet:
    """Build FeatherNetA, whose blocks have one branch."""
    return FeatherNet(False, in_channels, input_size, classes, width, dropout, "FeatherNetA")


@register(
    "FeatherNetB", paper=_PAPER, convention="paper", published=Published(351_220, 83.05e6), classifier=("linear.",)
)
def feathernet_b(
    in_channels: int = 3, input_size: int = 224, classes: int | None = None, width: float = 1.0, dropout: float = 0.0
) -> FeatherNet:
    """Build FeatherNetB, with an average-pooled second branch in the first block of each stage."""
    return FeatherNet(True, in_channels, input_size, classes, width, dropout, "FeatherNetB")
