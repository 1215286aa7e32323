"""Numerical precision and number of processes, as the machine and the environment allow."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any, Literal

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from trainer.config.schema import Config

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


@dataclass(frozen=True, slots=True)
class World:
    """Size of a distributed run.

    Attributes:
        local: number of processes on this machine.
        nodes: number of machines.
    """

    local: int
    nodes: int


def world_of_environment() -> World | None:
    """Return the size of the run that `torchrun` started, None without it."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return None
    local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return World(local, max(int(os.environ.get("WORLD_SIZE", "1")) // local, 1))


def precision_of(config: Config, accelerator: str) -> Precision:
    """Return the configured precision.

    `auto` means bfloat16 where the hardware supports it, else float16 on GPUs and float32 on CPUs.
    """
    chosen = config.run.precision
    if chosen != "auto":
        return chosen
    if accelerator == "cuda":
        return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"
    return "bf16-mixed" if accelerator == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported() else "32-true"


_MAX_FLOAT32_PX = 4
"""Largest number of input pixels at which dense bfloat16 convolutions returned wrong gradients."""


def force_fp32_convs(network: nn.Module) -> None:
    """Make some convolutions run in float32 inside bfloat16 autocast on the CPU.

    - Strided depthwise convolutions have no fast bfloat16 backward pass: 33 ms instead of 2.7 ms for 32 x 96 x 32 x 32
      on one thread.
    - Dense convolutions over at most 2 x 2 pixels have a wrong one: occasionally the gradient of the weights contains
      uninitialised memory, up to infinity (measured in the residual stages of FeatherNetB-x3-pipenet at 128 px, torch
      2.13, AVX-512 BF16).

    Apply it only to the network that is trained, because `copy.deepcopy` would share the changed layers.
    """
    for module in network.modules():
        if not isinstance(module, nn.Conv2d):
            continue
        if module.groups > 1 and module.stride[0] > 1:
            module.forward = _InFloat32(module)  # type: ignore[assignment,method-assign]  # replaced on purpose
        elif module.groups == 1 and max(module.kernel_size) > 1:
            module.forward = _InFloat32(module, max_px=_MAX_FLOAT32_PX)  # type: ignore[assignment,method-assign]  # as above


class _InFloat32:
    """Forward function of a layer in float32 for inputs of at most `max_px` pixels; for all inputs if None."""

    def __init__(self, layer: nn.Conv2d, max_px: int | None = None) -> None:
        self._forward = layer.forward
        self._max_px = max_px

    def __call__(self, x: Tensor) -> Tensor:
        if self._max_px is not None and x.shape[-1] * x.shape[-2] > self._max_px:
            return self._forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return self._forward(x.float()).to(x.dtype)


def _silence_fabric() -> None:
    """Raise Fabric's log level, because it prints its precision at every start."""
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    logging.getLogger("lightning.fabric").setLevel(logging.WARNING)


def make_fabric(config: Config, accelerator: str = "auto", devices: int | str = "auto", nodes: int = 1) -> Fabric:
    """Return a Fabric with device, precision and processes, not yet launched.

    Under `torchrun` the number of processes comes from its environment.

    Args:
        config: configuration of the run.
        accelerator: `cpu`, `cuda` or `auto`.
        devices: number of processes on this machine, or ids of GPUs such as `0,1`.
        nodes: number of machines.
    """
    from lightning_fabric.strategies.ddp import DDPStrategy

    _silence_fabric()
    world = world_of_environment()
    if accelerator == "auto":
        accelerator = "cuda" if torch.cuda.is_available() else "cpu"
    if devices == "auto":
        devices = world.local if world else 1
    several = world is not None or nodes > 1 or (devices not in (1, "1"))
    strategy: Any = DDPStrategy(find_unused_parameters=config.network.flexible) if several else "auto"
    return Fabric(
        accelerator=accelerator,
        devices=devices,
        num_nodes=world.nodes if world else nodes,
        strategy=strategy,
        precision=precision_of(config, accelerator),
    )
