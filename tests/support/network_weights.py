"""Weights that make a network's answers worth comparing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from trainer import networks

# Two threads that wait for each other lose more than they gain on networks as small as these.
torch.set_num_threads(1)


OWN = {"FeatherLite", "FlexFusion", "TwoViewLite0"}
"""Networks of this project, which were not published."""


def settle(network: nn.Module, seed: int = 5) -> nn.Module:
    """Fresh weights, batch norms measured on one batch: activations neither vanish nor explode; eval mode."""
    torch.manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.8, 1.2)
            nn.init.uniform_(module.bias, -0.2, 0.2)
            module.momentum = 1.0
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0.0, module.in_features**-0.5)
    with torch.no_grad():
        network.train()(*networks.example_inputs(network, batch=8, seed=seed))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.1
    return network.eval()


@cache
def oracle_keys(shared_dir: Path) -> dict[str, list[tuple[str, tuple[int, ...]]]]:
    """Each network's published keys and shapes, in their order."""
    content = json.loads((shared_dir / "reference/state_dicts.json").read_text())
    return {name: [(key, tuple(shape)) for key, shape in entries] for name, entries in content.items()}


def oracle_state(keys: list[tuple[str, tuple[int, ...]]], seed: int = 2019) -> dict[str, Tensor]:
    """Weights by the rule in the oracles' README; their outputs were computed with the seed 2019."""
    state: dict[str, Tensor] = {}
    for index, (key, shape) in enumerate(keys):
        x: npt.NDArray[np.floating] = np.random.default_rng([seed, index]).standard_normal(shape).astype(np.float32)
        if key.endswith("num_batches_tracked"):
            state[key] = torch.zeros((), dtype=torch.long)
            continue
        if key.endswith("running_var"):
            x = 0.5 + 0.5 * np.abs(x)
        elif key.endswith(("running_mean", "bias")):
            x = 0.1 * x
        elif len(shape) == 1:
            x = 1 + 0.1 * x
        else:
            x = x * np.sqrt(2 / np.prod(shape[1:]))
        state[key] = torch.from_numpy(np.asarray(x, np.float32))
    return state


def oracle_input(index: int, seed: int = 2019) -> Tensor:
    """Input 0, or 0 to 2 for rgb, ir and depth: (2, 3, 224, 224)."""
    values = np.random.default_rng([seed, 1000 + index]).standard_normal((2, 3, 224, 224))
    return torch.from_numpy(values.astype(np.float32))
