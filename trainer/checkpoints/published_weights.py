"""Import of published weights: renames keys and replaces classifiers where needed."""

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
    """A published checkpoint, loaded into a network of this project.

    Attributes:
        network: network with the weights, in eval mode.
        facts: other entries of the file, numbers and strings only.
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
        arch: name of the network.
        options: options for `networks.build`; the published ones if None.
        new_classifier: ignore the classifier of the file and initialise a new one, as for ImageNet weights.

    Raises:
        UserError: the file cannot be read (see `trainer.checkpoints.checkpoint.read_torch`), the network is unknown,
            keys are missing, unexpected or of another shape, or the network has no classifier to replace.
    """
    known = networks.entry(arch)
    state, rest = read_published(path)
    network = networks.build(arch, **(options or {}))
    state = rename_keys(arch, state)
    target = network.state_dict()
    classifier = [key for key in target if known.classifier and key.startswith(known.classifier)]
    fresh: tuple[str, ...] = ()
    if new_classifier:
        if not classifier:
            raise UserError(
                f"new_classifier: {arch} has no classifier to replace; give `classes`, or leave the option out.",
                parameter="new_classifier",
            )
        state = {key: tensor for key, tensor in state.items() if not key.startswith(known.classifier)}
        state |= {key: target[key] for key in classifier}
        fresh = tuple(classifier)
    found = differences(target, state)
    wrong = [key.split(" ")[0] for keys in found.values() for key in keys]
    if wrong and classifier and all(key.startswith(known.classifier) for key in wrong):
        raise UserError(
            f"{path}: fits {arch} except for its classifier ({wrong[0]}); give `new_classifier` to initialise a new "
            "one, or `classes` with the number of classes of the file."
        )
    load_weights(network, state, f"{path} as {arch}")
    facts = {key: value for key, value in ((k, plain_value(v)) for k, v in rest.items()) if value is not None}
    return Imported(network.eval(), facts, fresh)


def plain_value(value: Any) -> int | float | str | None:
    """Return a number or string unchanged, a one-element tensor or NumPy number as a number, None for others."""
    if isinstance(value, Tensor) or type(value).__module__ == "numpy":
        return value.item() if value.ndim == 0 or value.numel() == 1 else None
    return value if isinstance(value, int | float | str) else None


def rename_keys(arch: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors under the keys of the registry's network.

    ImageNet weights of MobileNetV2 exist with three sets of keys: those of torchvision (convolution, norm and
    activation are nested), one with the last convolution as `conv.N`, and the one of this project. Of the weights of
    EfficientNet-Lite0, those of the layers that TwoViewLite0 has are returned.
    """
    if arch == "TwoViewLite0" and "_conv_stem.weight" in state:
        renamed = {_efficientnet_lite(key): tensor for key, tensor in state.items()}
        return {key: tensor for key, tensor in renamed.items() if key is not None}
    if arch != "MobileNetV2":
        return dict(state)
    nested = any(_NESTED.match(key) for key in state)
    return {_mobilenetv2(key, nested): tensor for key, tensor in state.items()}


_LITE_BLOCK = re.compile(r"^_blocks\.(\d+)\._(expand_conv|bn0|depthwise_conv|bn1|project_conv|bn2)\.(.+)$")
_LITE_STEM = {"_conv_stem": "features.0.0", "_bn0": "features.0.1"}
_LITE_BLOCKS = 8
_LITE_LAYERS = {"expand_conv": 0, "bn0": 1, "depthwise_conv": 3, "bn1": 4, "project_conv": 6, "bn2": 7}


def _efficientnet_lite(key: str) -> str | None:
    """Return the key of TwoViewLite0 for one of EfficientNet-Lite0; None for layers that it does not have."""
    if match := _LITE_BLOCK.match(key):
        block = int(match[1])
        # The first block does not expand, so its layers begin with the depthwise convolution.
        layer = _LITE_LAYERS[match[2]] - (3 if block == 0 else 0)
        return f"features.{block + 1}.conv.{layer}.{match[3]}" if block < _LITE_BLOCKS else None
    name, _, rest = key.partition(".")
    if name in _LITE_STEM:
        return f"{_LITE_STEM[name]}.{rest}"
    if name == "_fc":
        return f"classifier.1.{rest}"
    return None if name in ("_conv_head", "_bn1") else key


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
        # This project numbers convolution, norm and activation separately.
        return f"features.{match[1]}.conv.{3 * int(match[2]) + int(match[3])}.{match[4]}"
    if nested and (match := _PLAIN.match(key)):
        # The projection and its norm follow one nested layer in block 1 and two in all others.
        layers = 1 if match[1] == "1" else 2
        return f"features.{match[1]}.conv.{3 * layers + int(match[2]) - layers}.{match[3]}"
    return key
