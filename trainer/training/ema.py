"""Exponential moving average (EMA) of the weights of a network, which is evaluated and shipped.

`torch.optim.swa_utils` is not used: `AveragedModel` copies the weights at the first update, where the decay here rises
from 0.1, and `update_bn` passes one tensor, where these networks take images and masks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@torch.no_grad()
def update_ema(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Update an average to `decay * average + (1 - decay) * network`; integer buffers are copied.

    Args:
        average: network with the averaged weights, changed in place.
        network: network that is trained.
        decay: weight of the old average, from 0 to 1.
    """
    averaged, current = average.state_dict(), network.state_dict()
    floats = [key for key, tensor in averaged.items() if tensor.is_floating_point()]
    torch._foreach_lerp_([averaged[k] for k in floats], [current[k] for k in floats], 1.0 - decay)
    for key in averaged.keys() - set(floats):
        averaged[key].copy_(current[key])


@contextmanager
def measure_norm_statistics(average: nn.Module) -> Iterator[None]:
    """Set the statistics of batch norms to the mean over the batches that run through them within the context.

    Averaged statistics would lag behind the averaged weights.
    """
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
