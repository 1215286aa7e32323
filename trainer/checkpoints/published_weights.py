"""Published weights into networks of the registry: other spellings of the same keys, and classifiers to be replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from fasdemo.errors import UserError
from trainer import networks
from trainer.checkpoints.checkpoint import load_weights, read_published
from trainer.networks.state import differences


@dataclass(frozen=True, slots=True)
class Imported:
    """A published checkpoint in a network of this project.

    Attributes:
        network: with the weights, in eval mode.
        facts: what else the file held, numbers and strings only.
        fresh: keys that were not taken from the file.
    """

    network: nn.Module
    facts: dict[str, Any]
    fresh: tuple[str, ...]


def import_published(
    path: str | Path, arch: str, options: Mapping[str, Any] | None = None, new_classifier: bool = False
) -> Imported:
    """Read a published checkpoint.

    Args:
        path: `.pth.tar` or any torch file with a state_dict, with or without `module.` before its keys.
        arch: the network's name.
        options: for `networks.build`; the published ones if None.
        new_classifier: leave the file's classifier out and start a fresh one, as for ImageNet weights.

    Raises:
        UserError: see `trainer.checkpoints.checkpoint.read_torch`; an unknown network; keys missing, surplus
            or misshapen; or a network without a classifier that could be replaced.
    """
    known = networks.entry(arch)
    state, rest = read_published(path)
    network = networks.build(arch, **(options or {}))
    state = respelled(arch, state)
    target = network.state_dict()
    classifier = [key for key in target if known.classifier and key.startswith(known.classifier)]
    fresh: tuple[str, ...] = ()
    if new_classifier:
        if not classifier:
            raise UserError(
                f"--new-classifier: {arch} has no classifier here; give --classes, or leave the option out."
            )
        state = {key: tensor for key, tensor in state.items() if not key.startswith(known.classifier)}
        state |= {key: target[key] for key in classifier}
        fresh = tuple(classifier)
    found = differences(target, state)
    wrong = [key.split(" ")[0] for keys in found.values() for key in keys]
    if wrong and classifier and all(key.startswith(known.classifier) for key in wrong):
        raise UserError(
            f"{path}: fits {arch} except for its classifier ({wrong[0]}); give --new-classifier to start a fresh one, "
            "or --classes with the number that the file has."
        )
    load_weights(network, state, f"{path} as {arch}")
    facts = {key: value for key, value in ((k, plain(v)) for k, v in rest.items()) if value is not None}
    return Imported(network.eval(), facts, fresh)


def plain(value: Any) -> int | float | str | None:
    """A number or a string as itself, one-element tensors and NumPy numbers as numbers; None for anything else."""
    if isinstance(value, Tensor) or type(value).__module__ == "numpy":
        return value.item() if value.ndim == 0 or value.numel() == 1 else None
    return value if isinstance(value, int | float | str) else None


def respelled(arch: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under the registry's keys, where another well-known code base spells them differently.

    MobileNetV2's ImageNet weights exist in three spellings: torchvision's (a convolution, its norm and its
    activation are nested), one with the last convolution as `conv.N`, and the one that is used here.
    """
    if arch != "MobileNetV2":
        return dict(state)
    nested = any(_NESTED.match(key) for key in state)
    return {_mobilenetv2(key, nested): tensor for key, tensor in state.items()}


_NESTED = re.compile(r"^features\.(\d+)\.conv\.(\d)\.(\d)\.(.+)$")
_PLAIN = re.compile(r"^features\.(\d+)\.conv\.(\d)\.(\D.*)$")
_LAST = re.compile(r"^conv\.(\d)\.(.+)$")
_CLASSIFIER = re.compile(r"^classifier\.(weight|bias)$")


def _mobilenetv2(key: str, nested: bool) -> str:
    if match := _LAST.match(key):
        return f"features.18.{match[1]}.{match[2]}"
    if match := _CLASSIFIER.match(key):
        return f"classifier.1.{match[1]}"
    if nested and (match := _NESTED.match(key)):
        # Convolution, norm and activation count one by one here.
        return f"features.{match[1]}.conv.{3 * int(match[2]) + int(match[3])}.{match[4]}"
    if nested and (match := _PLAIN.match(key)):
        # The projection and its norm, after one nested layer in block 1 and after two in all others.
        layers = 1 if match[1] == "1" else 2
        return f"features.{match[1]}.conv.{3 * layers + int(match[2]) - layers}.{match[3]}"
    return key
