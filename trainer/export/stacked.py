"""FlexFusion with its trunks merged into one for export: the same outputs with a third of the operations.

After their first block the trunks have the same shapes. Their features are concatenated as channels and processed by
grouped convolutions. Each operation then has three times the work, which needs fewer starts and can use two threads.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from trainer.networks.blocks import InvertedResidual, SqueezeExcitation
from trainer.networks.flexfusion import FlexFusion

M = TypeVar("M", bound=nn.Module)

_FRONT = 2
"""Layers of a trunk that are not merged: the stem, whose input channels differ, and the first block, after which the
features to concatenate are an eighth as large."""


class StackedFlexFusion(nn.Module):
    """A FlexFusion in eval mode with merged trunks; `trainer.export.folded.folded` must have removed its batch norms.

    Inputs and outputs are those of `GraphNetwork` of the original. The picture of an absent stream is replaced by zeros
    first, so that no value of it, not even NaN, can reach the shared layers.
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
        self.linear = _block_diagonal(_alike([stream.linear for stream in streams], nn.Linear))
        self.fusion = copy.deepcopy(network)
        del self.fusion.streams
        self.token_fine = nn.Parameter(network.token_fine.detach().reshape(1, -1, 1, 1), requires_grad=False)
        self.token_coarse = nn.Parameter(network.token_coarse.detach().reshape(1, -1, 1, 1), requires_grad=False)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Compute the outputs of `trainer.export.graph_network.GraphNetwork.forward`."""
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
        if not self.fusion.rates_without_rgb:
            return (self._fuse(fine, x, presence), *own.unbind(1))
        # Both fusions are one batch, which takes less time than one after the other.
        both = self._fuse(
            torch.cat([fine, fine]),
            torch.cat([x, x]),
            torch.cat([presence, self.fusion.without_rgb(presence)]),
        )
        count = presence.shape[0]
        return (both[:count], *own.unbind(1), both[count:])

    def _fuse(self, fine: Tensor, coarse: Tensor, presence: Tensor) -> Tensor:
        there = presence > 0.5
        logits: Tensor = self.fusion.fuse_placed(
            self._place(fine, there, self.token_fine), self._place(coarse, there, self.token_coarse), presence
        )
        return logits

    def _place(self, x: Tensor, there: Tensor, tokens: Tensor) -> Tensor:
        channels = x.shape[1]
        each = there[:, :, None].expand(-1, -1, channels // len(self.modalities))
        return torch.where(each.reshape(-1, channels, 1, 1), x, tokens)


class _StackedGate(nn.Module):
    """Squeeze-and-excitation of each stream, as two block-diagonal linear layers."""

    def __init__(self, gates: Sequence[SqueezeExcitation]) -> None:
        super().__init__()
        self.first = _block_diagonal(_alike([gate.fc[0] for gate in gates], nn.Linear))
        self.second = _block_diagonal(_alike([gate.fc[2] for gate in gates], nn.Linear))

    def forward(self, x: Tensor) -> Tensor:
        gates = torch.sigmoid(self.second(torch.relu(self.first(x.mean((2, 3))))))
        return x * gates[:, :, None, None]


def _stack(modules: Sequence[nn.Module]) -> nn.Module:
    """Return one module that applies each of these modules to its own part of the channels.

    Raises:
        TypeError: the modules' types differ, or a module of this type with parameters cannot be merged.
    """
    first = modules[0]
    if isinstance(first, nn.Conv2d):
        return _grouped(_alike(modules, nn.Conv2d))
    if isinstance(first, SqueezeExcitation):
        return _StackedGate(_alike(modules, SqueezeExcitation))
    if isinstance(first, InvertedResidual):
        blocks = _alike(modules, InvertedResidual)
        together = copy.deepcopy(first)
        together.conv = _stacked_sequence([block.conv for block in blocks])
        if first.downsample is not None:
            together.downsample = _stacked_sequence(_alike([block.downsample for block in blocks], nn.Sequential))
        return together
    if isinstance(first, nn.Sequential):
        return _stacked_sequence(_alike(modules, nn.Sequential))
    if next(first.parameters(), None) is not None:
        raise TypeError(f"modules: cannot merge {type(first).__name__}; fold it first")
    return first


def _alike(modules: Sequence[nn.Module | None], kind: type[M]) -> list[M]:
    found = [one for one in modules if isinstance(one, kind)]
    if len(found) != len(modules):
        raise TypeError(f"modules: cannot merge {', '.join(type(one).__name__ for one in modules)}")
    return found


def _stacked_sequence(sequences: Sequence[nn.Sequential]) -> nn.Sequential:
    return nn.Sequential(*(_stack(parts) for parts in zip(*sequences, strict=True)))


def _grouped(convolutions: Sequence[nn.Conv2d]) -> nn.Conv2d:
    first, count = convolutions[0], len(convolutions)
    together = copy.deepcopy(first)
    together.in_channels, together.out_channels = first.in_channels * count, first.out_channels * count
    together.groups = first.groups * count
    together.weight = nn.Parameter(torch.cat([one.weight for one in convolutions]), requires_grad=False)
    if first.bias is not None:
        biases = [one.bias for one in convolutions if one.bias is not None]
        together.bias = nn.Parameter(torch.cat(biases), requires_grad=False)
    return together


def _block_diagonal(layers: Sequence[nn.Linear]) -> nn.Linear:
    weight: Tensor = torch.block_diag(*(layer.weight for layer in layers))
    together = nn.Linear(weight.shape[1], weight.shape[0])
    together.weight = nn.Parameter(weight, requires_grad=False)
    together.bias = nn.Parameter(torch.cat([layer.bias for layer in layers]), requires_grad=False)
    return together
