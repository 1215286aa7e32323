"""Interpretation of logits: the index of the live class, and the margin between live and attack."""

from __future__ import annotations

import torch
from torch import Tensor

LIVE_INDEX = 1
"""Index of the live class among the logits of every network, as published; attacks have index 0."""


def margin(logits: Tensor) -> Tensor:
    """Return log(p_live / (1 - p_live)) of the softmax, float32 (N,), from logits (N, classes).

    It is computed from the logits, so it is exact even if the softmax saturates.
    """
    logits = logits.float()
    others = torch.cat([logits[:, :LIVE_INDEX], logits[:, LIVE_INDEX + 1 :]], 1)
    return logits[:, LIVE_INDEX] - torch.logsumexp(others, 1)
