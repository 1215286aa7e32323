"""FishNet99 and FishNet150 (Sun et al., FishNet, a versatile backbone, arXiv 1901.03495).

The tail reduces the resolution, the body increases it, and the head reduces it again. Each stage of the body and the
head also takes the features of an earlier stage through transfer blocks.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainer.networks.blocks import initialise
from trainer.networks.registry import Published, check_channels, check_classes, check_size, register

_PLANES = (64, 128, 256, 512, 512, 512, 384, 256, 320, 832, 1600)
"""Output channels of the stem, then of the blocks of stages 0 to 9."""
_PAPER = "Sun et al., FishNet, arXiv 1901.03495"
_BRIDGE = 3
_UP = (4, 5, 6)
_SOURCES = {4: 2, 5: 1, 6: 0, 7: 6, 8: 5, 9: 4}
"""For each stage of the body and the head: the stage whose input its transfer branch takes."""


def _norm_relu(channels: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]


class FishBlock(nn.Module):
    """Pre-activation bottleneck: three times batch norm, ReLU and convolution (1x1, 3x3, 1x1).

    The shortcut is the input if the number of channels is equal, otherwise its batch norm, ReLU and 1x1 convolution.
    With `reduce` it is the sum over groups of adjacent channels, which has no weights.
    """

    def __init__(self, inputs: int, outputs: int, reduce: bool = False, dilation: int = 1) -> None:
        super().__init__()
        middle = outputs // 4
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, middle, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, 3, 1, dilation, dilation, bias=False)
        self.bn3 = nn.BatchNorm2d(middle)
        self.conv3 = nn.Conv2d(middle, outputs, 1, bias=False)
        # Not in place, because the shortcut needs the input.
        self.relu = nn.ReLU()
        self.merge = inputs // outputs if reduce else 1
        self.shortcut: nn.Sequential | None = None
        if not reduce and inputs != outputs:
            self.shortcut = nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H, W)."""
        y: Tensor = self.conv1(self.relu(self.bn1(x)))
        y = self.conv2(self.relu(self.bn2(y)))
        y = self.conv3(self.relu(self.bn3(y)))
        if self.shortcut is not None:
            shortcut: Tensor = self.shortcut(x)
            return y + shortcut
        if self.merge > 1:
            n, channels, height, width = x.shape
            x = x.reshape(n, channels // self.merge, self.merge, height, width).sum(2)
        return y + x


def _blocks(inputs: int, outputs: int, count: int, reduce: bool = False, dilation: int = 1) -> nn.Sequential:
    first = FishBlock(inputs, outputs, reduce, dilation)
    return nn.Sequential(first, *(FishBlock(outputs, outputs, dilation=dilation) for _ in range(count - 1)))


def _squeeze(inputs: int) -> list[nn.Module]:
    """Return batch norm, ReLU and a 1x1 convolution to half of the channels, then batch norm and ReLU."""
    return [*_norm_relu(inputs), nn.Conv2d(inputs, inputs // 2, 1, bias=False), *_norm_relu(inputs // 2)]


class Fish(nn.Module):
    """Ten stages and the score layers, nested as in the published state_dict."""

    def __init__(self, blocks: tuple[int, ...], transfers: tuple[int, ...], classes: int) -> None:
        super().__init__()
        inputs = [_PLANES[0]]
        stages: list[nn.Module] = []
        for stage, (width, count) in enumerate(zip(_PLANES[1:], blocks, strict=True)):
            before = inputs[-1]
            if stage < _BRIDGE:
                stages.append(nn.ModuleList([_blocks(before, width, count), nn.MaxPool2d(2, 2)]))
                inputs.append(width)
            elif stage == _BRIDGE:
                stages.append(_bridge(before, width, count))
                inputs.append(width)
            else:
                up = stage in _UP
                branch = inputs[_SOURCES[stage]]
                trunk = _blocks(before, width, count, up, 2 ** (stage - _UP[0]) if up else 1)
                transfer = _blocks(branch, branch, transfers[stage - _UP[0]])
                resize = nn.Upsample(scale_factor=2, mode="nearest") if up else nn.MaxPool2d(2, 2)
                stages.append(nn.ModuleList([trunk, transfer, resize]))
                inputs.append(width + branch)
        head = stages[-1]
        assert isinstance(head, nn.ModuleList)
        head.append(nn.Sequential(*_squeeze(inputs[-1])))
        head.append(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(inputs[-1] // 2, classes, 1)))
        self.fish = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> Tensor:
        """Map the output of the stem, (N, 64, S/4, S/4), to logits (N, classes)."""
        inputs = [x]
        for index, stage in enumerate(self.fish):
            assert isinstance(stage, nn.ModuleList)
            if index == _BRIDGE:
                squeeze, widen, blocks, gate = stage
                y = widen(squeeze(x))
                weights = gate(y)
                x = blocks(y) * weights + weights
            elif index < _BRIDGE:
                blocks, pool = stage
                x = pool(blocks(x))
            else:
                trunk, transfer, resize = stage[0], stage[1], stage[2]
                x = torch.cat([resize(trunk(x)), transfer(inputs[_SOURCES[index]])], 1)
            inputs.append(x)
        last = self.fish[-1]
        assert isinstance(last, nn.ModuleList)
        squeeze, score = last[3], last[4]
        scores: Tensor = score(squeeze(x))
        return scores.flatten(1)


def _bridge(inputs: int, width: int, count: int) -> nn.ModuleList:
    gate = nn.Sequential(
        *_norm_relu(2 * width),
        nn.AdaptiveAvgPool2d(1),
        nn.Conv2d(2 * width, width // 16, 1),
        nn.ReLU(inplace=True),
        nn.Conv2d(width // 16, width, 1),
        nn.Sigmoid(),
    )
    return nn.ModuleList(
        [
            nn.Sequential(*_squeeze(inputs)),
            nn.Conv2d(inputs // 2, 2 * width, 1),
            _blocks(2 * width, width, count),
            nn.Sequential(gate),
        ]
    )


class FishNet(nn.Module):
    """FishNet classifier: a stem of three convolutions and a pool, then `Fish`.

    Attributes:
        input_shapes: (channels, height, width) of its one input.
        outputs: number of logits; the published networks have ImageNet's 1000, with live at index 1.
    """

    def __init__(
        self,
        name: str,
        blocks: tuple[int, ...],
        transfers: tuple[int, ...],
        in_channels: int,
        input_size: int,
        classes: int,
    ) -> None:
        check_channels(name, in_channels)
        check_size(name, input_size)
        check_classes(name, classes)
        super().__init__()
        self.input_shapes = ((in_channels, input_size, input_size),)
        self.conv1 = _conv_norm_relu(in_channels, 32, 2)
        self.conv2 = _conv_norm_relu(32, 32, 1)
        self.conv3 = _conv_norm_relu(32, _PLANES[0], 1)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.fish = Fish(blocks, transfers, classes)
        self.outputs = classes
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, S, S) to logits (N, classes)."""
        logits: Tensor = self.fish(self.pool(self.conv3(self.conv2(self.conv1(x)))))
        return logits


def _conv_norm_relu(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), *_norm_relu(outputs))


def _register(name: str, blocks: tuple[int, ...], transfers: tuple[int, ...], published: Published | None) -> None:
    def fishnet(in_channels: int = 3, input_size: int = 224, classes: int = 1000) -> FishNet:
        return FishNet(name, blocks, transfers, in_channels, input_size, classes)

    register(name, paper=_PAPER, convention="extension", published=published, classifier=("fish.fish.9.4.1.",))(fishnet)


_register("FishNet99", (2, 2, 6, 2, 1, 1, 1, 1, 2, 2), (1, 1, 1, 1, 1, 4), None)
_register("FishNet150", (2, 4, 8, 4, 2, 2, 2, 2, 2, 4), (2, 2, 2, 2, 2, 4), Published(24_959_400, 6452.72e6))
