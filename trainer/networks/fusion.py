"""Late fusions of three FeatherNetB trunks: the published extension of FeatherNets for CASIA-SURF CeFA.

`concat` follows arXiv 1904.09290, `pipenet` adds residual stages (PipeNet, Yang et al., CVPR Workshops 2020), `cdc`
adds central difference convolutions (Yu et al., arXiv 2003.04092 and 2004.08388).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fasdemo.frames import Stream
from trainer.networks.blocks import CentralDifferenceConv2d, initialise
from trainer.networks.feathernet import Trunk
from trainer.networks.registry import (
    Published,
    check_channels,
    check_classes,
    check_size,
    choose_modalities,
    register,
)

_PAPER = "three-stream extension of FeatherNets (arXiv 1904.09290) for CASIA-SURF CeFA"

ORDER: tuple[Stream, ...] = ("rgb", "ir", "depth")
"""Order in which the published fusions take and concatenate their streams."""

_KEYS: dict[Stream, tuple[str, int]] = {
    "rgb": ("RGB_features", 32),
    "depth": ("DW_features", 64),
    "ir": ("IR_features", 64),
}
"""Published name and stem channels of the trunk of each stream, in the order of the published state_dict."""


def stream_channels(
    name: str, in_channels: int | Mapping[Any, int], modalities: tuple[Stream, ...]
) -> dict[Stream, int]:
    """Return the number of input channels of each stream, given as one number for all or as a mapping.

    Raises:
        UserError: a stream has no positive number of channels.
    """
    channels: dict[Stream, int] = {}
    for stream in modalities:
        count = in_channels.get(stream, 0) if isinstance(in_channels, Mapping) else in_channels
        check_channels(f"{name}, stream {stream}", count)
        channels[stream] = count
    return channels


class Fusion(nn.Module):
    """Base class: one trunk per stream, outputs concatenated in the order `ORDER`, then `fuse`.

    Attributes:
        modalities: streams in the order in which `forward` takes them.
        input_shapes: (channels, height, width) of each input.
        outputs: number of logits; the published networks have 1024, with live at index 1.
    """

    def __init__(
        self,
        name: str,
        in_channels: int | Mapping[str, int],
        input_size: int,
        modalities: Any,
    ) -> None:
        super().__init__()
        check_size(name, input_size)
        self.modalities = choose_modalities(name, modalities, ORDER)
        channels = stream_channels(name, in_channels, self.modalities)
        for stream, (key, stem) in _KEYS.items():
            if stream in self.modalities:
                self.add_module(key, Trunk(channels[stream], stem=stem))
        self.input_shapes = tuple((channels[stream], input_size, input_size) for stream in self.modalities)
        self.width = 64 * len(self.modalities)
        self.outputs = 1024
        self.linear: nn.Linear | None = None

    def _add_classifier(self, name: str, classes: int | None) -> None:
        check_classes(name, classes)
        if classes is not None:
            self.linear = nn.Linear(self.outputs, classes)
            self.outputs = classes
        initialise(self)

    def trunk(self, stream: Stream) -> Trunk:
        """Return the trunk of one stream."""
        trunk = self.get_submodule(_KEYS[stream][0])
        assert isinstance(trunk, Trunk)
        return trunk

    def fuse(self, x: Tensor) -> Tensor:
        """Map concatenated features (N, 64 * streams, S/32, S/32) to vectors (N, 1024)."""
        raise NotImplementedError

    def forward(self, *streams: Tensor) -> Tensor:
        """Map one (N, C, S, S) tensor per stream, in the order of `modalities`, to logits (N, outputs).

        Raises:
            ValueError: the number of tensors is not the number of streams.
        """
        if len(streams) != len(self.modalities):
            raise ValueError(
                f"{len(self.modalities)} streams expected ({', '.join(self.modalities)}), got {len(streams)}"
            )
        parts = [self.trunk(stream)(x) for stream, x in zip(self.modalities, streams, strict=True)]
        x = self.fuse(torch.cat(parts, 1))
        return x if self.linear is None else self.linear(x)


@register(
    "FeatherNetB-x3-concat",
    paper=_PAPER,
    convention="extension",
    published=Published(1_058_396, 296.87e6),
    fusion=True,
    classifier=("linear.",),
)
class ConcatFusion(Fusion):
    """Fusion by a grouped 3x3/2 convolution over the concatenated streams, a wider form of the streaming head."""

    def __init__(
        self,
        in_channels: int | Mapping[str, int] = 3,
        input_size: int = 224,
        classes: int | None = None,
        modalities: Any = ORDER,
    ) -> None:
        name = "FeatherNetB-x3-concat"
        super().__init__(name, in_channels, input_size, modalities)
        self.final_DW2 = nn.Sequential(nn.Conv2d(self.width, 64, 3, 2, 1, groups=64, bias=False))
        self.outputs = 64 * ((input_size // 32 + 1) // 2) ** 2
        self._add_classifier(name, classes)

    def fuse(self, x: Tensor) -> Tensor:
        """Implement `Fusion.fuse`."""
        reduced: Tensor = self.final_DW2(x)
        return reduced.flatten(1)


class BasicBlock(nn.Module):
    """Residual block of two 3x3 convolutions (ResNet, arXiv 1512.03385)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        shortcut = x if self.downsample is None else self.downsample(x)
        result: Tensor = self.relu(y + shortcut)
        return result


