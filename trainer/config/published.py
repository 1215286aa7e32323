"""Configuration files as the published code has them: `common: {arch, batch_size, epochs, base_lr ...}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fasdemo.errors import UserError

# Names of earlier revisions of the published code, folded to lower case without `-` and `_`.
_EARLIER = {
    "feathernet54": "MobileLiteNet54",
    "feathernet54se": "MobileLiteNet54-SE",
    "mobilelitenet54se": "MobileLiteNet54-SE",
    "mobilelitenet105se": "MobileLiteNet105-SE",
    "mobilelitenet156se": "MobileLiteNet156-SE",
    "mobileliteneta": "FeatherNetA",
    "mobilelitenetb": "FeatherNetB",
    "moilenetv2": "MobileNetV2",
}
_KEYS = {
    "batch_size": "run.batch",
    "epochs": "run.epochs",
    "base_lr": "optimiser.lr",
    "momentum": "optimiser.momentum",
    "weight_decay": "optimiser.weight_decay",
    "workers": "run.workers",
    "random_seed": "run.seed",
}
_WITHOUT_MEANING = {"policy", "print_freq", "save_path", "gpus", "resume"}
"""Steps are the published schedule anyway, and the rest is said on the command line here."""
_SEED_SETTINGS: dict[str, Any] = {
    "augment": {"kind": "published"},
    "loss": {"kind": "focal", "gamma": 3},
    "optimiser": {"kind": "sgd", "lr": 0.01, "weight_decay": 1e-4, "schedule": "step", "every_decay": 60, "clip": 0},
    "run": {"epochs": 150, "batch": 32, "balance": "none", "ema": 0.0, "best": "acer"},
}


def is_published(raw: Mapping[str, Any]) -> bool:
    """Whether a file's content is of that kind."""
    return isinstance(raw.get("common"), dict)


def translated(raw: Mapping[str, Any], shipped: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """The same in this project's keys.

    Args:
        raw: the file's content.
        shipped: the shipped configuration of the same name, for what the published file leaves to the code.
        name: of the file; `-ir` in it means infrared, otherwise depth.

    Raises:
        UserError: an architecture or a key that is not known.
    """
    from trainer import networks

    common = dict(raw["common"])
    arch = str(common.pop("arch", ""))
    folded = {known.lower().replace("-", "").replace("_", ""): known for known in networks.names()} | _EARLIER
    key = arch.lower().replace("-", "").replace("_", "")
    if key not in folded:
        networks.entry(arch)
        raise UserError(f"--config {name}: common.arch is missing.")
    stream = "ir" if name.endswith("-ir") else "depth"
    result = shipped or {
        **{group: dict(values) for group, values in _SEED_SETTINGS.items()},
        "input": {
            "size": 224,
            "resize": 256,
            "depth_encoding": "casia-surf-8bit",
            "mean": {stream: [0.143]},
            "std": {stream: [0.1005]},
        },
        "network": {"modalities": [stream]},
    }
    result["network"]["arch"] = folded[key]
    result["name"] = name
    for option, value in common.items():
        if option in _KEYS:
            group, own = _KEYS[option].split(".")
            result[group][own] = value
        elif option not in _WITHOUT_MEANING:
            raise UserError(f"--config {name}: common.{option} is no known key; take it out.")
    return result
