"""Translation of configuration files of the published code: `common: {arch, batch_size, epochs, base_lr ...}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fasdemo.errors import UserError

_OLD_NAMES = {
    "feathernet54": "MobileLiteNet54",
    "feathernet54se": "MobileLiteNet54-SE",
    "mobilelitenet54se": "MobileLiteNet54-SE",
    "mobilelitenet105se": "MobileLiteNet105-SE",
    "mobilelitenet156se": "MobileLiteNet156-SE",
    "mobileliteneta": "FeatherNetA",
    "mobilelitenetb": "FeatherNetB",
    "moilenetv2": "MobileNetV2",
    "feathernetmodal3": "FeatherNetB-x3-cdc",
}
"""Names in earlier revisions of the published code, in lower case without `-` and `_`, to names of the registry."""
CONFIGURATION_NAMES = {
    "FeatherNet54-32": "MobileLiteNet54-32",
    "FeatherNet54-se-64": "MobileLiteNet54-se-64",
    "MobileLiteNetA-32": "FeatherNetA-32",
    "MobileLiteNetB-32": "FeatherNetB-32",
    "MobileLiteNetB-32-ir": "FeatherNetB-32-ir",
}
"""Names of configurations in the published notebooks and earlier revisions, to the shipped ones."""
_KEYS = {
    "batch_size": "run.batch",
    "epochs": "run.epochs",
    "base_lr": "optimiser.lr",
    "momentum": "optimiser.momentum",
    "weight_decay": "optimiser.weight_decay",
    "workers": "run.workers",
    "random_seed": "run.seed",
}
_IGNORED_KEYS = {"policy", "print_freq", "save_path", "gpus", "resume"}
"""Keys without effect: `policy` is always the step schedule, the others are command line options here."""
_PUBLISHED_SETTINGS: dict[str, Any] = {
    "augment": {"kind": "published"},
    "loss": {"kind": "focal", "gamma": 3},
    "optimiser": {"kind": "sgd", "lr": 0.01, "weight_decay": 1e-4, "schedule": "step", "every_decay": 60, "clip": 0},
    "run": {"epochs": 150, "batch": 32, "balance": "none", "ema": 0.0, "best": "acer"},
}


def is_published(raw: Mapping[str, Any]) -> bool:
    """Return whether the content of a file has the published layout."""
    return isinstance(raw.get("common"), dict)


def current_name(arch: str) -> str:
    """Return the registry's name of a network of an earlier revision of the published code; others unchanged."""
    from trainer import networks

    folded = {known.lower().replace("-", "").replace("_", ""): known for known in networks.names()} | _OLD_NAMES
    return folded.get(arch.lower().replace("-", "").replace("_", ""), arch)


def translate(raw: Mapping[str, Any], shipped: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """Return a published configuration with this project's keys.

    Args:
        raw: content of the file.
        shipped: shipped configuration of the same name, for settings that the published file leaves to the code; None
            if there is none.
        name: name of the file without extension; the stream is infrared if it ends in `-ir`, else depth.

    Raises:
        UserError: the architecture or a key is unknown.
    """
    from trainer import networks

    common = dict(raw["common"])
    arch = current_name(str(common.pop("arch", "")))
    if arch not in networks.names():
        if arch:
            networks.entry(arch)
        raise UserError(f"configuration {name}: common.arch is missing; add it.")
    stream = "ir" if name.endswith("-ir") else "depth"
    result = shipped or {
        **{group: dict(values) for group, values in _PUBLISHED_SETTINGS.items()},
        "input": {
            "size": 224,
            "resize": 256,
            "depth_encoding": "casia-surf-8bit",
            "whole_picture": "pil-bilinear",
            "mean": {stream: [0.14300402, 0.1434545, 0.14277956]},
            "std": {stream: [0.10050353, 0.100842826, 0.10034215]},
        },
        "network": {"modalities": [stream]},
    }
    result["network"]["arch"] = arch
    result["name"] = name
    for option, value in common.items():
        if option in _KEYS:
            group, own = _KEYS[option].split(".")
            result[group][own] = value
        elif option not in _IGNORED_KEYS:
            raise UserError(f"configuration {name}: unknown key common.{option}; remove it.")
    return result
