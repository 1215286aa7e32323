"""The running average of a network's weights, which is what is measured and shipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@torch.no_grad()
def blend(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Keep `decay` of the average and take the rest from the network; whole numbers are copied."""
    mine, theirs = average.state_dict(), network.state_dict()
    floats = [key for key, tensor in mine.items() if tensor.is_floating_point()]
    torch._foreach_lerp_([mine[k] for k in floats], [theirs[k] for k in floats], 1.0 - decay)
    for key in mine.keys() - set(floats):
        mine[key].copy_(theirs[key])


@contextmanager
def measuring_norms(average: nn.Module) -> Iterator[None]:
    """Batch norms take the mean statistics of what passes within: an average of statistics lags behind its weights."""
    norms = [module for module in average.modules() if isinstance(module, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        yield
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
