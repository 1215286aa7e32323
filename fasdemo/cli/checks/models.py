"""Checks of ONNX Runtime, the shipped models and the face model."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import platformdirs

from fasdemo.cli.checks.finding import Finding
from fasdemo.cli.checks.packages import installed
from fasdemo.errors import UserError


def inference() -> list[Finding]:
    """Report the providers of ONNX Runtime."""
    import onnxruntime

    from fasdemo.models.providers import CPU, short, wanted

    available = onnxruntime.get_available_providers()
    best = wanted("auto")[0]
    # The Azure provider calls a network service and is never used.
    names = ", ".join(short(name) for name in available if name != "AzureExecutionProvider")
    details = {"onnxruntime": onnxruntime.__version__, "providers": available, "auto": best}
    text = f"ONNX Runtime {onnxruntime.__version__} offers {names}; --device auto uses {short(best)}"
    found = [Finding("inference", "good", text, details=details)]
    builds = installed("onnxruntime")
    if len(builds) > 1:
        remedy = f"pip uninstall {' '.join(builds)}, then install one of them."
        found.append(Finding("inference", "wrong", f"{' and '.join(builds)} are both installed and conflict.", remedy))
    if best == CPU and shutil.which("nvidia-smi"):
        advice = "Install onnxruntime-gpu instead of onnxruntime, see docs/install.md."
        found.append(
            Finding("inference", "note", "An NVIDIA driver is installed, but ONNX Runtime has no CUDA.", advice)
        )
    return found


def models() -> list[Finding]:
    """Check checksum, card and graph of the shipped models, and report the device that runs each."""
    from fasdemo.models.predictor import Predictor
    from fasdemo.models.registry import shipped_models

    try:
        files = shipped_models()
    except UserError as error:
        return [Finding("models", "wrong", "The shipped models cannot be used.", str(error))]
    found = []
    for one in files:
        name = f"{one.card.name} ({'+'.join(one.card.modalities)})"
        try:
            with Predictor(one) as predictor:
                text = f"{name}: sha256 {one.sha256[:12]}... is correct, runs on {predictor.provider}"
                details = {"name": one.card.name, "sha256": one.sha256, "provider": predictor.provider}
                found.append(Finding("models", "good", text, details=details))
                found += [Finding("models", "note", f"{name}: {sentence}") for sentence in predictor.warnings]
        except UserError as error:
            found.append(Finding("models", "wrong", f"{name}: cannot be used.", str(error)))
    return found


def face_model() -> list[Finding]:
    """Check the file of the face model; it is not downloaded here."""
    from fasdemo.faces.model_file import ENVIRONMENT, FILE_NAME, SHA256

    given = os.environ.get(ENVIRONMENT)
    path = Path(given) if given else platformdirs.user_data_path("fasdemo", appauthor=False) / FILE_NAME
    fetch = "`python -m fasdemo.faces.model_file` downloads it; otherwise it is downloaded at the first use."
    if not path.is_file():
        if given:
            return [
                Finding("models", "wrong", f"{path}: no such file.", f"Correct or unset the variable {ENVIRONMENT}.")
            ]
        return [Finding("models", "note", f"The face model {FILE_NAME} is not downloaded yet.", fetch)]
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        return [Finding("models", "wrong", f"{path}: checksum mismatch.", f"Delete it; {fetch}")]
    return [Finding("models", "good", f"face model {path}: sha256 is correct", details={"path": str(path)})]
