"""Checkpoint files: weights with all that is needed to rebuild, evaluate and resume a network.

A checkpoint is a torch file of plain types. It is read with `weights_only=True`, so that an untrusted file cannot run
code. `read_published` reads published `.pth.tar` files the same way.
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

from fasdemo.atomic_file import replacing
from fasdemo.errors import UserError
from trainer import networks
from trainer.networks.state import check_keys

SCHEMA = 1
_MIN_FREE_BYTES = 1024 * 1024
"""Free space below which a failed write is reported as a full disk; the smallest checkpoint needs more."""

_SAFE: list[Any] = [
    # Published files contain their best accuracy as a NumPy number; these functions rebuild numbers only.
    (np.float64(0).__reduce__()[0], "numpy.core.multiarray.scalar"),
    (np.float64(0).__reduce__()[0], "numpy._core.multiarray.scalar"),
    np.dtype,
    *{type(np.dtype(kind)) for kind in ("f8", "f4", "i8", "i4", "b1")},
]
"""Globals that a file may name beside tensors and plain types."""


_WEIGHTS = ("state_dict", "model", "model_state_dict")
"""Entries of published files that hold the weights: of the published code, Lightning, timm and others."""
_WRAPPERS = ("module.", "_orig_mod.", "model.")


@dataclass(slots=True)
class Checkpoint:
    """Content of a checkpoint file: plain types and tensors only.

    Attributes:
        arch: name of the network in `trainer.networks`.
        state_dict: weights of the network.
        options: keyword options for `networks.build`.
        config: training configuration.
        metrics: measured figures by name.
        card: facts for the model card, any subset of the fields of `fasdemo.models.card.ModelCard`.
        training: state for resuming (epoch, optimiser state ...); None in a finished model.
        revision: git revision of the code that wrote the file, with `+` if the tree was changed; empty if unknown.
    """

    arch: str
    state_dict: dict[str, Tensor]
    options: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    card: dict[str, Any] | None = None
    training: dict[str, Any] | None = None
    revision: str = ""


class ForeignCheckpointError(UserError):
    """A torch file that is not a checkpoint of this project, such as a published one."""


def git_revision() -> str:
    """Return the git revision of this code, with `+` if tracked files were changed; empty without git."""
    folder = Path(__file__).resolve().parent
    try:
        command = ["git", "-C", str(folder), "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def save(path: str | Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint in one step, so that a reader never sees an incomplete file.

    Returns:
        The path.

    Raises:
        UserError: the file cannot be written.
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
        try:
            with replacing(path) as temporary:
                torch.save(content, temporary)
        except RuntimeError as error:
            # torch's error names a line of its sources instead of the reason.
            if shutil.disk_usage(path.parent).free < _MIN_FREE_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise
    except (OSError, RuntimeError) as error:
        # torch raises RuntimeError for a folder that cannot be written.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UserError(f"{path}: cannot be written ({reason}); choose another place.") from error
    return path


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint of this project.

    Raises:
        UserError: there is no such file, it is not a torch file, it contains code (nothing is executed), it is a
            published checkpoint that must be imported first, or a field is missing or of the wrong type.
    """
    content = read_torch(path)
    if not isinstance(content, dict) or "schema" not in content:
        raise ForeignCheckpointError(
            f"{path}: not a checkpoint of this project; convert it with `python -m trainer import`."
        )
    if content["schema"] != SCHEMA:
        raise UserError(
            f"{path}: unknown checkpoint schema {content['schema']}, this version reads {SCHEMA}; update fasdemo."
        )
    kinds = {"arch": str, "state_dict": dict, "options": dict, "config": dict, "metrics": dict, "revision": str}
    for name, kind in kinds.items():
        if not isinstance(content.get(name), kind):
            raise UserError(
                f"{path}: the field {name} is missing or not of type {kind.__name__}; write the checkpoint again."
            )
    for name in ("card", "training"):
        if not isinstance(content.get(name), dict | None):
            raise UserError(f"{path}: the field {name} is not of type dict; write the checkpoint again.")
    values: dict[str, Any] = {entry.name: content.get(entry.name) for entry in fields(Checkpoint)}
    return Checkpoint(**values)


