"""FlexFusion: this project's network for any subset of RGB, depth and infrared at run time.

It has one complete FeatherNetB (arXiv 1904.09290) with a two-class head per stream. Their features at two scales enter
a small fusion head: gates across the streams (squeeze-and-excitation, arXiv 1709.01507, used for CASIA-SURF by Zhang et
al., arXiv 1812.00408), then depthwise central difference convolutions (arXiv 2003.04092). The presence of each stream
is an input: the features of an absent stream are replaced by a learned token, and its own logits are 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fasdemo.frames import STREAMS, Stream
from trainer.networks.blocks import CentralDifferenceConv2d, initialise
from trainer.networks.feathernet import FeatherNet
from trainer.networks.fusion import stream_channels
from trainer.networks.registry import check_size, choose_modalities, register
from trainer.networks.state import check_keys

CHANNELS: dict[Stream, int] = {"rgb": 3, "depth": 1, "ir": 1}
"""Default number of input channels of each stream."""

Levels = tuple[Tensor, Tensor]
"""Features of one stream at two scales: (N, C, S/16, S/16) and (N, C', S/32, S/32)."""


class CrossGate(nn.Module):
    """Channel gates of all streams, computed from the global averages of all streams and from presence."""

    def __init__(self, channels: int, streams: int, reduction: int = 4) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(
            nn.Linear(channels + streams, channels // reduction),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor, presence: Tensor) -> Tensor:
        """Scale features (N, C, H, W) by gates that depend on them and on presence (N, streams)."""
        gates: Tensor = self.fc(torch.cat([self.pool(x).flatten(1), presence], 1))
        return x * gates[:, :, None, None]


class CdcUnit(nn.Module):
    """Depthwise 3x3 central difference convolution and 1x1 convolution, each with batch norm and ReLU6.

    The input is added where input and output shapes are equal.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, theta: float) -> None:
        super().__init__()
        self.depthwise = CentralDifferenceConv2d(inputs, inputs, stride, groups=inputs, theta=theta)
        self.norm = nn.BatchNorm2d(inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm_out = nn.BatchNorm2d(outputs)
        self.act = nn.ReLU6(inplace=True)
        self.identity = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        y: Tensor = self.act(self.norm(self.depthwise(x)))
        y = self.act(self.norm_out(self.pointwise(y)))
        return x + y if self.identity else y


@register(
    "FlexFusion",
    paper="this project, docs/networks.md",
    convention="extension",
    fusion=True,
    classifier=("linear.",),
)
class FlexFusion(nn.Module):
    """Fusion network for any subset of its streams; the module's docstring describes its parts.

    For modality dropout in training, call `features` with all pictures and `fuse` with each presence mask. The batch
    norms of the trunks then only see real pictures, and one pass through the trunks serves several masks.

    Attributes:
        modalities: streams in the order rgb, depth, ir; the order of the inputs and of the columns of presence.
        input_shapes: (channels, height, width) of each picture.
        streams: one complete two-class FeatherNetB per stream.
    """

    def __init__(
        self,
        in_channels: int | Mapping[str, int] | None = None,
        input_size: int = 224,
        modalities: Any = STREAMS,
        width: int = 128,
        theta: float = 0.7,
        dropout: float = 0.2,
    ) -> None:
        name = "FlexFusion"
        super().__init__()
        check_size(name, input_size)
        self.modalities = choose_modalities(name, modalities, STREAMS)
        channels = stream_channels(name, CHANNELS if in_channels is None else in_channels, self.modalities)
        self.streams = nn.ModuleDict(
            {
                stream: FeatherNet(True, channels[stream], input_size, 2, dropout=dropout, name=name)
                for stream in self.modalities
            }
        )
        self.input_shapes = tuple((channels[stream], input_size, input_size) for stream in self.modalities)
        count = len(self.modalities)
        fine, coarse = self.stream(self.modalities[0]).features.channels[2:]
        self.token_fine = nn.Parameter(torch.zeros(count, fine))
        self.token_coarse = nn.Parameter(torch.zeros(count, coarse))
        self.gate_fine = CrossGate(count * fine, count)
        self.gate_coarse = CrossGate(count * coarse, count)
        self.fuse_fine = CdcUnit(count * fine, width, 2, theta)
        self.fuse_coarse = CdcUnit(count * coarse, width, 1, theta)
        self.mix = CdcUnit(2 * width, width, 1, theta)
        self.refine = CdcUnit(width, width, 1, theta)
        self.final_DW = nn.Conv2d(width, width, 3, 2, 1, groups=width, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(width * ((input_size // 32 + 1) // 2) ** 2, 2)
        initialise(self)

    def stream(self, modality: Stream) -> FeatherNet:
        """Return the FeatherNetB of one stream; its state_dict is that of `build("FeatherNetB", classes=2, ...)`."""
        network = self.streams[modality]
        assert isinstance(network, FeatherNet)
        return network

    def features(self, *pictures: Tensor) -> tuple[list[Levels], list[Tensor]]:
        """Return the features and the own logits (N, 2) of each stream, as if all streams were present.

        Raises:
            ValueError: the number of pictures is not the number of streams.
        """
        if len(pictures) != len(self.modalities):
            raise ValueError(
                f"{len(self.modalities)} streams expected ({', '.join(self.modalities)}), got {len(pictures)}"
            )
        levels: list[Levels] = []
        logits: list[Tensor] = []
        for modality, picture in zip(self.modalities, pictures, strict=True):
            network = self.stream(modality)
            *_, fine, coarse = network.features.levels(picture)
            levels.append((fine, coarse))
            logits.append(network.head(coarse))
        return levels, logits

    def fuse(self, levels: list[Levels], presence: Tensor) -> Tensor:
        """Return fused logits (N, 2) from the features of all streams and presence (N, streams) of 0 and 1."""
        fine = self._place([level[0] for level in levels], presence, self.token_fine)
        coarse = self._place([level[1] for level in levels], presence, self.token_coarse)
        return self.fuse_placed(fine, coarse, presence)

    def fuse_placed(self, fine: Tensor, coarse: Tensor, presence: Tensor) -> Tensor:
        """Return fused logits (N, 2) from concatenated features (N, streams * C, ...) with absent streams replaced."""
        fine = self.fuse_fine(self.gate_fine(fine, presence))
        coarse = self.fuse_coarse(self.gate_coarse(coarse, presence))
        x = self.refine(self.mix(torch.cat([fine, coarse], 1)))
        logits: Tensor = self.linear(self.dropout(self.final_DW(x).flatten(1)))
        return logits

    @staticmethod
    def _place(parts: list[Tensor], presence: Tensor, tokens: Tensor) -> Tensor:
        # Selection instead of multiplication, because 0 * NaN is NaN.
        there = presence > 0.5
        placed = [
            torch.where(there[:, index, None, None, None], part, tokens[index].reshape(1, -1, 1, 1))
            for index, part in enumerate(parts)
        ]
        return torch.cat(placed, 1)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Return logits (N, 2), index 1 live: fused, then of each stream in the order of `modalities`.

        The own logits of an absent stream are 0. With no stream present the fused logits are meaningless, and the
        caller must not derive a verdict from them.

        Args:
            inputs: one (N, C, S, S) tensor per stream in the order of `modalities` (with any values for an absent
                stream), then presence (N, streams) of 0 and 1.
        """
        *pictures, presence = inputs
        levels, logits = self.features(*pictures)
        return (self.fuse(levels, presence), *self._own(logits, presence))

    @property
    def rates_without_rgb(self) -> bool:
        """Whether the exported graph also has the fused logits without RGB."""
        return "rgb" in self.modalities and len(self.modalities) > 1

    def forward_twice(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs of `forward`, and then the fused logits (N, 2) as if RGB were absent.

        The engine needs both for every face. As two rows of a batch, depth and infrared would pass their trunks twice
        with equal results; here only the fusion is repeated, which is 2 % of the operations.
        """
        *pictures, presence = inputs
        levels, logits = self.features(*pictures)
        without = self.fuse(levels, self.without_rgb(presence))
        return (self.fuse(levels, presence), *self._own(logits, presence), without)

    def without_rgb(self, presence: Tensor) -> Tensor:
        """Return presence (N, streams) in which RGB is absent."""
        return presence * torch.tensor([0.0 if modality == "rgb" else 1.0 for modality in self.modalities])

    @staticmethod
    def _own(logits: list[Tensor], presence: Tensor) -> list[Tensor]:
        there = presence > 0.5
        return [torch.where(there[:, index, None], part, torch.zeros_like(part)) for index, part in enumerate(logits)]


def load_stream(network: FlexFusion, modality: Stream, state: Mapping[str, Tensor]) -> list[str]:
    """Load the state_dict of a single-stream FeatherNetB into one stream of a FlexFusion.

    A state_dict without `linear` (the published head) leaves the linear layer of the stream unchanged.

    Returns:
        The keys that were not loaded.

    Raises:
        UserError: the state_dict does not fit a FeatherNetB with this number of input channels and this input size.
    """
    target = network.stream(modality).state_dict()
    kept = [key for key in target if key.startswith("linear.") and key not in state]
    check_keys({key: value for key, value in target.items() if key not in kept}, state, f"stream {modality}")
    network.stream(modality).load_state_dict(dict(state), strict=False)
    return kept
