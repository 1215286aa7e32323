"""Which precision and how many processes: small questions to the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from trainer.config.schema import Config

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


_FEW_PIXELS = 4


def force_fp32_convs(network: nn.Module) -> None:
    """Run in float32, inside a bfloat16 region of the CPU, the convolutions that have no good kernel there.

    Strided depthwise ones have no fast backward pass: at 32 x 96 x 32 x 32 it takes 33 ms against 2.7 on one thread.
    Dense ones over two by two pixels and fewer have a wrong one: now and then their weights' gradient holds what lay in
    memory, up to infinity (the residual stages of FeatherNetB-x3-pipenet at 128 px; torch 2.13 on AVX-512 BF16). Both
    cost little in float32.

    Only for the copy of a network that is trained: `copy.deepcopy` would share the changed layers.
    """
    for module in network.modules():
        if not isinstance(module, nn.Conv2d):
            continue
        if module.groups > 1 and module.stride[0] > 1:
            module.forward = _InFloat32(module)  # type: ignore[assignment,method-assign]
        elif module.groups == 1 and max(module.kernel_size) > 1:
            module.forward = _InFloat32(module, up_to=_FEW_PIXELS)  # type: ignore[assignment,method-assign]


class _InFloat32:
    """A layer's forward in float32 on pictures of at most `up_to` pixels; on all without it."""

    def __init__(self, layer: nn.Conv2d, up_to: int | None = None) -> None:
        self._forward = layer.forward
        self._up_to = up_to

    def __call__(self, x: Tensor) -> Tensor:
        if self._up_to is not None and x.shape[-1] * x.shape[-2] > self._up_to:
            return self._forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return self._forward(x.float()).to(x.dtype)
