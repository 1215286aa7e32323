"""Where a network runs: ONNX Runtime's execution providers behind three words."""

from __future__ import annotations

from typing import Literal, get_args

import onnxruntime as ort

from fasdemo.errors import UserError

Device = Literal["auto", "cpu", "cuda"]

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
_AUTO = (CUDA, "DmlExecutionProvider", "CoreMLExecutionProvider", "OpenVINOExecutionProvider")
"""Tried in this order when the installed ONNX Runtime has them. TensorRT is left out: it compiles for minutes."""

_SHORT = {
    CPU: "CPU",
    CUDA: "CUDA",
    "DmlExecutionProvider": "DirectML",
    "CoreMLExecutionProvider": "CoreML",
    "OpenVINOExecutionProvider": "OpenVINO",
}


def wanted(device: str) -> list[str]:
    """The providers to ask for, best first, always ending in the CPU.

    Raises:
        UserError: no such device.
    """
    if device not in get_args(Device):
        raise UserError(f"--device {device}: choose from {', '.join(get_args(Device))}.")
    available = ort.get_available_providers()
    if device == "cpu":
        return [CPU]
    if device == "cuda":
        return [CUDA, CPU] if CUDA in available else [CPU]
    best = next((name for name in _AUTO if name in available), None)
    return [CPU] if best is None else [best, CPU]


def devices_here() -> list[str]:
    """The devices that lead to different providers here, the CPU first."""
    installed = [name for name in _AUTO if name in ort.get_available_providers()]
    if not installed:
        return ["cpu"]
    return ["cpu", "cuda"] if installed[0] == CUDA else ["cpu", "auto"]


def fallback_sentence(device: str, asked: list[str], got: list[str]) -> str | None:
    """What to tell the user when the network does not run where it should; ONNX Runtime itself says nothing."""
    if device == "cuda" and CUDA not in got:
        return (
            "CUDA was asked for and cannot be used here, so the network runs on the CPU; "
            "install onnxruntime-gpu and a matching NVIDIA driver, or choose --device cpu."
        )
    if asked[0] not in got:
        return f"{short(asked[0])} is installed and did not start, so the network runs on the CPU."
    return None


def short(provider: str) -> str:
    """A provider's name for people."""
    return _SHORT.get(provider, provider.removesuffix("ExecutionProvider"))
