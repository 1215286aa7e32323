"""Mean of the weights of several trainings of one network (model soups, arXiv 2203.05482)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from fasdemo.errors import UserError
from trainer.checkpoints import checkpoint
from trainer.checkpoints.checkpoint import Checkpoint


def average(paths: Sequence[Path]) -> Checkpoint:
    """Return the mean of the weights, with the network and configuration of the first file.

    The mean is useful for trainings that started from the same weights; other weights do not fit together.

    Args:
        paths: at least two checkpoints of one network with equal options.

    Raises:
        UserError: there are fewer than two, a file cannot be read, or the networks differ.
    """
    if len(paths) < 2:
        raise UserError("average: needs at least two models; give the model.pt of two or more runs.")
    members = [checkpoint.load(path) for path in paths]
    first = members[0]
    for path, member in zip(paths, members, strict=True):
        if (member.arch, member.options) != (first.arch, first.options) or shapes(member) != shapes(first):
            raise UserError(
                f"{path}: is not the network of {paths[0]} ({first.arch}); give models of one network with equal "
                "options."
            )
        if member.config.get("input") != first.config.get("input"):
            raise UserError(f"{path}: has other inputs than {paths[0]}; give models with equal crops and encodings.")
    mean = {
        key: torch.stack([member.state_dict[key].double() for member in members]).mean(0).to(tensor.dtype)
        if tensor.is_floating_point()
        else tensor
        for key, tensor in first.state_dict.items()
    }
    return replace(first, state_dict=mean, metrics={}, card=None, training=None, revision="")


def shapes(saved: Checkpoint) -> dict[str, torch.Size]:
    """Return the shape of each tensor of a checkpoint."""
    return {key: tensor.shape for key, tensor in saved.state_dict.items()}