def build_network(checkpoint: Checkpoint, where: str = "checkpoint") -> nn.Module:
    """Return the network of a checkpoint with its weights, in eval mode.

    Args:
        checkpoint: the checkpoint.
        where: name of the file, for errors.

    Raises:
        UserError: the architecture or an option is unknown, or the weights do not fit.
    """
    network = networks.build(checkpoint.arch, **checkpoint.options)
    load_weights(network, checkpoint.state_dict, where)
    return network.eval()


def load_weights(network: nn.Module, state: Mapping[str, Tensor], where: str) -> None:
    """Load all weights into a network; a missing `num_batches_tracked` is left unchanged.

    Args:
        network: the network.
        state: its state_dict.
        where: name of the file, for errors.

    Raises:
        UserError: keys are missing, unexpected or of another shape, or a value is not a tensor of finite numbers.
    """
    bad = [key for key, tensor in state.items() if not isinstance(tensor, Tensor)]
    if bad:
        raise UserError(
            f"{where}: not a tensor in the state_dict: {', '.join(map(str, bad[:8]))}; save the state_dict again."
        )
    check_keys(network.state_dict(), state, where)
    infinite = [key for key, tensor in state.items() if tensor.is_floating_point() and not tensor.isfinite().all()]
    if infinite:
        raise UserError(
            f"{where}: {', '.join(infinite[:8])} contain NaN or infinite weights; use an earlier checkpoint."
        )
    network.load_state_dict(dict(state), strict=False)


def read_torch(path: str | Path) -> Any:
    """Return the content of a torch file, read with `weights_only=True` onto the CPU.

    Raises:
        UserError: there is no such file, it is not a torch file, it is damaged, or it contains code (nothing of it is
            executed).
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a checkpoint.")
    try:
        with torch.serialization.safe_globals(list(_SAFE)), warnings.catch_warnings():
            # torch warns about old pickle protocols, which the user cannot change.
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "Unsupported global" in str(error) or "Unsupported class" in str(error) or "GLOBAL" in str(error):
            raise UserError(
                f"{path}: refused, because it contains code or objects besides the weights; nothing was executed; "
                "save the state_dict alone."
            ) from error
        raise UserError(f"{path}: not a torch checkpoint, or damaged; download or write it again.") from error
    except (RuntimeError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError) as error:
        raise UserError(f"{path}: not a torch checkpoint, or damaged; download or write it again.") from error


def read_published(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the weights and the other entries of a published checkpoint.

    The file contains either a dict with `state_dict` (timm: `model`) beside `epoch`, `arch` and others, or a bare
    state_dict. The prefixes of wrappers are removed however often they occur: `module.` of networks that were trained
    on several GPUs, `_orig_mod.` of compiled ones, and Lightning's `model.`.

    Raises:
        UserError: the file cannot be read (see `read_torch`) or contains no weights.
    """
    content = read_torch(path)
    name = next((key for key in _WEIGHTS if isinstance(content, dict) and isinstance(content.get(key), dict)), "")
    state = content.get(name, content) if isinstance(content, dict) else None
    if not isinstance(state, dict) or not any(isinstance(value, Tensor) for value in state.values()):
        raise UserError(
            f"{path}: contains no state_dict; give a published checkpoint (.pth.tar) or a saved state_dict."
        )
    rest = {str(key): value for key, value in content.items() if key != name} if state is not content else {}
    state = {str(key): value for key, value in state.items()}
    while prefix := next((one for one in _WRAPPERS if all(key.startswith(one) for key in state)), ""):
        state = {key.removeprefix(prefix): value for key, value in state.items()}
    return state, rest
