"""Checkpoints: one file with the weights and all that is needed to rebuild, judge and resume them.

A checkpoint is a torch file of plain types, read with `weights_only=True`, so that opening a stranger's file runs
no code of theirs. Published `.pth.tar` files are read the same way, see `read_published`.
"""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import subprocess
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fasdemo.errors import UserError
from trainer import networks
from trainer.networks.state import check_keys

SCHEMA = 1
_FULL = 1024 * 1024
"""A disk with fewer free bytes than this has no room for any checkpoint."""

_SAFE: list[Any] = [
    # Published files keep their best accuracy as a NumPy number; these rebuild numbers and nothing else.
    (np.float64(0).__reduce__()[0], "numpy.core.multiarray.scalar"),
    (np.float64(0).__reduce__()[0], "numpy._core.multiarray.scalar"),
    np.dtype,
    *{type(np.dtype(kind)) for kind in ("f8", "f4", "i8", "i4", "b1")},
]
"""What a file may name beside tensors and plain types."""


@dataclass(slots=True)
class Checkpoint:
    """What a checkpoint holds; plain types and tensors only.

    Attributes:
        arch: the network's name in `trainer.networks`.
        state_dict: its weights.
        options: keyword options with which `networks.build` makes it.
        config: the training configuration that gave the weights.
        metrics: measured figures by name.
        card: facts for the model card, any subset of the fields of `fasdemo.models.card.ModelCard`.
        training: what resuming needs (epoch, optimizer state ...); dropped by nothing, ignored by export.
        revision: git revision of the code that wrote it, `+` added where the tree was changed; empty if unknown.
    """

    arch: str
    state_dict: dict[str, Tensor]
    options: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    card: dict[str, Any] | None = None
    training: dict[str, Any] | None = None
    revision: str = ""


def git_revision() -> str:
    """Revision of the checkout that this code lies in, `+` added where tracked files were changed; else empty."""
    folder = Path(__file__).resolve().parent
    try:
        command = ["git", "-C", str(folder), "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def save(path: str | Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint under a temporary name, then rename it: a reader never meets half a file.

    Raises:
        UserError: the folder cannot be written.
    """
    path = Path(path)
    content: dict[str, Any] = {"schema": SCHEMA}
    content |= {entry.name: getattr(checkpoint, entry.name) for entry in fields(Checkpoint)}
    content["state_dict"] = {key: tensor.detach().cpu().contiguous() for key, tensor in checkpoint.state_dict.items()}
    content["options"] = {
        key: list(value) if isinstance(value, tuple) else value for key, value in checkpoint.options.items()
    }
    content["revision"] = checkpoint.revision or git_revision()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            torch.save(content, temporary)
            temporary.replace(path)
        except RuntimeError as error:
            # torch's writer names a place in its own sources instead of the reason.
            if shutil.disk_usage(path.parent).free < _FULL:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:
        # torch reports an unwritable folder as RuntimeError.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UserError(f"{path}: cannot be written ({reason}); choose another place.") from error
    return path


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint of this project.

    Raises:
        UserError: no file, no torch file, a pickle with code in it (refused, nothing executed), a published
            checkpoint that has to be imported first, or fields missing or of the wrong kind.
    """
    content = read_torch(path)
    if not isinstance(content, dict) or "schema" not in content:
        raise UserError(f"{path}: not a checkpoint of this project; convert it with `python -m trainer import`.")
    if content["schema"] != SCHEMA:
        raise UserError(f"{path}: checkpoint schema {content['schema']} is unknown here; this version reads {SCHEMA}.")
    kinds = {"arch": str, "state_dict": dict, "options": dict, "config": dict, "metrics": dict, "revision": str}
    for name, kind in kinds.items():
        if not isinstance(content.get(name), kind):
            raise UserError(f"{path}: the checkpoint's {name} is missing or no {kind.__name__}; write it again.")
    for name in ("card", "training"):
        if not isinstance(content.get(name), dict | None):
            raise UserError(f"{path}: the checkpoint's {name} is no dict; write it again.")
    values: dict[str, Any] = {entry.name: content.get(entry.name) for entry in fields(Checkpoint)}
    return Checkpoint(**values)


def build_network(checkpoint: Checkpoint, where: str = "checkpoint") -> nn.Module:
    """The checkpoint's network with its weights, in eval mode.

    Raises:
        UserError: unknown architecture or options, or weights that do not fit; `where` names the file.
    """
    network = networks.build(checkpoint.arch, **checkpoint.options)
    load_weights(network, checkpoint.state_dict, where)
    return network.eval()


def load_weights(network: nn.Module, state: Mapping[str, Tensor], where: str) -> None:
    """Load all weights; a missing `num_batches_tracked` stays as it is.

    Raises:
        UserError: missing, surplus or misshapen keys, listed, or values that are no tensors of numbers.
    """
    bad = [key for key, tensor in state.items() if not isinstance(tensor, Tensor)]
    if bad:
        raise UserError(f"{where}: {', '.join(map(str, bad[:8]))} in the state_dict hold no tensors.")
    check_keys(network.state_dict(), state, where)
    infinite = [key for key, tensor in state.items() if tensor.is_floating_point() and not tensor.isfinite().all()]
    if infinite:
        raise UserError(f"{where}: {', '.join(infinite[:8])} hold NaN or infinite weights; the training diverged.")
    network.load_state_dict(dict(state), strict=False)


def read_torch(path: str | Path) -> Any:
    """What a torch file holds, read with `weights_only=True` onto the CPU.

    Raises:
        UserError: no such file, not a torch file, cut off, or a pickle with code in it (nothing of it is executed).
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a checkpoint.")
    try:
        with torch.serialization.safe_globals(list(_SAFE)), warnings.catch_warnings():
            # Advice about pickle protocols is not for the person whose file this is.
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "Unsupported global" in str(error) or "Unsupported class" in str(error) or "GLOBAL" in str(error):
            raise UserError(
                f"{path}: refused, because it holds code or objects beside the weights; nothing of it was executed; "
                "save its state_dict alone."
            ) from error
        raise UserError(f"{path}: not a torch checkpoint, or a damaged one; fetch or write it again.") from error
    except (RuntimeError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError) as error:
        raise UserError(f"{path}: not a torch checkpoint, or a damaged one; fetch or write it again.") from error


def read_published(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Weights and the other entries of a published checkpoint.

    Both forms are read: a dict with `state_dict` beside `epoch`, `arch` and so on, and a bare state_dict; keys
    may carry the `module.` of a network that was trained on several GPUs.

    Raises:
        UserError: see `read_torch`; or no weights in it.
    """
    content = read_torch(path)
    state = content.get("state_dict", content) if isinstance(content, dict) else None
    if not isinstance(state, dict) or not any(isinstance(value, Tensor) for value in state.values()):
        raise UserError(f"{path}: holds no state_dict; give a published checkpoint (.pth.tar) or a saved state_dict.")
    rest = {str(key): value for key, value in content.items() if key != "state_dict"} if state is not content else {}
    state = {str(key): value for key, value in state.items()}
    if all(key.startswith("module.") for key in state):
        state = {key.removeprefix("module."): value for key, value in state.items()}
    return state, rest
