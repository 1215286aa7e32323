"""Batch norm over the batches of all processes, so that they train like one large batch."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


def synchronised(network: nn.Module, device: torch.device) -> nn.Module:
    """Replace the batch norms of a network by ones that share statistics over all processes.

    `nn.SyncBatchNorm` supports GPUs only, so other devices use `SharedNorm`.

    Returns:
        The network.
    """
    if device.type == "cuda":
        converted: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(network)
        return converted
    for name, child in network.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(network, name, SharedNorm.of(child))
        else:
            synchronised(child, device)
    return network


class SharedNorm(nn.BatchNorm2d):
    """An `nn.BatchNorm2d` with mean and variance over the batches of all processes, on any device."""

    @classmethod
    def of(cls, norm: nn.BatchNorm2d) -> SharedNorm:
        """Return a shared norm with the parameters and buffers of a batch norm."""
        shared = cls(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
        shared.weight, shared.bias = norm.weight, norm.bias
        shared.running_mean, shared.running_var = norm.running_mean, norm.running_var
        shared.num_batches_tracked = norm.num_batches_tracked
        return shared

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (N, C, H, W) over N, H and W of all processes."""
        if not self.training or not dist.is_initialized() or dist.get_world_size() == 1:
            return super().forward(x)
        values = x.float()
        sums = torch.cat([values.sum((0, 2, 3)), values.square().sum((0, 2, 3))])
        count = torch.tensor([float(x.numel() // x.shape[1])], device=x.device)
        sums, total = _SumOverProcesses.apply(sums), count.clone()  # type: ignore[no-untyped-call]  # torch has no type for it
        dist.all_reduce(total)
        mean, square = (sums / total).chunk(2)
        variance = square - mean.square()
        with torch.no_grad():
            assert self.running_mean is not None
            assert self.running_var is not None
            assert self.num_batches_tracked is not None
            self.num_batches_tracked += 1
            blend = self.momentum if self.momentum is not None else 1.0 / float(self.num_batches_tracked)
            self.running_mean.lerp_(mean, blend)
            self.running_var.lerp_(variance * total / (total - 1.0), blend)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        shift = self.bias - mean * scale
        normalised: Tensor = values * scale[:, None, None] + shift[:, None, None]
        return normalised.to(x.dtype)


class _SumOverProcesses(torch.autograd.Function):
    """The sum of a tensor over all processes; its gradient is the sum of theirs.

    torch has deprecated its differentiable collectives, and their successors are private.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        """Return the sum, of the same shape."""
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Return the sum of the gradients."""
        total = gradient.clone()
        dist.all_reduce(total)
        return total
