"""Which precision and how many processes: small questions to the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from trainer.config import Config

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


@dataclass(frozen=True, slots=True)
class World:
    """What `torchrun` says: processes on this machine, machines."""

    local: int
    nodes: int


def world_of_environment() -> World | None:
    """The processes that `torchrun` started, None without it."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return None
    local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return World(local, max(int(os.environ.get("WORLD_SIZE", "1")) // local, 1))


def precision_of(config: Config, accelerator: str) -> Precision:
    """The configured precision; `auto`: bfloat16 where the hardware multiplies it, else what is safe."""
    chosen = config.run.precision
    if chosen != "auto":
        return chosen
    if accelerator == "cuda":
        return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"
    return "bf16-mixed" if accelerator == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported() else "32-true"


def spare_slow_kernels(network: nn.Module) -> None:
    """Run strided depthwise convolutions in float32 inside a bfloat16 region of the CPU.

    Their bfloat16 backward pass has no fast kernel there: at 32 x 96 x 32 x 32 it takes 33 ms against 2.7
    on one thread.
    Only for the copy of a network that is trained: `copy.deepcopy` would share the changed layers.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.groups > 1 and module.stride[0] > 1:
            module.forward = _InFloat32(module)  # type: ignore[assignment,method-assign]


class _InFloat32:
    def __init__(self, layer: nn.Conv2d) -> None:
        self._forward = layer.forward

    def __call__(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return self._forward(x.float()).to(x.dtype)
