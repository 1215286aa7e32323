"""Comparing state_dicts: what is missing, surplus or of another shape, in words."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from fasdemo.errors import UserError

_SHOWN = 8


def differences(expected: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> dict[str, list[str]]:
    """Keys that keep `given` from being loaded, by `missing`, `surplus` and `misshapen` (with both shapes).

    `num_batches_tracked`, which weights saved before PyTorch 0.4.1 lack and inference does not use, may be missing.
    """
    missing = [key for key in expected if key not in given and not key.endswith("num_batches_tracked")]
    surplus = [key for key in given if key not in expected]
    misshapen = [
        f"{key} {tuple(given[key].shape)} instead of {tuple(tensor.shape)}"
        for key, tensor in expected.items()
        if key in given and given[key].shape != tensor.shape
    ]
    found = {"missing": missing, "surplus": surplus, "misshapen": misshapen}
    return {kind: keys for kind, keys in found.items() if keys}


def check_keys(expected: Mapping[str, Tensor], given: Mapping[str, Tensor], where: str, shown: int = _SHOWN) -> None:
    """Refuse weights that do not fit.

    Args:
        expected: the network's state_dict.
        given: the weights.
        where: names the weights in the error.
        shown: keys listed per kind.

    Raises:
        UserError: some keys are missing, surplus or misshapen; the message lists them.
    """
    found = differences(expected, given)
    if not found:
        return
    parts = []
    for kind, keys in found.items():
        more = f" and {len(keys) - shown} more" if len(keys) > shown else ""
        parts.append(f"{len(keys)} {kind}: {', '.join(keys[:shown])}{more}")
    raise UserError(f"{where}: the weights do not fit this network: {'; '.join(parts)}.")
