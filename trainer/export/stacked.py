"""FlexFusion's three trunks as one, for export: the same answers from a third of the operations.

The trunks have the same shapes from the end of their first block on. Their features, side by side as channels, go
through grouped convolutions, so that each operation has three times the work: fewer starts, and enough for two threads.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from trainer.networks.blocks import InvertedResidual, SqueezeExcitation
from trainer.networks.flexfusion import FlexFusion

_FRONT = 2
"""Layers of a trunk that stay apart: the stem, whose input channels differ, and the first block, after which the
features are an eighth as large to put together."""


class StackedFlexFusion(nn.Module):
    """A FlexFusion in eval mode, without batch norms, as `trainer.export.onnx_export.folded` makes it.

    Takes and gives what the original does. An absent stream's picture is replaced by zeros at the start, so that no
    value of it, not even NaN, meets what the streams share.
    """

    def __init__(self, network: FlexFusion) -> None:
        super().__init__()
        self.modalities = network.modalities
        self.input_shapes = network.input_shapes
        streams = [network.stream(modality) for modality in network.modalities]
        trunks = [list(stream.features) for stream in streams]
        self.fronts = nn.ModuleList(nn.Sequential(*trunk[:_FRONT]) for trunk in trunks)
        self.layers = nn.ModuleList(
            _stack(layers) for layers in zip(*(trunk[_FRONT:] for trunk in trunks), strict=True)
        )
        self._fine_after, self._coarse_after = (end - _FRONT for end in streams[0].features.ends[-2:])
        self.final_DW = _stack([stream.final_DW for stream in streams])
        self.linear = _block_diagonal([cast(nn.Linear, stream.linear) for stream in streams])
        self.fusion = copy.deepcopy(network)
        del self.fusion.streams
        self.token_fine = nn.Parameter(network.token_fine.detach().reshape(1, -1, 1, 1), requires_grad=False)
        self.token_coarse = nn.Parameter(network.token_coarse.detach().reshape(1, -1, 1, 1), requires_grad=False)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """As `FlexFusion.forward`."""
        *pictures, presence = inputs
        there = presence > 0.5
        x = torch.cat(
            [
                front(torch.where(there[:, index, None, None, None], picture, torch.zeros(())))
                for index, (front, picture) in enumerate(zip(self.fronts, pictures, strict=True))
            ],
            1,
        )
        fine = x
        for number, layer in enumerate(self.layers, start=1):
            x = layer(x)
            if number == self._fine_after:
                fine = x
        logits = self.linear(self.final_DW(x).flatten(1)).reshape(-1, len(self.modalities), 2)
        own = torch.where(there[:, :, None], logits, torch.zeros(()))
        fused = self.fusion.fuse_placed(
            self._place(fine, there, self.token_fine), self._place(x, there, self.token_coarse), presence
        )
        return (fused, *own.unbind(1))

    def _place(self, x: Tensor, there: Tensor, tokens: Tensor) -> Tensor:
        channels = x.shape[1]
        each = there[:, :, None].expand(-1, -1, channels // len(self.modalities))
        return torch.where(each.reshape(-1, channels, 1, 1), x, tokens)


class _StackedGate(nn.Module):
    """Squeeze-and-excitation of every stream for itself, as two matrices of blocks."""

    def __init__(self, gates: Sequence[SqueezeExcitation]) -> None:
        super().__init__()
        self.first = _block_diagonal([cast(nn.Linear, gate.fc[0]) for gate in gates])
        self.second = _block_diagonal([cast(nn.Linear, gate.fc[2]) for gate in gates])

    def forward(self, x: Tensor) -> Tensor:
        gates = torch.sigmoid(self.second(torch.relu(self.first(x.mean((2, 3))))))
        return x * gates[:, :, None, None]


def _stack(modules: Sequence[nn.Module]) -> nn.Module:
    """One module that does to channels side by side what each of these does to its own."""
    first = modules[0]
    if isinstance(first, nn.Conv2d):
        return _grouped(cast("Sequence[nn.Conv2d]", modules))
    if isinstance(first, SqueezeExcitation):
        return _StackedGate(cast("Sequence[SqueezeExcitation]", modules))
    if isinstance(first, InvertedResidual):
        blocks = cast("Sequence[InvertedResidual]", modules)
        together = copy.deepcopy(first)
        together.conv = cast(nn.Sequential, _stack([block.conv for block in blocks]))
        if first.downsample is not None:
            together.downsample = cast(
                nn.Sequential, _stack([cast(nn.Sequential, block.downsample) for block in blocks])
            )
        return together
    if isinstance(first, nn.Sequential):
        sequences = cast("Sequence[nn.Sequential]", modules)
        return nn.Sequential(*(_stack(parts) for parts in zip(*sequences, strict=True)))
    if next(first.parameters(), None) is not None:
        raise TypeError(f"cannot stack {type(first).__name__}")
    return first


def _grouped(convolutions: Sequence[nn.Conv2d]) -> nn.Conv2d:
    first, count = convolutions[0], len(convolutions)
    together = copy.deepcopy(first)
    together.in_channels, together.out_channels = first.in_channels * count, first.out_channels * count
    together.groups = first.groups * count
    together.weight = nn.Parameter(torch.cat([one.weight for one in convolutions]), requires_grad=False)
    if first.bias is not None:
        biases = [cast(Tensor, one.bias) for one in convolutions]
        together.bias = nn.Parameter(torch.cat(biases), requires_grad=False)
    return together


def _block_diagonal(layers: Sequence[nn.Linear]) -> nn.Linear:
    weight: Tensor = torch.block_diag(*(layer.weight for layer in layers))  # type: ignore[no-untyped-call]
    together = nn.Linear(weight.shape[1], weight.shape[0])
    together.weight = nn.Parameter(weight, requires_grad=False)
    together.bias = nn.Parameter(torch.cat([layer.bias for layer in layers]), requires_grad=False)
    return together
