"""Choose ONNX Runtime's execution providers for the devices `auto`, `cpu` and `cuda`."""

from __future__ import annotations

from typing import Literal, get_args

import onnxruntime as ort

from fasdemo.errors import UserError

Device = Literal["auto", "cpu", "cuda"]

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
_AUTO = (CUDA, "DmlExecutionProvider", "CoreMLExecutionProvider", "OpenVINOExecutionProvider")
"""Providers for `auto`, in order of preference. TensorRT is not used, because it compiles for minutes."""

# For programs that loaded ONNX Runtime before fasdemo, so that ORT_DISABLE_TELEMETRY came too late.
ort.disable_telemetry_events()

_SHORT = {
    CPU: "CPU",
    CUDA: "CUDA",
    "DmlExecutionProvider": "DirectML",
    "CoreMLExecutionProvider": "CoreML",
    "OpenVINOExecutionProvider": "OpenVINO",
}


def wanted(device: str) -> list[str]:
    """Return the providers to request, best first; the last one is always the CPU.

    Raises:
        UserError: the device is unknown.
    """
    if device not in get_args(Device):
        raise UserError(
            f"device {device}: unknown device; choose from {', '.join(get_args(Device))}.", parameter="device"
        )
    available = ort.get_available_providers()
    if device == "cpu":
        return [CPU]
    if device == "cuda":
        return [CUDA, CPU] if CUDA in available else [CPU]
    best = next((name for name in _AUTO if name in available), None)
    return [CPU] if best is None else [best, CPU]


def devices_here() -> list[str]:
    """Return the devices that use different providers on this machine, the CPU first."""
    installed = [name for name in _AUTO if name in ort.get_available_providers()]
    if not installed:
        return ["cpu"]
    return ["cpu", "cuda"] if installed[0] == CUDA else ["cpu", "auto"]


def fallback_sentence(device: str, asked: list[str], got: list[str]) -> str | None:
    """Return a message for the user if the network does not run on the requested provider, else None."""
    if device == "cuda" and CUDA not in got:
        return (
            "CUDA is not available, so the network runs on the CPU; install onnxruntime-gpu and a matching NVIDIA "
            "driver, or choose the device cpu."
        )
    if asked[0] not in got:
        return f"{short(asked[0])} is installed but cannot be started, so the network runs on the CPU."
    return None


def short(provider: str) -> str:
    """Return the display name of a provider."""
    return _SHORT.get(provider, provider.removesuffix("ExecutionProvider"))
