"""MobileLiteNet: the larger networks in the published code of FeatherNets (arXiv 1904.09290).

The 3x3 convolution of their inverted residuals has as many groups as the block has input channels: six channels per
group, where MobileNetV2 has one.
"""

from __future__ import annotations

from torch import Tensor, nn

from trainer.networks.blocks import SqueezeExcitation, initialise
from trainer.networks.registry import Published, check_channels, check_classes, check_size, register

_PAPER = "Zhang et al., FeatherNets, arXiv 1904.09290 (MobileLiteNet in its published code)"
_EXPANSION = 6
_WIDTHS = (16, 32, 48, 64)


class LiteBlock(nn.Module):
    """Inverted residual with a grouped 3x3 convolution and an expansion of six.

    The shortcut is the input if the shapes are equal, otherwise a depthwise 3x3 convolution, batch norm and a 1x1
    convolution of it.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * _EXPANSION
        self.conv1 = nn.Conv2d(inputs, hidden, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, stride, 1, groups=inputs, bias=False)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.conv3 = nn.Conv2d(hidden, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU6(inplace=True)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
                nn.BatchNorm2d(inputs),
                nn.Conv2d(inputs, outputs, 1, bias=False),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        y: Tensor = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return y + (x if self.downsample is None else self.downsample(x))


class MobileLiteNet(nn.Module):
    """MobileLiteNet: stem, four stages, a 4x4 depthwise head without padding, dropout and a linear layer.

    Attributes:
        input_shapes: (channels, height, width) of its one input.
        outputs: number of logits.
    """

    def __init__(
        self,
        name: str,
        depths: tuple[int, int, int, int],
        gated: bool,
        in_channels: int,
        input_size: int,
        classes: int,
        dropout: float,
    ) -> None:
        check_channels(name, in_channels)
        check_size(name, input_size, min_size=128)
        check_classes(name, classes)
        super().__init__()
        self.input_shapes = ((in_channels, input_size, input_size),)
        self.conv1 = nn.Conv2d(in_channels, 32, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 16, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU6(inplace=True)
        inputs = 16
        for stage, (outputs, depth) in enumerate(zip(_WIDTHS, depths, strict=True), start=1):
            blocks = [LiteBlock(inputs, outputs, 2)] + [LiteBlock(outputs, outputs, 1) for _ in range(depth - 1)]
            self.add_module(f"layer{stage}", nn.Sequential(*blocks))
            inputs = outputs
        self.final_DW = nn.Conv2d(64, 64, 4, groups=64, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(64 * (input_size // 32 - 3) ** 2, classes)
        self.gated = gated
        if gated:
            for stage, width in enumerate(_WIDTHS, start=1):
                self.add_module(f"layer{stage}_se{stage}", SqueezeExcitation(width))
        self.outputs = classes
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, S, S) to logits (N, classes)."""
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        for stage in range(1, 5):
            x = self.get_submodule(f"layer{stage}")(x)
            if self.gated:
                x = self.get_submodule(f"layer{stage}_se{stage}")(x)
        logits: Tensor = self.linear(self.dropout(self.final_DW(x).flatten(1)))
        return logits


def _register(name: str, depths: tuple[int, int, int, int], gated: bool, published: Published | None = None) -> None:
    def mobilelitenet(
        in_channels: int = 3, input_size: int = 224, classes: int = 2, dropout: float = 0.2
    ) -> MobileLiteNet:
        return MobileLiteNet(name, depths, gated, in_channels, input_size, classes, dropout)

    register(name, paper=_PAPER, convention="paper", published=published, classifier=("linear.",))(mobilelitenet)


_register("MobileLiteNet54", (4, 4, 6, 3), False, Published(567_570, 270.91e6))
_register("MobileLiteNet54-SE", (4, 4, 6, 3), True, Published(569_670, 270.91e6))
_register("MobileLiteNet102", (3, 4, 23, 3), False)
_register("MobileLiteNet105-SE", (4, 4, 23, 3), True)
_register("MobileLiteNet153", (3, 8, 36, 3), False)
_register("MobileLiteNet156-SE", (4, 8, 36, 3), True)
