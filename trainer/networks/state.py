"""Comparison of state_dicts: keys that are missing, unexpected or of another shape."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from fasdemo.errors import UserError

_MAX_LISTED = 8
"""Keys that an error lists for each kind of difference."""


def differences(expected: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> dict[str, list[str]]:
    """Return the keys that prevent loading, listed under `missing`, `unexpected` and `wrong shape`.

    A missing `num_batches_tracked` is accepted: inference does not use it, and weights saved before PyTorch 0.4.1 lack
    it.

    Args:
        expected: state_dict of the network.
        given: weights to load.

    Returns:
        Kind of difference to keys, without empty kinds; `wrong shape` entries also name both shapes.
    """
    missing = [key for key in expected if key not in given and not key.endswith("num_batches_tracked")]
    unexpected = [key for key in given if key not in expected]
    wrong_shape = [
        f"{key} {tuple(given[key].shape)} instead of {tuple(tensor.shape)}"
        for key, tensor in expected.items()
        if key in given and given[key].shape != tensor.shape
    ]
    found = {"missing": missing, "unexpected": unexpected, "wrong shape": wrong_shape}
    return {kind: keys for kind, keys in found.items() if keys}


def check_keys(expected: Mapping[str, Tensor], given: Mapping[str, Tensor], where: str) -> None:
    """Check that weights fit a network.

    Args:
        expected: state_dict of the network.
        given: weights to load.
        where: origin of the weights, for the error.

    Raises:
        UserError: keys are missing, unexpected or of another shape; the message lists them.
    """
    found = differences(expected, given)
    if not found:
        return
    parts = []
    for kind, keys in found.items():
        more = f" and {len(keys) - _MAX_LISTED} more" if len(keys) > _MAX_LISTED else ""
        parts.append(f"{len(keys)} {kind}: {', '.join(keys[:_MAX_LISTED])}{more}")
    raise UserError(f"{where}: the weights do not fit this network: {'; '.join(parts)}. Give weights of this network.")