@register(
    "FeatherNetB-x3-pipenet",
    paper=_PAPER + "; PipeNet, CVPR Workshops 2020",
    convention="extension",
    published=Published(45_278_620, 400.21e6),
    fusion=True,
    classifier=("linear.",),
)
class PipeNetFusion(Fusion):
    """Fusion by three residual stages of two blocks over the concatenated streams, then the global average."""

    def __init__(
        self,
        in_channels: int | Mapping[str, int] = 3,
        input_size: int = 224,
        classes: int | None = None,
        modalities: Any = ORDER,
    ) -> None:
        name = "FeatherNetB-x3-pipenet"
        super().__init__(name, in_channels, input_size, modalities)
        inputs = self.width
        for stage, outputs in enumerate((256, 512, 1024)):
            blocks = nn.Sequential(BasicBlock(inputs, outputs, 2), BasicBlock(outputs, outputs, 1))
            self.add_module(f"res_{stage}", blocks)
            inputs = outputs
        self.pool = nn.AdaptiveAvgPool2d(1)
        self._add_classifier(name, classes)

    def fuse(self, x: Tensor) -> Tensor:
        """Implement `Fusion.fuse`."""
        for stage in range(3):
            x = self.get_submodule(f"res_{stage}")(x)
        pooled: Tensor = self.pool(x)
        return pooled.flatten(1)


@register(
    "FeatherNetB-x3-cdc",
    paper=_PAPER + "; central difference convolution, arXiv 2003.04092",
    convention="extension",
    published=Published(3_858_844, 434.21e6),
    fusion=True,
    classifier=("linear.",),
)
class CdcFusion(Fusion):
    """Fusion by two central difference convolutions over the concatenated streams, then the global average."""

    def __init__(
        self,
        in_channels: int | Mapping[str, int] = 3,
        input_size: int = 224,
        classes: int | None = None,
        modalities: Any = ORDER,
        theta: float = 0.7,
    ) -> None:
        name = "FeatherNetB-x3-cdc"
        super().__init__(name, in_channels, input_size, modalities)
        self.lastconv2 = nn.Sequential(
            CentralDifferenceConv2d(self.width, 256, theta=theta), nn.BatchNorm2d(256), nn.ReLU(inplace=True)
        )
        self.lastconv3 = nn.Sequential(CentralDifferenceConv2d(256, 1024, theta=theta), nn.ReLU(inplace=True))
        self._add_classifier(name, classes)

    def fuse(self, x: Tensor) -> Tensor:
        """Implement `Fusion.fuse`."""
        # mean() instead of a pooling layer, because the published FLOPs count no pooling here.
        last: Tensor = self.lastconv3(self.lastconv2(x))
        return last.mean((2, 3))
