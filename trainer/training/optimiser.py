"""The optimiser of a run."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.checkpoints.stream_model import StreamModel
from trainer.config.schema import Config


def make_optimiser(config: Config, model: StreamModel, initialised: set[int]) -> torch.optim.Optimizer:
    """Return the optimiser: SGD as published, or AdamW.

    AdamW applies weight decay to weight matrices and kernels only, not to norms and biases.

    Args:
        config: configuration of the run.
        model: network to train.
        initialised: ids of the parameters to which `optimiser.trunk_lr` applies.
    """
    settings = config.optimiser
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for parameter in model.parameters():
        decays = settings.kind == "sgd" or parameter.ndim > 1
        groups.setdefault((decays, id(parameter) in initialised), []).append(parameter)
    listed = [
        {
            "params": members,
            "weight_decay": settings.weight_decay if decays else 0.0,
            "factor": settings.trunk_lr if trunk else 1.0,
            "lr": settings.lr,
        }
        for (decays, trunk), members in groups.items()
    ]
    if settings.kind == "sgd":
        return torch.optim.SGD(listed, lr=settings.lr, momentum=settings.momentum)
    return torch.optim.AdamW(listed, lr=settings.lr)
